/**
 * Pieces that several answers of the operator's desk share. Names are those of the second seed. Money, prices and
 * quantities are decimal texts, exact to the last digit; times are Unix seconds with fractions where the seed's contract
 * has them, and milliseconds in fields that end in `_ms`; shares are fractions (0.05 is 5 %).
 */
import { z } from 'zod';

/** Unix seconds with fractions. */
export const sec = z.number().describe('Unix seconds');
/** Unix milliseconds. */
export const ms = z.number().describe('Unix milliseconds');
/** An exact decimal. */
export const exact = z.string().describe('a decimal, exact to the last digit');
/** A figure, or `null` where it is not known. */
export const figure = z.number().nullable();
/** A text, or `null` where there is none. */
export const text = z.string().nullable();

/** Whether entries are allowed; exits always are. */
export const deskEngineState = z.enum(['unknown', 'tradeable', 'degraded', 'blocked', 'stopped']);

/** The way back to `tradeable`. */
export const recoveryPending = z
  .object({ target_state: z.string(), ok_cycles: z.int(), required_cycles: z.int(), source_state: z.string() })
  .nullable();

/** How old the market is. */
export const deskFreshness = z.object({
  ws_connected: z.boolean(),
  latest_ticker_age_sec: figure,
  priced_symbols: z.int(),
});

/** Orders of the last five minutes; rates have four decimals and are 0 without attempts. */
export const executionMetrics = z
  .object({
    window_sec: z.int(),
    order_attempts_5m: z.int(),
    precheck_failures_5m: z.int(),
    dedup_rejects_5m: z.int(),
    order_errors_5m: z.int(),
    order_success_5m: z.int(),
    precheck_fail_rate_5m: z.number(),
    order_error_rate_5m: z.number(),
  })
  .meta({ id: 'ExecutionMetrics' });

const counts = z.record(z.string(), z.int());

/** Orders that were not sent since the hour began, by code and by symbol. */
export const precheckStats = z
  .object({ total: z.int(), by_code: counts, by_symbol: z.record(z.string(), counts) })
  .meta({ id: 'PrecheckStats' });

/** Where an answer comes from: the running engine, its status file, that file after 180 s, or nowhere. */
export const deskSource = z.enum(['runner', 'status_file', 'stale_file', 'none']);

/** Statistics of closed positions, net of commissions; `profit_factor` is the text `inf` without a loss. */
export const pnlSummary = z
  .object({
    total_trades: z.int(),
    wins: z.int(),
    losses: z.int(),
    win_rate: figure,
    total_pnl: exact,
    avg_pnl: text,
    avg_holding_min: figure,
    best_trade: text,
    worst_trade: text,
    profit_factor: z.union([z.number(), z.literal('inf')]).nullable(),
    max_drawdown: exact,
  })
  .meta({ id: 'PnlSummary' });

/** Orders of the last five minutes. */
export type WireExecutionMetrics = z.infer<typeof executionMetrics>;
/** Orders that were not sent. */
export type WirePrecheckStats = z.infer<typeof precheckStats>;
/** Statistics of closed positions. */
export type WirePnlSummary = z.infer<typeof pnlSummary>;
/** Where an answer comes from. */
export type DeskSource = z.infer<typeof deskSource>;
