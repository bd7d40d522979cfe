/**
 * Stored candles of many series side by side: the store in, and out one moment after the other with every coin that has a
 * candle then. Read in windows of time, so that memory is bounded however long the history is.
 */
import { setImmediate } from 'node:timers/promises';
import { toFloat } from '../../core/decimal.ts';
import type { EpochMs } from '../../core/time.ts';
import type { CoinCandle, MarketMoment } from '../../ml/index.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import type { SeriesId } from '../../model/series.ts';
import type { CandleStore } from '../../ports/candle-store.ts';

/** A coin and the series its candles are in. */
export type CoinSeries = { readonly symbol: string; readonly seriesId: SeriesId };

/** What is read: open times from `from` to before `to` of series of one timeframe. */
export type MomentRange = {
  readonly coins: readonly CoinSeries[];
  readonly candleMs: number;
  readonly from: EpochMs;
  readonly to: EpochMs;
};

/** Candles that a window holds at most: some 30 MB. */
const WINDOW_CANDLES = 40_000;

/** Moments ascending; the coins of each are in the order given. */
export async function* readMoments(
  store: CandleStore,
  { coins, candleMs, from, to }: MomentRange,
): AsyncGenerator<MarketMoment, void, undefined> {
  const windowMs = Math.max(1, Math.floor(WINDOW_CANDLES / Math.max(1, coins.length))) * candleMs;
  for (let start: number = from; start < to; start += windowMs) {
    const window = { from: start as EpochMs, to: Math.min(to, start + windowMs) as EpochMs };
    yield* await readWindow(store, coins, window);
    // The store answers at once; without a turn of the event loop neither a signal nor the progress line gets through.
    await setImmediate();
  }
}

async function readWindow(
  store: CandleStore,
  coins: readonly CoinSeries[],
  window: { readonly from: EpochMs; readonly to: EpochMs },
): Promise<readonly MarketMoment[]> {
  const byTime = new Map<EpochMs, CoinCandle[]>();
  for (const { symbol, seriesId } of coins) {
    const range = { seriesId, ...window, limit: Number.MAX_SAFE_INTEGER, take: 'oldest' } as const;
    for (const candle of await store.read(range)) {
      const candles = byTime.get(candle.openTime) ?? [];
      candles.push(toCoinCandle(symbol, candle));
      byTime.set(candle.openTime, candles);
    }
  }
  return [...byTime].sort(([a], [b]) => a - b).map(([openTime, candles]) => ({ openTime, candles }));
}

/** A closed candle in plain numbers. */
export function toCoinCandle(symbol: string, candle: ClosedCandle): CoinCandle {
  const { open, high, low, close, volume, quoteVolume, takerBaseVolume } = candle;
  return {
    symbol,
    open: toFloat(open),
    high: toFloat(high),
    low: toFloat(low),
    close: toFloat(close),
    volume: toFloat(volume),
    quoteVolume: quoteVolume === null ? null : toFloat(quoteVolume),
    takerVolume: takerBaseVolume === null ? null : toFloat(takerBaseVolume),
  };
}
