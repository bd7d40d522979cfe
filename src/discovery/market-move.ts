/**
 * What the market as a whole did: the median change of all watched instruments, over the last five minutes and bar by
 * bar. A coin that only rose with all others is no burst.
 */

import { PRICE_STEP_MS, priceChange } from './price-rings.ts';
import { type TickerStream, volumesOf } from './ticker-stream.ts';
import { BARS_KEPT, readBar } from './volume-rings.ts';

/** Over how long a burst is measured. */
export const BURST_MS = 300_000;
/** Fewer instruments than this are no market; its move then counts as 0. */
const MARKET_MIN = 20;

/** Medians; plain data. `bars` is a ring of median log returns by bar, NaN where unknown. */
export type MarketMove = {
  /** Step of the five-minute median (-1 before the first), and the median as a fraction. */
  step: number;
  change5m: number;
  bar: number;
  bars: Float64Array;
  scratch: Float64Array;
};

/** Nothing known. */
export function createMarketMove(): MarketMove {
  return {
    step: -1,
    change5m: 0,
    bar: -1,
    bars: new Float64Array(BARS_KEPT).fill(Number.NaN),
    scratch: new Float64Array(0),
  };
}

/** Brings the medians up to `now`: the five-minute one every ten seconds, a bar's once when it is over. */
export function foldMarketMove(market: MarketMove, stream: TickerStream, now: number): void {
  if (market.scratch.length < stream.instruments.length) market.scratch = new Float64Array(stream.instruments.length);
  const step = Math.floor(now / PRICE_STEP_MS);
  if (step === market.step) return;
  market.step = step;
  market.change5m = medianOfFirst(market.scratch, collectChanges(market.scratch, stream, now));
  const volumes = volumesOf(stream);
  const current = Math.floor(now / volumes.barMs);
  if (current === market.bar) return;
  const passed = Math.max(market.bar, current - BARS_KEPT);
  for (let bar = passed; bar < current - 1; bar++) market.bars[bar % BARS_KEPT] = Number.NaN;
  const returns = collectReturns(market.scratch, stream, current - 1);
  market.bars[(current - 1) % BARS_KEPT] = medianOfFirst(market.scratch, returns);
  market.bar = current;
}

/** Log return of a bar over the one before it; NaN where unknown. */
export function barReturn(stream: TickerStream, slot: number, index: number): number {
  const volumes = volumesOf(stream);
  const close = readBar(volumes, slot, { index, column: 'close' });
  return Math.log(close / readBar(volumes, slot, { index: index - 1, column: 'close' }));
}

/** The market's log return in a bar; 0 where unknown. */
export function marketReturn(market: MarketMove, index: number): number {
  const value = market.bars[index % BARS_KEPT] as number;
  return Number.isNaN(value) ? 0 : value;
}

/** Known five-minute changes, written into `values`; answers how many. Plain loops, because thousands are silent. */
function collectChanges(values: Float64Array, stream: TickerStream, now: number): number {
  const back = { now, backMs: BURST_MS, gapStep: stream.gapStep };
  let count = 0;
  for (let slot = 0; slot < stream.instruments.length; slot++) {
    if (stream.instruments[slot] === null) continue;
    const value = priceChange(stream.prices, slot, back);
    if (Number.isNaN(value)) continue;
    values[count] = value;
    count++;
  }
  return count;
}

/** The same of the log returns of a bar. */
function collectReturns(values: Float64Array, stream: TickerStream, index: number): number {
  let count = 0;
  for (let slot = 0; slot < stream.instruments.length; slot++) {
    if (stream.instruments[slot] === null) continue;
    const value = barReturn(stream, slot, index);
    if (Number.isNaN(value)) continue;
    values[count] = value;
    count++;
  }
  return count;
}

function medianOfFirst(values: Float64Array, count: number): number {
  return count < MARKET_MIN ? 0 : medianOf(values.subarray(0, count));
}

/** The median of at least one number; sorts them in place. */
export function medianOf(values: Float64Array): number {
  values.sort();
  const middle = values.length >> 1;
  const upper = values[middle] as number;
  return values.length % 2 === 1 ? upper : (upper + (values[middle - 1] as number)) / 2;
}
