/**
 * What the status file of running trading says of an emergency.
 */
import { z } from 'zod';

const shape = z.looseObject({
  running: z.boolean(),
  ts: z.number(),
  engine_state: z.string().optional(),
  engine_state_reasons: z.array(z.string()).optional(),
  positions: z.number().nullable().optional(),
  emergency: z.string().nullable().optional(),
  orders_in_doubt: z.number().nullable().optional(),
  buys_under_way: z.number().nullable().optional(),
  equity: z.string().nullable().optional(),
});

/** As much of the status as an emergency is judged by. */
export type EmergencyStatus = z.infer<typeof shape>;

/** The status in a file's text; throws where it is none. */
export function parseEmergencyStatus(text: string): EmergencyStatus {
  return shape.parse(JSON.parse(text));
}

/**
 * What may still become something that is held, in words, as of the moment the status was written; `none` where nothing
 * may. A status that does not count it is of an older program, and has it among the reasons of the state once a round.
 */
export function doubtsOf(status: EmergencyStatus): string {
  const { orders_in_doubt: doubts, buys_under_way: buys, engine_state_reasons: reasons = [] } = status;
  if (doubts === null || buys === null) return 'unknown';
  const found = [
    ...(doubts === undefined || doubts === 0 ? [] : [`${doubts} order(s) that nobody answered`]),
    ...(buys === undefined || buys === 0 ? [] : [`${buys} buy(s) under way`]),
    ...reasons.filter((reason) => doubts === undefined && reason.startsWith('unknown_orders')),
  ];
  return found.length === 0 ? 'none' : found.join(', ');
}

/** Whether an emergency holds, and nothing is held nor may turn out to be. */
export function isAllSold(status: EmergencyStatus): boolean {
  return typeof status.emergency === 'string' && status.positions === 0 && doubtsOf(status) === 'none';
}
