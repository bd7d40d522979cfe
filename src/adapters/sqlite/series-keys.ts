/**
 * The integer keys under which series are stored. Keys are never reused or removed, so a key once committed stays
 * true for every process; keys of a transaction that failed must be forgotten.
 */
import { parseSeriesId, type SeriesId } from '../../model/series.ts';
import type { SqliteConnection } from './sqlite-database.ts';
import { RowFault } from './sqlite-failures.ts';

/** Lookup of series keys on one connection. */
export type SeriesKeys = {
  /** The key of a stored series, `null` when nothing of it was ever saved. */
  readonly find: (seriesId: SeriesId) => number | null;
  /** The key of a series, made where there is none; must run inside a transaction. */
  readonly ensure: (seriesId: SeriesId) => number;
  /** Forgets what was looked up; call after a transaction failed. */
  readonly forget: () => void;
  /** Names of the series that have candles, ascending; throws `RowFault` when a name is no series id. */
  readonly listStored: () => readonly SeriesId[];
};

/** More series than a venue has instruments and timeframes; at the bound the lookup starts again from the table. */
const KEYS_MAX = 65_536;

/** The keys of `connection`. */
export function prepareSeriesKeys(connection: SqliteConnection): SeriesKeys {
  const select = connection.prepare<unknown[], number>('SELECT id FROM series WHERE name = ?').pluck();
  const insert = connection.prepare('INSERT INTO series (name) VALUES (?)');
  const stored = connection.prepare<unknown[], string>('SELECT name FROM series WHERE candle_count > 0').pluck();
  const known = new Map<SeriesId, number>();

  const remember = (seriesId: SeriesId, key: number): number => {
    if (known.size >= KEYS_MAX) known.clear();
    known.set(seriesId, key);
    return key;
  };
  const find = (seriesId: SeriesId): number | null => {
    const key = known.get(seriesId) ?? select.get(seriesId);
    return key === undefined ? null : remember(seriesId, key);
  };
  return {
    find,
    ensure: (seriesId) => find(seriesId) ?? remember(seriesId, Number(insert.run(seriesId).lastInsertRowid)),
    forget: () => known.clear(),
    listStored: () => stored.all().map(parseName).sort(),
  };
}

function parseName(name: string): SeriesId {
  const parsed = parseSeriesId(name);
  if (!parsed.ok) throw new RowFault(`series name "${name}"`);
  return parsed.value;
}
