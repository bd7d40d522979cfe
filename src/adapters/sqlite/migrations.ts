/**
 * The schema of a database file as an ordered list of steps; `PRAGMA user_version` counts the steps a file has had.
 * Each step is one transaction, so a killed process leaves a file at a step's edge. A step that shipped is never
 * edited: a change of the schema is a new step at the end.
 */
import type { SqliteConnection } from './sqlite-connection.ts';

/** A kind of file: what marks it as ours, and the SQL of each step; their number is the version this program knows. */
export type DatabaseSchema = { readonly applicationId: number; readonly migrations: readonly string[] };

/** `PRAGMA application_id` of the file of candles: the letters HOTW. */
export const APPLICATION_ID = 0x484f5457;

/** SQL of each step; the number of steps is the schema version this program knows. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE series (
    id           INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL UNIQUE,
    candle_count INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE candles (
    series        INTEGER NOT NULL,
    open_time     INTEGER NOT NULL,
    open          TEXT    NOT NULL,
    high          TEXT    NOT NULL,
    low           TEXT    NOT NULL,
    close         TEXT    NOT NULL,
    volume        TEXT    NOT NULL,
    quote_volume  TEXT,
    trades        INTEGER,
    taker_base    TEXT,
    taker_quote   TEXT,
    source        TEXT    NOT NULL,
    status        TEXT    NOT NULL,
    base_count    INTEGER NOT NULL,
    base_expected INTEGER NOT NULL,
    revision      INTEGER NOT NULL,
    PRIMARY KEY (series, open_time)
  ) WITHOUT ROWID, STRICT;

  CREATE TABLE candle_gaps (
    series    INTEGER NOT NULL,
    from_time INTEGER NOT NULL,
    to_time   INTEGER NOT NULL,
    reason    TEXT    NOT NULL,
    PRIMARY KEY (series, from_time)
  ) WITHOUT ROWID, STRICT;

  CREATE VIEW candles_readable AS
    SELECT s.name AS series, datetime(c.open_time / 1000, 'unixepoch') AS opened, c.open, c.high, c.low, c.close,
           c.volume, c.quote_volume, c.trades, c.source, c.status,
           c.base_count || '/' || c.base_expected AS base, c.revision
    FROM candles AS c JOIN series AS s ON s.id = c.series;

  CREATE TABLE journal (
    id             INTEGER PRIMARY KEY,
    first_sequence INTEGER NOT NULL,
    last_sequence  INTEGER NOT NULL,
    codec          TEXT    NOT NULL,
    checksum       INTEGER NOT NULL,
    payload        BLOB    NOT NULL
  ) STRICT;
  CREATE INDEX journal_by_last_sequence ON journal (last_sequence);

  CREATE TABLE journal_state (
    id             INTEGER PRIMARY KEY CHECK (id = 1),
    pruned_through INTEGER NOT NULL
  ) STRICT;
  INSERT INTO journal_state (id, pruned_through) VALUES (1, 0);

  CREATE TABLE snapshots (
    sequence   INTEGER PRIMARY KEY,
    state_hash TEXT    NOT NULL,
    codec      TEXT    NOT NULL,
    checksum   INTEGER NOT NULL,
    payload    BLOB    NOT NULL
  ) STRICT;
  `,
  // How often something of the series was saved. The file's own change counter also moves with every journal segment.
  'ALTER TABLE series ADD COLUMN save_count INTEGER NOT NULL DEFAULT 0',
  // What was known when: candles as they were before they were replaced, and which came when later ones were there.
  `
  CREATE TABLE candle_revisions (
    series        INTEGER NOT NULL,
    open_time     INTEGER NOT NULL,
    open          TEXT    NOT NULL,
    high          TEXT    NOT NULL,
    low           TEXT    NOT NULL,
    close         TEXT    NOT NULL,
    volume        TEXT    NOT NULL,
    quote_volume  TEXT,
    trades        INTEGER,
    taker_base    TEXT,
    taker_quote   TEXT,
    source        TEXT    NOT NULL,
    status        TEXT    NOT NULL,
    base_count    INTEGER NOT NULL,
    base_expected INTEGER NOT NULL,
    revision      INTEGER NOT NULL,
    replaced_head INTEGER NOT NULL,
    PRIMARY KEY (series, open_time, revision)
  ) WITHOUT ROWID, STRICT;

  CREATE TABLE candle_arrivals (
    series    INTEGER NOT NULL,
    from_time INTEGER NOT NULL,
    to_time   INTEGER NOT NULL,
    head_time INTEGER NOT NULL,
    PRIMARY KEY (series, from_time)
  ) WITHOUT ROWID, STRICT;
  `,
  // Charts by generation. `save_count` is that of the series when the chart last took in all of its candles.
  `
  CREATE TABLE charts (
    series      INTEGER NOT NULL,
    generation  INTEGER NOT NULL,
    standing    TEXT    NOT NULL,
    head_time   INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    fingerprint TEXT    NOT NULL,
    save_count  INTEGER,
    PRIMARY KEY (series, generation)
  ) WITHOUT ROWID, STRICT;

  CREATE TABLE chart_events (
    series       INTEGER NOT NULL,
    generation   INTEGER NOT NULL,
    visible_time INTEGER NOT NULL,
    place        INTEGER NOT NULL,
    factor       TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    payload      ANY     NOT NULL,
    PRIMARY KEY (series, generation, visible_time, place)
  ) STRICT;

  CREATE TABLE chart_factor_heads (
    series       INTEGER NOT NULL,
    generation   INTEGER NOT NULL,
    factor       TEXT    NOT NULL,
    visible_time INTEGER NOT NULL,
    payload      ANY     NOT NULL,
    PRIMARY KEY (series, generation, factor, visible_time)
  ) STRICT;

  CREATE TABLE chart_instructions (
    series       INTEGER NOT NULL,
    generation   INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    id           TEXT    NOT NULL,
    visible_time INTEGER NOT NULL,
    reach        TEXT    NOT NULL,
    first_time   INTEGER NOT NULL,
    last_time    INTEGER,
    definition   ANY     NOT NULL,
    retired_time INTEGER,
    PRIMARY KEY (series, generation, version, id)
  ) STRICT;
  CREATE UNIQUE INDEX chart_standing ON chart_instructions (series, generation, id) WHERE retired_time IS NULL;
  CREATE INDEX chart_retired ON chart_instructions (series, generation, retired_time) WHERE retired_time IS NOT NULL;
  `,
  // Orders, their fills and what protects positions; decimals are exact texts.
  `
  CREATE TABLE orders (
    client_order_id TEXT PRIMARY KEY,
    position_id     TEXT    NOT NULL,
    instrument_id   TEXT    NOT NULL,
    intent_id       TEXT    NOT NULL,
    side            TEXT    NOT NULL CHECK (side IN ('buy', 'sell')),
    purpose         TEXT    NOT NULL CHECK (purpose IN ('open', 'exit', 'protection')),
    reason          TEXT    NOT NULL,
    terms           TEXT,
    state           TEXT    NOT NULL CHECK (state IN ('intent', 'sent', 'new', 'partiallyFilled', 'filled',
                                                      'cancelled', 'expired', 'rejected', 'unknown')),
    venue_order_id  TEXT,
    created_time    INTEGER NOT NULL,
    updated_time    INTEGER NOT NULL,
    trace_id        TEXT    NOT NULL,
    failure         TEXT
  ) STRICT;
  CREATE INDEX orders_by_position ON orders (position_id);
  CREATE INDEX orders_by_time ON orders (created_time, client_order_id);
  CREATE INDEX orders_not_ended ON orders (state)
    WHERE state NOT IN ('filled', 'cancelled', 'expired', 'rejected');

  CREATE TABLE fills (
    client_order_id TEXT    NOT NULL,
    trade_id        TEXT    NOT NULL,
    instrument_id   TEXT    NOT NULL,
    price           TEXT    NOT NULL,
    quantity        TEXT    NOT NULL,
    fee             TEXT    NOT NULL,
    fee_asset       TEXT    NOT NULL,
    event_time      INTEGER NOT NULL,
    UNIQUE (client_order_id, trade_id)
  ) STRICT;

  CREATE TABLE protections (
    position_id   TEXT PRIMARY KEY,
    instrument_id TEXT    NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('open', 'closed')),
    stop_distance REAL    NOT NULL,
    stop_price    TEXT,
    order_count   INTEGER NOT NULL,
    naked_ms      INTEGER NOT NULL,
    trace_id      TEXT    NOT NULL,
    updated_time  INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX protections_open ON protections (position_id) WHERE state = 'open';
  `,
  // The decision ledger; a body is the whole record as JSON, the columns beside it are what it is found by.
  `
  CREATE TABLE ledger_rows (
    number        INTEGER PRIMARY KEY,
    instrument_id TEXT    NOT NULL,
    outcome       TEXT    NOT NULL CHECK (outcome IN ('refused', 'approved')),
    position_id   TEXT,
    first_time    INTEGER NOT NULL,
    last_time     INTEGER NOT NULL,
    body          TEXT    NOT NULL
  ) STRICT;
  CREATE INDEX ledger_rows_by_coin ON ledger_rows (instrument_id, number);
  CREATE INDEX ledger_rows_by_position ON ledger_rows (position_id) WHERE position_id IS NOT NULL;
  CREATE INDEX ledger_rows_by_outcome ON ledger_rows (outcome, number);

  CREATE TABLE ledger_outcomes (
    number  INTEGER NOT NULL,
    horizon TEXT    NOT NULL CHECK (horizon IN ('15m', '1h', '4h')),
    body    TEXT    NOT NULL,
    PRIMARY KEY (number, horizon)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ledger_trades (
    position_id TEXT    NOT NULL,
    leg         INTEGER NOT NULL,
    exit_time   INTEGER NOT NULL,
    body        TEXT    NOT NULL,
    UNIQUE (position_id, leg)
  ) STRICT;
  CREATE INDEX ledger_trades_by_exit ON ledger_trades (exit_time);
  `,
  // A chart that goes on from another one at a candle: `origin` is its generation, `origin_version` its version there.
  `
  ALTER TABLE charts ADD COLUMN origin         INTEGER;
  ALTER TABLE charts ADD COLUMN origin_time    INTEGER;
  ALTER TABLE charts ADD COLUMN origin_version INTEGER;
  ALTER TABLE charts ADD COLUMN origin_shift   INTEGER;
  CREATE INDEX charts_replaced ON charts (series, generation) WHERE standing IN ('replaced', 'shared');

  CREATE TABLE chart_checkpoints (
    series     INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    head_time  INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    body       BLOB    NOT NULL,
    PRIMARY KEY (series, generation, head_time)
  ) STRICT;
  `,
  // A head that says only what changed names the candle of the whole one that it belongs to.
  'ALTER TABLE chart_factor_heads ADD COLUMN whole_time INTEGER',
];

/** Schema version of the connected file. */
export function readSchemaVersion(connection: SqliteConnection): number {
  return Number(connection.pragma('user_version', { simple: true }));
}

/** The file of candles and journal. */
export const MARKET_SCHEMA: DatabaseSchema = { applicationId: APPLICATION_ID, migrations: MIGRATIONS };

/** Brings the connected file from its version to the newest one, one transaction a step; throws what SQLite throws. */
export function migrate(connection: SqliteConnection, { applicationId, migrations }: DatabaseSchema): void {
  // The version is read inside the transaction: two processes may open a new file at the same moment.
  const advance = connection.transaction((): 'more' | 'done' => {
    const version = readSchemaVersion(connection);
    const step = migrations[version];
    if (step === undefined) return 'done';
    connection.exec(step);
    connection.pragma(`application_id = ${applicationId}`);
    connection.pragma(`user_version = ${version + 1}`);
    return 'more';
  });
  while (advance.immediate() === 'more');
}
