/**
 * Every waiting time of the Binance feed in one place, each with its reason; tests shorten them.
 */
import type { BackoffLimits } from '../../core/backoff.ts';
import type { MarketType } from '../../model/instrument.ts';

/** Waiting times of the feed, in milliseconds of its clock. */
export type BinanceTimings = {
  /** From the first SUBSCRIBE to the first frame; doubled, at most three times, each time it passes in vain. */
  readonly firstFrameMs: number;
  /** Silence after which a stream of proven cadence, or a whole connection of such, counts as dead. */
  readonly silenceMs: Readonly<Record<MarketType, number>>;
  /** Silence after which a connection of thinly traded streams counts as dead. */
  readonly thinSilenceMs: number;
  readonly backoff: BackoffLimits;
  /** Age at which a connection is replaced make-before-break. */
  readonly maxAgeMs: number;
  /** Longest time that the old and the new connection run side by side. */
  readonly overlapMs: number;
  /** Life after the first frame that makes a connection stable and clears the back-off. */
  readonly stableMs: number;
  /** Most connection attempts in five minutes, over all connections of a market. */
  readonly attemptsPer5Min: number;
  /** For a REST answer, and for the handshake of a stream. */
  readonly requestTimeoutMs: number;
};

/**
 * Production values. Futures push a traded symbol every 250 ms, spot every 2 s, hence 10 s and 15 s. A 1m stream sends
 * at least its closing frame, so 90 s without any frame is no thin market, and 150 s of overlap see two closes.
 * Binance cuts at 24 h; its own connector renews at 23 h.
 */
export const BINANCE_TIMINGS: BinanceTimings = {
  firstFrameMs: 15_000,
  silenceMs: { futures: 10_000, spot: 15_000 },
  thinSilenceMs: 90_000,
  backoff: { minMs: 500, maxMs: 30_000 },
  maxAgeMs: 23 * 3_600_000,
  overlapMs: 150_000,
  stableMs: 60_000,
  attemptsPer5Min: 300,
  requestTimeoutMs: 10_000,
};
