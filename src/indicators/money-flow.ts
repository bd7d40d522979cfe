/**
 * Money flow index: volume-weighted typical prices of rising against falling candles over the last `period` candles.
 */
import type { RangeCandle } from './kdj.ts';
import { createSma, movingSum, pushSma, type Sma } from './sma.ts';

/** State; `previous` is three times the typical price of the candle before. */
export type MoneyFlow = { readonly rising: Sma; readonly falling: Sma; previous: number };

/** An index over `period` candles; the first candle counts as neither rising nor falling. */
export function createMoneyFlow(period: number): MoneyFlow {
  return { rising: createSma(period), falling: createSma(period), previous: Number.NaN };
}

/** Adds a candle; answers 0..100, or NaN during warm-up and while nothing was traded on a change. */
export function pushMoneyFlow(flow: MoneyFlow, candle: RangeCandle & { readonly volume: number }): number {
  const triple = candle.high + candle.low + candle.close;
  const money = triple * candle.volume;
  pushSma(flow.rising, triple > flow.previous ? money : 0);
  pushSma(flow.falling, triple < flow.previous ? money : 0);
  flow.previous = triple;
  const rising = movingSum(flow.rising);
  return (100 * rising) / (rising + movingSum(flow.falling));
}
