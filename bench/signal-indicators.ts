/**
 * The indicators that the six books read, kept up to date candle by candle, beside the same lengths of trading-signals.
 */
import { BollingerBands, CCI, EMA, MACD, OBV, RSI, SMA } from 'trading-signals';
import type { ClosedCandle } from '../src/model/candle.ts';
import { timeframe } from '../src/model/timeframe.ts';
import { createSeries, pushCandle } from '../src/signals/index.ts';
import { type BenchContext, type Figure, figureOf } from './bench-result.ts';
import { alternate } from './rounds.ts';
import { PROFILE } from './signal-coins.ts';

/** Candles a second through every indicator that the books read, beside the library. */
export async function indicatorFigure(minutes: readonly ClosedCandle[], { mode }: BenchContext): Promise<Figure> {
  const candles = minutes.slice(0, mode === 'full' ? 20_000 : 4000).map((candle) => ({
    open: Number(candle.open) / 1e16,
    high: Number(candle.high) / 1e16,
    low: Number(candle.low) / 1e16,
    close: Number(candle.close) / 1e16,
    volume: Number(candle.volume) / 1e18,
  }));
  const params = PROFILE.timeframes.find((each) => each.timeframe === timeframe('1m'));
  if (params === undefined) throw new Error('the profile has no 1m');
  const ours = (): number => {
    const series = createSeries(PROFILE, params, 100);
    for (const candle of candles) pushCandle(series, candle);
    return candles.length;
  };
  const rounds = { warmUps: 1, measured: mode === 'full' ? 7 : 3 };
  const { cpu } = await alternate({ ours, bare: () => pushLibrary(candles) }, rounds);
  const names = { name: 'indicators of the six books', unit: 'candles per processor second' };
  return figureOf(cpu, names, { of: 'ratio', direction: 'at least', value: 1 });
}

type PlainNumbers = {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
};

function pushLibrary(candles: readonly PlainNumbers[]): number {
  const ofClose = [
    ...[5, 10, 20, 30, 60].map((length) => new SMA(length)),
    new MACD(new EMA(12), new EMA(26), new EMA(9)),
    new MACD(new EMA(5), new EMA(10), new EMA(5)),
    new RSI(6),
    new BollingerBands(20, 2),
  ];
  const ofCandle = [new CCI(14), new OBV(2)];
  for (const candle of candles) {
    for (const indicator of ofClose) indicator.update(candle.close, false);
    for (const indicator of ofCandle) indicator.update(candle, false);
  }
  return candles.length;
}
