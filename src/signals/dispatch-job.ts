/**
 * How far a coin is: what must still be asked for, until when to wait for the stream, or its signal.
 */
import type { EpochMs } from '../core/time.ts';
import { type SeriesId, seriesId } from '../model/series.ts';
import type { TradeSignal } from '../model/signal.ts';
import type { Timeframe } from '../model/timeframe.ts';
import { type CoinHistory, type HistoryRequest, needOf } from './coin-history.ts';
import { deriveSignal } from './signal-worker.ts';

/** What is asked for of one timeframe. */
export type HistoryAsk = HistoryRequest & {
  readonly timeframe: Timeframe;
  readonly seriesId: SeriesId;
  readonly limit: number;
};

/** A coin's standing; `until` is when to look again without anything having happened. */
export type Standing = {
  readonly asks: readonly HistoryAsk[];
  readonly until: number;
  readonly signal: TradeSignal | null;
};

/** The cycle that asks, and when. */
export type JudgeContext = {
  readonly now: EpochMs;
  readonly traceId: string;
  readonly cycle: number;
  readonly graceMs: number;
};

/** Judges the coin once every timeframe is as complete as it can be. */
export function judgeCoin(coin: CoinHistory, context: JudgeContext): Standing {
  const now = venueTime(coin, context);
  const asks: HistoryAsk[] = [];
  let until = Number.POSITIVE_INFINITY;
  let isWaiting = false;
  for (const state of coin.worker.timeframes) {
    const { timeframe } = state.params;
    const load = coin.loads[timeframe];
    const need = load === undefined ? null : needOf(state, load, { ...context, now });
    if (need === null || need.kind === 'nothing') continue;
    isWaiting = true;
    if (need.kind === 'wait') until = Math.min(until, need.until ?? until);
    else {
      const { from, to, extent } = need;
      const series = seriesId({ instrumentId: coin.instrumentId, timeframe });
      asks.push({ timeframe, seriesId: series, from, to, extent, limit: (to - from) / state.lengthMs });
    }
  }
  return { asks, until, signal: isWaiting ? null : signalOf(coin, context, now) };
}

/**
 * The present as the venue knows it: a candle that has closed proves that its end has come, also where our clock is a
 * moment behind.
 */
function venueTime(coin: CoinHistory, { now, graceMs }: JudgeContext): EpochMs {
  const ends = coin.worker.timeframes.flatMap(({ closeTime }) => (closeTime === null ? [] : [closeTime]));
  const newest = Math.max(now, ...ends.filter((end) => end <= now + graceMs));
  return newest as EpochMs;
}

function signalOf(coin: CoinHistory, { traceId, cycle }: JudgeContext, at: EpochMs): TradeSignal {
  const signal = deriveSignal(coin.worker, { at, traceId });
  const skipped = signal.timeframes.filter(({ kind }) => kind === 'skipped');
  const failures = skipped.flatMap(({ timeframe }) => {
    const failed = coin.loads[timeframe]?.failed;
    return failed?.cycle === cycle ? [`${timeframe} history: ${failed.reason}`] : [];
  });
  return failures.length === 0 ? signal : { ...signal, reason: [signal.reason, ...failures].join('; ') };
}
