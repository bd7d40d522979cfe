/**
 * The UDF protocol of charting libraries, as far as it is served. Source: the public description of the Universal
 * Data Feed; times are Unix seconds, resolutions are minutes, or days with a `D`.
 */
import { z } from 'zod';

const numbers = z.array(z.number());

/** Answer of `GET /udf/config`. */
export const udfConfigAnswer = z.looseObject({ supported_resolutions: z.array(z.string()) }).meta({ id: 'UdfConfig' });

/** Query of `GET /udf/symbols`. */
export const udfSymbolQuery = z.object({ symbol: z.string().describe('binance:spot:BTC/USDT, BTC/USDT or BTCUSDT') });

/** Answer of `GET /udf/symbols`. */
export const udfSymbolAnswer = z
  .object({
    name: z.string(),
    ticker: z.string().describe('what the other requests want'),
    description: z.string(),
    type: z.literal('crypto'),
    session: z.literal('24x7'),
    timezone: z.literal('Etc/UTC'),
    exchange: z.string(),
    listed_exchange: z.string(),
    format: z.literal('price'),
    minmov: z.literal(1),
    minmove2: z.literal(0),
    pricescale: z.number(),
    has_intraday: z.literal(true),
    intraday_multipliers: z.array(z.string()),
    has_daily: z.literal(true),
    has_weekly_and_monthly: z.literal(false),
    supported_resolutions: z.array(z.string()),
    volume_precision: z.int(),
    data_status: z.literal('streaming'),
  })
  .meta({ id: 'UdfSymbol' });

/** Query of `GET /udf/search`. */
export const udfSearchQuery = z.object({
  query: z.string().default(''),
  type: z.string().default(''),
  exchange: z.string().default(''),
  limit: z.coerce.number().int().min(1).max(200).default(30),
});

/** Answer of `GET /udf/search`. */
export const udfSearchAnswer = z.array(
  z.object({
    symbol: z.string(),
    full_name: z.string(),
    description: z.string(),
    exchange: z.string(),
    ticker: z.string(),
    type: z.literal('crypto'),
  }),
);

/** Query of `GET /udf/history`; with `countback`, `from` does not count. */
export const udfHistoryQuery = z.object({
  symbol: z.string(),
  resolution: z.string(),
  from: z.coerce.number().int().optional().describe('inclusive'),
  to: z.coerce.number().int().describe('exclusive'),
  countback: z.coerce.number().int().min(1).optional(),
});

/** Answer of `GET /udf/history`. */
export const udfHistoryAnswer = z
  .discriminatedUnion('s', [
    z.object({ s: z.literal('ok'), t: z.array(z.int()), o: numbers, h: numbers, l: numbers, c: numbers, v: numbers }),
    z.object({ s: z.literal('no_data'), nextTime: z.int().optional() }),
    z.object({ s: z.literal('error'), errmsg: z.string() }),
  ])
  .meta({ id: 'UdfHistory' });

/** Answer of the UDF routes where something is unknown. */
export const udfErrorAnswer = z.object({ s: z.literal('error'), errmsg: z.string() }).meta({ id: 'UdfError' });

/** Answer of `GET /udf/symbols`. */
export type UdfSymbolAnswer = z.infer<typeof udfSymbolAnswer>;
