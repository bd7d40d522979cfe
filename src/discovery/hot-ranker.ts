/**
 * HotRanker: heat of a candidate from six dimensions, each 0..100. In comes a candidate with fresh market figures, out
 * go its components and its heat. Formulas of the seed (3.1) as corrected: liquidity anchored at 50,000 quote units and
 * counted only as far as something is going on, sentiment only while somebody speaks, announcements that fade, momentum
 * only of fresh data.
 */
import type { EpochMs } from '../core/time.ts';
import type { Candidate, HeatComponents } from '../model/candidate.ts';
import type { HeatWeights } from './discovery-config.ts';

/** When heat is computed and how old market data may be. */
export type RankContext = {
  readonly now: EpochMs;
  readonly weights: HeatWeights;
  readonly marketStaleMs: number;
  /** How long a mention speaks. */
  readonly mentionMs: number;
};

/** What is made of a candidate. */
export type Rank = {
  readonly components: HeatComponents;
  readonly heat: number;
  /** Heat as it were if nobody spoke of the coin. */
  readonly quietHeat: number;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** An announcement halves every two hours once its first hour is over, and ends after a day. */
const FADE_AFTER_MS = HOUR_MS;
const FADE_HALF_MS = 2 * HOUR_MS;
/** Weight that the dimensions which say something have at least, so that one alone is not the whole. */
const ACTIVE_WEIGHT_MIN = 0.35;
/** Quote units of a day at which liquidity is worth nothing. */
const LIQUIDITY_ANCHOR = 50_000;
/** Score of a present reason at which liquidity counts in full; the weakest burst of the seed's rule scores 26.6. */
const PRESENT_FULL = 25;

/** Components and heat of `candidate`. */
export function rankCandidate(candidate: Candidate, context: RankContext): Rank {
  const components = scoreComponents(candidate, context);
  const { weights } = context;
  const { announcement, social } = components;
  const burst = isFresh(candidate, context) ? scoreBurst(candidate) : 0;
  const quiet: HeatComponents = { ...components, social: 0, sentiment: 0 };
  return {
    components,
    heat: combineHeat(components, { weights, present: Math.max(announcement, social, burst) }),
    quietHeat: combineHeat(quiet, { weights, present: Math.max(announcement, burst) }),
  };
}

/** The six dimensions of `candidate`. */
export function scoreComponents(candidate: Candidate, context: Omit<RankContext, 'weights'>): HeatComponents {
  const { now } = context;
  const isSpokenOf = hasMention(candidate, context);
  return {
    announcement: scoreAnnouncement(candidate, now),
    social: isSpokenOf ? Math.min(100, 10 * Math.max(0, candidate.mentions.velocity)) : 0,
    sentiment: isSpokenOf ? clamp((candidate.mentions.sentiment + 1) * 50) : 0,
    momentum: isFresh(candidate, context) ? scoreMomentum(candidate) : 0,
    liquidity: scoreLiquidity(candidate),
    riskPenalty: scoreRisk(candidate, now),
  };
}

/**
 * Heat of components: the weighted mean of those that say something, less the penalty, which takes `riskPenalty * 100`
 * points at most (problem P1-1); 0..100 with one decimal. That a coin can be traded well is no reason to trade it:
 * liquidity adds in proportion to the strongest reason that is `present` (0..100), and dilutes in any case.
 */
export function combineHeat(
  components: HeatComponents,
  { weights, present }: { readonly weights: HeatWeights; readonly present: number },
): number {
  const positive = ['announcement', 'social', 'sentiment', 'momentum', 'liquidity'] as const;
  const liquidityShare = Math.min(1, present / PRESENT_FULL);
  let sum = 0;
  let active = 0;
  for (const dimension of positive) {
    const score = components[dimension];
    if (!(score > 0)) continue;
    sum += weights[dimension] * score * (dimension === 'liquidity' ? liquidityShare : 1);
    active += weights[dimension];
  }
  const heat = sum / Math.max(active, ACTIVE_WEIGHT_MIN) - weights.riskPenalty * components.riskPenalty;
  return Math.round(clamp(heat) * 10) / 10;
}

function isFresh({ market }: Candidate, { now, marketStaleMs }: Pick<RankContext, 'now' | 'marketStaleMs'>): boolean {
  return market.tickerTime !== null && now - market.tickerTime <= marketStaleMs;
}

function hasMention({ mentions }: Candidate, { now, mentionMs }: Pick<RankContext, 'now' | 'mentionMs'>): boolean {
  return mentions.lastTime !== null && now - mentions.lastTime < mentionMs;
}

/** 80 for a listing, more as it nears; from its opening (or, without one, its announcement) on it fades. */
function scoreAnnouncement({ listing }: Candidate, now: EpochMs): number {
  if (listing === null) return 0;
  const { openTime, announcedTime } = listing;
  if (openTime !== null && openTime > now) {
    const untilMs = openTime - now;
    return untilMs < HOUR_MS ? 100 : untilMs < DAY_MS ? 90 : 80;
  }
  const since = now - (openTime ?? announcedTime);
  const full = openTime === null ? 80 : 100;
  if (since >= DAY_MS) return 0;
  return full * 0.5 ** (Math.max(0, since - FADE_AFTER_MS) / FADE_HALF_MS);
}

/** 50 points at +10 % in five minutes, 30 at +15 % in an hour, 20 at sixteen times the volume (problem R3-10). */
function scoreMomentum(candidate: Candidate): number {
  const { change1h } = candidate.market;
  const fromHour = change1h !== null && change1h > 0 ? Math.min(30, (30 * change1h) / 0.15) : 0;
  return Math.min(100, scoreBurst(candidate) + fromHour);
}

/** The part of momentum that is of now: what rose within the hour and rests since is no burst. */
function scoreBurst({ market: { change5m, volumeRatio } }: Candidate): number {
  const fromFiveMinutes = change5m !== null && change5m > 0 ? Math.min(50, (50 * change5m) / 0.1) : 0;
  const fromVolume = volumeRatio !== null && volumeRatio > 1 ? Math.min(20, 5 * Math.log2(volumeRatio)) : 0;
  return fromFiveMinutes + fromVolume;
}

/** 30 at 500 thousand a day, 60 at 5 million, 90 at 50 million, and up to 20 more for a rush. */
function scoreLiquidity({ market }: Candidate): number {
  const { quoteVolume24h, volumeRatio } = market;
  if (quoteVolume24h === null || !(quoteVolume24h > 0)) return 0;
  const base = clamp(30 * Math.log10(quoteVolume24h / LIQUIDITY_ANCHOR));
  const rush = volumeRatio !== null && volumeRatio > 3 ? Math.min(20, 2 * volumeRatio) : 0;
  return Math.min(100, base + rush);
}

/** Young coins and moves that went far already; a coin of unknown age is not punished for it (problem A-1). */
function scoreRisk(candidate: Candidate, now: EpochMs): number {
  const { change24h, change5m } = candidate.market;
  const age = coinAgeDays(candidate, now);
  const forAge = age < 0 ? 0 : age < 7 ? 30 : age < 30 ? 15 : 0;
  const forDay = change24h === null ? 0 : change24h > 0.5 ? 40 : change24h > 0.3 ? 20 : 0;
  const forFiveMinutes = change5m !== null && change5m > 0.15 ? 20 : 0;
  return Math.min(100, forAge + forDay + forFiveMinutes);
}

/** Whole days since the coin was first traded; -1 where that is not known. */
export function coinAgeDays({ listedTime }: Pick<Candidate, 'listedTime'>, now: EpochMs): number {
  return listedTime === null ? -1 : Math.max(0, Math.floor((now - listedTime) / DAY_MS));
}

function clamp(value: number): number {
  return Math.min(100, Math.max(0, value));
}
