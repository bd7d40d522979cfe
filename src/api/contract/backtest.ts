/**
 * Backtests over HTTP. The routes stand so that a client that knows them is told plainly that there are none here.
 */
import { z } from 'zod';

/** Answer of `GET /api/backtest/strategies`: there are none. */
export const strategiesAnswer = z.object({ strategies: z.array(z.string()) }).meta({ id: 'Strategies' });

/** Query of `GET /api/backtest/pair_timeframes`. */
export const pairTimeframesQuery = z.object({ pair: z.string().min(1) });

/** Answer of `GET /api/backtest/pair_timeframes`. */
export const pairTimeframesAnswer = z
  .object({
    pair: z.string(),
    trading_mode: z.literal('not_available').describe('there is nothing that could run one'),
    datadir: z.literal(''),
    available_timeframes: z.array(z.string()),
  })
  .meta({ id: 'PairTimeframes' });

/** Body of `POST /api/backtest/run`. */
export const backtestBody = z.object({
  strategy_name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
  pair: z.string().min(1),
  timeframe: z.string().min(1),
  timerange: z.string().nullish(),
});

/** Answer of `POST /api/backtest/run`, with status 501. */
export const backtestRefusal = z.object({ detail: z.literal('not_available') }).meta({ id: 'BacktestRefusal' });
