/**
 * Deriving a higher timeframe from a file of base candles and comparing it, candle by candle and column by column,
 * with the file the exchange itself published.
 */

import { type Decimal, toDecimalText } from '../../core/decimal.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import { endOf, exchangeCalendar, openOf } from '../../market/bucket-calendar.ts';
import { acceptClosed, createCalendarFanout, emptyOutput, skipMinutes } from '../../market/derived-timeframe-fanout.ts';
import { CANDLE_COLUMN_NAMES, type CandleColumns, type ClosedCandle } from '../../model/candle.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { type SeriesId, siblingSeries } from '../../model/series.ts';
import { parseTimeframe, type Timeframe, timeframeMs } from '../../model/timeframe.ts';

/** One side of the comparison: what the file says it holds, and its candles in chunks, ascending. */
export type CandleFile = {
  readonly interval: string;
  readonly chunks: AsyncIterable<readonly ClosedCandle[]>;
};

/** One column that is not what the exchange says. */
export type ColumnDifference = { readonly column: string; readonly derived: string; readonly published: string };

/** One candle that differs; `note` says what is known about why. */
export type CandleDifference = {
  readonly openTime: EpochMs;
  readonly columns: readonly ColumnDifference[];
  readonly note: string;
};

/** The outcome. `compared = equal + different`; `skipped` published candles lie outside what the base file covers. */
export type VerifyReport = {
  readonly compared: number;
  readonly equal: number;
  readonly different: number;
  readonly skipped: number;
  readonly columns: readonly string[];
  readonly volumeRule: string;
  readonly differences: readonly CandleDifference[];
};

/** Volumes of files without the exchange's own decimal strings carry floating-point noise of this relative size. */
const NOISE = 1_000_000_000n;

/**
 * Compares; fails with `usage_wrong` when one timeframe can not be derived from the other or the files have no stretch
 * in common. Rejects like the readers.
 */
export async function verifyCandles(
  seriesId: SeriesId,
  base: CandleFile,
  higher: CandleFile,
): Promise<Result<VerifyReport, Failure>> {
  const published = await collect(higher.chunks);
  const baseTimeframe = parseTimeframe(base.interval);
  const first = published[0];
  if (!baseTimeframe.ok) return usage(`${base.interval} can not be a base timeframe`);
  if (first === undefined) return usage('the higher file has no candles');
  const calendar = exchangeCalendar(higher.interval, first.openTime);
  const baseMs = timeframeMs(baseTimeframe.value);
  const length = calendar === null ? 0 : endOf(calendar, first.openTime) - first.openTime;
  if (calendar === null || length <= baseMs || length % baseMs !== 0) {
    return usage(`${higher.interval} can not be derived from ${base.interval}`);
  }
  const target = { seriesId: siblingSeries(seriesId, higher.interval as Timeframe), calendar };
  const fanout = createCalendarFanout(seriesId, baseMs, target);
  const output = emptyOutput();
  const missing: EpochMs[] = [];
  let from: EpochMs | null = null;
  for await (const chunk of base.chunks) {
    for (const candle of chunk) {
      from ??= candle.openTime;
      const next = fanout.nextOpen ?? candle.openTime;
      for (let time = next; time < candle.openTime; time = (time + baseMs) as EpochMs) missing.push(time);
      if (next < candle.openTime)
        skipMinutes(fanout, { from: next, to: candle.openTime, reason: 'exchange_gap' }, output);
      acceptClosed(fanout, candle, output);
    }
  }
  const covered = { from: from ?? first.openTime, to: fanout.nextOpen ?? first.openTime };
  const isCovered = (open: EpochMs): boolean => open >= covered.from && endOf(calendar, open) <= covered.to;
  const note = (open: EpochMs): string => missingNote(missing, { from: open, to: endOf(calendar, open) });
  const isAligned = (open: EpochMs): boolean => openOf(calendar, open) === open;
  const report = compare({ derived: output.closed, published, isCovered, isAligned, note });
  // Nothing compared proves nothing: that must not look like success.
  if (report.compared === 0) return usage(`no candle of the ${higher.interval} file lies wholly inside the base file`);
  return ok(report);
}

function usage(reason: string): Result<never, Failure> {
  return err(failure('usage_wrong', { reason }));
}

async function collect(chunks: AsyncIterable<readonly ClosedCandle[]>): Promise<readonly ClosedCandle[]> {
  const all: ClosedCandle[] = [];
  for await (const chunk of chunks) all.push(...chunk);
  return all;
}

function missingNote(missing: readonly EpochMs[], bucket: { readonly from: EpochMs; readonly to: EpochMs }): string {
  const inside = missing.filter((time) => time >= bucket.from && time < bucket.to);
  const first = inside[0];
  if (first === undefined) return 'the base file has every candle of it: the exchange published different numbers';
  return `the base file lacks ${inside.length} candle(s) of it, the first at ${new Date(first).toISOString()}`;
}

type Comparison = {
  readonly derived: readonly ClosedCandle[];
  readonly published: readonly ClosedCandle[];
  readonly isCovered: (open: EpochMs) => boolean;
  readonly isAligned: (open: EpochMs) => boolean;
  readonly note: (open: EpochMs) => string;
};

function compare({ derived, published, isCovered, isAligned, note }: Comparison): VerifyReport {
  const derivedByTime = new Map(derived.map((candle) => [candle.openTime, candle]));
  const columns = CANDLE_COLUMN_NAMES.filter(
    (column) => published[0]?.[column] !== null && derived[0]?.[column] !== null,
  );
  const isExact = columns.includes('quoteVolume');
  const differences: CandleDifference[] = [];
  let skipped = 0;
  let compared = 0;
  const differs = (openTime: EpochMs, found: readonly ColumnDifference[]): void => {
    compared++;
    if (found.length > 0) differences.push({ openTime, columns: found, note: note(openTime) });
  };
  for (const candle of published) {
    const own = derivedByTime.get(candle.openTime);
    derivedByTime.delete(candle.openTime);
    if (!isCovered(candle.openTime)) skipped++;
    else if (own === undefined)
      differs(candle.openTime, [absent(isAligned(candle.openTime) ? 'none' : 'not aligned', 'a candle')]);
    else differs(candle.openTime, compareColumns(own, candle, { columns, isExact }));
  }
  const [first, last] = [published[0], published[published.length - 1]];
  for (const open of derivedByTime.keys()) {
    const inside = first !== undefined && last !== undefined && open >= first.openTime && open <= last.openTime;
    if (inside) differs(open, [absent('a candle', 'none')]);
  }
  differences.sort((a, b) => a.openTime - b.openTime);
  const different = differences.length;
  const volumeRule = isExact ? 'exact' : 'relative 1e-9 (the files carry floating-point volumes)';
  return { compared, equal: compared - different, different, skipped, columns, volumeRule, differences };
}

function absent(derived: string, published: string): ColumnDifference {
  return { column: 'candle', derived, published };
}

function compareColumns(
  own: CandleColumns,
  published: CandleColumns,
  rule: { readonly columns: readonly (typeof CANDLE_COLUMN_NAMES)[number][]; readonly isExact: boolean },
): readonly ColumnDifference[] {
  return rule.columns.flatMap((column) => {
    const [a, b] = [own[column], published[column]];
    if (a === b || (column === 'volume' && !rule.isExact && isNoise(own.volume, published.volume))) return [];
    return [{ column, derived: show(a), published: show(b) }];
  });
}

function isNoise(a: bigint, b: bigint): boolean {
  const distance = a > b ? a - b : b - a;
  return distance * NOISE <= (a > b ? a : b);
}

function show(value: Decimal | number | null): string {
  return typeof value === 'bigint' ? toDecimalText(value) : String(value);
}
