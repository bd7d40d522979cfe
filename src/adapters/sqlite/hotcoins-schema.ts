/**
 * The schema of hotcoins.db. `coin_pool` and `heat_history` have the columns that other programs know: times there are
 * seconds, and `data_json` holds what has no column. The other tables are ours, with times in milliseconds.
 */
import type { DatabaseSchema } from './migrations.ts';

/** `PRAGMA application_id` is the letters HOTC. A step that shipped is never edited. */
export const HOTCOINS_SCHEMA: DatabaseSchema = {
  applicationId: 0x484f5443,
  migrations: [
    `
    CREATE TABLE coin_pool (
      symbol     TEXT PRIMARY KEY,
      heat_score REAL,
      source     TEXT,
      status     TEXT,
      data_json  TEXT,
      updated_at REAL
    );

    CREATE TABLE heat_history (
      symbol     TEXT,
      ts         REAL,
      score      REAL,
      components TEXT,
      PRIMARY KEY (symbol, ts)
    );
    CREATE INDEX heat_history_by_time ON heat_history (ts);

    CREATE TABLE listing_memory (
      kind      TEXT NOT NULL,
      name      TEXT NOT NULL,
      data_json TEXT NOT NULL,
      PRIMARY KEY (kind, name)
    ) WITHOUT ROWID, STRICT;

    CREATE TABLE coin_ages (
      symbol        TEXT PRIMARY KEY,
      instrument_id TEXT    NOT NULL,
      listed_time   INTEGER NOT NULL
    ) WITHOUT ROWID, STRICT;
    `,
  ],
};
