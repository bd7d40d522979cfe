/**
 * The five layers of risk with what they see and where they act, and what an operator has latched.
 */
import { z } from 'zod';
import { exact, ms, sec, text } from './parts.ts';

/** One number against its limit. */
const gauge = {
  value: z.number().describe('a fraction, never below 0'),
  limit: z.number().describe('a fraction'),
  used: z.number().describe('value over limit; 1 is where the layer acts'),
  amount: text.describe('the value in quote units'),
  amount_limit: text.describe('the limit in quote units'),
};

/** What one layer sees; `parts` are positions (L1, L2) or sectors (L3), the worst first. */
export const riskLayer = z
  .object({
    layer: z.enum(['L1', 'L2', 'L3', 'L4', 'L5']),
    name: z.string(),
    action: z.string().describe('what happens at the limit'),
    state: z.enum(['ok', 'near', 'reached', 'latched']).describe('near is from 80 % of the limit on'),
    ...gauge,
    parts: z.array(z.object({ name: z.string(), ...gauge })),
  })
  .meta({ id: 'RiskLayer' });

/** Answer of `GET /hotcoin/api/risk`. */
export const riskAnswer = z
  .object({
    layers: z.array(riskLayer).describe('L1 to L5'),
    capital: exact.describe('what the limits are shares of'),
    initial_capital: exact,
    equity: exact,
    cash: exact,
    peak_equity: exact,
    drawdown: z.number(),
    day_start_equity: exact,
    day_pnl: exact,
    day_realized: exact,
    exposure: exact.describe('held and being bought'),
    exposure_limit: exact,
    single_limit: exact.describe('most in one coin'),
    positions: z.int(),
    positions_max: z.int(),
    halt: z.object({ since_ms: ms, until_ms: ms, acknowledged: z.boolean(), needs_ack: z.boolean() }).nullable(),
    emergency: z.object({ request_id: z.string(), reason: z.string(), since_ms: ms }).nullable(),
    pause: text,
    reconciliation: z.enum(['pending', 'clean', 'mismatch']),
    dust: z.array(z.object({ symbol: z.string(), qty: exact })),
    ts: sec,
  })
  .meta({ id: 'Risk' });

/** One layer. */
export type RiskLayer = z.infer<typeof riskLayer>;
/** Answer of `GET /hotcoin/api/risk`. */
export type RiskAnswer = z.infer<typeof riskAnswer>;
