/**
 * Recorded gaps of the series: stretches without candles. Kept disjoint, never touching with one reason, and free of
 * stored candles; every operation looks at the gaps near its own stretch only, by key, from the newest end.
 */
import { type EpochMs, isEpochMs } from '../../core/time.ts';
import type { CandleGap, GapReason } from '../../model/candle.ts';
import type { SeriesId } from '../../model/series.ts';
import type { SqliteConnection } from './sqlite-database.ts';
import { RowFault } from './sqlite-failures.ts';

/** A stretch [`from`, `to`) of the series with this key. */
export type Stretch = { readonly seriesKey: number; readonly from: number; readonly to: number };

/** Gaps on one connection; `cut` and `save` must run inside a transaction. */
export type GapLedger = {
  /** Takes the stretch out of every gap it overlaps. */
  readonly cut: (stretch: Stretch) => void;
  /** Records the stretch with its reason, leaving out the periods of stored candles of `candleMs`. */
  readonly save: (stretch: Stretch, as: { readonly reason: GapReason; readonly candleMs: number }) => void;
  /** Gaps that overlap the stretch, ascending; throws `RowFault` when a row cannot be a gap. */
  readonly read: (stretch: Stretch, seriesId: SeriesId) => readonly CandleGap[];
};

type GapRow = readonly [from: number, to: number, reason: string];

/** The ledger of `connection`. */
export function prepareGapLedger(connection: SqliteConnection): GapLedger {
  // Gaps are disjoint, so the last one that starts before a stretch's end is the last one that can overlap it.
  const lastBefore = connection
    .prepare<unknown[], GapRow>(
      `SELECT from_time, to_time, reason FROM candle_gaps
       WHERE series = ? AND from_time < ? ORDER BY from_time DESC LIMIT 1`,
    )
    .raw();
  const startingAt = connection
    .prepare<unknown[], GapRow>('SELECT from_time, to_time, reason FROM candle_gaps WHERE series = ? AND from_time = ?')
    .raw();
  const insert = connection.prepare('INSERT INTO candle_gaps (series, from_time, to_time, reason) VALUES (?, ?, ?, ?)');
  const remove = connection.prepare('DELETE FROM candle_gaps WHERE series = ? AND from_time = ?');
  const storedOpens = connection
    .prepare<unknown[], number>(
      'SELECT open_time FROM candles WHERE series = ? AND open_time > ? AND open_time < ? ORDER BY open_time',
    )
    .pluck();

  const cut = ({ seriesKey, from, to }: Stretch): void => {
    let gap = lastBefore.get(seriesKey, to);
    while (gap !== undefined && gap[1] > from) {
      const [gapFrom, gapTo, reason] = gap;
      remove.run(seriesKey, gapFrom);
      if (gapFrom < from) insert.run(seriesKey, gapFrom, from, reason);
      if (gapTo > to) insert.run(seriesKey, to, gapTo, reason);
      gap = lastBefore.get(seriesKey, gapFrom);
    }
  };

  const insertMerged = ({ seriesKey, from, to }: Stretch, reason: GapReason): void => {
    const left = lastBefore.get(seriesKey, from);
    const right = startingAt.get(seriesKey, to);
    const joinsLeft = left !== undefined && left[1] === from && left[2] === reason;
    const joinsRight = right !== undefined && right[2] === reason;
    if (joinsLeft) remove.run(seriesKey, left[0]);
    if (joinsRight) remove.run(seriesKey, right[0]);
    insert.run(seriesKey, joinsLeft ? left[0] : from, joinsRight ? right[1] : to, reason);
  };

  return {
    cut,
    save: (stretch, as) => {
      cut(stretch);
      const { seriesKey, from, to } = stretch;
      const opens = storedOpens.iterate(seriesKey, from - as.candleMs, to);
      for (const free of freeStretches({ stretch, candleMs: as.candleMs, opens })) insertMerged(free, as.reason);
    },
    read: ({ seriesKey, from, to }, seriesId) => {
      const gaps: CandleGap[] = [];
      for (let gap = lastBefore.get(seriesKey, to); gap !== undefined && gap[1] > from; ) {
        gaps.push(parseGapRow(seriesId, gap));
        gap = lastBefore.get(seriesKey, gap[0]);
      }
      return gaps.reverse();
    },
  };
}

/** The parts of a stretch that no candle covers, ascending; `opens` are the candles' open times, ascending. */
function freeStretches(input: {
  readonly stretch: Stretch;
  readonly candleMs: number;
  readonly opens: Iterable<number>;
}): readonly Stretch[] {
  const { seriesKey, from, to } = input.stretch;
  const free: Stretch[] = [];
  let reached = from;
  for (const open of input.opens) {
    if (open > reached) free.push({ seriesKey, from: reached, to: open });
    reached = Math.max(reached, open + input.candleMs);
  }
  if (reached < to) free.push({ seriesKey, from: reached, to });
  return free;
}

function parseGapRow(seriesId: SeriesId, [from, to, reason]: GapRow): CandleGap {
  if (!isEpochMs(from) || !isEpochMs(to) || from >= to) throw new RowFault(`gap from ${from} to ${to}`);
  return { kind: 'candleGap', seriesId, from: from as EpochMs, to: to as EpochMs, reason: parseReason(reason) };
}

function parseReason(text: string): GapReason {
  if (text !== 'exchange_gap' && text !== 'unknown') throw new RowFault(`gap reason "${text}"`);
  return text;
}
