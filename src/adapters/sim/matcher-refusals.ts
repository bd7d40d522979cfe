/**
 * Why the matching engine did not take an order, as failures of the model. In: the engine's code and sentence. Out: a
 * failure whose code says what to do about it.
 */
import type { ErrorCode } from '../../model/error-codes.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { ApprovedOrder } from '../../model/order.ts';
import type { VenueRefusal } from './matching/sim-order.ts';

/** Codes by what the sentence begins with; the numbers alone do not tell them apart. */
const BY_SENTENCE: readonly (readonly [string, ErrorCode])[] = [
  ['Filter failure', 'order_rule_broken'],
  ['Invalid ', 'order_rule_broken'],
  ['Market is closed', 'instrument_not_trading'],
  ['Duplicate', 'order_duplicate'],
  ['Stop price would trigger', 'order_would_trigger'],
  ['Order would immediately match', 'order_would_trigger'],
  ['The relationship of the prices', 'order_would_trigger'],
  ['Account has insufficient balance', 'balance_insufficient'],
];

/** The failure of a refused order. */
export function toRefusal({ instrumentId, clientOrderId }: ApprovedOrder, { msg }: VenueRefusal): Failure {
  const known = BY_SENTENCE.find(([beginning]) => msg.startsWith(beginning));
  return failure(known?.[1] ?? 'order_refused', { instrumentId, clientOrderId, reason: msg });
}
