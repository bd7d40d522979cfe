/**
 * The newest candles of a series by their place in its history, in a ring: what pivots and pens look back at. Plain
 * data; it mutates as candles are added.
 */
import { assert } from '../core/assert.ts';
import type { EpochMs } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import type { Price } from '../model/money.ts';

/** The window; `count` candles were added since the start, the newest `capacity` of them are here. */
export type CandleWindow = {
  readonly capacity: number;
  count: number;
  readonly times: EpochMs[];
  readonly highs: Price[];
  readonly lows: Price[];
};

/** An empty window for `capacity` candles. */
export function createWindow(capacity: number): CandleWindow {
  return { capacity, count: 0, times: [], highs: [], lows: [] };
}

/** Adds the next candle. */
export function addToWindow(window: CandleWindow, candle: ClosedCandle): void {
  const slot = window.count % window.capacity;
  window.times[slot] = candle.openTime;
  window.highs[slot] = candle.high;
  window.lows[slot] = candle.low;
  window.count++;
}

/** Where the candle of `index` stands in the arrays; it must still be in the window. */
export function slotOf(window: CandleWindow, index: number): number {
  assert(index < window.count && index >= window.count - window.capacity && index >= 0, `candle ${index} has left`);
  return index % window.capacity;
}

/** Open time of the candle of `index`. */
export function timeAt(window: CandleWindow, index: number): EpochMs {
  return window.times[slotOf(window, index)] as EpochMs;
}

/** High of the candle of `index`. */
export function highAt(window: CandleWindow, index: number): Price {
  return window.highs[slotOf(window, index)] as Price;
}

/** Low of the candle of `index`. */
export function lowAt(window: CandleWindow, index: number): Price {
  return window.lows[slotOf(window, index)] as Price;
}
