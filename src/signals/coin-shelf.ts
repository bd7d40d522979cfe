/**
 * The coins that the dispatcher keeps, bounded, and who waits for which request. A coin is continued for as long as it is
 * kept; one that was let go is asked for anew.
 */
import type { EpochMs } from '../core/time.ts';
import type { CandleGap } from '../model/candle.ts';
import type { Failure } from '../model/failure.ts';
import type { InstrumentId } from '../model/instrument.ts';
import { seriesParts } from '../model/series.ts';
import type { Timeframe } from '../model/timeframe.ts';
import {
  type CoinHistory,
  createCoin,
  dropRequest,
  foldHistory,
  foldStreamCandle,
  foldStreamGap,
} from './coin-history.ts';
import type {
  DispatchEffect,
  DispatcherConfig,
  SignalCandlesClosed,
  SignalHistoryFailed,
  SignalHistoryFetched,
} from './dispatch-events.ts';
import type { HistoryAsk } from './dispatch-job.ts';

/** The coins and their requests; plain data that mutates in place. */
export type CoinShelf = {
  readonly config: DispatcherConfig;
  readonly coins: Record<string, CoinHistory>;
  /** Who waits for a request. */
  readonly requests: Record<number, { readonly instrumentId: InstrumentId; readonly timeframe: Timeframe }>;
  cycleCount: number;
  requestCount: number;
  useCount: number;
};

/** The coin, made where it is new; one too many makes those used least recently go, a batch at once. */
export function touchCoin(shelf: CoinShelf, instrumentId: InstrumentId, effects: DispatchEffect[]): CoinHistory {
  const { coins, config } = shelf;
  const known = coins[instrumentId];
  const coin = known ?? createCoin(instrumentId, config.profile, 0);
  coin.usedAt = ++shelf.useCount;
  coins[instrumentId] = coin;
  if (known === undefined && Object.keys(coins).length > config.coinsMax) evict(shelf, effects);
  return coin;
}

function evict(shelf: CoinShelf, effects: DispatchEffect[]): void {
  const oldest = Object.values(shelf.coins).sort((a, b) => a.usedAt - b.usedAt);
  for (const { instrumentId } of oldest.slice(0, shelf.config.evictCoins)) {
    abandon(shelf, instrumentId, effects);
    delete shelf.coins[instrumentId];
  }
}

/** Hands candles of the stream to the coins they belong to; in the whole market each one makes its coin. */
export function foldCandles(shelf: CoinShelf, { candles }: SignalCandlesClosed, effects: DispatchEffect[]): void {
  for (const candle of candles) {
    const instrumentId = seriesParts(candle.seriesId).instrumentId as InstrumentId;
    const isWanted = shelf.config.universe === 'market';
    const coin = shelf.coins[instrumentId] ?? (isWanted ? touchCoin(shelf, instrumentId, effects) : undefined);
    if (coin !== undefined) foldStreamCandle(coin, candle);
  }
}

/** Hands a gap of the stream to its coin. */
export function foldGap(shelf: CoinShelf, gap: CandleGap): void {
  const coin = shelf.coins[seriesParts(gap.seriesId).instrumentId];
  if (coin !== undefined) foldStreamGap(coin, gap);
}

/** What to ask for, when and in which cycle. */
type Asking = {
  readonly asks: readonly HistoryAsk[];
  readonly traceId: string;
  readonly now: EpochMs;
  readonly effects: DispatchEffect[];
};

/** Makes the requests that a coin's standing asks for. */
export function askHistory(shelf: CoinShelf, coin: CoinHistory, { asks, traceId, now, effects }: Asking): void {
  for (const { timeframe, seriesId, limit, ...request } of asks) {
    const requestId = ++shelf.requestCount;
    const load = coin.loads[timeframe];
    if (load !== undefined) load.request = { requestId, askedTime: now, ...request };
    shelf.requests[requestId] = { instrumentId: coin.instrumentId, timeframe };
    const { from, to } = request;
    effects.push({ kind: 'fetchSignalHistory', requestId, traceId, seriesId, from, to, limit });
  }
}

/** Answers to requests that nobody waits for any more are ignored. */
export function foldAnswer(shelf: CoinShelf, input: SignalHistoryFetched | SignalHistoryFailed): void {
  const waiting = shelf.requests[input.requestId];
  const coin = waiting === undefined ? undefined : shelf.coins[waiting.instrumentId];
  if (waiting === undefined || coin === undefined) return;
  delete shelf.requests[input.requestId];
  if (input.kind === 'signalHistoryFetched') foldHistory(coin, waiting.timeframe, input.candles);
  else dropRequest(coin, waiting.timeframe, { cycle: shelf.cycleCount, reason: reasonOf(input.failure) });
}

/** The whole text went to the log; what nobody expected is said here too. */
function reasonOf({ code, message }: Failure): string {
  return code === 'unexpected' ? message : code;
}

/** Waits no longer for what is under way for the coin. */
export function abandon(shelf: CoinShelf, instrumentId: InstrumentId, effects: DispatchEffect[]): void {
  const coin = shelf.coins[instrumentId];
  if (coin === undefined) return;
  for (const { params } of coin.worker.timeframes) {
    const request = coin.loads[params.timeframe]?.request;
    if (!request) continue;
    delete shelf.requests[request.requestId];
    dropRequest(coin, params.timeframe, { cycle: shelf.cycleCount, reason: 'abandoned' });
    effects.push({ kind: 'abandonSignalHistory', requestId: request.requestId });
  }
}
