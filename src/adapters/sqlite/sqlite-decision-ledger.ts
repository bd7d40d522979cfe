/**
 * The decision ledger in the database file: batches enter, in the transaction of the records of their inputs where a burst
 * has both; entries leave as they were saved.
 */
import type { LedgerBatch } from '../../model/ledger.ts';
import type { DecisionLedger, LedgerEntry } from '../../ports/decision-ledger.ts';
import { type CommitSync, createCommitSync } from './commit-sync.ts';
import { type ConnectionUse, shareConnection } from './connection-use.ts';
import {
  parseLedgerRow,
  parseOutcome,
  parseTrade,
  toLedgerCells,
  toOutcomeCells,
  toTradeCells,
} from './ledger-rows.ts';
import type { SqliteConnection, SqliteDatabase } from './sqlite-database.ts';
import { toStoreError } from './sqlite-failures.ts';

/** How much is kept. Policy beyond it: forgotten with the next save. */
export type LedgerRetention = {
  /** Refusals further than this below the newest number. */
  readonly refusedMax: number;
  /** What bought or sold, likewise. */
  readonly approvedMax: number;
  /** Legs and ends of positions, the oldest first. */
  readonly tradesMax: number;
};

const RETENTION: LedgerRetention = { refusedMax: 200_000, approvedMax: 2_000_000, tradesMax: 200_000 };

/** A ledger over its own connection to `database`, which `close` closes; throws `FailureError` when it has none to give. */
export function createSqliteDecisionLedger(
  database: SqliteDatabase,
  retention: Partial<LedgerRetention> = {},
): DecisionLedger {
  const [use] = shareConnection(database, 1) as [ConnectionUse];
  return openDecisionLedger({ use, sync: createCommitSync(use.connection), retention }).ledger;
}

/** Writes a batch inside a transaction of the caller. */
export type WriteLedger = (batch: LedgerBatch) => void;

/** A ledger and what writes to it; `sync` is of the connection of `use`, which closing the ledger releases. */
export function openDecisionLedger(parts: {
  readonly use: ConnectionUse;
  readonly sync: CommitSync;
  readonly retention?: Partial<LedgerRetention>;
}): { readonly ledger: DecisionLedger; readonly write: WriteLedger } {
  const { use, sync, retention = {} } = parts;
  const { connection } = use;
  const write = prepareWrites(connection, { ...RETENTION, ...retention });
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
  const save = (batch: LedgerBatch): void => {
    sync.beforeCommit('process');
    writeAll.immediate(batch);
  };
  const ledger: DecisionLedger = {
    save: (batch) => guard(() => save(batch)),
    readCoin: ({ instrumentId, from, to, limit }) => guard(() => reads.ofCoin([instrumentId, to, from, limit])),
    readPage: ({ from, to, after, limit }) => guard(() => reads.page([after, from, to, limit])),
    readPosition: (positionId) => guard(() => reads.ofPosition(positionId)),
    readTrades: ({ from, to }) => guard(() => reads.trades(from, to)),
    close: async () => {
      use.release();
    },
  };
  return { ledger, write };
}

function prepareWrites(connection: SqliteConnection, retention: LedgerRetention): WriteLedger {
  const putRow = connection.prepare(
    `INSERT INTO ledger_rows (number, instrument_id, outcome, position_id, first_time, last_time, body)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (number) DO UPDATE SET position_id = excluded.position_id, last_time = excluded.last_time,
       body = excluded.body`,
  );
  const putOutcome = connection.prepare(
    'INSERT INTO ledger_outcomes (number, horizon, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const putTrade = connection.prepare(
    'INSERT INTO ledger_trades (position_id, leg, exit_time, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const forget = prepareForgetting(connection, retention);
  return ({ rows, outcomes, trades }) => {
    for (const row of rows) putRow.run(...toLedgerCells(row));
    for (const outcome of outcomes) putOutcome.run(...toOutcomeCells(outcome));
    for (const trade of trades) putTrade.run(...toTradeCells(trade));
    forget();
  };
}

function prepareForgetting(connection: SqliteConnection, retention: LedgerRetention): () => void {
  const newest = connection.prepare<[], number | null>('SELECT max(number) FROM ledger_rows').pluck();
  const newestTrade = connection.prepare<[], number | null>('SELECT max(rowid) FROM ledger_trades').pluck();
  const outcomes = connection.prepare(
    'DELETE FROM ledger_outcomes WHERE number IN (SELECT number FROM ledger_rows WHERE outcome = ? AND number <= ?)',
  );
  const rows = connection.prepare('DELETE FROM ledger_rows WHERE outcome = ? AND number <= ?');
  const trades = connection.prepare('DELETE FROM ledger_trades WHERE rowid <= ?');
  return () => {
    const last = newest.get() ?? 0;
    for (const [outcome, most] of [
      ['refused', retention.refusedMax],
      ['approved', retention.approvedMax],
    ] as const) {
      if (last <= most) continue;
      outcomes.run(outcome, last - most);
      rows.run(outcome, last - most);
    }
    const lastTrade = newestTrade.get() ?? 0;
    if (lastTrade > retention.tradesMax) trades.run(lastTrade - retention.tradesMax);
  };
}

function prepareReads(connection: SqliteConnection) {
  const pluck = (sql: string) => connection.prepare<unknown[], string>(sql).pluck();
  const outcomes = pluck("SELECT body FROM ledger_outcomes WHERE number = ? ORDER BY instr('15m 1h 4h', horizon)");
  const ofCoin = pluck(
    `SELECT body FROM ledger_rows WHERE instrument_id = ? AND first_time < ? AND last_time >= ?
     ORDER BY number DESC LIMIT ?`,
  );
  const page = pluck(
    'SELECT body FROM ledger_rows WHERE number > ? AND first_time >= ? AND first_time < ? ORDER BY number LIMIT ?',
  );
  const ofPosition = pluck('SELECT body FROM ledger_rows WHERE position_id = ? ORDER BY number');
  const tradesOf = pluck('SELECT body FROM ledger_trades WHERE position_id = ? ORDER BY leg = 0, leg');
  const trades = pluck(
    'SELECT body FROM ledger_trades WHERE exit_time >= ? AND exit_time < ? ORDER BY exit_time, rowid',
  );
  const toEntry = (body: string): LedgerEntry => {
    const row = parseLedgerRow(body);
    return { row, outcomes: outcomes.all(row.number).map(parseOutcome) };
  };
  return {
    ofCoin: (parameters: readonly unknown[]) => ofCoin.all(...parameters).map(toEntry),
    page: (parameters: readonly unknown[]) => page.all(...parameters).map(toEntry),
    ofPosition: (positionId: string) => ({
      entries: ofPosition.all(positionId).map(toEntry),
      trades: tradesOf.all(positionId).map(parseTrade),
    }),
    trades: (from: number, to: number) => trades.all(from, to).map(parseTrade),
  };
}
