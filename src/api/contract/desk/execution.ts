/**
 * Orders and money on the desk: counters, wallet, and the commands that sell or allow to buy again.
 */
import { z } from 'zod';
import { deskSource, exact, executionMetrics, ms, precheckStats, sec, text } from './parts.ts';

/** What the exchange allows to ask and what of it is spent. */
export const requestBudget = z
  .object({
    scope: z.string(),
    used_weight_1m: z.int(),
    limit_1m: z.int().nullable(),
    paused_until_ms: ms.nullable().describe('after 429 or 418'),
  })
  .meta({ id: 'RequestBudget' });

/** Answer of `GET /hotcoin/api/execution_metrics`. */
export const executionMetricsAnswer = executionMetrics
  .extend({ requests: z.array(requestBudget), source: deskSource, ts: sec })
  .meta({ id: 'ExecutionMetricsAnswer' });

/** Answer of `GET /hotcoin/api/precheck_stats`. */
export const precheckStatsAnswer = precheckStats
  .extend({ source: deskSource, ts: sec })
  .meta({ id: 'PrecheckStatsAnswer' });

/** Answer of `GET /hotcoin/api/balances`; assets of which there is nothing are left out. */
export const balancesAnswer = z
  .object({
    ok: z.literal(true),
    balances: z.array(z.object({ asset: z.string(), free: exact, locked: exact, total: exact })),
    ts: sec,
  })
  .meta({ id: 'Balances' });

/** Answer of a command that was not carried out. */
export const commandRefusal = z
  .object({ ok: z.literal(false), error: z.string(), message: z.string() })
  .meta({ id: 'CommandRefusal' });

/** Body of `POST /hotcoin/api/emergency_close`; a `request_id` sent twice is carried out once. */
export const emergencyBody = z.object({
  confirm: z.string().describe('must be yes'),
  reason: z.string().optional(),
  request_id: z.string().optional(),
});

/** What became of one position. */
export const closedDetail = z.object({
  symbol: z.string(),
  position_id: z.string(),
  status: z.enum(['closed', 'partial', 'failed', 'unknown']),
  price: text.describe('average price of what was sold'),
  qty: text.describe('what was sold'),
  error: text,
});

/** Answer of `POST /hotcoin/api/emergency_close`: what is really sold, not what was asked for. Entries stay latched off. */
export const emergencyAnswer = z
  .object({
    ok: z.boolean().describe('whether everything is sold'),
    closed: z.int(),
    failed: z.int().describe('everything that is not wholly sold'),
    details: z.array(closedDetail),
    request_id: z.string(),
    took_ms: z.number(),
    ts: sec,
  })
  .meta({ id: 'EmergencyAnswer' });

/** Body of `POST /hotcoin/api/acknowledge`: the halt of L5 was seen, or the emergency is over. */
export const acknowledgeBody = z.object({ what: z.enum(['halt', 'emergency']) });

/** Body of `POST /hotcoin/api/entries`. */
export const entriesBody = z.object({ action: z.enum(['pause', 'resume']), reason: z.string().optional() });

/** Body of `POST /hotcoin/api/close_position`. */
export const closePositionBody = z.object({ position_id: z.string(), confirm: z.string().describe('must be yes') });

/** Answer of a command that was carried out. */
export const commandAnswer = z
  .object({ ok: z.literal(true), message: z.string(), ts: sec })
  .meta({ id: 'CommandAnswer' });

/** What is spent of the exchange's patience. */
export type RequestBudget = z.infer<typeof requestBudget>;
/** Answer of `GET /hotcoin/api/balances`. */
export type BalancesAnswer = z.infer<typeof balancesAnswer>;
/** Answer of `GET /hotcoin/api/execution_metrics`. */
export type ExecutionMetricsAnswer = z.infer<typeof executionMetricsAnswer>;
/** Answer of `GET /hotcoin/api/precheck_stats`. */
export type PrecheckStatsAnswer = z.infer<typeof precheckStatsAnswer>;
/** Body of `POST /hotcoin/api/emergency_close`. */
export type EmergencyBody = z.infer<typeof emergencyBody>;
/** Answer of `POST /hotcoin/api/emergency_close`. */
export type EmergencyAnswer = z.infer<typeof emergencyAnswer>;
/** What became of one position. */
export type ClosedDetail = z.infer<typeof closedDetail>;
/** Answer of a command that was carried out. */
export type CommandAnswer = z.infer<typeof commandAnswer>;
/** Answer of a command that was not. */
export type CommandRefusal = z.infer<typeof commandRefusal>;
