/**
 * Every waiting time of trading in one place, each with its reason; tests shorten them.
 */
import type { BackoffLimits } from '../../../core/backoff.ts';

/** Waiting times, in milliseconds. */
export type TradingTimings = {
  /** For the answer to a signed request. */
  readonly requestTimeoutMs: number;
  /** How long after its timestamp the venue may carry a request out. */
  readonly recvWindowMs: number;
  /** Beyond that window, until a request that is not found certainly never will be. */
  readonly certaintyMs: number;
  /** Between looks at the open orders while reports come by the stream; also while they do not. */
  readonly pollMs: { readonly up: number; readonly down: number };
  readonly backoff: BackoffLimits;
  /** Age at which the connection is replaced, the new one first. */
  readonly maxAgeMs: number;
  /** Life that makes a connection stable and clears the back-off. */
  readonly stableMs: number;
  /** Silence, pings included, after which the connection is dead. */
  readonly silenceMs: number;
  /** Most connection attempts in five minutes. */
  readonly attemptsPer5Min: number;
  /** For the list of rules, which has megabytes. */
  readonly rulesTimeoutMs: number;
  readonly rulesRefreshMs: number;
  /** After a failure to fetch the rules. */
  readonly rulesRetryMs: number;
  /** Age beyond which the rules do not allow new positions. */
  readonly rulesStaleMs: number;
  /** Age at which the difference of the clocks is measured again. */
  readonly clockSyncMs: number;
};

/**
 * Production values. The venue pings every 20 s and cuts at 24 h; its own connector renews at 23 h. Binance advises a
 * recvWindow of 5 s or less: with 3 s, and a second of certainty because its database may trail its matching engine by
 * moments, a start knows after 4 s what became of every order of the run before.
 */
export const TRADING_TIMINGS: TradingTimings = {
  requestTimeoutMs: 10_000,
  recvWindowMs: 3_000,
  certaintyMs: 1_000,
  pollMs: { up: 30_000, down: 5_000 },
  backoff: { minMs: 500, maxMs: 30_000 },
  maxAgeMs: 23 * 3_600_000,
  stableMs: 60_000,
  silenceMs: 60_000,
  attemptsPer5Min: 300,
  rulesTimeoutMs: 20_000,
  rulesRefreshMs: 3_600_000,
  rulesRetryMs: 300_000,
  rulesStaleMs: 2 * 3_600_000,
  clockSyncMs: 1_800_000,
};
