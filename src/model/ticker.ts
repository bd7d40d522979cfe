/**
 * What is known of the whole market from second to second: the tickers of one frame and the running or finished minute
 * of one instrument. Plain numbers, because they are judged and never traded with.
 */
import type { EpochMs } from '../core/time.ts';
import type { InstrumentId } from './instrument.ts';

/** The newest price of an instrument with its rolling 24 hours; every number is finite, prices are above 0. */
export type Ticker = {
  readonly instrumentId: InstrumentId;
  readonly price: number;
  /** Price 24 hours ago. */
  readonly open24h: number;
  readonly high24h: number;
  readonly low24h: number;
  /** Quote units traded in the last 24 hours; it falls when more leaves the window than enters. */
  readonly quoteVolume24h: number;
};

/** Tickers that arrived together; only instruments that changed. */
export type TickersReceived = {
  readonly kind: 'tickersReceived';
  readonly receivedTime: EpochMs;
  readonly tickers: readonly Ticker[];
};

/** What was traded of an instrument in one minute so far, exactly. */
export type TradedMinute = {
  readonly instrumentId: InstrumentId;
  readonly openTime: EpochMs;
  readonly state: 'forming' | 'closed';
  /** Last price of the minute, above 0. */
  readonly close: number;
  readonly quoteVolume: number;
  /** Part of it that buyers took from the book; `null` where the source does not tell. */
  readonly takerQuoteVolume: number | null;
};

/** A minute moved or ended. */
export type MinuteReceived = {
  readonly kind: 'minuteReceived';
  readonly receivedTime: EpochMs;
  readonly minute: TradedMinute;
};
