/**
 * Data of a whole market: prices and minutes of everything that trades, and what the venue says of its lists. Fast data
 * comes as events, slow data on request.
 */
import type { Result } from '../core/result.ts';
import type { EpochMs } from '../core/time.ts';
import type { BookFacts } from '../model/book.ts';
import type { Failure } from '../model/failure.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { Announcement, ListedInstrument } from '../model/listing-facts.ts';
import type { MinuteReceived, TickersReceived } from '../model/ticker.ts';

/** What a watch tells. */
export type MarketWatchEvent = TickersReceived | MinuteReceived;

/** Takes events in order; must not throw. */
export type MarketWatchSink = (event: MarketWatchEvent) => void;

/** How one part of a watch stands. */
export type WatchState = {
  /** Streams asked for, and those of them that have proven to be alive and were not lost since. */
  readonly wanted: number;
  readonly live: number;
  /** Arrival of the newest usable frame; `null` before the first. */
  readonly lastTime: EpochMs | null;
  readonly frames: number;
  /** What was left out as unusable: whole frames, and items of frames. */
  readonly skipped: number;
};

/** How a watch stands. */
export type MarketWatchStatus = { readonly tickers: WatchState; readonly minutes: WatchState };

/**
 * - `start` begins the tickers of the whole market; nothing is told before. Starting again does nothing.
 * - `followMinutes` makes the minutes of exactly these instruments come, running and closed; what can not be followed
 *   goes to the watch's `onFault`. Each call replaces the list of the one before, and streams in both go on untouched.
 * - A stream counts as live by its own frames only; reconnects, back-off and rotation are the watch's own business. The
 *   time of an event is that of its arrival, so a pause shows as a pause.
 * - `fetchInstruments` answers the whole list, `fetchAnnouncements` the newest announcements in the venue's order.
 * - `fetchListedTime` answers the open time of the first day that was ever traded, `null` when there is none.
 * - `fetchBook` answers the best 100 levels of each side, summed up.
 * - A failure says through its code, and `status` in its context where there was an answer, whether waiting helps.
 */
export type MarketWatch = {
  readonly start: () => void;
  readonly followMinutes: (instrumentIds: readonly InstrumentId[]) => void;
  readonly fetchInstruments: () => Promise<Result<readonly ListedInstrument[], Failure>>;
  readonly fetchAnnouncements: () => Promise<Result<readonly Announcement[], Failure>>;
  readonly fetchListedTime: (instrumentId: InstrumentId) => Promise<Result<EpochMs | null, Failure>>;
  readonly fetchBook: (instrumentId: InstrumentId) => Promise<Result<BookFacts, Failure>>;
  readonly status: () => MarketWatchStatus;
  /** Ends every stream; no event is sent afterwards. Safe to call twice. */
  readonly close: () => Promise<void>;
};
