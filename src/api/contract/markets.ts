/**
 * Lists of what can be watched: the whitelist, and the markets with the largest volume.
 */
import { z } from 'zod';

/** Answer of `GET /api/market/whitelist`. */
export const whitelistAnswer = z.object({ series_ids: z.array(z.string()) }).meta({ id: 'Whitelist' });

/** Query of `GET /api/market/top_markets`. */
export const topMarketsQuery = z.object({
  exchange: z.string().default('binance'),
  market: z.enum(['spot', 'futures']),
  quote_asset: z.string().min(1).max(12).default('USDT'),
  limit: z.coerce.number().int().min(1).max(200).default(20),
  force: z.stringbool().default(false).describe('ask the exchange now; at most once per 2 s, client and market'),
});

/** Query of `GET /api/market/top_markets/stream`. */
export const topMarketsStreamQuery = topMarketsQuery.extend({
  interval_s: z.coerce.number().min(0.2).max(30).default(2),
  max_events: z.coerce.number().int().min(0).max(1000).default(0).describe('0 is endless'),
});

/** Answer of `GET /api/market/top_markets`, and data of the stream's events; largest quote volume first. */
export const topMarketsAnswer = z
  .object({
    exchange: z.string(),
    market: z.enum(['spot', 'futures']),
    quote_asset: z.string(),
    limit: z.int(),
    generated_at_ms: z.int().describe('when the exchange was asked'),
    cached: z.boolean(),
    items: z.array(
      z.object({
        exchange: z.string(),
        market: z.enum(['spot', 'futures']),
        symbol: z.string().describe('BTC/USDT'),
        symbol_id: z.string().describe("the exchange's own spelling, BTCUSDT"),
        base_asset: z.string(),
        quote_asset: z.string(),
        last_price: z.number().nullable(),
        quote_volume: z.number().describe('of the last 24 hours'),
        price_change_percent: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: 'TopMarkets' });

/** Answer of `GET /api/market/top_markets`. */
export type TopMarketsAnswer = z.infer<typeof topMarketsAnswer>;
