/**
 * Average true range of the newest candles, simple mean; it says what counts as near a level. Doubles: an average is an
 * indicator, not a price.
 */

/** The newest true ranges and the averages of the newest `kept` candles, each in a ring by place. */
export type RangeMeter = {
  readonly kept: number;
  count: number;
  lastClose: number;
  readonly ranges: number[];
  readonly averages: number[];
};

/** Candles that are averaged. */
export const RANGE_PERIOD = 14;

/** No candles yet; averages of the newest `kept` candles can be asked for. */
export function createMeter(kept: number): RangeMeter {
  return { kept, count: 0, lastClose: 0, ranges: [], averages: [] };
}

/** Adds a candle and answers its average over the newest `period` candles, or those there are. */
export function measure(
  meter: RangeMeter,
  { high, low, close }: { readonly high: number; readonly low: number; readonly close: number },
  period: number = RANGE_PERIOD,
): number {
  const before = meter.count === 0 ? close : meter.lastClose;
  const index = meter.count++;
  meter.ranges[index % period] = Math.max(high - low, Math.abs(high - before), Math.abs(low - before));
  meter.lastClose = close;
  // Summed anew, oldest first: a running sum would depend on where it was begun.
  const length = Math.min(meter.count, period);
  let sum = 0;
  for (let back = length - 1; back >= 0; back--) sum += meter.ranges[(index - back) % period] as number;
  const average = sum / length;
  meter.averages[index % meter.kept] = average;
  return average;
}

/** The average at the candle of `index`, one of the newest `kept`. */
export function averageAt(meter: RangeMeter, index: number): number {
  return meter.averages[index % meter.kept] as number;
}
