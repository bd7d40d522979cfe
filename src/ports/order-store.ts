/**
 * Orders, fills and what protects positions, for whoever must know them after the process ended: the execution stage at
 * its start, and people who ask what happened.
 */
import type { EpochMs } from '../core/time.ts';
import type { ExecutionBatch, OrderRecord } from '../model/execution.ts';
import type { PositionId } from '../model/intent.ts';

/** A stretch of time: orders created in [`from`, `to`), the first `limit` of them. */
export type OrderQuery = { readonly from: EpochMs; readonly to: EpochMs; readonly limit: number };

/**
 * - `save` stores a batch as a whole or not at all, each record in the place of an earlier one of its id; a fill that is
 *   stored stays, also when a later record of its order does not have it. After it resolves the batch survives a power
 *   cut. Saves take effect in the order of their calls.
 * - `loadOpen` answers every order that has not ended, every order of a position that is open, and what protects those
 *   positions; orders by the time they were created, then by id.
 * - `readOrders` and `readPosition` answer in the same order, whatever their orders' state.
 * - Failures reject with `FailureError` (`store_unavailable`, `store_corrupt`); nothing is half-written.
 */
export type OrderStore = {
  readonly save: (batch: ExecutionBatch) => Promise<void>;
  readonly loadOpen: () => Promise<ExecutionBatch>;
  readonly readOrders: (query: OrderQuery) => Promise<readonly OrderRecord[]>;
  readonly readPosition: (positionId: PositionId) => Promise<readonly OrderRecord[]>;
  /** Releases the storage; later calls reject. Safe to call twice. */
  readonly close: () => Promise<void>;
};
