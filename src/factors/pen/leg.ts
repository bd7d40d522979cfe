/**
 * What a price did since a pivot: how far it went, and how far it came back from there. One comparison a candle.
 */
import type { EpochMs } from '../../core/time.ts';
import type { ChartPayload } from '../../model/chart.ts';
import type { Price } from '../../model/money.ts';
import { type CandleWindow, highAt, lowAt, timeAt } from '../candle-window.ts';
import type { Pivot } from '../pivot/index.ts';

/** A move between two extremes. */
export type Leg = {
  readonly startTime: EpochMs;
  readonly endTime: EpochMs;
  readonly startPrice: Price;
  readonly endPrice: Price;
  /** Up or down. */
  readonly direction: 1 | -1;
};

type Extreme = { readonly time: EpochMs; readonly price: Price };

/** The farthest candle since `origin`, and the farthest the other way after that one; the earliest on ties. */
export type Excursion = { readonly origin: Pivot; far: Extreme | null; back: Extreme | null };

type Bar = { readonly openTime: EpochMs; readonly high: Price; readonly low: Price };

/** What happened since `pivot` up to the newest candle of `window`; the pivot is in the window. */
export function startExcursion(pivot: Pivot, window: CandleWindow): Excursion {
  const excursion: Excursion = { origin: pivot, far: null, back: null };
  for (let index = pivot.index + 1; index < window.count; index++) {
    const bar = { openTime: timeAt(window, index), high: highAt(window, index), low: lowAt(window, index) };
    followExcursion(excursion, bar);
  }
  return excursion;
}

/** Takes the next candle into account. */
export function followExcursion(excursion: Excursion, bar: Bar): void {
  const { origin, far, back } = excursion;
  const isUp = origin.direction === 'support';
  const away = isUp ? bar.high : bar.low;
  if (far === null || (isUp ? away > far.price : away < far.price)) {
    excursion.far = { time: bar.openTime, price: away };
    excursion.back = null;
    return;
  }
  const home = isUp ? bar.low : bar.high;
  if (back === null || (isUp ? home < back.price : home > back.price)) {
    excursion.back = { time: bar.openTime, price: home };
  }
}

/** The move from the pivot to the farthest point; `null` without one at another price. */
export function farLeg({ origin, far }: Excursion): Leg | null {
  return far === null ? null : legBetween(origin, far);
}

/** The move back from the farthest point; `null` without one at another price. */
export function backLeg(excursion: Excursion): Leg | null {
  const { far, back } = excursion;
  return far === null || back === null || farLeg(excursion) === null ? null : legBetween(far, back);
}

function legBetween(start: Extreme, end: Extreme): Leg | null {
  if (start.price === end.price) return null;
  return {
    startTime: start.time,
    endTime: end.time,
    startPrice: start.price,
    endPrice: end.price,
    direction: end.price > start.price ? 1 : -1,
  };
}

/** A leg for readers. */
export function legPayload(leg: Leg): ChartPayload {
  const { startTime, endTime, startPrice, endPrice, direction } = leg;
  return { startTime, endTime, startPrice, endPrice, direction };
}
