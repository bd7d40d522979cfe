/**
 * A candidate: an instrument at the start of a burst, why it is one, how hot it is and where it stands. Figures are
 * plain numbers (fractions, quote units, heat 0..100); `null` is what is not known.
 */
import type { EpochMs } from '../core/time.ts';
import type { InstrumentId } from './instrument.ts';

/** Where a candidate came from; `mixed` of more than one. */
export type CandidateSource = 'momentum' | 'listing' | 'social' | 'mixed' | 'unknown';

/** Where it stands. A `trading` one is never removed, a `cooling` one takes no signal. */
export type CandidateStatus = 'watching' | 'analyzing' | 'trading' | 'cooling';

/** `active` once its heat reached the pool's, `probation` before. */
export type CandidateTier = 'probation' | 'active';

/** The six dimensions of heat, each 0..100; `riskPenalty` is subtracted with its weight. */
export type HeatComponents = {
  readonly announcement: number;
  readonly social: number;
  readonly sentiment: number;
  readonly momentum: number;
  readonly liquidity: number;
  readonly riskPenalty: number;
};

/** What the market says of a candidate, refreshed every cycle. */
export type CandidateMarket = {
  readonly change1m: number | null;
  readonly change5m: number | null;
  readonly change15m: number | null;
  readonly change1h: number | null;
  readonly change24h: number | null;
  readonly volumeRatio: number | null;
  readonly takerBuyShare: number | null;
  readonly quoteVolume24h: number | null;
  /** When the newest ticker arrived; `null` when there is none. */
  readonly tickerTime: EpochMs | null;
};

/** What is said of a candidate. */
export type CandidateMentions = {
  /** Authors within the time a mention counts (by default an hour), weighted by network. */
  readonly velocity: number;
  /** -1..1. */
  readonly sentiment: number;
  readonly lastTime: EpochMs | null;
  /** Who, newest last, at most 20. */
  readonly authors: readonly string[];
};

/** What is known of its listing. */
export type CandidateListing = {
  readonly announcedTime: EpochMs;
  readonly openTime: EpochMs | null;
  /** What the announcement was called: foreign, cleaned and bounded; `null` where a list alone told of it. */
  readonly title: string | null;
};

/** A candidate. */
export type Candidate = {
  readonly instrumentId: InstrumentId;
  readonly source: CandidateSource;
  readonly status: CandidateStatus;
  readonly tier: CandidateTier;
  readonly heat: number;
  readonly components: HeatComponents;
  readonly discoveredTime: EpochMs;
  /** Newest signal that spoke for it. */
  readonly signalTime: EpochMs;
  /** When it was last scored; `null` before the first time. */
  readonly scoredTime: EpochMs | null;
  /** Since when its heat has been below the exit; `null` while it is not. */
  readonly lowHeatSince: EpochMs | null;
  /** End of its cooling, exclusive; `null` while it does not cool. */
  readonly coolingUntil: EpochMs | null;
  readonly market: CandidateMarket;
  /** The normalised burst score of its newest anomaly. */
  readonly burstScore: number | null;
  readonly mentions: CandidateMentions;
  readonly listing: CandidateListing | null;
  readonly hasFutures: boolean;
  /** When it was first traded anywhere on the venue; `null` unknown. */
  readonly listedTime: EpochMs | null;
  /** Why it leaves; it is gone once that is stored. `null` while it stays. */
  readonly leaving: string | null;
};

/** Heat of a candidate at a moment. */
export type HeatRecord = {
  readonly instrumentId: InstrumentId;
  readonly time: EpochMs;
  readonly heat: number;
  readonly components: HeatComponents;
};

/** What one cycle changed, to be stored as a whole or not at all. */
export type CandidateBatch = {
  readonly time: EpochMs;
  readonly saved: readonly Candidate[];
  readonly removed: readonly InstrumentId[];
  readonly heat: readonly HeatRecord[];
};
