/**
 * Orders in the database file: batches enter, in the transaction of the records of their inputs where a burst has both,
 * and what was saved leaves. A batch is on the disk before its save resolves, because orders leave after it.
 */
import type { ExecutionBatch, OrderRecord } from '../../model/execution.ts';
import type { OrderStore } from '../../ports/order-store.ts';
import { type CommitSync, createCommitSync } from './commit-sync.ts';
import { type ConnectionUse, shareConnection } from './connection-use.ts';
import {
  FILL_COLUMNS,
  ORDER_COLUMNS,
  PROTECTION_COLUMNS,
  parseOrderRow,
  parseProtectionRow,
  type Row,
  toFillRow,
  toOrderRow,
  toProtectionRow,
} from './order-rows.ts';
import type { SqliteConnection, SqliteDatabase } from './sqlite-database.ts';
import { toStoreError } from './sqlite-failures.ts';

/** A store over its own connection to `database`, which `close` closes; throws `FailureError` when it has none to give. */
export function createSqliteOrderStore(database: SqliteDatabase): OrderStore {
  const [use] = shareConnection(database, 1) as [ConnectionUse];
  return openOrderStore({ use, sync: createCommitSync(use.connection) }).orders;
}

/** Writes a batch inside a transaction of the caller. */
export type WriteExecution = (batch: ExecutionBatch) => void;

/** A store and what writes to it; `sync` is of the connection of `use`, which closing the store releases. */
export function openOrderStore(parts: { readonly use: ConnectionUse; readonly sync: CommitSync }): {
  readonly orders: OrderStore;
  readonly write: WriteExecution;
} {
  const { use, sync } = parts;
  const { connection } = use;
  const write = prepareWrites(connection);
  const writeAll = connection.transaction(write);
  const reads = prepareReads(connection);
  const guard = async <T>(action: () => T): Promise<T> => {
    use.assertOpen();
    try {
      return action();
    } catch (thrown) {
      throw toStoreError(thrown, use.path);
    }
  };
  const save = (batch: ExecutionBatch): void => {
    sync.beforeCommit('machine');
    writeAll.immediate(batch);
  };
  const orders: OrderStore = {
    save: (batch) => guard(() => save(batch)),
    loadOpen: () => guard(reads.open),
    readOrders: ({ from, to, limit }) => guard(() => reads.created(from, to, limit)),
    readPosition: (positionId) => guard(() => reads.ofPosition(positionId)),
    close: async () => {
      use.release();
    },
  };
  return { orders, write };
}

function marks(columns: readonly string[]): string {
  return columns.map(() => '?').join(', ');
}

function prepareWrites(connection: SqliteConnection): WriteExecution {
  const replace = (table: string, columns: readonly string[]): string =>
    `INSERT OR REPLACE INTO ${table} (${columns.join(', ')}) VALUES (${marks(columns)})`;
  const putOrder = connection.prepare(replace('orders', ORDER_COLUMNS));
  const putProtection = connection.prepare(replace('protections', PROTECTION_COLUMNS));
  const putFill = connection.prepare(
    `INSERT INTO fills (${FILL_COLUMNS.join(', ')}) VALUES (${marks(FILL_COLUMNS)}) ON CONFLICT DO NOTHING`,
  );
  return ({ orders, protections }) => {
    for (const order of orders) {
      putOrder.run(...toOrderRow(order));
      for (const fill of order.fills) putFill.run(...toFillRow(order, fill));
    }
    for (const record of protections) putProtection.run(...toProtectionRow(record));
  };
}

const IN_ORDER = 'ORDER BY created_time, client_order_id';
const ENDED = "('filled', 'cancelled', 'expired', 'rejected')";

function prepareReads(connection: SqliteConnection): {
  readonly open: () => ExecutionBatch;
  readonly created: (from: number, to: number, limit: number) => readonly OrderRecord[];
  readonly ofPosition: (positionId: string) => readonly OrderRecord[];
} {
  const openOrders = connection.prepare<[], Row>(`
    SELECT * FROM orders WHERE state NOT IN ${ENDED}
    UNION SELECT o.* FROM orders AS o JOIN protections AS p USING (position_id) WHERE p.state = 'open'
    ${IN_ORDER}`);
  const openProtections = connection.prepare<[], Row>(
    "SELECT * FROM protections WHERE state = 'open' ORDER BY position_id",
  );
  const created = connection.prepare<[number, number, number], Row>(
    `SELECT * FROM orders WHERE created_time >= ? AND created_time < ? ${IN_ORDER} LIMIT ?`,
  );
  const ofPosition = connection.prepare<[string], Row>(`SELECT * FROM orders WHERE position_id = ? ${IN_ORDER}`);
  const fills = connection.prepare<[unknown], Row>(
    'SELECT * FROM fills WHERE client_order_id = ? ORDER BY event_time, rowid',
  );
  const parse = (row: Row): OrderRecord => parseOrderRow(row, fills.all(row['client_order_id']));
  return {
    open: connection.transaction(() => ({
      orders: openOrders.all().map(parse),
      protections: openProtections.all().map(parseProtectionRow),
    })),
    created: (from, to, limit) => created.all(from, to, limit).map(parse),
    ofPosition: (positionId) => ofPosition.all(positionId).map(parse),
  };
}
