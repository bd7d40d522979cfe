/**
 * Why a coin was bought or not, why that much, why it was sold, and what the price did afterwards: the decision ledger
 * as it is answered, with a sentence for each of its facts in `words`.
 */
import { z } from 'zod';
import { exact, figure, sec, text } from './parts.ts';

const value = z.union([z.number(), z.string()]).nullable();

const verdict = z.object({
  rule: z.string(),
  outcome: z.enum(['passed', 'refused']),
  value: value.describe('what the rule saw'),
  limit: value,
  text: z.string(),
});

const timeframe = z.object({
  timeframe: z.string(),
  close_time: sec.nullable(),
  sell: figure,
  buy: figure,
  reasons: z.array(z.object({ rule: z.string(), side: z.enum(['sell', 'buy']), points: z.number() })),
  skipped: text,
});

const signal = z
  .object({
    action: z.enum(['BUY', 'SELL', 'HOLD']),
    strength: z.number().describe('0..100'),
    confidence: z.number().describe('0..1'),
    reason: z.string(),
    sell_score: z.number(),
    buy_score: z.number(),
    net: z.number().describe('percent of the weight that is long minus that which is short'),
    coverage: z.number(),
    timeframes: z.array(timeframe),
  })
  .meta({ id: 'WhySignal' });

/** What the price did by one horizon; `pending` is not over yet. */
export const whyAfterwards = z
  .object({
    horizon: z.enum(['15m', '1h', '4h']),
    state: z.enum(['known', 'pending', 'unknown']),
    time: sec.nullable(),
    price: text,
    change: figure.describe('fraction of the price at the verdict'),
    highest: figure.describe('among the prices seen once a round until then'),
    lowest: figure,
    text: z.string(),
  })
  .meta({ id: 'WhyAfterwards' });

/** One verdict over the rounds in which it did not change. */
export const whyVerdict = z
  .object({
    number: z.int(),
    kind: z.enum(['entry', 'exit']),
    symbol: z.string(),
    instrument_id: z.string(),
    outcome: z.enum(['refused', 'approved']),
    rule: text.describe('the first rule that refused, or the reason of an exit'),
    first_time: sec,
    last_time: sec,
    rounds: z.int(),
    price: text.describe('at first_time'),
    heat: figure,
    components: z.record(z.string(), z.number()).nullable().describe('the six dimensions of heat'),
    source: text,
    signal: signal.nullable(),
    verdicts: z.array(verdict).describe('every rule asked, in order'),
    size: z.array(z.object({ name: z.string(), amount: z.string() })),
    stop_pct: figure.describe('distance of the stop below the entry'),
    newest: z.object({ price: text, heat: figure, strength: figure, refusal: verdict.nullable() }),
    fate: z.object({ kind: z.string(), time: sec.nullable(), code: text, reason: text }).nullable(),
    position_id: text,
    intent_id: text,
    trace_id: z.string(),
    config_hash: z.string(),
    afterwards: z.array(whyAfterwards),
    words: z.array(z.string()),
  })
  .meta({ id: 'WhyVerdict' });

/** Answer about a coin: newest verdict first. */
export const whyCoinAnswer = z
  .object({
    question: z.literal('coin'),
    symbol: z.string(),
    at: sec.nullable().describe('the moment asked about; null is now'),
    verdicts: z.array(whyVerdict),
    words: z.array(z.string()),
  })
  .meta({ id: 'WhyCoin' });

const order = z.object({
  client_order_id: z.string(),
  side: z.enum(['buy', 'sell']),
  purpose: z.enum(['open', 'exit', 'protection']),
  reason: z.string(),
  state: z.string(),
  created_time: sec,
  filled_quantity: exact,
  mean_price: text,
  error: text,
});

const leg = z.object({
  leg: z.int(),
  client_order_id: z.string(),
  reason: z.string(),
  quantity: exact,
  entry_price: exact,
  exit_price: exact,
  entry_decided_price: text,
  exit_decided_price: text,
  pnl: exact,
  fee_entry: exact,
  fee_exit: exact,
  pnl_net: exact,
  entry_time: sec,
  exit_time: sec,
});

/** Answer about one position. */
export const whyTradeAnswer = z
  .object({
    question: z.literal('trade'),
    position_id: z.string(),
    symbol: z.string(),
    entry: whyVerdict.nullable(),
    exits: z.array(whyVerdict),
    orders: z.array(order),
    legs: z.array(leg),
    closed: z.object({ exit_time: sec, reason: z.string(), legs: z.int(), pnl_net: exact, dust: exact }).nullable(),
    words: z.array(z.string()),
  })
  .meta({ id: 'WhyTrade' });

const after = z.object({
  known: z.int().describe('how many of them have a price at that horizon'),
  median: figure,
  rose: z.int().describe('by 3 % or more'),
  fell: z.int().describe('by 3 % or more'),
  best: figure,
  worst: figure,
});

/** What one rule did, and what became of the coins it refused. */
export const whyGate = z
  .object({
    rule: z.string().describe('`bought` and `not ordered` are what was approved'),
    verdicts: z.int().describe('stretches of rounds with this verdict'),
    coins: z.int(),
    rounds: z.int(),
    after: z.record(z.enum(['15m', '1h', '4h']), after),
  })
  .meta({ id: 'WhyGate' });

/** Answer about a stretch of time: rules in the order they are asked, what was approved last. */
export const whySummaryAnswer = z
  .object({
    question: z.literal('summary'),
    from: sec,
    to: sec,
    verdicts: z.int(),
    gates: z.array(whyGate),
    words: z.array(z.string()),
  })
  .meta({ id: 'WhySummary' });

/** Query of `GET /hotcoin/api/why`: about a coin, a position, or without either about everything since `from`. */
export const whyQuery = z.object({
  symbol: z.string().optional().describe('such as HOTUSDT'),
  time: z.string().optional().describe('Unix seconds; of a coin, now unless given'),
  trade: z.string().optional().describe('id of a position'),
  from: z.string().optional().describe('Unix seconds; of the summary, a week ago unless given'),
  lang: z.string().optional().describe('language of the sentences: en, or zh'),
});

/** Answer of `GET /hotcoin/api/why`. */
export const whyAnswer = z.discriminatedUnion('question', [whyCoinAnswer, whyTradeAnswer, whySummaryAnswer]);

/** One verdict. */
export type WhyVerdict = z.infer<typeof whyVerdict>;
/** What the price did by one horizon. */
export type WhyAfterwards = z.infer<typeof whyAfterwards>;
/** About a coin. */
export type WhyCoinAnswer = z.infer<typeof whyCoinAnswer>;
/** About a position. */
export type WhyTradeAnswer = z.infer<typeof whyTradeAnswer>;
/** What one rule did. */
export type WhyGate = z.infer<typeof whyGate>;
/** About a stretch of time. */
export type WhySummaryAnswer = z.infer<typeof whySummaryAnswer>;
/** Any of the answers. */
export type WhyAnswer = z.infer<typeof whyAnswer>;
