/**
 * The average true range of a timeframe, from the candles that are kept for judgement.
 */
import { createAtr, pushAtr } from '../indicators/index.ts';
import type { Timeframe } from '../model/timeframe.ts';
import type { SignalWorkerState } from './signal-worker.ts';

/**
 * Wilder's average true range of `period` closed candles, in price units; `null` while there are too few. It is begun
 * anew over the kept candles (160 at least once they are there), which is far beyond where its start still shows.
 */
export function averageRange(
  worker: SignalWorkerState,
  { timeframe, period }: { readonly timeframe: Timeframe; readonly period: number },
): number | null {
  const series = worker.timeframes.find(({ params }) => params.timeframe === timeframe)?.series ?? null;
  if (series === null) return null;
  const { columns, factor, seen } = series;
  const atr = createAtr(period);
  let range = Number.NaN;
  for (let index = Math.max(0, columns.at + 1 - seen); index <= columns.at; index++) {
    const [high, low, close] = [columns.high[index], columns.low[index], columns.close[index]] as [
      number,
      number,
      number,
    ];
    range = pushAtr(atr, { high, low, close });
  }
  return Number.isFinite(range) ? range / factor : null;
}
