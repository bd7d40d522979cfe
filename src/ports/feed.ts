/**
 * Market data from a venue: a live stream of candles and history on request.
 */

import type { Result } from '../core/result.ts';
import type { EpochMs } from '../core/time.ts';
import type { CandleSource, ClosedCandle } from '../model/candle.ts';
import type { ClosedReceived, FeedChanged, FormingReceived } from '../model/events.ts';
import type { Failure } from '../model/failure.ts';
import type { Instrument, MarketType } from '../model/instrument.ts';
import type { SeriesId } from '../model/series.ts';

/** What a feed tells: candles, and whether the upstream of a series is alive. */
export type FeedEvent = FormingReceived | ClosedReceived | FeedChanged;

/** Takes feed events in order; must not throw. */
export type FeedSink = (event: FeedEvent) => void;

/** A request for closed history of [`from`, `to`); `source` is what the candles' certificates will say. */
export type HistoryRequest = {
  readonly seriesId: SeriesId;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly source: CandleSource;
  readonly purpose: 'repair' | 'history';
};

/**
 * - `watch` starts the live stream of a series; watching it again does nothing. `feedUp` is sent only once a frame of
 *   that series has arrived (an ACK is no proof of life) and `feedDown` when the stream is lost or silent; between
 *   them candles arrive in the venue's order. Reconnects, back-off and rotation are the feed's own business.
 * - A corrupt frame is skipped, counted and reported to the feed's `onFault`, never passed on.
 * - `fetchHistory` answers closed candles ascending, at most one page (the adapter's `pageLimit`) from `from` on; an
 *   empty page means the venue has none. A failure says whether waiting helps through its code.
 */
export type Feed = {
  readonly watch: (seriesId: SeriesId) => void;
  readonly unwatch: (seriesId: SeriesId) => void;
  readonly fetchHistory: (request: HistoryRequest) => Promise<Result<readonly ClosedCandle[], Failure>>;
  readonly fetchInstruments: (market: MarketType) => Promise<Result<readonly Instrument[], Failure>>;
  /** The venue's clock. */
  readonly fetchTime: () => Promise<Result<EpochMs, Failure>>;
  /** Ends every stream and request; no event is sent afterwards. Safe to call twice. */
  readonly close: () => Promise<void>;
};
