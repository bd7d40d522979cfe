/**
 * Closed candles in the database file: batches enter, each as one transaction, and candles with their stored revision
 * leave. Commits survive a killed process; after a power cut the newest ones may be missing, which repair refetches.
 */
import { assert } from '../../core/assert.ts';
import { type CandleGap, type ClosedCandle, findCandleFault } from '../../model/candle.ts';
import { type SeriesId, seriesParts } from '../../model/series.ts';
import { timeframeMs } from '../../model/timeframe.ts';
import type {
  CandleRange,
  CandleStore,
  CandleText,
  KnownRange,
  SaveBatch,
  SaveCounts,
  SeriesExtent,
} from '../../ports/candle-store.ts';
import { prepareCandlePast } from './candle-past.ts';
import {
  CANDLE_COLUMNS,
  CANDLE_TEXT_COLUMNS,
  type CandleRow,
  type CandleTextRow,
  parseCandleRow,
  parseCandleTextRow,
} from './candle-rows.ts';
import { prepareCandleWriter } from './candle-writer.ts';
import { type CommitSync, createCommitSync } from './commit-sync.ts';
import { type ConnectionUse, shareConnection } from './connection-use.ts';
import { prepareGapLedger } from './gap-ledger.ts';
import { prepareSeriesKeys } from './series-keys.ts';
import type { SqliteConnection, SqliteDatabase } from './sqlite-database.ts';
import { toStoreError } from './sqlite-failures.ts';

/** Consecutive candles of one series, as the batch lists them, and the stretch of time they cover. */
export type Run = { readonly seriesId: SeriesId; readonly candles: ClosedCandle[]; readonly from: number; to: number };

/** Largest integer that SQLite takes as a limit from a double; stands for "no limit". */
const LIMIT_MAX = Number.MAX_SAFE_INTEGER;

/** A store over its own connection to `database`, which `close` closes; throws `FailureError` when it has none to give. */
export function createSqliteCandleStore(database: SqliteDatabase): CandleStore {
  const [use] = shareConnection(database, 1) as [ConnectionUse];
  return openCandleStore({ use, sync: createCommitSync(use.connection) }).store;
}

/** Saves one checked batch; `write` runs inside a transaction of the caller, who calls `forget` when that failed. */
export type BatchWriter = {
  readonly check: (batch: SaveBatch) => readonly Run[];
  readonly write: (runs: readonly Run[], batch: SaveBatch) => SaveCounts;
  readonly forget: () => void;
};

/** A store and what writes to it; `sync` is of the connection of `use`, which closing the store releases. */
export function openCandleStore(parts: { readonly use: ConnectionUse; readonly sync: CommitSync }): {
  readonly store: CandleStore;
  readonly writer: BatchWriter;
} {
  const { use, sync } = parts;
  const { connection } = use;
  const writer = prepareBatchWriter(connection);
  const save = prepareSave(connection, { writer, sync });
  const reads = prepareReads(connection);
  const guard = async <T>(action: () => T): Promise<T> => {
    use.assertOpen();
    try {
      return action();
    } catch (thrown) {
      throw toStoreError(thrown, use.path);
    }
  };
  const store: CandleStore = {
    save: (batch) => guard(() => save(batch)),
    read: (range) => guard(() => reads.candles(range)),
    readTexts: (range) => guard(() => reads.texts(range)),
    readKnown: (range) => guard(() => reads.known(range)),
    readGaps: (seriesId, period) => guard(() => reads.gaps({ seriesId, ...period })),
    extent: (seriesId) => guard(() => reads.extent(seriesId)),
    listSeries: () => guard(reads.series),
    close: async () => {
      use.release();
    },
  };
  return { store, writer };
}

function prepareBatchWriter(connection: SqliteConnection): BatchWriter {
  const keys = prepareSeriesKeys(connection);
  const gaps = prepareGapLedger(connection);
  const past = prepareCandlePast(connection);
  const writeCandles = prepareCandleWriter(connection);
  const countSave = connection.prepare(
    'UPDATE series SET candle_count = candle_count + ?, save_count = save_count + 1 WHERE id = ?',
  );

  const writeRun = (run: Run, heads: Map<number, number | null>): SaveCounts => {
    const seriesKey = keys.ensure(run.seriesId);
    const known = heads.get(seriesKey);
    const head = known === undefined ? past.headOf(seriesKey) : known;
    heads.set(seriesKey, head);
    if (head !== null)
      past.noteLate({ seriesKey, from: run.from, to: run.to }, { head, candleMs: candleMs(run.seriesId) });
    const counts = writeCandles({ key: seriesKey, head }, run.candles);
    gaps.cut({ seriesKey, from: run.from, to: run.to });
    countSave.run(counts.inserted, seriesKey);
    return counts;
  };
  const writeGap = (gap: CandleGap): void => {
    const stretch = { seriesKey: keys.ensure(gap.seriesId), from: gap.from, to: gap.to };
    gaps.save(stretch, { reason: gap.reason, candleMs: candleMs(gap.seriesId) });
    countSave.run(0, stretch.seriesKey);
  };
  return {
    check: ({ candles, gaps: holes }) => {
      for (const gap of holes) assert(gap.from < gap.to, `empty gap of ${gap.seriesId} at ${gap.from}`);
      return splitRuns(candles);
    },
    write: (runs, batch) => {
      const total = { inserted: 0, changed: 0, unchanged: 0 };
      // What a batch holds becomes known together: the past is what was there before all of it.
      const heads = new Map<number, number | null>();
      for (const run of runs) {
        const counts = writeRun(run, heads);
        total.inserted += counts.inserted;
        total.changed += counts.changed;
        total.unchanged += counts.unchanged;
      }
      for (const gap of batch.gaps) writeGap(gap);
      return total;
    },
    forget: keys.forget,
  };
}

function prepareSave(
  connection: SqliteConnection,
  { writer, sync }: { readonly writer: BatchWriter; readonly sync: CommitSync },
): (batch: SaveBatch) => SaveCounts {
  const writeAll = connection.transaction(writer.write);
  return (batch) => {
    const runs = writer.check(batch);
    if (runs.length === 0 && batch.gaps.length === 0) return { inserted: 0, changed: 0, unchanged: 0 };
    try {
      sync.beforeCommit('process');
      return writeAll.immediate(runs, batch);
    } catch (thrown) {
      writer.forget();
      throw thrown;
    }
  };
}

/** Splits a batch into consecutive candles of each series, so that a run's gaps are cut at once. */
function splitRuns(candles: readonly ClosedCandle[]): readonly Run[] {
  const runs: Run[] = [];
  const open = new Map<SeriesId, { run: Run; readonly lengthMs: number }>();
  for (const candle of candles) {
    const { seriesId, openTime } = candle;
    const fault = findCandleFault(candle);
    // The message is made only where it is needed: this runs for every candle that is stored.
    if (fault !== null) assert(false, `candle of ${seriesId} at ${openTime}: ${fault}`);
    let entry = open.get(seriesId);
    if (entry === undefined || entry.run.to !== openTime) {
      const run: Run = { seriesId, candles: [], from: openTime, to: openTime };
      entry = { run, lengthMs: entry?.lengthMs ?? candleMs(seriesId) };
      runs.push(run);
      open.set(seriesId, entry);
    }
    entry.run.candles.push(candle);
    entry.run.to = openTime + entry.lengthMs;
  }
  return runs;
}

function candleMs(seriesId: SeriesId): number {
  return timeframeMs(seriesParts(seriesId).timeframe);
}

type Reads = {
  readonly candles: (range: CandleRange) => readonly ClosedCandle[];
  readonly texts: (range: CandleRange) => readonly CandleText[];
  readonly known: (range: KnownRange) => readonly ClosedCandle[];
  readonly gaps: (of: {
    readonly seriesId: SeriesId;
    readonly from: number;
    readonly to: number;
  }) => readonly CandleGap[];
  readonly extent: (seriesId: SeriesId) => SeriesExtent;
  readonly series: () => readonly SeriesId[];
};

/** Rows of a range, ascending. */
type ReadRows<Row> = (seriesKey: number, range: CandleRange) => readonly Row[];

function prepareRange<Row>(connection: SqliteConnection, columns: string): ReadRows<Row> {
  const select = (direction: 'ASC' | 'DESC') =>
    connection
      .prepare<unknown[], Row>(
        `SELECT ${columns} FROM candles WHERE series = ? AND open_time >= ? AND open_time < ?
         ORDER BY open_time ${direction} LIMIT ?`,
      )
      .raw();
  const oldest = select('ASC');
  const newest = select('DESC');
  return (seriesKey, { from, to, limit, take }) => {
    const rows = (take === 'oldest' ? oldest : newest).all(seriesKey, from, to, Math.min(limit, LIMIT_MAX));
    return take === 'oldest' ? rows : rows.reverse();
  };
}

function prepareReads(connection: SqliteConnection): Reads {
  const keys = prepareSeriesKeys(connection);
  const gaps = prepareGapLedger(connection);
  const past = prepareCandlePast(connection);
  const candleRows = prepareRange<CandleRow>(connection, [...CANDLE_COLUMNS.slice(1), 'revision'].join(', '));
  const textRows = prepareRange<CandleTextRow>(connection, CANDLE_TEXT_COLUMNS);
  // The count is kept with the series: counting the rows would read every page of it.
  const extent = connection.prepare<unknown[], SeriesExtent>(
    `SELECT candle_count AS count, (SELECT min(open_time) FROM candles WHERE series = s.id) AS first,
              (SELECT max(open_time) FROM candles WHERE series = s.id) AS head, save_count AS version
       FROM series AS s WHERE id = ?`,
  );
  const rowsOf = <Row>(read: ReadRows<Row>, range: CandleRange): readonly Row[] => {
    assert(range.limit >= 0, `negative limit ${range.limit}`);
    const key = keys.find(range.seriesId);
    return key === null ? [] : read(key, range);
  };
  return {
    candles: (range) => rowsOf(candleRows, range).map((row) => parseCandleRow(range.seriesId, row)),
    texts: (range) => rowsOf(textRows, range).map(parseCandleTextRow),
    known: (range) => {
      assert(range.limit >= 0, `negative limit ${range.limit}`);
      const seriesKey = keys.find(range.seriesId);
      return seriesKey === null ? [] : past.readKnown(seriesKey, range);
    },
    gaps: ({ seriesId, from, to }) => {
      const seriesKey = keys.find(seriesId);
      return seriesKey === null ? [] : gaps.read({ seriesKey, from, to }, seriesId);
    },
    extent: (seriesId) => {
      const key = keys.find(seriesId);
      return (key === null ? undefined : extent.get(key)) ?? { count: 0, first: null, head: null, version: 0 };
    },
    series: keys.listStored,
  };
}
