/**
 * The wire contract as schemas: what HTTP answers and what travels over the sockets. Times are whole seconds, prices
 * and volumes are JSON numbers, names are those of the seed. OpenAPI and the web page's types come from here; the
 * parts lie in contract/, by what they are about.
 */
import { z } from 'zod';

export * from './contract/backtest.ts';
export * from './contract/candles.ts';
export * from './contract/desk/chart.ts';
export * from './contract/desk/config.ts';
export * from './contract/desk/equity.ts';
export * from './contract/desk/execution.ts';
export * from './contract/desk/feed.ts';
export * from './contract/desk/ml.ts';
export * from './contract/desk/parts.ts';
export * from './contract/desk/positions.ts';
export * from './contract/desk/probes.ts';
export * from './contract/desk/risk.ts';
export * from './contract/desk/socket.ts';
export * from './contract/desk/status.ts';
export * from './contract/desk/why.ts';
export * from './contract/health.ts';
export * from './contract/hot-coins.ts';
export * from './contract/ingest.ts';
export * from './contract/markets.ts';
export * from './contract/quality.ts';
export * from './contract/refusals.ts';
export * from './contract/replay.ts';
export * from './contract/security.ts';
export * from './contract/signals.ts';
export * from './contract/socket.ts';
export * from './contract/structure.ts';
export * from './contract/udf.ts';

/** Answer of `GET /api/hotwick/info`: what runs here. */
export const infoAnswer = z
  .object({
    name: z.literal('hotwick'),
    version: z.string(),
    mode: z.string().describe('demo or up'),
    series: z.array(z.string()).describe('series that are kept up to date'),
    speed: z.number().describe('market seconds per real second'),
    market_time: z.int().describe('the clock of the market, Unix seconds'),
  })
  .meta({ id: 'Info' });

/** Answer of `GET /api/hotwick/info`. */
export type InfoAnswer = z.infer<typeof infoAnswer>;
