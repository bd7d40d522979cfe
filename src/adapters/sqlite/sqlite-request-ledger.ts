/**
 * Request limits that outlive the process, in the database file: entries enter, each merged with the stored one in one
 * statement, and leave as they were merged. The table is made where it is missing and belongs to this file alone.
 */
import { isEpochMs } from '../../core/time.ts';
import type { RequestLedger, RequestLedgerEntry, RequestPause } from '../../ports/request-ledger.ts';
import type { SqliteConnection, SqliteDatabase } from './sqlite-database.ts';
import { RowFault, storeUnavailable, toStoreError } from './sqlite-failures.ts';

type LedgerRow = readonly [
  minute: number,
  usedWeight: number,
  pauseStatus: number | null,
  pauseFrom: number | null,
  pauseUntil: number | null,
  strikes: number | null,
];

/** Scopes kept (policy: forget the one furthest past). Two markets need two; simulators on changing ports need more. */
const SCOPES_MAX = 64;

const CREATE = `
  CREATE TABLE IF NOT EXISTS request_ledger (
    scope        TEXT    PRIMARY KEY,
    minute       INTEGER NOT NULL,
    used_weight  INTEGER NOT NULL,
    pause_status INTEGER,
    pause_from   INTEGER,
    pause_until  INTEGER,
    strikes      INTEGER
  ) WITHOUT ROWID, STRICT`;

const PAUSE_COLUMNS = ['pause_status', 'pause_from', 'pause_until', 'strikes'] as const;
/** A stored pause gives way to one that ends at the same time or later; no pause gives way to any. */
const GIVEN_PAUSE_STAYS = 'coalesce(excluded.pause_until, -1) >= coalesce(l.pause_until, -1)';
const SAVE = `
  INSERT INTO request_ledger AS l (scope, minute, used_weight, ${PAUSE_COLUMNS.join(', ')}) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (scope) DO UPDATE SET
    used_weight = CASE WHEN excluded.minute > l.minute THEN excluded.used_weight
                       WHEN excluded.minute < l.minute THEN l.used_weight
                       ELSE max(l.used_weight, excluded.used_weight) END,
    minute = max(l.minute, excluded.minute),
    ${PAUSE_COLUMNS.map((name) => `${name} = CASE WHEN ${GIVEN_PAUSE_STAYS} THEN excluded.${name} ELSE l.${name} END`).join(',\n    ')}`;
const FORGET = `
  DELETE FROM request_ledger WHERE scope IN (
    SELECT scope FROM request_ledger
    ORDER BY max(minute, coalesce(pause_until, 0)) DESC, scope LIMIT -1 OFFSET ${SCOPES_MAX}
  )`;

/** A ledger over its own connection to `database`, which `close` closes; throws `FailureError` when it has none to give. */
export function createSqliteRequestLedger(database: SqliteDatabase): RequestLedger {
  const connection = database.connect('NORMAL');
  const attempt = <T>(action: () => T): T => {
    if (!connection.open) throw storeUnavailable(database.path, { reason: 'it is closed' });
    try {
      return action();
    } catch (thrown) {
      throw toStoreError(thrown, database.path);
    }
  };
  const { load, save } = attempt(() => prepareLedger(connection));
  return {
    load: async (scope) => attempt(() => load(scope)),
    save: async (entry) => attempt(() => save(entry)),
    close: async () => {
      connection.close();
    },
  };
}

function prepareLedger(connection: SqliteConnection): {
  readonly load: (scope: string) => RequestLedgerEntry | null;
  readonly save: (entry: RequestLedgerEntry) => void;
} {
  connection.exec(CREATE);
  const select = connection
    .prepare<unknown[], LedgerRow>(
      `SELECT minute, used_weight, ${PAUSE_COLUMNS.join(', ')} FROM request_ledger WHERE scope = ?`,
    )
    .raw();
  const upsert = connection.prepare(SAVE);
  const forget = connection.prepare(FORGET);
  const save = connection.transaction(({ scope, minute, usedWeight, pause }: RequestLedgerEntry): void => {
    const columns = pause === null ? [null, null, null, null] : [pause.status, pause.from, pause.until, pause.strikes];
    upsert.run(scope, minute, usedWeight, ...columns);
    forget.run();
  });
  return {
    load: (scope) => {
      const row = select.get(scope);
      return row === undefined ? null : parseLedgerRow(scope, row);
    },
    save: (entry) => save.immediate(entry),
  };
}

function parseLedgerRow(scope: string, row: LedgerRow): RequestLedgerEntry {
  const [minute, usedWeight] = row;
  if (!isEpochMs(minute) || usedWeight < 0) throw new RowFault(`request weight ${usedWeight} of minute ${minute}`);
  return { scope, minute, usedWeight, pause: parsePause(row) };
}

function parsePause([, , status, from, until, strikes]: LedgerRow): RequestPause | null {
  if (until === null) return null;
  const isStatus = status === 429 || status === 418;
  if (!isStatus || !isEpochMs(until) || from === null || !isEpochMs(from) || from >= until) {
    throw new RowFault(`request pause ${status} from ${from} to ${until}`);
  }
  if (strikes === null || strikes < 1) throw new RowFault(`request pause of ${strikes} strikes`);
  return { status, from, until, strikes };
}
