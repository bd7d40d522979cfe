/**
 * Orders in memory, for runs that leave nothing behind: batches enter, records leave as copies in the order they were
 * made.
 */
import type { ExecutionBatch, OrderRecord, OrderState, ProtectionRecord } from '../../model/execution.ts';
import { FailureError, failure } from '../../model/failure.ts';
import type { OrderStore } from '../../ports/order-store.ts';

const ENDS: readonly OrderState[] = ['filled', 'cancelled', 'expired', 'rejected'];

/** A store that holds nothing; what it holds is lost with the process. */
export function createMemoryOrderStore(): OrderStore {
  const orders = new Map<string, OrderRecord>();
  const protections = new Map<string, ProtectionRecord>();
  let state: 'open' | 'closed' = 'open';
  const guard = async <T>(action: () => T): Promise<T> => {
    if (state === 'closed')
      throw new FailureError(failure('store_unavailable', { path: 'memory', reason: 'it is closed' }));
    return action();
  };
  const select = (isWanted: (order: OrderRecord) => boolean): readonly OrderRecord[] =>
    structuredClone([...orders.values()].filter(isWanted)).sort(byCreation);
  const save = (batch: ExecutionBatch): void => {
    for (const order of structuredClone(batch.orders)) orders.set(order.clientOrderId, withFills(order, orders));
    for (const record of structuredClone(batch.protections)) protections.set(record.positionId, record);
  };
  const loadOpen = (): ExecutionBatch => {
    const open = [...protections.values()].filter((record) => record.state === 'open');
    const held = new Set<string>(open.map((record) => record.positionId));
    return {
      orders: select((order) => held.has(order.positionId) || !ENDS.includes(order.state)),
      protections: structuredClone(open).sort((a, b) => (a.positionId < b.positionId ? -1 : 1)),
    };
  };
  return {
    save: (batch) => guard(() => save(batch)),
    loadOpen: () => guard(loadOpen),
    readOrders: ({ from, to, limit }) =>
      guard(() => select(({ createdTime }) => createdTime >= from && createdTime < to).slice(0, limit)),
    readPosition: (positionId) => guard(() => select((order) => order.positionId === positionId)),
    close: async () => {
      state = 'closed';
    },
  };
}

/** A record with every fill that was ever saved of it. */
function withFills(order: OrderRecord, orders: ReadonlyMap<string, OrderRecord>): OrderRecord {
  const told = new Set(order.fills.map((fill) => fill.tradeId));
  const kept = (orders.get(order.clientOrderId)?.fills ?? []).filter((fill) => !told.has(fill.tradeId));
  return kept.length === 0
    ? order
    : { ...order, fills: [...kept, ...order.fills].sort((a, b) => a.eventTime - b.eventTime) };
}

function byCreation(a: OrderRecord, b: OrderRecord): number {
  return a.createdTime - b.createdTime || (a.clientOrderId < b.clientOrderId ? -1 : 1);
}
