/**
 * Open positions and closed trades (hotcoin.md 7 and 4.10).
 */
import { z } from 'zod';
import { exact, figure, ms, pnlSummary, sec, text } from './parts.ts';

/** An order that has not ended. */
export const deskOrder = z
  .object({
    client_order_id: z.string(),
    side: z.enum(['BUY', 'SELL']),
    purpose: z.enum(['open', 'exit', 'protection']),
    reason: z.string(),
    state: z.string(),
    type: text,
    price: text,
    stop_price: text,
    qty: text,
    filled_qty: exact,
    created_ms: ms,
    updated_ms: ms,
    error: text,
  })
  .meta({ id: 'DeskOrder' });

const tier = z.object({
  tier: z.int().describe('1, 2, ...'),
  target_pct: z.number(),
  target_price: exact,
  exit_ratio: z.number().describe('of the initial quantity'),
  done: z.boolean(),
});

/** An open position. */
export const deskPosition = z
  .object({
    position_id: z.string(),
    trace_id: z.string().describe('the round that decided the entry'),
    symbol: z.string(),
    instrument_id: z.string(),
    side: z.literal('BUY'),
    entry_price: exact,
    current_price: text.describe('null before the first price'),
    price_age_sec: figure,
    qty: exact,
    qty_initial: exact,
    value_usd: exact,
    unrealized_pnl: exact,
    pnl_pct: z.number(),
    realized_pnl: exact,
    max_pnl_pct: z.number(),
    partial_exits: z.int(),
    holding_min: z.number(),
    entry_time: sec,
    sl_pct: figure.describe('below 0: distance of the stop from the entry price'),
    stop_price: text.describe('the stop that is judged on every price'),
    next_tp: tier.pick({ tier: true, target_pct: true, exit_ratio: true }).nullable(),
    tiers: z.array(tier),
    trailing_active: z.boolean().describe('true once every tier is sold'),
    trailing_stop_pct: z.number(),
    trailing_price: text.describe('where the trailing stop sells, while it is active'),
    max_hold_minutes: z.number(),
    time_remaining_min: z.number(),
    protection: z.enum(['resting', 'none', 'unknown']).describe('whether a stop rests on the exchange'),
    protection_price: text,
    naked_sec: z.number().describe('time without a stop on the exchange so far'),
    exit_pending: text.describe('why it is being sold; null while it is not'),
    orders: z.array(deskOrder),
  })
  .meta({ id: 'DeskPosition' });

/** Answer of `GET /hotcoin/api/positions`, oldest first. */
export const positionsAnswer = z
  .object({
    positions: z.array(deskPosition),
    pnl_summary: pnlSummary,
    risk_state: z.object({
      positions: z.int(),
      total_equity: exact,
      daily_pnl: exact,
      peak_equity: exact,
      halted: z.boolean(),
    }),
    ts: sec,
  })
  .meta({ id: 'Positions' });

/** A closed leg, in the shape of `hotcoin_trades_YYYYMMDD.jsonl`; money has four decimals here. */
export const deskTrade = z
  .object({
    symbol: z.string(),
    side: z.string(),
    entry_price: z.number(),
    exit_price: z.number(),
    qty: z.number(),
    pnl: z.number(),
    pnl_pct: z.number(),
    holding_sec: z.int(),
    reason: z.string(),
    entry_time: sec,
    exit_time: sec,
    position_id: z.string(),
    leg: z.int(),
    fee_entry: z.number(),
    fee_exit: z.number(),
    pnl_net: z.number(),
    slippage_bps: figure,
    slippage_entry_bps: figure,
    trace_id: z.string().describe('the chain of events that led here: GET /hotcoin/api/events?trace_id='),
    client_order_id: z.string(),
    sl_pct: figure,
    mode: z.string(),
    config_hash: z.string(),
    strength: figure,
    heat: figure,
  })
  .meta({ id: 'DeskTrade' });

/** Query of `GET /hotcoin/api/trades`; a limit that is none counts as 50, one out of range as its nearest bound. */
export const tradesQuery = z.object({
  limit: z.string().optional().describe('1..100, 50'),
  before: z.string().optional().describe('the next_before of an answer: older trades, from the files of their days'),
});

/** Answer of `GET /hotcoin/api/trades`, newest first; `source` says whether memory or the files of former days had them. */
export const tradesAnswer = z
  .object({
    trades: z.array(deskTrade),
    next_before: z.string().nullable().describe('ask with before=... for older ones; null where there are none'),
    source: z.enum(['memory', 'files', 'none']),
    pnl_summary: pnlSummary.nullable(),
    ts: sec,
  })
  .meta({ id: 'Trades' });

/** An open position. */
export type DeskPosition = z.infer<typeof deskPosition>;
/** An order that has not ended. */
export type DeskOrder = z.infer<typeof deskOrder>;
/** A closed leg. */
export type DeskTrade = z.infer<typeof deskTrade>;
/** Answer of `GET /hotcoin/api/positions`. */
export type PositionsAnswer = z.infer<typeof positionsAnswer>;
/** Answer of `GET /hotcoin/api/trades`. */
export type TradesAnswer = z.infer<typeof tradesAnswer>;
