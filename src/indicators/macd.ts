/**
 * MACD in the notation of the Chinese literature: DIF = EMA(fast) - EMA(slow), DEA = EMA(DIF), BAR = 2 (DIF - DEA).
 * Elsewhere DIF is called MACD, DEA signal, and the histogram is BAR / 2.
 */
import { createEma, type Ema, pushEma, type Seed } from './ema.ts';

/** Lengths of the two averages and of the smoothing of their difference. */
export type MacdLengths = { readonly fast: number; readonly slow: number; readonly signal: number };

/** State with its newest values; NaN during warm-up. */
export type Macd = {
  readonly fast: Ema;
  readonly slow: Ema;
  readonly signal: Ema;
  dif: number;
  dea: number;
  bar: number;
};

/** A MACD; seeded with the `first` value it answers at once, seeded with a `mean` after slow + signal - 1 values. */
export function createMacd(lengths: MacdLengths, seed: Seed = 'first'): Macd {
  const averages = {
    fast: createEma(lengths.fast, seed),
    slow: createEma(lengths.slow, seed),
    signal: createEma(lengths.signal, seed),
  };
  return { ...averages, dif: Number.NaN, dea: Number.NaN, bar: Number.NaN };
}

/** Adds a finite value; answers the state with its new values. */
export function pushMacd(macd: Macd, value: number): Readonly<Macd> {
  macd.dif = pushEma(macd.fast, value) - pushEma(macd.slow, value);
  if (Number.isNaN(macd.dif)) return macd;
  macd.dea = pushEma(macd.signal, macd.dif);
  macd.bar = 2 * (macd.dif - macd.dea);
  return macd;
}
