/**
 * The report of an audit for people and for programs.
 */
import { toIsoText } from '../../core/time.ts';
import type { DayQuality } from '../../reports/quality.ts';
import type { ArchiveDayAudit, ArchiveOutcome } from '../data/archive-audit.ts';
import type { CandleAudit } from '../data/audit-candles.ts';
import type { CandleMismatch } from '../data/compare-candles.ts';
import type { Stretch } from '../data/stored-candles.ts';
import { banner, grouped, say } from './output.ts';

/** Everything that was found. */
export type AuditReport = CandleAudit & {
  readonly stretch: Stretch;
  readonly archive: ArchiveOutcome;
};

/** Lines of one kind that people get to see; the JSON report has them all. */
const LINES_SHOWN = 20;

/** Candles that are wrong or missing without an explanation. */
export function countFindings({ days, derived, archive }: AuditReport): number {
  const unexplained = sum(days, (day) => day.unexplained);
  const wrong = sum(derived, ({ mismatches }) => mismatches.length);
  return unexplained + wrong + sum(daysOf(archive), ({ mismatches }) => mismatches.filter(isAgainstUs).length);
}

/** The archive is known to lack minutes that its longer candles include: a candle only we have is no fault. */
function isAgainstUs({ kind }: CandleMismatch): boolean {
  return kind !== 'extra';
}

function daysOf(archive: ArchiveOutcome): readonly ArchiveDayAudit[] {
  return archive.state === 'compared' ? archive.days : [];
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

/** The report for programs: names in snake case, times as ISO text. */
export function toJsonReport(report: AuditReport): object {
  const { stretch, days, derived, archive } = report;
  return {
    series_id: stretch.seriesId,
    from: toIsoText(stretch.from),
    to: toIsoText(stretch.to),
    findings: countFindings(report),
    days: days.map(toJsonDay),
    derived: derived.map(({ seriesId, compared, mismatches }) => {
      return { series_id: seriesId, compared, mismatches: mismatches.map(toJsonMismatch) };
    }),
    archive_state: archive.state,
    archive_reason: archive.state === 'compared' ? null : archive.reason,
    archive: archive.state === 'compared' ? archive.days.map(toJsonArchiveDay) : null,
  };
}

function toJsonDay(quality: DayQuality): object {
  const { day, expected, present, missing, unexplained, revised, byStatus, bySource, holes } = quality;
  return {
    day: dayText(day),
    expected,
    present,
    missing,
    unexplained,
    revised,
    by_status: byStatus,
    by_source: bySource,
    holes: holes.map(({ from, to, reason }) => ({ from: toIsoText(from), to: toIsoText(to), reason })),
  };
}

function toJsonArchiveDay({ day, archive, equal, mismatches }: ArchiveDayAudit): object {
  return { day: dayText(day), archive, equal, mismatches: mismatches.map(toJsonMismatch) };
}

function toJsonMismatch({ openTime, kind, values }: CandleMismatch): object {
  return { open_time: toIsoText(openTime), open_time_ms: openTime, kind, values };
}

function dayText(day: DayQuality['day']): string {
  return toIsoText(day).slice(0, 10);
}

/** Prints the report for people: days that are not perfect, mismatches, and the totals. */
export function sayAuditReport(report: AuditReport): void {
  const { stretch, days, derived, archive } = report;
  sayLines(days.filter((day) => day.missing > 0 || day.revised > 0).flatMap(dayLines));
  for (const { seriesId, mismatches } of derived) sayMismatches(`${seriesId} against its base`, mismatches);
  sayMismatches(
    `${stretch.seriesId} against the archive`,
    daysOf(archive).flatMap(({ mismatches }) => mismatches),
  );
  const findings = countFindings(report);
  say(`${stretch.seriesId}, ${toIsoText(stretch.from)} to ${toIsoText(stretch.to)}`);
  say(
    banner([
      ['candles', `${grouped(sum(days, (day) => day.present))} of ${grouped(sum(days, (day) => day.expected))}`],
      [
        'missing',
        `${grouped(sum(days, (day) => day.missing))}, ${grouped(sum(days, (day) => day.unexplained))} of them unexplained`,
      ],
      ['status', countText(days.map(({ byStatus }) => byStatus))],
      ['source', countText(days.map(({ bySource }) => bySource))],
      ['corrected', `${grouped(sum(days, (day) => day.revised))} (revision above 1)`],
      ...derived.map(({ seriesId, compared, mismatches }): readonly [string, string] => {
        return [
          seriesId.slice(seriesId.lastIndexOf(':') + 1),
          `${grouped(compared)} compared, ${grouped(mismatches.length)} wrong`,
        ];
      }),
      ['archive', archiveText(archive)],
      ['findings', findings === 0 ? 'none' : grouped(findings)],
    ]),
  );
}

function dayLines({ day, present, expected, revised, holes }: DayQuality): readonly string[] {
  const head = `${dayText(day)}  ${grouped(present)} of ${grouped(expected)} candles, ${grouped(revised)} corrected`;
  return [head, ...holes.map(({ from, to, reason }) => `    hole ${toIsoText(from)} to ${toIsoText(to)}: ${reason}`)];
}

function sayMismatches(title: string, mismatches: readonly CandleMismatch[]): void {
  if (mismatches.length === 0) return;
  say(`${title}: ${grouped(mismatches.length)} candle(s)`);
  sayLines(
    mismatches.map(({ openTime, kind, values }) => {
      const texts = values.map(({ column, expected, stored }) => `${column} ${stored}, expected ${expected}`);
      return `    ${toIsoText(openTime)}  ${[kind, ...texts].join('; ')}`;
    }),
  );
}

function sayLines(lines: readonly string[]): void {
  for (const line of lines.slice(0, LINES_SHOWN)) say(line);
  if (lines.length > LINES_SHOWN)
    say(`    and ${grouped(lines.length - LINES_SHOWN)} more line(s); --json has them all`);
}

function countText(counts: readonly Readonly<Record<string, number>>[]): string {
  const totals = new Map<string, number>();
  for (const [name, count] of counts.flatMap((each) => Object.entries(each))) {
    totals.set(name, (totals.get(name) ?? 0) + count);
  }
  return [...totals]
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${grouped(count)} ${name}`)
    .join(', ');
}

function archiveText(outcome: ArchiveOutcome): string {
  if (outcome.state !== 'compared') {
    const { state, reason } = outcome;
    return `${state === 'unasked' ? 'not asked' : 'not compared, it does not answer'}: ${reason}`;
  }
  const archive = outcome.days;
  if (archive.length === 0) return 'not compared, there is no whole day';
  const lacking = archive.filter((day) => day.archive === 'lacks').length;
  const mismatches = archive.flatMap((day) => day.mismatches);
  const count = (kind: CandleMismatch['kind']): string =>
    grouped(mismatches.filter((each) => each.kind === kind).length);
  const equal = grouped(sum(archive, (day) => day.equal));
  const differing = `${count('different')} different, ${count('missing')} missing here, ${count('extra')} only here`;
  return `${equal} equal, ${differing}; ${lacking} of ${archive.length} day(s) not in the archive`;
}
