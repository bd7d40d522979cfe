/**
 * The pool of candidates over HTTP. Where discovery is off there is no such route.
 */
import type { FastifyInstance } from 'fastify';
import type { EpochMs } from '../core/time.ts';
import type { Candidate } from '../model/candidate.ts';
import { parseInstrumentId } from '../model/instrument.ts';
import type { Clock } from '../ports/clock.ts';
import { errorAnswer, type PoolAnswer, type PoolCoin, poolAnswer } from './contract.ts';
import { onlyWhen } from './refusals.ts';

/** The pool at a moment: its candidates in any order, and refusals by gate. */
export type PoolView = {
  readonly candidates: readonly Candidate[];
  readonly refusals: Readonly<Record<string, number>>;
};

/** What the route works with. */
export type PoolParts = {
  /** Reads the pool; absent where discovery is off. */
  readonly readPool?: (() => PoolView) | undefined;
  /** The clock of the market. */
  readonly clock: Clock;
};

const DAY_MS = 86_400_000;

/** Adds the route. */
export function poolRoutes(app: FastifyInstance, { readPool, clock }: PoolParts): void {
  const schema = {
    tags: ['hotcoin'],
    summary: 'Candidates with their heat by dimension, hottest first, and refusals by gate; where discovery is on',
    response: { 200: poolAnswer, 404: errorAnswer },
  };
  const options = { schema, exposeHeadRoute: false, onRequest: onlyWhen(readPool === undefined ? 'off' : 'on') };
  app.get('/hotcoin/api/pool', options, async () => {
    return toPoolAnswer(readPool?.() ?? { candidates: [], refusals: {} }, clock.now());
  });
}

/** The pool as it is answered. */
export function toPoolAnswer({ candidates, refusals }: PoolView, now: EpochMs): PoolAnswer {
  const coins = [...candidates].sort((a, b) => b.heat - a.heat).map((candidate) => toPoolCoin(candidate, now));
  return { coins, refusals: { ...refusals }, ts: now / 1_000 };
}

/** One of its coins. */
export function toPoolCoin(candidate: Candidate, now: EpochMs): PoolCoin {
  const { instrumentId, components, market, mentions, listing, listedTime } = candidate;
  const parts = parseInstrumentId(instrumentId);
  return {
    symbol: parts.ok ? `${parts.value.base}${parts.value.quote}` : instrumentId,
    instrument_id: instrumentId,
    heat_score: candidate.heat,
    tier: candidate.tier,
    source: candidate.source,
    status: candidate.status,
    score_announcement: components.announcement,
    score_social: components.social,
    score_sentiment: components.sentiment,
    score_momentum: components.momentum,
    score_liquidity: components.liquidity,
    score_risk_penalty: components.riskPenalty,
    price_change_1m: market.change1m,
    price_change_5m: market.change5m,
    price_change_15m: market.change15m,
    price_change_1h: market.change1h,
    price_change_24h: market.change24h,
    volume_surge_ratio: market.volumeRatio,
    taker_buy_share: market.takerBuyShare,
    quote_volume_24h: market.quoteVolume24h,
    mention_velocity: mentions.velocity,
    sentiment: mentions.sentiment,
    has_listing_signal: listing !== null,
    listing_open_time: listing?.openTime ?? 0,
    coin_age_days: listedTime === null ? -1 : Math.floor((now - listedTime) / DAY_MS),
    discovered_at: candidate.discoveredTime / 1_000,
    last_score_update: inSeconds(candidate.scoredTime),
    cooling_until: inSeconds(candidate.coolingUntil),
  };
}

function inSeconds(time: EpochMs | null): number | null {
  return time === null ? null : time / 1_000;
}
