/**
 * What the divergence book sees in its window: swings, the legs between them, stretches on one side of zero, and the
 * returns of DIF to the zero axis. Indexes count from the window's first candle.
 */
import type { Columns } from './columns.ts';
import { SWING_HIGH, SWING_LOW, SWING_REACH } from './series.ts';

/** The analysed candles: `from` is where the first lies in the columns. */
export type Window = { readonly columns: Columns; readonly from: number; readonly length: number };

/** Up with the highs, or down with the lows. */
export type Direction = 1 | -1;

/** A candle that stands out from its neighbours. */
export type Swing = { readonly direction: Direction; readonly index: number; readonly price: number };

/** From one swing to the next of the other kind. */
export type Leg = { readonly start: Swing; readonly end: Swing };

/** Candles in a row whose value has one sign; `price` and `dif` are the extremes on that side. */
export type Stretch = {
  readonly direction: Direction;
  readonly start: number;
  end: number;
  area: number;
  peak: number;
  price: number;
  dif: number;
};

/** High of a candle for the top, low for the bottom. */
export function extremeAt({ columns, from }: Window, direction: Direction, index: number): number {
  return (direction === 1 ? columns.high : columns.low)[from + index] as number;
}

/** Every swing that both sides of the window confirm, in order; of a candle that is both, the high first. */
export function findSwings(window: Window): readonly Swing[] {
  const { columns, from, length } = window;
  const swings: Swing[] = [];
  for (let index = SWING_REACH; index < length - SWING_REACH; index++) {
    const facts = columns.swing[from + index] as number;
    if (facts === 0) continue;
    if ((facts & SWING_HIGH) !== 0) swings.push({ direction: 1, index, price: extremeAt(window, 1, index) });
    if ((facts & SWING_LOW) !== 0) swings.push({ direction: -1, index, price: extremeAt(window, -1, index) });
  }
  return swings;
}

/** Legs between swings; of swings of one kind in a row the most extreme counts, of equal ones the earliest. */
export function findLegs(swings: readonly Swing[]): readonly Leg[] {
  const pivots: Swing[] = [];
  for (const swing of swings) {
    const last = pivots.at(-1);
    if (last === undefined || last.direction !== swing.direction) pivots.push(swing);
    else if (isBeyond(swing.direction, swing.price, last.price)) pivots[pivots.length - 1] = swing;
  }
  const legs: Leg[] = [];
  for (let i = 1; i < pivots.length; i++) legs.push({ start: pivots[i - 1] as Swing, end: pivots[i] as Swing });
  return legs;
}

/** Whether `value` is more extreme than `other` in that direction. */
export function isBeyond(direction: Direction, value: number, other: number): boolean {
  return direction === 1 ? value > other : value < other;
}

/** Stretches of `valueAt` from index `first` on; a value of zero counts as positive. */
export function findStretches(
  window: Window,
  first: number,
  valueAt: (columns: Columns, at: number) => number,
): readonly Stretch[] {
  const { columns, from, length } = window;
  const { dif } = columns;
  const stretches: Stretch[] = [];
  let current: Stretch | undefined;
  for (let index = first; index < length; index++) {
    const value = valueAt(columns, from + index);
    const direction: Direction = value >= 0 ? 1 : -1;
    if (current?.direction !== direction) {
      current = { direction, start: index, end: index, area: 0, peak: 0, price: Number.NaN, dif: Number.NaN };
      stretches.push(current);
    }
    extendStretch(current, { index, size: Math.abs(value) });
    const price = extremeAt(window, direction, index);
    if (!isBeyond(direction, current.price, price)) current.price = price;
    const difHere = direction * (dif[from + index] as number);
    if (!(current.dif > difHere)) current.dif = difHere;
  }
  return stretches;
}

function extendStretch(stretch: Stretch, { index, size }: { readonly index: number; readonly size: number }): void {
  stretch.end = index;
  stretch.area += size;
  if (size > stretch.peak) stretch.peak = size;
}

/** As the reference counts areas: a last stretch of one candle is left out. */
export function withoutStub(stretches: readonly Stretch[]): readonly Stretch[] {
  const last = stretches.at(-1);
  return last !== undefined && last.start === last.end ? stretches.slice(0, -1) : stretches;
}

/** Where DIF, having gone beyond `distance` in the direction, came back to less than a fifth of its peak. */
export function findZeroReturns(window: Window, direction: Direction, distance: number): readonly number[] {
  const { columns, from, length } = window;
  const returns: number[] = [];
  let peak = Number.NaN;
  for (let index = 1; index < length; index++) {
    const value = direction * (columns.dif[from + index] as number);
    if (value > distance) {
      if (!(peak > value)) peak = value;
    } else if (Math.abs(value) < 0.2 * peak) {
      returns.push(index);
      peak = Number.NaN;
    }
  }
  return returns;
}

/** `b / a`, or 1 where nothing can be compared. */
export function ratioOf(b: number, a: number): number {
  return a === 0 ? 1 : b / a;
}
