/**
 * CandidateStore over hotcoins.db. In come batches, each one transaction that is there whole or not at all; out come
 * candidates as they were saved. Only what changed of the lists is written, so that a poll costs what it found.
 */
import type { EpochMs } from '../../core/time.ts';
import type { Candidate, CandidateBatch, HeatRecord } from '../../model/candidate.ts';
import { type InstrumentId, parseInstrumentId } from '../../model/instrument.ts';
import type { ListingMemory } from '../../model/listing-facts.ts';
import type { CandidateStore, HeatQuery, Restored } from '../../ports/candidate-store.ts';
import {
  type CandidateRow,
  type HeatRow,
  parseCandidateRow,
  parseHeatRow,
  symbolOf,
  toCandidateRow,
  toComponentsJson,
  toSeconds,
} from './candidate-rows.ts';
import { type ListingRow, parseListingRows, timeColumn, toListingRows } from './listing-rows.ts';
import type { SqliteConnection, SqliteDatabase } from './sqlite-database.ts';
import { RowFault, storeUnavailable, toStoreError } from './sqlite-failures.ts';

/** How much heat is kept. */
export type CandidateStoreOptions = {
  /** Least time between two records of one candidate. */
  readonly heatIntervalMs?: number;
  /** Heat older than this is forgotten. */
  readonly heatRetentionMs?: number;
};

const HEAT_INTERVAL_MS = 60_000;
const HEAT_RETENTION_MS = 30 * 86_400_000;
/** Old records forgotten with one batch: more than twenty hours of a full pool, so the table never grows beyond. */
const FORGOTTEN_MAX = 5_000;

const SAVE_CANDIDATE = `
  INSERT INTO coin_pool (symbol, heat_score, source, status, data_json, updated_at) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (symbol) DO UPDATE SET heat_score = excluded.heat_score, source = excluded.source,
    status = excluded.status, data_json = excluded.data_json, updated_at = excluded.updated_at`;
/** Looking for a neighbour and writing are one statement (problem R5-1). */
const SAVE_HEAT = `
  INSERT INTO heat_history (symbol, ts, score, components)
  SELECT :symbol, :ts, :score, :components
  WHERE NOT EXISTS (
    SELECT 1 FROM heat_history WHERE symbol = :symbol AND ts > :ts - :interval AND ts < :ts + :interval)`;
const FORGET_HEAT = `
  DELETE FROM heat_history WHERE rowid IN (SELECT rowid FROM heat_history WHERE ts < ? LIMIT ${FORGOTTEN_MAX})`;
const SAVE_LISTING = `
  INSERT INTO listing_memory (kind, name, data_json) VALUES (?, ?, ?)
  ON CONFLICT (kind, name) DO UPDATE SET data_json = excluded.data_json`;
const SAVE_AGE = `
  INSERT INTO coin_ages (symbol, instrument_id, listed_time) VALUES (?, ?, ?)
  ON CONFLICT (symbol) DO UPDATE SET instrument_id = excluded.instrument_id, listed_time = excluded.listed_time`;

/** A store over its own connection to `database`, which `close` closes; throws `FailureError` when it has none to give. */
export function createSqliteCandidateStore(
  database: SqliteDatabase,
  options: CandidateStoreOptions = {},
): CandidateStore {
  const connection = database.connect('NORMAL');
  const attempt = async <T>(action: () => T): Promise<T> => {
    if (!connection.open) throw storeUnavailable(database.path, { reason: 'it is closed' });
    try {
      return action();
    } catch (thrown) {
      throw toStoreError(thrown, database.path);
    }
  };
  const saveBatch = prepareBatch(connection, options);
  const listings = prepareListings(connection);
  const ages = connection.prepare(SAVE_AGE);
  return {
    loadCandidates: () => attempt(() => loadCandidates(connection)),
    saveBatch: (batch) => attempt(() => saveBatch(batch)),
    loadHeat: (query) => attempt(() => loadHeat(connection, query)),
    loadListings: () => attempt(listings.load),
    saveListings: (memory) => attempt(() => listings.save(memory)),
    loadListedTimes: () => attempt(() => loadListedTimes(connection)),
    saveListedTime: (id, time) => attempt(() => void ages.run(symbolOf(id), id, time)),
    close: async () => {
      connection.close();
    },
  };
}

function prepareBatch(connection: SqliteConnection, options: CandidateStoreOptions): (batch: CandidateBatch) => void {
  const { heatIntervalMs = HEAT_INTERVAL_MS, heatRetentionMs = HEAT_RETENTION_MS } = options;
  const save = connection.prepare(SAVE_CANDIDATE);
  const remove = connection.prepare('DELETE FROM coin_pool WHERE symbol = ?');
  const saveHeat = connection.prepare(SAVE_HEAT);
  const forget = connection.prepare(FORGET_HEAT);
  const run = connection.transaction(({ time, saved, removed, heat }: CandidateBatch): void => {
    for (const instrumentId of removed) remove.run(symbolOf(instrumentId));
    for (const candidate of saved) save.run(...toCandidateRow(candidate, time));
    for (const record of heat) {
      const symbol = symbolOf(record.instrumentId);
      const components = toComponentsJson(record.components);
      // Half a millisecond less: seconds as doubles are not exact, and a neighbour at exactly that distance is none.
      const [ts, score, interval] = [toSeconds(record.time), record.heat, (heatIntervalMs - 0.5) / 1_000];
      saveHeat.run({ symbol, ts, score, components, interval });
    }
    forget.run((time - heatRetentionMs) / 1_000);
  });
  return (batch) => run.immediate(batch);
}

function prepareListings(connection: SqliteConnection): {
  readonly load: () => Restored<ListingMemory | null>;
  readonly save: (memory: ListingMemory) => void;
} {
  const select = connection.prepare<[], ListingRow>('SELECT kind, name, data_json FROM listing_memory').raw();
  const upsert = connection.prepare(SAVE_LISTING);
  const remove = connection.prepare('DELETE FROM listing_memory WHERE kind = ? AND name = ?');
  const run = connection.transaction((memory: ListingMemory): void => {
    const stored = new Map(select.all().map(([kind, name, json]) => [`${kind} ${name}`, [kind, name, json] as const]));
    for (const row of toListingRows(memory)) {
      const key = `${row[0]} ${row[1]}`;
      if (stored.get(key)?.[2] !== row[2]) upsert.run(...row);
      stored.delete(key);
    }
    for (const [kind, name] of stored.values()) remove.run(kind, name);
  });
  return {
    load: () => {
      const skipped: string[] = [];
      const value = parseListingRows(select.all(), ([kind, name], fault) => {
        skipped.push(`listing_memory ${kind} ${name.slice(0, 60)}: ${fault.message}`);
      });
      return { value, skipped };
    },
    save: (memory) => run.immediate(memory),
  };
}

function loadCandidates(connection: SqliteConnection): Restored<readonly Candidate[]> {
  const columns = 'symbol, heat_score, source, status, data_json, updated_at';
  const rows = connection.prepare<[], CandidateRow>(`SELECT ${columns} FROM coin_pool ORDER BY rowid`).raw().all();
  return readRows(rows, { name: ([symbol]) => `coin_pool ${symbol}`, parse: parseCandidateRow });
}

function loadHeat(
  connection: SqliteConnection,
  { instrumentId, from, to, limit }: HeatQuery,
): Restored<readonly HeatRecord[]> {
  const sql =
    'SELECT ts, score, components FROM heat_history WHERE symbol = ? AND ts >= ? AND ts < ? ORDER BY ts LIMIT ?';
  const rows = connection
    .prepare<unknown[], HeatRow>(sql)
    .raw()
    .all(symbolOf(instrumentId), toSeconds(from), toSeconds(to), limit);
  return readRows(rows, {
    name: ([ts]) => `heat_history ${instrumentId} ${ts}`,
    parse: (row) => parseHeatRow(instrumentId, row),
  });
}

type AgeRow = readonly [symbol: string, instrumentId: string, listedTime: number];

function loadListedTimes(connection: SqliteConnection): Restored<ReadonlyMap<InstrumentId, EpochMs>> {
  const sql = 'SELECT symbol, instrument_id, listed_time FROM coin_ages';
  const rows = connection.prepare<[], AgeRow>(sql).raw().all();
  const { value, skipped } = readRows(rows, { name: ([symbol]) => `coin_ages ${symbol}`, parse: parseAge });
  return { value: new Map(value), skipped };
}

function parseAge([, instrumentId, listedTime]: AgeRow): readonly [InstrumentId, EpochMs] {
  if (!parseInstrumentId(instrumentId).ok) throw new RowFault(`instrument_id is ${instrumentId.slice(0, 60)}`);
  return [instrumentId as InstrumentId, timeColumn('listed_time', listedTime)];
}

/** Reads each row by itself: a broken one is named and left where it is. */
function readRows<R, T>(
  rows: readonly R[],
  reader: { readonly name: (row: R) => string; readonly parse: (row: R) => T },
): Restored<readonly T[]> {
  const value: T[] = [];
  const skipped: string[] = [];
  for (const row of rows) {
    try {
      value.push(reader.parse(row));
    } catch (thrown) {
      if (!(thrown instanceof RowFault)) throw thrown;
      skipped.push(`${reader.name(row)}: ${thrown.message}`);
    }
  }
  return { value, skipped };
}
