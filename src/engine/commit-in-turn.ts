/**
 * The commit of a burst over a journal and stores that know nothing of each other: first the one, then the others.
 */
import { assert } from '../core/assert.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import type { ChartStore } from '../ports/chart-store.ts';
import type { CommitBurst } from '../ports/commit-burst.ts';
import type { DecisionLedger } from '../ports/decision-ledger.ts';
import type { Journal } from '../ports/journal.ts';
import type { OrderStore } from '../ports/order-store.ts';

/** What is committed to; without `orders` or `ledger` none of them may be saved. */
export type CommitPorts = {
  readonly journal: Pick<Journal, 'flush'>;
  readonly store: Pick<CandleStore, 'save'>;
  readonly charts: Pick<ChartStore, 'save'>;
  readonly orders?: Pick<OrderStore, 'save'>;
  readonly ledger?: Pick<DecisionLedger, 'save'>;
};

/** Flushes the journal, then saves orders, ledger, candles and charts, in this order, where there are any. */
export function commitInTurn({ journal, store, charts, orders, ledger }: CommitPorts): CommitBurst {
  return async (batch, execution) => {
    await journal.flush(execution === undefined ? 'process' : 'machine');
    if (execution !== undefined) {
      assert(orders !== undefined, 'orders are saved where there is a store of orders');
      await orders.save(execution);
    }
    if (batch.ledger !== undefined) {
      assert(ledger !== undefined, 'decisions are kept where there is a ledger');
      await ledger.save(batch.ledger);
    }
    const counts = await store.save(batch);
    if (batch.charts.length > 0) await charts.save(batch.charts);
    return counts;
  };
}
