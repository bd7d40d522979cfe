/**
 * Coins to judge: each lives at another hour of the same minutes, so that no two compute the same. Candles of the higher
 * timeframes are derived by the market's own fold.
 */
import { addMs, type EpochMs } from '../src/core/time.ts';
import { acceptClosed, createFanout, emptyOutput } from '../src/market/derived-timeframe-fanout.ts';
import type { ClosedCandle } from '../src/model/candle.ts';
import { seriesParts } from '../src/model/series.ts';
import { type Timeframe, timeframeMs } from '../src/model/timeframe.ts';
import {
  createSignalWorker,
  deriveSignal,
  findSignalProfile,
  foldClosedCandle,
  type SignalProfile,
  type SignalWorkerState,
} from '../src/signals/index.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Hours between the lives of two coins: 450 of them, their history and a hundred hours to measure fit the file. */
export const APART_HOURS = 2;
const HISTORY_HOURS = 400;
/** What is measured: the product's profile. */
export const PROFILE = findSignalProfile('seed') as SignalProfile;

/** Candles of every timeframe by their open time. */
export type Ladder = ReadonlyMap<Timeframe, ReadonlyMap<number, ClosedCandle>>;
/** One coin and the hour it lives at. */
export type Coin = { readonly worker: SignalWorkerState; now: EpochMs };

/** The minutes and what they add up to. */
export function deriveLadder(minutes: readonly ClosedCandle[]): Ladder {
  const names = PROFILE.timeframes.map((params) => params.timeframe);
  const ladder = new Map(names.map((name) => [name, new Map<number, ClosedCandle>()]));
  const fanout = createFanout((minutes[0] as ClosedCandle).seriesId, names);
  for (const minute of minutes) {
    const output = emptyOutput();
    acceptClosed(fanout, minute, output);
    for (const candle of [minute, ...output.closed]) {
      ladder.get(seriesParts(candle.seriesId).timeframe)?.set(candle.openTime, candle);
    }
  }
  return ladder;
}

/** Where the coin of that number begins to live. */
export function coinStart(start: EpochMs, index: number): EpochMs {
  return addMs(start, (HISTORY_HOURS + index * APART_HOURS) * HOUR_MS);
}

/** A coin that has seen one window of every timeframe up to `now`. */
export function coldCoin(ladder: Ladder, now: EpochMs): Coin {
  const worker = createSignalWorker('binance:spot:BTC/USDT', PROFILE);
  for (const { timeframe: name, windowCandles } of PROFILE.timeframes) {
    const length = timeframeMs(name);
    for (let open = now - windowCandles * length; open < now; open += length) {
      foldClosedCandle(worker, candleAt(ladder, name, open));
    }
  }
  return { worker, now };
}

function candleAt(ladder: Ladder, name: Timeframe, open: number): ClosedCandle {
  const candle = ladder.get(name)?.get(open);
  if (candle === undefined) throw new Error(`no ${name} candle at ${open}`);
  return candle;
}

/** Lets a minute pass and folds what closes with it. */
export function foldMinute(coin: Coin, ladder: Ladder): void {
  coin.now = addMs(coin.now, MINUTE_MS);
  for (const { timeframe: name } of PROFILE.timeframes) {
    const length = timeframeMs(name);
    if (coin.now % length === 0) foldClosedCandle(coin.worker, candleAt(ladder, name, coin.now - length));
  }
}

/** Lets a minute pass for each coin and derives its signal; every timeframe must have a say. */
export function judgeMinute(coins: readonly Coin[], ladder: Ladder): void {
  for (const coin of coins) {
    foldMinute(coin, ladder);
    const signal = deriveSignal(coin.worker, { at: coin.now, traceId: '' });
    if (signal.timeframes.some(({ kind }) => kind !== 'scored')) throw new Error(signal.reason);
  }
}
