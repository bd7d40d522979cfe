/**
 * Candles, charts, journal, orders and the decision ledger on one connection, so that what a burst of inputs leaves behind (its records and
 * what it saves) is one commit: half the writes, a warm page cache, and no moment at which the file has one without the
 * other.
 */
import type { ExecutionBatch } from '../../model/execution.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import type { ChartStore } from '../../ports/chart-store.ts';
import type { BurstSaves, CommitBurst } from '../../ports/commit-burst.ts';
import type { DecisionLedger } from '../../ports/decision-ledger.ts';
import type { Journal } from '../../ports/journal.ts';
import type { OrderStore } from '../../ports/order-store.ts';
import { createCommitSync } from './commit-sync.ts';
import { type ConnectionUse, shareConnection } from './connection-use.ts';
import type { SqliteJournalOptions } from './journal-writer.ts';
import { openCandleStore, type Run } from './sqlite-candle-store.ts';
import { openChartStore } from './sqlite-chart-store.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { openDecisionLedger } from './sqlite-decision-ledger.ts';
import { storeUnavailable } from './sqlite-failures.ts';
import { attemptJournal, openJournal } from './sqlite-journal.ts';
import { openOrderStore } from './sqlite-order-store.ts';

/** Stores, journal, orders and ledger of one file, and the commit of all of them. */
export type SqliteStorage = {
  readonly store: CandleStore;
  readonly charts: ChartStore;
  readonly journal: Journal;
  /** Open as long as the journal is; closing it closes nothing else. */
  readonly orders: OrderStore;
  /** Likewise. */
  readonly decisions: DecisionLedger;
  readonly commit: CommitBurst;
};

/**
 * The storage of `database`; its parts are closed one by one, and the connection ends with the last. Throws
 * `FailureError` when there is none to give.
 */
export function createSqliteStorage(database: SqliteDatabase, options: SqliteJournalOptions = {}): SqliteStorage {
  const [storeUse, chartsUse, journalUse] = shareConnection(database, 3) as [
    ConnectionUse,
    ConnectionUse,
    ConnectionUse,
  ];
  const { connection } = storeUse;
  const sync = createCommitSync(connection);
  const { store, writer: candles } = openCandleStore({ use: storeUse, sync });
  const { charts, writer: structure } = openChartStore({ use: chartsUse, sync });
  const { journal, writer: records } = openJournal({ use: journalUse, sync, options });
  const { orders, write: writeExecution } = openOrderStore({ use: withoutRelease(journalUse), sync });
  const { ledger: decisions, write: writeLedger } = openDecisionLedger({ use: withoutRelease(journalUse), sync });
  const writeAll = connection.transaction(
    (runs: readonly Run[], batch: BurstSaves, execution: ExecutionBatch | undefined) => {
      const written = records.writeBuffer();
      if (execution !== undefined) writeExecution(execution);
      if (batch.ledger !== undefined) writeLedger(batch.ledger);
      const inStep = structure.findInStep(batch.charts);
      const counts = candles.write(runs, batch);
      structure.write(batch.charts, inStep);
      return { written, counts };
    },
  );
  const commit: CommitBurst = async (batch, execution) => {
    storeUse.assertOpen();
    return attemptJournal(journalUse, () => {
      const runs = candles.check(batch);
      sync.beforeCommit(execution === undefined ? 'process' : 'machine');
      try {
        const { written, counts } = writeAll.immediate(runs, batch, execution);
        records.settle(written);
        return counts;
      } catch (thrown) {
        candles.forget();
        structure.forget();
        throw thrown;
      }
    });
  };
  return { store, charts, journal, orders, decisions, commit };
}

/** A use that ends by itself, without ending the one it is part of. */
function withoutRelease(use: ConnectionUse): ConnectionUse {
  let isReleased = false;
  const isOpen = (): boolean => !isReleased && use.isOpen();
  return {
    ...use,
    isOpen,
    assertOpen: () => {
      if (!isOpen()) throw storeUnavailable(use.path, { reason: 'it is closed' });
    },
    release: () => {
      isReleased = true;
    },
  };
}
