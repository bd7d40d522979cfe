/**
 * What the hot-coin system found: the candidates with their heat by dimension, and what was refused. Names are those of
 * the second seed; times are Unix seconds with fractions, changes fractions, volumes quote units.
 */
import { z } from 'zod';

const sec = z.number();
const figure = z.number().nullable();
const score = z.number().describe('0..100');

const poolCoin = z
  .object({
    symbol: z.string().describe("the exchange's spelling, such as ABCUSDT"),
    instrument_id: z.string(),
    heat_score: score,
    tier: z.enum(['probation', 'active']).describe('active once its heat reached the level of the pool'),
    source: z.enum(['momentum', 'listing', 'social', 'mixed', 'unknown']),
    status: z.enum(['watching', 'analyzing', 'trading', 'cooling']),
    score_announcement: score,
    score_social: score,
    score_sentiment: score,
    score_momentum: score,
    score_liquidity: score,
    score_risk_penalty: score.describe('subtracted with its weight'),
    price_change_1m: figure,
    price_change_5m: figure,
    price_change_15m: figure,
    price_change_1h: figure,
    price_change_24h: figure,
    volume_surge_ratio: figure,
    taker_buy_share: figure,
    quote_volume_24h: figure,
    mention_velocity: z.number().describe('mentions an hour'),
    sentiment: z.number().describe('-1..1'),
    has_listing_signal: z.boolean(),
    listing_open_time: z.int().describe('milliseconds; 0 is unknown'),
    coin_age_days: z.int().describe('-1 is unknown'),
    discovered_at: sec,
    last_score_update: sec.nullable(),
    cooling_until: sec.nullable(),
  })
  .meta({ id: 'PoolCoin' });

/** Answer of `GET /hotcoin/api/pool`: hottest first; refusals of each gate since the start. */
export const poolAnswer = z
  .object({
    coins: z.array(poolCoin),
    refusals: z.record(z.string(), z.int()).describe('how many were refused, by gate'),
    ts: sec.describe('the clock of the market'),
  })
  .meta({ id: 'Pool' });

/** A coin of the pool. */
export type PoolCoin = z.infer<typeof poolCoin>;

/** Answer of `GET /hotcoin/api/pool`. */
export type PoolAnswer = z.infer<typeof poolAnswer>;
