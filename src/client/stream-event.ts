/**
 * What a stream tells its reader.
 */
import type { WireCandle } from '../api/contract.ts';

/** A candle: `candle_time` is its open time in Unix seconds, `volume` is in units of the base asset. */
export type Candle = WireCandle;

/** Where a stream stands: being joined, up to date, or without a server. */
export type LinkState = 'connecting' | 'live' | 'lost';

/** The stream's connection changed; `retryInMs` comes with `lost`. */
export type LinkEvent = { readonly kind: 'link'; readonly state: LinkState; readonly retryInMs?: number };

/** Candles were missing from `from` (inclusive) to `to` (exclusive), open times in Unix seconds. */
export type GapEvent = {
  readonly kind: 'gap';
  readonly from: number;
  readonly to: number;
  /** `true`: all of them were fetched and delivered just now. `false`: the server has none of them. */
  readonly filled: boolean;
};

/**
 * One event of a stream. Closed candles come in strictly increasing time, each once; with the gaps that were not
 * filled they cover all time from the first one on. A forming candle is newer than every closed one before it.
 */
export type StreamEvent =
  | { readonly kind: 'closed'; readonly candle: Candle }
  | { readonly kind: 'forming'; readonly candle: Candle }
  | GapEvent
  | LinkEvent;
