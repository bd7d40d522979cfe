/**
 * Signals on the wire: the newest opinion on each coin with its grounds. Names are those of the seed's signal; `ss` and
 * `bs` are the sell and buy scores of a timeframe or a book.
 */
import { z } from 'zod';

const score = z.number().min(0);
const direction = z.enum(['long', 'short', 'hold']);

/** Query of `GET /hotcoin/api/signals`. */
export const signalsQuery = z.object({
  symbol: z
    .string()
    .default('*')
    .describe('one coin: its symbol (BTCUSDT) or instrument id (binance:spot:BTC/USDT); * is every coin'),
  limit: z.int().min(1).max(1000).default(100),
});

/** What a rule gave or took. */
export const wireReason = z.object({ rule: z.string(), side: z.enum(['sell', 'buy']), points: z.number() });

const wireScore = z.object({ ss: score, bs: score, reasons: z.array(wireReason) });

/** One timeframe of a signal; `books` and scores only where it was judged. */
export const wireOpinion = z.object({
  state: z.enum(['scored', 'skipped']),
  reason: z.string().nullable().describe('why it has no say'),
  bars: z.int().min(0).describe('closed candles it has seen'),
  last_close_time: z.int().nullable().describe('end of its newest candle, Unix seconds'),
  ss: score.nullable(),
  bs: score.nullable(),
  direction: direction.nullable(),
  fusion: z.array(wireReason),
  books: z.record(z.string(), wireScore),
});

/** One signal. */
export const wireSignal = z
  .object({
    symbol: z.string(),
    instrument_id: z.string(),
    action: z.enum(['BUY', 'SELL', 'HOLD']),
    strength: z.number().min(0).max(100),
    confidence: z.number().min(0).max(1),
    reason: z.string(),
    sell_score: score,
    buy_score: score,
    consensus: z.object({
      case: z.string(),
      direction,
      net: z.number().describe('percent of the weight that is long minus that which is short'),
      coverage: z.number().describe('share of the weight asked for that had a say'),
      chain: z.array(z.string()).describe('timeframes that agree'),
      chain_direction: z.enum(['long', 'short']).nullable(),
    }),
    tf_details: z.record(z.string(), wireOpinion),
    computed_at: z.int().describe('Unix seconds'),
    trace_id: z.string().describe('the cycle that asked'),
  })
  .meta({ id: 'Signal' });

/** Answer of `GET /hotcoin/api/signals`, newest first. */
export const signalsAnswer = z.object({ signals: z.array(wireSignal) }).meta({ id: 'Signals' });

/** One signal. */
export type WireSignal = z.infer<typeof wireSignal>;
/** One timeframe of a signal. */
export type WireOpinion = z.infer<typeof wireOpinion>;
