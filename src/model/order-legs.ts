/**
 * One order out of the two legs a venue makes of it: a stop and a take-profit order of which one is executed.
 */
import { add } from '../core/decimal.ts';
import type { EpochMs } from '../core/time.ts';
import type { Quantity } from './money.ts';
import type { OrderReport, OrderStatus } from './order.ts';

/** Whether the order may still be executed. */
export function isOpenStatus(status: OrderStatus): boolean {
  return status === 'open' || status === 'partiallyFilled';
}

/**
 * The order that both legs are: named as `stop` is, with the fills of both. It is open while a leg is; afterwards
 * filled when all of it was, else it ended as the leg did that was not merely ended by the other.
 */
export function mergeLegReports(stop: OrderReport, take: OrderReport): OrderReport {
  const fills = [...stop.fills, ...take.fills].sort((a, b) => a.eventTime - b.eventTime);
  const filledQuantity = add<Quantity>(stop.filledQuantity, take.filledQuantity);
  const updateTime = Math.max(stop.updateTime, take.updateTime) as EpochMs;
  const status = statusOfLegs([stop.status, take.status], filledQuantity);
  return { ...stop, status, filledQuantity, fills, updateTime };
}

function statusOfLegs(legs: readonly OrderStatus[], filled: Quantity): OrderStatus {
  if (legs.includes('filled')) return 'filled';
  if (legs.some(isOpenStatus)) return filled > 0n ? 'partiallyFilled' : 'open';
  if (legs.includes('cancelled')) return 'cancelled';
  return legs.includes('rejected') ? 'rejected' : 'expired';
}
