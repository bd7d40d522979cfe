/**
 * A desk made anew from the records of its orders: what it holds follows from their fills, what else must be known is
 * in its protection record. The same records give the same desk.
 */
import { assert } from '../core/assert.ts';
import type { OrderRecord, ProtectionRecord } from '../model/execution.ts';
import { type InstrumentId, parseInstrumentId } from '../model/instrument.ts';
import { parseClientOrderId } from './client-order-id.ts';
import { bookFill, createDesk, type Desk } from './desk.ts';

/** What records of orders do not say. */
export type DeskMemory = Pick<ProtectionRecord, 'stopDistance'> & Partial<ProtectionRecord>;

/** The desk of the position that `orders`, at least one, belong to. */
export function buildDesk(orders: readonly OrderRecord[], memory: DeskMemory): Desk {
  const [first] = orders;
  assert(first !== undefined, 'a desk is built of at least one order');
  const { positionId, instrumentId, traceId } = first;
  const { stopDistance, stopPrice = null, orderCount = 0, nakedMs = 0 } = memory;
  const desk = createDesk({ positionId, instrumentId, baseAsset: baseAssetOf(instrumentId), traceId, stopDistance });
  for (const { side, fills } of orders) for (const fill of fills) bookFill(desk, fill, side);
  for (const { purpose, state, intentId } of orders) {
    if (purpose === 'exit' && state === 'filled') desk.exitKeys[intentId] = 'done';
  }
  const numbers = orders.map((order) => parseClientOrderId(order.clientOrderId)?.number ?? 0);
  return Object.assign(desk, { softwareStop: stopPrice, orderCount: Math.max(orderCount, ...numbers), nakedMs });
}

function baseAssetOf(instrumentId: InstrumentId): string {
  const parts = parseInstrumentId(instrumentId);
  return parts.ok ? parts.value.base : '';
}
