/**
 * The rolling 24 hours of one instrument as the exchange's ticker tells them, made from its bars: bars in, a ticker of
 * the moment after the newest one out. Only what is over is in it.
 */
import { createExtreme, type Extreme, extremeValue, pushExtreme } from '../../indicators/index.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Ticker } from '../../model/ticker.ts';
import type { RecordedBar } from './recording-spool.ts';

const DAY_MS = 86_400_000;

/** Plain data; `opens` and `volumes` are rings of the bars of a day by their index from the epoch. */
export type DayWindow = {
  readonly stepMs: number;
  readonly length: number;
  readonly opens: Float64Array;
  readonly volumes: Float64Array;
  readonly high: Extreme;
  readonly low: Extreme;
  firstOpen: number;
  newest: number;
  close: number;
};

/** A window without bars. */
export function createDayWindow(stepMs: number): DayWindow {
  const length = DAY_MS / stepMs;
  return {
    stepMs,
    length,
    opens: new Float64Array(length),
    volumes: new Float64Array(length),
    high: createExtreme('highest', length),
    low: createExtreme('lowest', length),
    firstOpen: Number.NaN,
    newest: Number.NaN,
    close: Number.NaN,
  };
}

/** Adds a bar later than the newest one; bars that are missing between count as nothing traded at the last price. */
export function pushDayBar(window: DayWindow, bar: RecordedBar): void {
  const index = bar.openTime / window.stepMs;
  if (Number.isNaN(window.newest)) {
    window.firstOpen = bar.openTime;
    window.newest = index - 1;
  }
  for (let missing = Math.max(window.newest + 1, index - window.length); missing < index; missing++) {
    putBar(window, missing, { open: window.close, high: window.close, low: window.close, quoteVolume: 0 });
  }
  putBar(window, index, bar);
  window.newest = index;
  window.close = bar.close;
}

function putBar(
  window: DayWindow,
  index: number,
  bar: Pick<RecordedBar, 'open' | 'high' | 'low' | 'quoteVolume'>,
): void {
  const place = index % window.length;
  window.opens[place] = bar.open;
  window.volumes[place] = bar.quoteVolume;
  pushExtreme(window.high, bar.high);
  pushExtreme(window.low, bar.low);
}

/** Lowest price of the last 24 hours. */
export function lowOf(window: DayWindow): number {
  return extremeValue(window.low);
}

/** Whether a whole day of bars is known at the end of the newest one. */
export function hasWholeDay(window: DayWindow): boolean {
  return (window.newest + 1) * window.stepMs - window.firstOpen >= DAY_MS;
}

/** The ticker at the end of the newest bar; of a coin younger than a day, what happened since it began, as on the exchange. */
export function toTicker(window: DayWindow, instrumentId: InstrumentId): Ticker {
  const first = Math.max(window.firstOpen / window.stepMs, window.newest - window.length + 1);
  let quoteVolume24h = 0;
  // Summed anew each time: what is added and taken away from a running sum leaves a remainder.
  for (let index = first; index <= window.newest; index++) {
    quoteVolume24h += window.volumes[index % window.length] as number;
  }
  return {
    instrumentId,
    price: window.close,
    open24h: window.opens[first % window.length] as number,
    high24h: extremeValue(window.high),
    low24h: extremeValue(window.low),
    quoteVolume24h,
  };
}
