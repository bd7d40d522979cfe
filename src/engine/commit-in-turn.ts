/**
 * The commit of a burst over a journal and a store that know nothing of each other: first the one, then the other.
 */
import { assert } from '../core/assert.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import type { CommitBurst } from '../ports/commit-burst.ts';
import type { Journal } from '../ports/journal.ts';
import type { OrderStore } from '../ports/order-store.ts';

/** Flushes `journal`, then saves to `store` and, where there are any, `orders`; without `orders` none may be saved. */
export function commitInTurn(
  journal: Pick<Journal, 'flush'>,
  store: Pick<CandleStore, 'save'>,
  orders?: Pick<OrderStore, 'save'>,
): CommitBurst {
  return async (batch, execution) => {
    await journal.flush(execution === undefined ? 'process' : 'machine');
    if (execution !== undefined) {
      assert(orders !== undefined, 'orders are saved where there is a store of orders');
      await orders.save(execution);
    }
    return store.save(batch);
  };
}
