/**
 * The simulated exchange's own aggregation: published minutes in, candles of longer intervals out. Trades alone make
 * open, high, low and close, so a minute without trades adds nothing unless its whole bucket has none; a minute that
 * was never published is simply not there. Independent of the product's derivation, which is compared with it.
 */

import { add } from '../../core/decimal.ts';
import { highest, lowest } from './sim-grid.ts';
import { bucketAfter, bucketCeil, bucketOpenOf, type SimInterval } from './sim-interval.ts';
import type { SimPeriod, SimRow } from './sim-market.ts';

/** `bucket` (earlier, `null` at the start) with `minute` (later) added; the open time is that of the bucket. */
export function addMinute(bucket: SimRow | null, minute: SimRow): SimRow {
  if (bucket === null) return minute;
  if (minute.trades === 0) return bucket;
  if (bucket.trades === 0) return { ...minute, openTime: bucket.openTime };
  return {
    openTime: bucket.openTime,
    open: bucket.open,
    high: highest(bucket.high, minute.high),
    low: lowest(bucket.low, minute.low),
    close: minute.close,
    volume: add(bucket.volume, minute.volume),
    quoteVolume: add(bucket.quoteVolume, minute.quoteVolume),
    trades: bucket.trades + minute.trades,
    takerBaseVolume: add(bucket.takerBaseVolume, minute.takerBaseVolume),
    takerQuoteVolume: add(bucket.takerQuoteVolume, minute.takerQuoteVolume),
    firstTradeId: bucket.firstTradeId,
    lastTradeId: minute.lastTradeId,
  };
}

/** One row per bucket that has at least one minute; `minutes` ascending. */
export function aggregateMinutes(minutes: readonly SimRow[], interval: SimInterval): readonly SimRow[] {
  if (interval === '1m') return minutes;
  const rows: SimRow[] = [];
  let bucket: SimRow | null = null;
  let bucketEnd = 0;
  for (const minute of minutes) {
    if (bucket === null || minute.openTime >= bucketEnd) {
      if (bucket !== null) rows.push(bucket);
      const openTime = bucketOpenOf(interval, minute.openTime);
      bucketEnd = bucketAfter(interval, openTime, 1);
      bucket = { ...minute, openTime };
    } else bucket = addMinute(bucket, minute);
  }
  if (bucket !== null) rows.push(bucket);
  return rows;
}

/** Complete candles with open times in `period`, made from the minutes that `read` answers. */
export function readCandles(
  read: (period: SimPeriod) => readonly SimRow[],
  interval: SimInterval,
  period: SimPeriod,
): readonly SimRow[] {
  if (period.to <= period.from) return [];
  const from = bucketCeil(interval, period.from);
  const to = bucketCeil(interval, period.to);
  return to <= from ? [] : aggregateMinutes(read({ from, to }), interval);
}
