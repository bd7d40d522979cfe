/**
 * The event log's contract (hotcoin.md 5.5): what each event of trading is as lines of `hotcoin_events.jsonl`. The shapes
 * below are what readers may rely on; a change that breaks one raises `EVENT_SCHEMA_VERSION`. Prices, quantities and
 * money are texts, exact to the last digit; times are Unix seconds.
 */
import { z } from 'zod';

/** Version of every shape in this file together. */
export const EVENT_SCHEMA_VERSION = 2;

const number = z.number().nullable();
const text = z.string().nullable();
const pending = z
  .strictObject({
    target_state: z.string(),
    ok_cycles: z.number(),
    required_cycles: z.number(),
    source_state: z.string(),
  })
  .nullable();
const stateFields = { engine_state: z.string(), state_recovery_pending: pending };
const order = {
  symbol: z.string(),
  side: z.enum(['BUY', 'SELL']),
  intent: z.enum(['open', 'close', 'partial_close', 'protect']),
  client_order_id: text,
  position_id: z.string(),
  /** The opinion that the position was opened by. */
  signal_id: text,
  ts: z.number(),
  /** What it was decided at; `null` of a resting stop. */
  hint_price: text,
};
const outcome = z.strictObject({
  ...order,
  ok: z.boolean(),
  error: text,
  error_class: text,
  code: text,
  precheck_code: text,
  status: z.string(),
  executed_price: text,
  executed_qty: z.string(),
  reason: z.string(),
});
const verdict = z.strictObject({
  rule: z.string(),
  outcome: z.enum(['passed', 'refused']),
  value: z.union([z.number(), z.string()]).nullable(),
  limit: z.union([z.number(), z.string()]).nullable(),
  text: z.string(),
});
const decision = z.strictObject({
  decision_id: z.string(),
  signal_id: text,
  symbol: z.string(),
  position_id: text,
  intent_id: text,
  outcome: z.enum(['approved', 'refused']),
  rule: text,
  reason: text,
  price: text,
  strength: number,
  heat: number,
  verdicts: z.array(verdict),
  size: z.array(z.strictObject({ name: z.string(), amount: z.string() })),
});

const POOL_PLACES = ['probation', 'active', 'trading', 'cooling', 'left'] as const;

/** Payloads by event type. */
export const EVENT_PAYLOADS = {
  anomaly: z.strictObject({
    symbol: z.string(),
    price: z.number(),
    volume_surge_ratio: number,
    price_change_5m: number,
    price_change_24h: z.number(),
    quote_volume_24h: z.number(),
  }),
  pool_change: z.strictObject({
    symbol: z.string(),
    from: z.enum(POOL_PLACES).nullable(),
    to: z.enum(POOL_PLACES),
    reason: text,
    heat: number,
    source: text,
  }),
  /** Told when the filter begins to keep a candidate out, not every round. */
  filter_rejected: z.strictObject({
    symbol: z.string(),
    rule: z.string(),
    reason: z.string(),
    value: number,
    limit: number,
    heat: z.number(),
    price: text,
  }),
  candidate_snapshot: z.strictObject({
    pool_size: z.number(),
    candidate_count: z.number(),
    top_symbols: z.array(z.string()).max(10),
    ...stateFields,
  }),
  signal_snapshot: z.strictObject({
    signal_count: z.number(),
    actionable_count: z.number(),
    signals: z.array(
      z.strictObject({
        signal_id: z.string(),
        symbol: z.string(),
        action: z.enum(['BUY', 'SELL', 'HOLD']),
        strength: z.number(),
      }),
    ),
    allow_open: z.boolean(),
    ...stateFields,
  }),
  entry_approved: decision,
  /** Told when the rule begins to refuse the coin, not every round. */
  entry_rejected: decision,
  exit_decision: decision,
  sell_signal_close: z.strictObject({
    symbol: z.string(),
    position_id: text,
    price: text,
    reason: z.string(),
    strength: number,
  }),
  order_attempt: z.strictObject({
    ...order,
    type: text,
    quote_amount: text,
    qty: text,
    reason: z.string(),
    /** Of an entry's signal. */
    strength: number,
    confidence: number,
  }),
  order_update: outcome,
  order_result: outcome,
  stop_change: z.strictObject({
    symbol: text,
    position_id: z.string(),
    protection: z.string(),
    stop_price: text,
    naked_ms: z.number(),
  }),
  leg_closed: z.strictObject({
    symbol: z.string(),
    position_id: z.string(),
    leg: z.number(),
    client_order_id: z.string(),
    pnl_net: z.string(),
    reason: z.string(),
  }),
  position_closed: z.strictObject({
    symbol: z.string(),
    position_id: z.string(),
    legs: z.number(),
    pnl_net: z.string(),
    reason: z.string(),
  }),
  settings: z.strictObject({
    occasion: z.enum(['start', 'change']),
    config_hash: z.string(),
    config: z.record(z.string(), z.unknown()),
    sources: z.record(z.string(), z.string()),
  }),
  /** Capital as a start found and left it; `refused` where less cash was there than was to be paid out. */
  capital: z.strictObject({
    from: z.string(),
    to: z.string(),
    refused: z.strictObject({ wanted: z.string(), cash: z.string() }).nullable(),
  }),
  risk_action: z.strictObject({ layer: z.string(), text: z.string() }),
  emergency_close: z.strictObject({ symbols: z.array(z.string()), reason: z.string(), ts: z.number() }),
  state_change: z.strictObject({ reasons: z.array(z.string()), ...stateFields }),
  /** A model in shadow orders coins much worse than its contract promises; told once for each alarm. */
  model_alarm: z.strictObject({
    task: z.string(),
    interval: z.string(),
    model: z.string(),
    approval: z.enum(['taken back', 'none']),
    auc: z.number(),
    baseline_auc: z.number(),
    rows: z.number(),
    reason: z.string(),
  }),
  mismatch: z.strictObject({ kind: z.string() }).catchall(z.string()),
} as const;

/** A type of event. */
export type EventType = keyof typeof EVENT_PAYLOADS;

/** One event before it has a place in the log. */
export type EventBody = {
  readonly [Type in EventType]: {
    readonly event_type: Type;
    readonly payload: z.infer<(typeof EVENT_PAYLOADS)[Type]>;
  };
}[EventType];

/** Around every payload. `seq` grows by one within a run; a hole is an event that could not be kept. */
export const eventEnvelope = z.strictObject({
  ts: z.number(),
  seq: z.number().int().min(1),
  schema_version: z.literal(EVENT_SCHEMA_VERSION),
  run_id: z.string().min(1),
  config_hash: z.string().min(1),
  event_type: z.string(),
  trace_id: z.string().optional(),
  payload: z.record(z.string(), z.unknown()),
});
