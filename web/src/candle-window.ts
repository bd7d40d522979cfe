/**
 * The candles the page holds for one series: closed ones, strictly ascending and each once, and the forming one after
 * them. Whatever order, repetition or overlap they arrive in, the closed list is the union of what arrived.
 */
import type { WireCandle } from '../../src/api/contract.ts';

/** Most closed candles held. Policy: when it is passed the oldest go, a thousand at once, so redraws stay rare. */
export const WINDOW_MAX = 5000;
const WINDOW_AFTER_CUT = 4000;

/** An immutable view of one series. */
export type CandleWindow = {
  readonly closed: readonly WireCandle[];
  /** Always newer than the last closed candle. */
  readonly forming: WireCandle | null;
  /** Candles older than this were let go and stay out: taking one back would leave a hole behind it. */
  readonly floor: number;
  /** Changes whenever anything but the newest end changed, so a drawing knows that appending is not enough. */
  readonly revision: number;
};

/** A window without candles. */
export const EMPTY_WINDOW: CandleWindow = {
  closed: [],
  forming: null,
  floor: Number.NEGATIVE_INFINITY,
  revision: 0,
};

/** Open time of the newest closed candle; `null` when there is none. */
export function lastClosedTime(window: CandleWindow): number | null {
  return window.closed.at(-1)?.candle_time ?? null;
}

/** The newest candle, forming or closed; `null` in an empty window. */
export function newestCandle(window: CandleWindow): WireCandle | null {
  return window.forming ?? window.closed.at(-1) ?? null;
}

/** Every candle to draw, ascending. */
export function drawnCandles(window: CandleWindow): readonly WireCandle[] {
  return window.forming === null ? window.closed : [...window.closed, window.forming];
}

function isSame(a: WireCandle, b: WireCandle): boolean {
  return a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close && a.volume === b.volume;
}

function isAppend(window: CandleWindow, candles: readonly WireCandle[]): boolean {
  let last = lastClosedTime(window) ?? Number.NEGATIVE_INFINITY;
  for (const { candle_time } of candles) {
    if (candle_time <= last) return false;
    last = candle_time;
  }
  return true;
}

function cut(closed: readonly WireCandle[]): readonly WireCandle[] {
  return closed.length > WINDOW_MAX ? closed.slice(-WINDOW_AFTER_CUT) : closed;
}

function withClosed(window: CandleWindow, closed: readonly WireCandle[], kind: 'appended' | 'rewritten'): CandleWindow {
  const kept = cut(closed);
  const last = kept.at(-1)?.candle_time ?? Number.NEGATIVE_INFINITY;
  const forming = window.forming !== null && window.forming.candle_time > last ? window.forming : null;
  const isCut = kept !== closed;
  const floor = isCut ? (kept[0]?.candle_time ?? window.floor) : window.floor;
  return { closed: kept, forming, floor, revision: window.revision + (isCut || kind === 'rewritten' ? 1 : 0) };
}

/**
 * Takes in closed candles in any order. A candle of a time already held replaces it; a forming candle that is not
 * newer than the newest closed one is dropped. Answers the same window when nothing changed.
 */
export function mergeClosed(window: CandleWindow, candles: readonly WireCandle[]): CandleWindow {
  if (candles.length === 0) return window;
  if (isAppend(window, candles)) return withClosed(window, [...window.closed, ...candles], 'appended');
  const byTime = new Map(window.closed.map((candle) => [candle.candle_time, candle]));
  const changed = candles.filter((candle) => {
    const held = byTime.get(candle.candle_time);
    if (candle.candle_time < window.floor) return false;
    return held === undefined || !isSame(held, candle);
  });
  if (changed.length === 0) return window;
  if (isAppend(window, changed)) return withClosed(window, [...window.closed, ...changed], 'appended');
  for (const candle of changed) byTime.set(candle.candle_time, candle);
  const union = [...byTime.values()].sort((a, b) => a.candle_time - b.candle_time);
  return withClosed(window, union, 'rewritten');
}

/** Takes in a forming candle; one that is older than what is held is ignored. */
export function mergeForming(window: CandleWindow, candle: WireCandle): CandleWindow {
  const newest = window.forming?.candle_time ?? Number.NEGATIVE_INFINITY;
  const last = lastClosedTime(window) ?? Number.NEGATIVE_INFINITY;
  if (candle.candle_time <= last || candle.candle_time < newest) return window;
  return { ...window, forming: candle };
}

/** A stretch of time between two candles, both ends exclusive, Unix seconds. */
export type Span = { readonly after: number; readonly before: number };

/** How many candles of `stepSec` are missing strictly inside `span`; candles older than the window do not count. */
export function missingInside(window: CandleWindow, span: Span, stepSec: number): number {
  const oldest = window.closed[0]?.candle_time;
  const after = oldest === undefined ? span.after : Math.max(span.after, oldest - stepSec);
  const slots = Math.ceil((span.before - after) / stepSec) - 1;
  const held = window.closed.filter(({ candle_time }) => candle_time > after && candle_time < span.before).length;
  return Math.max(0, slots - held);
}

/** The span from the first to the last hole after `time`; `null` when the candles after it are contiguous. */
export function holesAfter(window: CandleWindow, time: number, stepSec: number): Span | null {
  let after: number | null = null;
  let before = 0;
  let previous = time;
  for (const { candle_time } of window.closed) {
    if (candle_time <= time) continue;
    if (candle_time > previous + stepSec) {
      after ??= previous;
      before = candle_time;
    }
    previous = candle_time;
  }
  return after === null ? null : { after, before };
}
