/**
 * Client order ids, made of what an order is for, so that an order found at the venue can be told to its position
 * after every record of it is lost: `hw-<positionId>-<letter><number>`, at most 34 characters.
 */
import { assert } from '../core/assert.ts';
import type { OrderPurpose } from '../model/execution.ts';
import type { PositionId } from '../model/intent.ts';
import type { ClientOrderId } from '../model/order.ts';

/** The parts of an own client order id. */
export type ClientOrderIdParts = {
  readonly positionId: PositionId;
  readonly purpose: OrderPurpose;
  /** Counts the orders of a position from 1. */
  readonly number: number;
};

const LETTERS = { open: 'o', exit: 'x', protection: 'p' } as const satisfies Record<OrderPurpose, string>;
const PURPOSES: Readonly<Record<string, OrderPurpose>> = { o: 'open', x: 'exit', p: 'protection' };
const FORM = /^hw-([A-Za-z0-9]{1,20})-([oxp])([1-9]\d{0,8})$/;

/** The id made of `parts`. */
export function clientOrderId({ positionId, purpose, number }: ClientOrderIdParts): ClientOrderId {
  const text = `hw-${positionId}-${LETTERS[purpose]}${number}`;
  assert(FORM.test(text), `no client order id can be made of position ${positionId} and number ${number}`);
  return text as ClientOrderId;
}

/** The parts of an id, `null` when it is not one of ours. */
export function parseClientOrderId(text: string): ClientOrderIdParts | null {
  const match = FORM.exec(text);
  if (match === null) return null;
  const [, positionId, letter, number] = match as unknown as [string, string, string, string];
  return { positionId: positionId as PositionId, purpose: PURPOSES[letter] as OrderPurpose, number: Number(number) };
}
