/**
 * Charts in the database file: changes enter, in the transaction of the candles where a burst has both, and what was
 * known at a candle leaves.
 */
import type { ChartChange } from '../../model/chart.ts';
import type { ChartStore } from '../../ports/chart-store.ts';
import { prepareChartReads } from './chart-reader.ts';
import { type ChartWriter, prepareChartWriter } from './chart-writer.ts';
import { type CommitSync, createCommitSync } from './commit-sync.ts';
import { type ConnectionUse, shareConnection } from './connection-use.ts';
import { prepareSeriesKeys } from './series-keys.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { toStoreError } from './sqlite-failures.ts';

/** A store over its own connection to `database`, which `close` closes; throws `FailureError` when it has none to give. */
export function createSqliteChartStore(database: SqliteDatabase): ChartStore {
  const [use] = shareConnection(database, 1) as [ConnectionUse];
  return openChartStore({ use, sync: createCommitSync(use.connection) }).charts;
}

/** What writes to a store; `forget` is called when the transaction it wrote in failed. */
export type ChartBatchWriter = ChartWriter & { readonly forget: () => void };

/** A store and what writes to it; `sync` is of the connection of `use`, which closing the store releases. */
export function openChartStore(parts: { readonly use: ConnectionUse; readonly sync: CommitSync }): {
  readonly charts: ChartStore;
  readonly writer: ChartBatchWriter;
} {
  const { use, sync } = parts;
  const { connection } = use;
  const keys = prepareSeriesKeys(connection);
  const writer = prepareChartWriter(connection, keys);
  const writeAll = connection.transaction((changes: readonly ChartChange[]) =>
    writer.write(changes, writer.findInStep(changes)),
  );
  const reads = prepareChartReads(connection);
  const guard = async <T>(action: () => T): Promise<T> => {
    use.assertOpen();
    try {
      return action();
    } catch (thrown) {
      throw toStoreError(thrown, use.path);
    }
  };
  const save = (changes: readonly ChartChange[]): void => {
    if (changes.length === 0) return;
    sync.beforeCommit('process');
    try {
      writeAll.immediate(changes);
    } catch (thrown) {
      keys.forget();
      throw thrown;
    }
  };
  const charts: ChartStore = {
    save: (changes) => guard(() => save(changes)),
    head: (seriesId) => guard(() => reads.head(seriesId)),
    newestGeneration: (seriesId) => guard(() => reads.newestGeneration(seriesId)),
    readCheckpoint: (seriesId, before) => guard(() => reads.checkpoint(seriesId, before)),
    readEvents: (range) => guard(() => reads.events(range)),
    readHeads: (seriesId, at) => guard(() => reads.heads(seriesId, at)),
    readDrawn: (range) => guard(() => reads.drawn(range)),
    readActiveIds: ({ seriesId, from, at }) => guard(() => reads.activeIds(seriesId, { from, at })),
    close: async () => {
      use.release();
    },
  };
  return { charts, writer: { ...writer, forget: keys.forget } };
}
