/**
 * Highest and lowest of the last `period` values in amortised constant time: a queue of the values that can still
 * become the extreme, in order.
 */
import { checkedPeriod } from './number-window.ts';

/** Which extreme. */
export type Side = 'highest' | 'lowest';

/** State; `values` and `at` (the number of the push) are rings of the candidates, best first. */
export type Extreme = {
  readonly period: number;
  readonly side: Side;
  readonly values: number[];
  readonly at: number[];
  head: number;
  size: number;
  seen: number;
};

/** The extreme of the last `period` values; answers from the first value on. */
export function createExtreme(side: Side, period: number): Extreme {
  const capacity = checkedPeriod(period);
  const rings = { values: new Array<number>(capacity).fill(0), at: new Array<number>(capacity).fill(0) };
  return { period, side, ...rings, head: 0, size: 0, seen: 0 };
}

/** Adds a finite value; answers the extreme of the window. Of equal values the earliest is kept. */
export function pushExtreme(extreme: Extreme, value: number): number {
  const { period, values, at } = extreme;
  if (extreme.size > 0 && (at[extreme.head] as number) <= extreme.seen - period) {
    extreme.head = extreme.head + 1 === period ? 0 : extreme.head + 1;
    extreme.size--;
  }
  while (extreme.size > 0 && beats(extreme.side, value, values[slot(extreme, extreme.size - 1)] as number)) {
    extreme.size--;
  }
  const free = slot(extreme, extreme.size);
  values[free] = value;
  at[free] = extreme.seen;
  extreme.size++;
  extreme.seen++;
  return values[extreme.head] as number;
}

/** The extreme of the window now; NaN before the first value. */
export function extremeValue(extreme: Extreme): number {
  return extreme.size === 0 ? Number.NaN : (extreme.values[extreme.head] as number);
}

/** How many pushes ago the extreme came, 0 for the newest value; of equal ones the earliest. NaN before the first value. */
export function extremeLag(extreme: Extreme): number {
  return extreme.size === 0 ? Number.NaN : extreme.seen - 1 - (extreme.at[extreme.head] as number);
}

function slot(extreme: Extreme, index: number): number {
  const at = extreme.head + index;
  return at >= extreme.period ? at - extreme.period : at;
}

function beats(side: Side, value: number, kept: number): boolean {
  return side === 'highest' ? value > kept : value < kept;
}
