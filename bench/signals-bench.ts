/**
 * What opinions cost on one core: a closed candle through six books and fusion, a whole market at the full hour where
 * every timeframe closes at once, a coin from cold history, and the indicators beside the best kept library on npm.
 * Each coin lives at another hour of the same recorded minutes, so that no two compute the same.
 */
import { addMs, type EpochMs } from '../src/core/time.ts';
import type { ClosedCandle } from '../src/model/candle.ts';
import { createSignalWorker, deriveSignal, foldClosedCandle, type SignalWorkerState } from '../src/signals/index.ts';
import { type Aim, type BenchContext, type BenchResult, type Figure, quantile, spreadOf } from './bench-result.ts';
import { findMinuteFile, readMinutes } from './minute-file.ts';
import {
  APART_HOURS,
  coinStart,
  coldCoin,
  deriveLadder,
  foldMinute,
  judgeMinute,
  type Ladder,
  PROFILE,
} from './signal-coins.ts';
import { indicatorFigure } from './signal-indicators.ts';

const MINUTE_MS = 60_000;
const MARKET = 450;
const POOL = 20;
const HOURS = { full: 60, quick: 8 } as const;

/** Measures. */
export async function runSignalsBench(context: BenchContext): Promise<BenchResult> {
  const file = findMinuteFile(context.dir);
  const minutes = await readMinutes(file);
  const ladder = deriveLadder(minutes);
  const start = minutes[0]?.openTime as EpochMs;
  context.note(`${minutes.length} candles derived`);
  const figures = [
    ...candleFigures(minutes, context),
    ...marketFigures(ladder, start, context),
    coldFigure(ladder, start, context),
    await indicatorFigure(minutes, context),
  ];
  return {
    title: 'Signals: six books, fusion and consensus',
    notes: [
      `Input: ${file.origin}; profile ${PROFILE.name}; coin n lives ${APART_HOURS} n hours later than the first.`,
      'Full hour: candles of 1m, 5m, 15m and 1h of every coin folded, all four judged, the signal derived. p99 is over ' +
        `${HOURS[context.mode]} such hours; the minutes between them are folded unmeasured.`,
      'Share of one core: every coin judged at every minute of an hour, time spent divided by time passed.',
      'Cold: a new coin, 1,100 candles (200, 200, 300 and 400 of the four timeframes) and its signal.',
      'Indicators: everything the books read kept up to date, prices scaled beforehand; bare: five averages, two MACDs, ' +
        'CCI, RSI, Bollinger bands and OBV of trading-signals 8.3.0, which is less than the books read.',
    ],
    figures,
  };
}

function candleFigures(minutes: readonly ClosedCandle[], { mode }: BenchContext): readonly Figure[] {
  const candles = minutes.slice(0, mode === 'full' ? 20_000 : 4000);
  const times = Array.from({ length: mode === 'full' ? 7 : 3 }, () => {
    const folded = microseconds(candles, () => undefined);
    const judged = microseconds(candles, (worker, at) => deriveSignal(worker, { at, traceId: '' }));
    return { folded, judged };
  }).slice(1);
  return [
    plain(
      'a closed candle folded',
      'us',
      times.map(({ folded }) => folded),
    ),
    plain(
      'a closed candle folded and judged: six books, fusion, signal',
      'us',
      times.map(({ judged }) => judged),
    ),
  ];
}

function microseconds(
  candles: readonly ClosedCandle[],
  judge: (worker: SignalWorkerState, at: EpochMs) => unknown,
): number {
  const worker = createSignalWorker('binance:spot:BTC/USDT', PROFILE);
  globalThis.gc?.();
  const before = performance.now();
  for (const candle of candles) {
    foldClosedCandle(worker, candle);
    judge(worker, addMs(candle.openTime, MINUTE_MS));
  }
  return (1000 * (performance.now() - before)) / candles.length;
}

function marketFigures(ladder: Ladder, start: EpochMs, context: BenchContext): readonly Figure[] {
  const coins = Array.from({ length: MARKET }, (_, index) => coldCoin(ladder, coinStart(start, index)));
  const pool = coins.slice(0, POOL);
  const hours: number[] = [];
  const poolHours: number[] = [];
  for (let hour = 0; hour < HOURS[context.mode]; hour++) {
    for (let minute = 1; minute < 60; minute++) for (const coin of coins) foldMinute(coin, ladder);
    const of20 = elapsed(() => judgeMinute(pool, ladder));
    poolHours.push(of20);
    hours.push(of20 + elapsed(() => judgeMinute(coins.slice(POOL), ladder)));
  }
  context.note('full hours measured');
  const live = Array.from({ length: 60 }, () => elapsed(() => judgeMinute(coins, ladder)));
  const share = (100 * live.reduce((sum, ms) => sum + ms, 0)) / (live.length * MINUTE_MS);
  const aim: Aim = { of: 'ours', direction: 'at most', value: 250 };
  return [
    plain(`${POOL} coins x 4 timeframes at a full hour`, 'ms', poolHours),
    plain(`${POOL} coins x 4 timeframes at a full hour, p99`, 'ms', [quantile(poolHours, 0.99)]),
    plain(`${MARKET} coins x 4 timeframes at a full hour`, 'ms', hours),
    { ...plain(`${MARKET} coins x 4 timeframes at a full hour, p99`, 'ms', [quantile(hours, 0.99)]), aim },
    plain(`${MARKET} coins x 4 timeframes, every minute: share of one core`, '%', [share]),
  ];
}

function coldFigure(ladder: Ladder, start: EpochMs, { mode }: BenchContext): Figure {
  const times = Array.from({ length: mode === 'full' ? 60 : 10 }, (_, index) =>
    elapsed(() => {
      const { worker, now } = coldCoin(ladder, coinStart(start, index));
      deriveSignal(worker, { at: now, traceId: '' });
    }),
  );
  const aim: Aim = { of: 'ours', direction: 'at most', value: 15 };
  return { ...plain('one coin x 4 timeframes from 1,100 cold candles', 'ms', times), aim };
}

function elapsed(work: () => void): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}

function plain(name: string, unit: string, values: readonly number[]): Figure {
  return { name, unit, ours: spreadOf(values), bare: null, ratio: null, aim: null };
}
