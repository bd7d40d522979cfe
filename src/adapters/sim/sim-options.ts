/**
 * How a simulated exchange is run, and what it counts.
 */
import type { MarketType } from '../../model/instrument.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SimMarket } from './sim-market.ts';
import type { SimAccountSpec } from './spot/sim-accounts.ts';

/** How to run the exchange. */
export type SimExchangeOptions = {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly clock: Clock;
  readonly market: SimMarket;
  /** Seed of what faults do at random; by default the market's. */
  readonly seed?: number;
  /** Market milliseconds per wall millisecond of the clock, for limits that are meant in wall time; default 1. */
  readonly speed?: number;
  /** The wall's clock, where the market's is another: signed requests may go by either. */
  readonly wall?: Clock;
  /** Least wall time between two forming frames of a stream; default 40. */
  readonly minFrameWallMs?: number;
  /** Request weight per minute and address; default 6000 on spot and 2400 on futures. */
  readonly weightLimit?: Partial<Readonly<Record<MarketType, number>>>;
  /** Who may trade; by default two accounts whose keys are in the documentation. */
  readonly accounts?: readonly SimAccountSpec[];
};

/** Counters since the start, and what is open now. */
export type SimStats = {
  readonly sockets: number;
  readonly subscriptions: number;
  /** Subscriptions to accounts. */
  readonly userStreams: number;
  readonly framesSent: number;
  readonly controlMessages: number;
  readonly requests: number;
  /** Requests not answered with 200. */
  readonly refusals: number;
};
