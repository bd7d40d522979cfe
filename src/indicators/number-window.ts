/**
 * The last `capacity` numbers of a stream, oldest first, as plain data: what every windowed indicator is built on.
 * Pushing to a full window drops the oldest number and answers it.
 */

/** A bounded window; `start` is where its oldest number lies in `values`. */
export type NumberWindow = { readonly capacity: number; readonly values: number[]; start: number; size: number };

/** An empty window; throws `RangeError` unless `capacity` is a positive integer. */
export function createNumberWindow(capacity: number): NumberWindow {
  return { capacity: checkedPeriod(capacity), values: new Array<number>(capacity).fill(0), start: 0, size: 0 };
}

/** A number of values that a window or an average can have; throws `RangeError` otherwise. */
export function checkedPeriod(period: number): number {
  if (!Number.isSafeInteger(period) || period < 1) throw new RangeError(`not a positive integer: ${period}`);
  return period;
}

/** Adds the newest number; answers the dropped one, or NaN while there was room. */
export function pushNumber(window: NumberWindow, value: number): number {
  const { capacity, values } = window;
  if (window.size < capacity) {
    values[window.size] = value;
    window.size++;
    return Number.NaN;
  }
  const dropped = values[window.start] as number;
  values[window.start] = value;
  window.start = window.start + 1 === capacity ? 0 : window.start + 1;
  return dropped;
}

/** The number pushed `lag` pushes before the newest one; NaN where the window does not reach. */
export function numberAt(window: NumberWindow, lag: number): number {
  if (lag >= window.size || lag < 0) return Number.NaN;
  const at = window.start + window.size - 1 - lag;
  return window.values[at >= window.capacity ? at - window.capacity : at] as number;
}

/** The numbers, oldest first. */
export function toNumbers(window: NumberWindow): number[] {
  return Array.from({ length: window.size }, (_, index) => numberAt(window, window.size - 1 - index));
}
