/**
 * What a scan found, as data: the report that is written to a file, told on the terminal and kept as a page. Times are
 * ISO text, shares fractions; `null` is what does not exist.
 */
import { type EpochMs, toIsoText } from '../../core/time.ts';
import type { AlarmCounts, AlarmOutcome } from './alarm-ledger.ts';
import { HOLD_MS, LATER_MS, STOP_FALL, shareLeft, TARGET_RISE } from './alarm-ledger.ts';
import type { Stay } from './candidate-log.ts';
import { type DayAlarm, MOVE_MIN, type MoverDay, moveLeft } from './mover-days.ts';
import { CHANCE_LANE, type FoundMove, LANES, POOL_LANE, type ScanPlayer } from './scan-player.ts';

/** What was played. */
export type PlayedRecording = {
  readonly dir: string;
  readonly timeframe: string;
  readonly instruments: number;
  readonly bars: number;
  readonly repeated_bars: number;
  readonly estimated_quote_volumes: number;
  readonly from: string;
  readonly to: string;
  readonly judged_from: string;
  readonly judged_days: number;
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
};

/** One stay in the pool, or an admission that never became hot enough (`entry_time` null). */
export type ReportedCandidate = {
  readonly instrument_id: string;
  readonly admitted_time: string;
  readonly entry_time: string | null;
  readonly heat: number | null;
  readonly peak_heat: number;
  readonly source: string;
  readonly burst_score: number | null;
  readonly price: number | null;
  readonly later_high: number | null;
  /** Of the move from the low of the 24 hours before to the high of the 24 hours after. */
  readonly share_left: number | null;
  readonly outcome: AlarmOutcome | null;
  readonly chosen_time: string | null;
  readonly end_time: string | null;
  readonly end_reason: string | null;
};

/** The first alarm of a lane on a mover's day; `held` where it is of a day before and the coin was still in the pool. */
export type ReportedDayAlarm = {
  readonly time: string;
  readonly price: number;
  readonly share_left: number;
  readonly held: boolean;
};

/** A coin that rose far on a UTC day. */
export type ReportedMove = {
  readonly instrument_id: string;
  readonly day: string;
  readonly open: number;
  readonly high: number;
  readonly high_time: string;
  readonly rise_to_high: number;
  readonly rise_to_close: number;
  readonly quote_volume: number;
  readonly alarms: Readonly<Record<string, ReportedDayAlarm | null>>;
  /** Gates of the stage that refused the coin on that day. */
  readonly refused_by: readonly string[];
};

/** Alarms of one lane. `false_per_day` counts those that ended without a target. */
export type ReportedLane = {
  readonly lane: string;
  readonly alarms: number;
  readonly alarms_per_day: number;
  readonly target: number;
  readonly stop: number;
  readonly neither: number;
  readonly unfinished: number;
  readonly false_per_day: number;
  /** Moves with an alarm on their day, and those of coins that were in the pool when the day began. */
  readonly moves_found: number;
  readonly moves_held: number;
  readonly moves: number;
  /** Of the found ones. */
  readonly median_share_left: number | null;
};

/** The whole. */
export type ScanReport = {
  readonly recording: PlayedRecording;
  readonly mapping: readonly string[];
  readonly definitions: readonly string[];
  readonly lanes: readonly ReportedLane[];
  readonly moves: readonly ReportedMove[];
  readonly candidates: readonly ReportedCandidate[];
  readonly candidates_unlisted: number;
};

const percent = (share: number): string => `${share * 100} %`;
const hours = (ms: number): string => `${ms / 3_600_000} hours`;

/** What the words of the report mean. */
export const DEFINITIONS: readonly string[] = [
  `Move: a UTC day on which a coin's high is more than ${percent(MOVE_MIN)} above the day's first price, with at least 500,000 quote units traded.`,
  'Share left of a move: the highest price of the day after the alarm less the price at the alarm, over the whole rise from first price to high.',
  `Share left of a candidate: from its price to the high of the ${hours(LATER_MS)} after, over the rise from the low of the 24 hours before to that high.`,
  `Target: +${percent(TARGET_RISE)} came before -${percent(STOP_FALL)} within ${hours(HOLD_MS)} (the seed's first take-profit, stop and holding time); in a bar that holds both the stop is taken. An alarm without a target is a false one; costs are not counted.`,
  `Lanes: "${POOL_LANE}" is a coin's entry into the pool (heat at 40 for the first time of a stay), "rule" an alert of the seed's burst rule, "score>=N" the volatility-normalised score with the same gates and cooldown. The thresholds are a scale to read off; none was chosen by its result. "${CHANCE_LANE}" is every coin that passes the gates, taken every ${hours(HOLD_MS)}: what an alarm is worth without any rule.`,
];

/** Moves of the report. */
export function reportMoves(player: ScanPlayer): readonly ReportedMove[] {
  const moves = player.moves.map((found) => reportMove(player, found));
  return moves.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : b.rise_to_high - a.rise_to_high));
}

function reportMove(player: ScanPlayer, { day, refusedBy }: FoundMove): ReportedMove {
  const { open, high, close } = day;
  return {
    instrument_id: player.instruments[day.instrument]?.instrumentId ?? '',
    day: toIsoText(day.dayStart).slice(0, 10),
    open,
    high,
    high_time: toIsoText(day.highTime),
    rise_to_high: high / open - 1,
    rise_to_close: close / open - 1,
    quote_volume: day.quoteVolume,
    alarms: Object.fromEntries(LANES.map((lane) => [lane, reportDayAlarm(day, day.alarms[lane])])),
    refused_by: refusedBy,
  };
}

function reportDayAlarm(day: MoverDay, alarm: DayAlarm | undefined): ReportedDayAlarm | null {
  if (alarm === undefined) return null;
  const { time, price } = alarm;
  return { time: toIsoText(time), price, share_left: moveLeft(day, alarm), held: time <= day.dayStart };
}

/** Lanes of the report. */
export function reportLanes(
  player: ScanPlayer,
  { moves, days }: { readonly moves: readonly ReportedMove[]; readonly days: number },
): readonly ReportedLane[] {
  return [...LANES, CHANCE_LANE].map((lane) => {
    const { alarms, target, stop, neither, unfinished } = player.alarms.counts[lane] as AlarmCounts;
    const told = moves.flatMap((move) => move.alarms[lane] ?? []);
    const shares = told.flatMap(({ held, share_left }) => (held ? [] : [share_left]));
    return {
      lane,
      alarms,
      alarms_per_day: alarms / days,
      target,
      stop,
      neither,
      unfinished,
      false_per_day: (stop + neither) / days,
      moves_found: shares.length,
      moves_held: told.length - shares.length,
      moves: moves.length,
      median_share_left: medianOf(shares),
    };
  });
}

/** The middle of the values; `null` without any. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const [lower, upper] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return lower === undefined || upper === undefined ? null : (lower + upper) / 2;
}

/** Candidates of the report, in order of admission. */
export function reportCandidates(player: ScanPlayer): readonly ReportedCandidate[] {
  return player.log.stays.map((stay) => reportStay(stay));
}

function reportStay({ instrumentId, admittedTime, entry, ...stay }: Stay): ReportedCandidate {
  const alarm = entry?.alarm;
  return {
    instrument_id: instrumentId,
    admitted_time: toIsoText(admittedTime),
    entry_time: textOf(alarm?.time ?? null),
    heat: entry?.heat ?? null,
    peak_heat: stay.peakHeat,
    source: stay.source,
    burst_score: stay.burstScore,
    price: alarm?.price ?? null,
    later_high: alarm?.laterHigh ?? null,
    share_left: alarm === undefined ? null : shareLeft(alarm),
    outcome: alarm?.outcome ?? null,
    chosen_time: textOf(stay.chosenTime),
    end_time: textOf(stay.endTime),
    end_reason: stay.endReason,
  };
}

function textOf(time: EpochMs | null): string | null {
  return time === null ? null : toIsoText(time);
}
