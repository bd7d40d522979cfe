/**
 * What a scan shows, in sentences: read off the report by fixed rules, good and bad alike, so that nobody has to take
 * the reading of a table on trust.
 */
import { CHANCE_LANE, POOL_LANE, RULE_LANE } from './scan-player.ts';
import { medianOf, type ReportedLane, type ScanReport } from './scan-report.ts';
import { stayHours } from './scan-tables.ts';

/** Every finding of a report, the most important first. */
export function describeFindings(report: ScanReport): readonly string[] {
  const lane = (name: string): ReportedLane | null => report.lanes.find((each) => each.lane === name) ?? null;
  const [pool, rule, chance] = [lane(POOL_LANE), lane(RULE_LANE), lane(CHANCE_LANE)];
  if (pool === null || rule === null || chance === null) return [];
  return [
    foundText(pool, rule),
    worthText(rule, chance),
    scoreText(report, rule),
    stayText(report),
    sampleText(report, rule),
  ].filter((text) => text !== null);
}

function foundText(pool: ReportedLane, rule: ReportedLane): string {
  const left = (lane: ReportedLane): string =>
    lane.median_share_left === null ? '' : `, with ${percent(lane.median_share_left)} of the rise left (median)`;
  const held = pool.moves_held > 0 ? `; ${pool.moves_held} more were in the pool already when their day began` : '';
  return `Of ${rule.moves} moves the rule told ${rule.moves_found} on their day${left(rule)}. ${pool.moves_found} entered the pool on their day${left(pool)}${held}.`;
}

/** A rule is worth something when its alarms end better than those of nobody's choice. */
function worthText(rule: ReportedLane, chance: ReportedLane): string | null {
  if (ended(rule) === 0 || ended(chance) === 0) return null;
  const split = (lane: ReportedLane): string =>
    `${percent(lane.target / ended(lane))} reached the target and ${percent(lane.stop / ended(lane))} the stop`;
  return `Of the rule's ${ended(rule)} finished alarms ${split(rule)} (${rule.false_per_day.toFixed(1)} a day did not reach the target); of ${ended(chance)} coins taken by the clock ${split(chance)}. Costs are not in it: a target is not a gain.`;
}

function ended({ alarms, unfinished }: Pick<ReportedLane, 'alarms' | 'unfinished'>): number {
  return alarms - unfinished;
}

/** The score at the threshold whose number of alarms is nearest to the rule's: chosen by the count alone. */
function scoreText({ lanes }: ScanReport, rule: ReportedLane): string | null {
  const distance = ({ alarms }: ReportedLane): number => Math.abs(Math.log((alarms + 1) / (rule.alarms + 1)));
  const score = lanes.filter(({ lane }) => lane.startsWith('score')).sort((a, b) => distance(a) - distance(b))[0];
  if (score === undefined || ended(score) === 0) return null;
  const targets = percent(score.target / ended(score));
  const stops = percent(score.stop / ended(score));
  return `The normalised score at about as many alarms (${score.lane}: ${score.alarms_per_day.toFixed(1)} a day, the rule ${rule.alarms_per_day.toFixed(1)}) told ${score.moves_found} of the ${score.moves} moves; ${targets} of its alarms ended at the target, ${stops} at the stop.`;
}

/** Long stays mean that heat does not cool. */
function stayText({ candidates }: ScanReport): string | null {
  const entered = candidates.filter(({ entry_time }) => entry_time !== null);
  const median = medianOf(entered.flatMap((each) => stayHours(each) ?? []));
  if (entered.length === 0) return null;
  const staying = entered.filter(({ end_time }) => end_time === null).length;
  const displaced = entered.filter(({ end_reason }) => end_reason?.startsWith('displaced') === true).length;
  const length = median === null ? 'none ended' : `those that ended lasted ${median.toFixed(1)} hours (median)`;
  return `${entered.length} stays in the pool: ${length}, ${displaced} of them because a hotter coin took the place; ${staying} lasted to the end of the recording.`;
}

function sampleText({ recording }: ScanReport, rule: ReportedLane): string | null {
  if (recording.judged_days >= 30 && rule.moves >= 30) return null;
  return `${Number(recording.judged_days.toFixed(2))} days with ${rule.moves} moves are a small sample: the shares above have wide margins.`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
