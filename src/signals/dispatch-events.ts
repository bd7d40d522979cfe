/**
 * What the dispatcher of signals is told and what it asks for. Inputs are facts with their times; effects are requests,
 * whose answers come back as inputs, and signals.
 */
import type { EpochMs } from '../core/time.ts';
import type { CandleGap, ClosedCandle } from '../model/candle.ts';
import type { StartTimer, TimerFired } from '../model/events.ts';
import type { Failure } from '../model/failure.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { SeriesId } from '../model/series.ts';
import type { TradeSignal } from '../model/signal.ts';
import type { SignalProfile } from './hot-coin-params.ts';

/** How the dispatcher works; the defaults are `DEFAULT_DISPATCH`. */
export type DispatcherConfig = {
  readonly profile: SignalProfile;
  /** Whose candles are kept up to date: those of coins that were candidates, or of everything the stream brings. */
  readonly universe: 'pool' | 'market';
  /** Coins under work at once (`max_signal_workers`). */
  readonly workersMax: number;
  /** A coin that takes longer is HOLD. */
  readonly deadlineMs: number;
  /** How long the stream is given to bring a candle that has just closed, before it is asked for. */
  readonly graceMs: number;
  /** Coins whose state is kept. One more makes the `evictCoins` used least recently go at once. */
  readonly coinsMax: number;
  readonly evictCoins: number;
};

/** The seed's numbers (3.2, R8-5). */
export const DEFAULT_DISPATCH: Omit<DispatcherConfig, 'profile'> = {
  universe: 'pool',
  workersMax: 5,
  deadlineMs: 60_000,
  graceMs: 3_000,
  coinsMax: 500,
  evictCoins: 50,
};

/** A cycle asks for the signals of its candidates; one that is still under way is ended by it. */
export type SignalsAsked = {
  readonly kind: 'signalsAsked';
  readonly receivedTime: EpochMs;
  /** Names the cycle in every signal. */
  readonly traceId: string;
  readonly instrumentIds: readonly InstrumentId[];
};

/** Candles that the market stage closed, of any series, each series ascending. */
export type SignalCandlesClosed = {
  readonly kind: 'signalCandlesClosed';
  readonly receivedTime: EpochMs;
  readonly candles: readonly ClosedCandle[];
};

/** A stretch without candles that the market stage told. */
export type SignalGapFound = {
  readonly kind: 'signalGapFound';
  readonly receivedTime: EpochMs;
  readonly gap: CandleGap;
};

/** The answer to a `fetchSignalHistory`: closed candles from its `from` on, ascending, at most one page. */
export type SignalHistoryFetched = {
  readonly kind: 'signalHistoryFetched';
  readonly receivedTime: EpochMs;
  readonly requestId: number;
  readonly candles: readonly ClosedCandle[];
};

/** A `fetchSignalHistory` that failed. */
export type SignalHistoryFailed = {
  readonly kind: 'signalHistoryFailed';
  readonly receivedTime: EpochMs;
  readonly requestId: number;
  readonly failure: Failure;
};

/** No more signals: whoever waits for one gets HOLD at once. */
export type SignalsStopped = { readonly kind: 'signalsStopped'; readonly receivedTime: EpochMs };

/** Everything the dispatcher is told. */
export type DispatchInput =
  | SignalsAsked
  | SignalCandlesClosed
  | SignalGapFound
  | SignalHistoryFetched
  | SignalHistoryFailed
  | TimerFired
  | SignalsStopped;

/** Ask the venue for closed candles of [`from`, `to`), at most `limit`. */
export type FetchSignalHistory = {
  readonly kind: 'fetchSignalHistory';
  readonly requestId: number;
  readonly traceId: string;
  readonly seriesId: SeriesId;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly limit: number;
};

/** Nobody waits for that request any more; an answer to it is ignored. */
export type AbandonSignalHistory = { readonly kind: 'abandonSignalHistory'; readonly requestId: number };

/** The signal of one candidate, as soon as it is there. */
export type SignalDerived = { readonly kind: 'signalDerived'; readonly signal: TradeSignal };

/** The end of a cycle: one signal for each candidate, in the order they were asked for. */
export type SignalCycleEnded = {
  readonly kind: 'signalCycleEnded';
  readonly traceId: string;
  readonly signals: readonly TradeSignal[];
};

/** Everything the dispatcher asks for. */
export type DispatchEffect = FetchSignalHistory | AbandonSignalHistory | StartTimer | SignalDerived | SignalCycleEnded;
