/**
 * Relative strength index: gains against losses from value to value, 0..100.
 */
import { createEma, type Ema, pushEma } from './ema.ts';
import { createWilder } from './wilder.ts';

/**
 * How gains and losses are averaged: `wilder` as its inventor does (answers after `period` changes), or `ema` with
 * alpha = 2 / (period + 1) and a first change of 0 (answers at once), as the six books do.
 */
export type RsiSmoothing = 'wilder' | 'ema';

/** State; `value` is NaN during warm-up. */
export type Rsi = {
  readonly smoothing: RsiSmoothing;
  readonly gains: Ema;
  readonly losses: Ema;
  previous: number;
  value: number;
};

/** An index over `period` changes. */
export function createRsi(period: number, smoothing: RsiSmoothing = 'wilder'): Rsi {
  const create = smoothing === 'wilder' ? createWilder : createEma;
  return { smoothing, gains: create(period), losses: create(period), previous: Number.NaN, value: Number.NaN };
}

/** Adds a finite value; answers the index, or NaN during warm-up. Without any change it is 50. */
export function pushRsi(rsi: Rsi, value: number): number {
  const isFirst = Number.isNaN(rsi.previous);
  const change = isFirst ? 0 : value - rsi.previous;
  rsi.previous = value;
  if (isFirst && rsi.smoothing === 'wilder') return Number.NaN;
  const gain = pushEma(rsi.gains, Math.max(change, 0));
  const loss = pushEma(rsi.losses, Math.max(-change, 0));
  rsi.value = indexOf(gain, loss);
  return rsi.value;
}

function indexOf(gain: number, loss: number): number {
  if (loss === 0) return gain > 0 ? 100 : 50;
  return 100 - 100 / (1 + gain / loss);
}
