/**
 * Everything that can enter `step` (inputs) and everything it can ask for (effects). Inputs are facts with their
 * times; effects are requests whose answers come back as inputs. Both are plain data: they can be journaled, replayed
 * and compared.
 */
import type { EpochMs } from '../core/time.ts';
import type { CandleGap, ClosedCandle, FormingCandle } from './candle.ts';
import type { ChartChange, ChartCheckpoint, ChartPosition, ChartSettings } from './chart.ts';
import type { Failure } from './failure.ts';
import type { SeriesId } from './series.ts';
import type { Timeframe } from './timeframe.ts';

/** Opens a base series: what the store already has, so that running buckets continue where they stopped. */
export type SeriesOpened = {
  readonly kind: 'seriesOpened';
  readonly receivedTime: EpochMs;
  /** The 1m series. */
  readonly seriesId: SeriesId;
  /** Timeframes to derive; empty when derivation is off. */
  readonly timeframes: readonly Timeframe[];
  /** Stored base candles from the start of the newest one's span of whole buckets to the newest, ascending. */
  readonly tail: readonly ClosedCandle[];
  /** Known gaps that overlap that stretch, and every `unknown` one. */
  readonly gaps: readonly CandleGap[];
  /** First candle wanted when the store has none; history before it is not fetched. */
  readonly historyFrom: EpochMs;
  /** Least time between two forming publications of one series. */
  readonly formingMinIntervalMs: number;
};

/** Ends a series: nothing of it is accepted, fetched or announced afterwards; what is stored stays. */
export type SeriesClosed = {
  readonly kind: 'seriesClosed';
  readonly receivedTime: EpochMs;
  readonly seriesId: SeriesId;
};

/**
 * Candles handed in from outside the feed, of one series, ascending: an operator's post, or history of a series that
 * nobody follows. They are stored as they are and never derive anything.
 */
export type CandlesPosted = {
  readonly kind: 'candlesPosted';
  readonly receivedTime: EpochMs;
  readonly seriesId: SeriesId;
  readonly candles: readonly ClosedCandle[];
  /** Whether subscribers hear of them. */
  readonly announce: 'publish' | 'silent';
};

/** A forming candle handed in from outside the feed; announced, never stored. */
export type FormingPosted = {
  readonly kind: 'formingPosted';
  readonly receivedTime: EpochMs;
  readonly seriesId: SeriesId;
  readonly candle: FormingCandle;
};

/** The upstream of a base series came up or went down. */
export type FeedChanged = {
  readonly kind: 'feedUp' | 'feedDown';
  readonly receivedTime: EpochMs;
  readonly seriesId: SeriesId;
  readonly reason: string;
};

/** A forming base candle from the feed. */
export type FormingReceived = {
  readonly kind: 'formingReceived';
  readonly receivedTime: EpochMs;
  readonly eventTime: EpochMs;
  readonly candle: FormingCandle;
};

/** A closed base candle from the feed. */
export type ClosedReceived = {
  readonly kind: 'closedReceived';
  readonly receivedTime: EpochMs;
  readonly eventTime: EpochMs;
  readonly candle: ClosedCandle;
};

/** The answer to a `fetchCandles` effect: closed candles of [`from`, `to`), ascending, at most one page. */
export type CandlesFetched = {
  readonly kind: 'candlesFetched';
  readonly receivedTime: EpochMs;
  readonly requestId: number;
  readonly seriesId: SeriesId;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly candles: readonly ClosedCandle[];
};

/** A `fetchCandles` effect that failed. */
export type CandlesFetchFailed = {
  readonly kind: 'candlesFetchFailed';
  readonly receivedTime: EpochMs;
  readonly requestId: number;
  readonly seriesId: SeriesId;
  readonly failure: Failure;
};

/** The answer to a `loadCandles` effect: everything stored of [`from`, `to`), each series ascending. */
export type CandlesLoaded = {
  readonly kind: 'candlesLoaded';
  readonly receivedTime: EpochMs;
  readonly seriesId: SeriesId;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** The base series. */
  readonly candles: readonly ClosedCandle[];
  readonly gaps: readonly CandleGap[];
  /** Its derived series, to tell what a recomputation changes. */
  readonly derived: readonly ClosedCandle[];
};

/**
 * Opens the chart of a series: what is stored of it and of its candles at this moment. Comes before the first candles
 * of the series in every run; a chart that is in step with its candles goes on, any other is computed again beside it.
 */
export type ChartOpened = {
  readonly kind: 'chartOpened';
  readonly receivedTime: EpochMs;
  readonly seriesId: SeriesId;
  readonly settings: ChartSettings;
  /** Whether somebody keeps the series going, or candles were only posted to it. */
  readonly use: 'followed' | 'posted';
  /** The current chart in the store. */
  readonly stored: (ChartPosition & { readonly coverage: 'all' | 'some' }) | null;
  /** The highest generation that the store has anything of. */
  readonly newestGeneration: number;
  /** Open time of the newest stored candle. */
  readonly newestCandle: EpochMs | null;
  /** Candles between two checkpoints at least; the stage's own number unless it is given. */
  readonly checkpointEvery?: number;
};

/**
 * The answer to `readCandles`: stored candles that open after `after`, ascending, at most as many as asked for; or, with
 * a `checkpoint`, those that open after its head.
 */
export type CandlesRead = {
  readonly kind: 'candlesRead';
  readonly receivedTime: EpochMs;
  readonly seriesId: SeriesId;
  readonly after: EpochMs | null;
  readonly candles: readonly ClosedCandle[];
  readonly checkpoint?: CheckpointRead;
};

/** A checkpoint that was asked for; `state` is plain data. */
export type CheckpointRead = Omit<ChartCheckpoint, 'body'> & { readonly state: object };

/** The answer to `reviewCandles`: the earliest candle that was added or changed, `null` when all were stored as they are. */
export type CandlesReviewed = {
  readonly kind: 'candlesReviewed';
  readonly receivedTime: EpochMs;
  readonly seriesId: SeriesId;
  readonly changedFrom: EpochMs | null;
};

/** What concerns charts alone. */
export type ChartInput = ChartOpened | CandlesRead | CandlesReviewed;

/** A timer asked for by `startTimer` ran out. */
export type TimerFired = { readonly kind: 'timerFired'; readonly receivedTime: EpochMs; readonly timerId: string };

/** The first input of every run: what is running, so that a replay is answerable to it. */
export type RunStarted = {
  readonly kind: 'runStarted';
  readonly receivedTime: EpochMs;
  readonly version: string;
  readonly configHash: string;
  readonly seed: number;
};

/** Everything that can enter `step`. */
export type Input =
  | RunStarted
  | SeriesOpened
  | SeriesClosed
  | CandlesPosted
  | FormingPosted
  | FeedChanged
  | FormingReceived
  | ClosedReceived
  | CandlesFetched
  | CandlesFetchFailed
  | CandlesLoaded
  | ChartInput
  | TimerFired;

/** Store these in one transaction before anything after this effect happens. */
export type SaveCandles = {
  readonly kind: 'saveCandles';
  readonly candles: readonly ClosedCandle[];
  readonly gaps: readonly CandleGap[];
};

/** Store what the candles of the `saveCandles` before it changed in a chart, in the same transaction. */
export type SaveChart = {
  readonly kind: 'saveChart';
  readonly change: ChartChange;
  /** The chart at the head of `change`, plain data, where it is worth keeping to go on from. */
  readonly checkpoint?: object;
};

/**
 * Ask the store for the `limit` oldest candles of a series that open after `after`; answered by `candlesRead`. With
 * `checkpointBefore`, those after the newest checkpoint of its chart before that candle, where there is one.
 */
export type ReadCandles = {
  readonly kind: 'readCandles';
  readonly seriesId: SeriesId;
  readonly after: EpochMs | null;
  readonly limit: number;
  readonly checkpointBefore?: EpochMs;
};

/**
 * Look, before `candles` of the `saveCandles` before it are stored, whether storing them changes what the series is;
 * answered by `candlesReviewed` when they are stored. They are of one series.
 */
export type ReviewCandles = {
  readonly kind: 'reviewCandles';
  readonly seriesId: SeriesId;
  readonly candles: readonly ClosedCandle[];
};

/** Announce closed candles of one series, ascending; their `saveCandles` came before. */
export type PublishClosed = {
  readonly kind: 'publishClosed';
  readonly seriesId: SeriesId;
  readonly candles: readonly ClosedCandle[];
};

/** Announce a forming candle; may be dropped for a newer one. */
export type PublishForming = { readonly kind: 'publishForming'; readonly candle: FormingCandle };

/** Announce a stretch without candles. */
export type PublishGap = { readonly kind: 'publishGap'; readonly gap: CandleGap };

/** Ask the feed's venue for closed candles of [`from`, `to`); answered by `candlesFetched` or `candlesFetchFailed`. */
export type FetchCandles = {
  readonly kind: 'fetchCandles';
  readonly requestId: number;
  readonly seriesId: SeriesId;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Priority class of the request budget. */
  readonly purpose: 'repair' | 'history';
};

/** Ask the store for [`from`, `to`) of a base series and its derived ones; answered by `candlesLoaded`. */
export type LoadCandles = {
  readonly kind: 'loadCandles';
  readonly seriesId: SeriesId;
  readonly timeframes: readonly Timeframe[];
  readonly from: EpochMs;
  readonly to: EpochMs;
};

/** Fire `timerFired` at `at`; a timer of the same id is replaced. */
export type StartTimer = { readonly kind: 'startTimer'; readonly timerId: string; readonly at: EpochMs };

/** Tell people. */
export type Notify = { readonly kind: 'notify'; readonly level: 'info' | 'warn' | 'error'; readonly failure: Failure };

/** Everything `step` can ask for. */
export type Effect =
  | SaveCandles
  | SaveChart
  | ReadCandles
  | ReviewCandles
  | PublishClosed
  | PublishForming
  | PublishGap
  | FetchCandles
  | LoadCandles
  | StartTimer
  | Notify;
