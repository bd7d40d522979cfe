/**
 * The log of predictions in a database file of its own, so that nothing that writes to it ever holds a lock that trading
 * waits for. Batches enter, each one transaction; entries leave as they were saved.
 */
import type { EpochMs } from '../../core/time.ts';
import type { PredictionBatch } from '../../model/prediction.ts';
import type { PredictionLog, PredictionSummary, ResolvedQuery } from '../../ports/prediction-log.ts';
import {
  type PredictionRow,
  parsePredictionRow,
  parseResolutionRow,
  parseRound,
  type ResolutionRow,
  toPredictionRow,
  toResolutionRow,
} from './prediction-rows.ts';
import type { SqliteConnection, SqliteDatabase } from './sqlite-database.ts';
import { isKeyConflict, storeCorrupt, storeUnavailable, toStoreError } from './sqlite-failures.ts';

/** How much is kept. Policy beyond it: forgotten with the next save, the oldest first. */
export type PredictionRetention = {
  /** Predictions, with their outcomes. */
  readonly predictionsMax: number;
  readonly roundsMax: number;
};

/** Twenty coins in candles of a quarter of an hour fill it in 26 days. */
const RETENTION: PredictionRetention = { predictionsMax: 50_000, roundsMax: 1_000 };

/** A log over its own connection to `database`, which `close` closes; throws `FailureError` when it has none to give. */
export function createSqlitePredictionLog(
  database: SqliteDatabase,
  retention: Partial<PredictionRetention> = {},
): PredictionLog {
  const connection = database.connect('NORMAL');
  const attempt = async <T>(action: () => T): Promise<T> => {
    if (!connection.open) throw storeUnavailable(database.path, { reason: 'it is closed' });
    try {
      return action();
    } catch (thrown) {
      // Another program wrote here, or a log was put in the place of another.
      if (isKeyConflict(thrown)) throw storeCorrupt(database.path, { reason: 'it is there already', cause: thrown });
      throw toStoreError(thrown, database.path);
    }
  };
  connection.pragma('foreign_keys = ON');
  const save = prepareSave(connection, { ...RETENTION, ...retention });
  const reads = prepareReads(connection);
  return {
    save: (batch) => attempt(() => save(batch)),
    loadOpen: () => attempt(() => reads.open().map(parsePredictionRow)),
    loadResolved: (query) => attempt(() => reads.resolved(query)),
    loadNewest: (limit) => attempt(() => reads.newest(limit)),
    summarize: (model) => attempt(() => reads.summary(model)),
    close: async () => {
      connection.close();
    },
  };
}

const COLUMNS = 'number, model, instrument_id, time, price, probability, reasons, features';
/** How many columns they are. */
const WIDTH = 8;

function prepareSave(connection: SqliteConnection, retention: PredictionRetention): (batch: PredictionBatch) => number {
  const prediction = connection.prepare(`INSERT INTO predictions (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const resolution = connection.prepare(
    'INSERT INTO resolutions (number, time, label, ending, net) VALUES (?, ?, ?, ?, ?)',
  );
  const round = connection.prepare('INSERT INTO learning_rounds (model, body) VALUES (?, ?)');
  const forget = connection.prepare(
    'DELETE FROM predictions WHERE number <= (SELECT max(number) FROM predictions) - ?',
  );
  const forgetRounds = connection.prepare(
    'DELETE FROM learning_rounds WHERE id <= (SELECT max(id) FROM learning_rounds) - ?',
  );
  const place = connection.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'resolutions'").pluck();
  const run = connection.transaction(({ predictions, resolutions, rounds }: PredictionBatch): number => {
    for (const each of predictions) prediction.run(...toPredictionRow(each));
    for (const each of resolutions) resolution.run(...toResolutionRow(each));
    for (const each of rounds) round.run(each.model, JSON.stringify(each));
    forget.run(retention.predictionsMax);
    forgetRounds.run(retention.roundsMax);
    return place.get() ?? 0;
  });
  return (batch) => run.immediate(batch);
}

type JoinedRow = readonly [...PredictionRow, ...(ResolutionRow | readonly [null, null, null, null, null])];
type ResolvedRow = readonly [...PredictionRow, place: number, resolvedTime: number, label: number];

function prepareReads(connection: SqliteConnection) {
  const raw = <Row>(sql: string) => connection.prepare<unknown[], Row>(sql).raw();
  const of = COLUMNS.split(', ')
    .map((column) => `p.${column}`)
    .join(', ');
  const open = raw<PredictionRow>(
    `SELECT ${of} FROM predictions p LEFT JOIN resolutions r USING (number) WHERE r.number IS NULL ORDER BY p.number`,
  );
  const resolved = raw<ResolvedRow>(
    `SELECT ${of}, r.place, r.time, r.label FROM resolutions r JOIN predictions p USING (number)
     WHERE p.model = ? AND r.place > ? AND r.label IS NOT NULL ORDER BY r.place DESC LIMIT ?`,
  );
  const newest = raw<JoinedRow>(
    `SELECT ${of}, r.number, r.time, r.label, r.ending, r.net FROM predictions p LEFT JOIN resolutions r USING (number)
     ORDER BY p.number DESC LIMIT ?`,
  );
  return {
    open: () => open.all(),
    resolved: ({ model, after, limit }: ResolvedQuery) => resolved.all(model, after, limit).reverse().map(toResolved),
    newest: (limit: number) => newest.all(limit).map(toLogged),
    summary: prepareSummary(connection),
  };
}

function toResolved(row: ResolvedRow) {
  const [place, resolvedTime, label] = row.slice(WIDTH) as [number, number, number];
  const prediction = parsePredictionRow(row as unknown as PredictionRow);
  return { place, prediction, time: resolvedTime as EpochMs, label: label === 1 ? 1 : 0 } as const;
}

function toLogged(row: JoinedRow) {
  const prediction = parsePredictionRow(row as unknown as PredictionRow);
  const resolution = row.slice(WIDTH) as unknown as ResolutionRow;
  return { prediction, resolution: (resolution[0] as number | null) === null ? null : parseResolutionRow(resolution) };
}

function prepareSummary(connection: SqliteConnection): (model: string) => PredictionSummary {
  const newest = connection.prepare<[], number | null>('SELECT max(number) FROM predictions').pluck();
  const made = connection.prepare<[string], number>('SELECT count(*) FROM predictions WHERE model = ?').pluck();
  const settled = connection.prepare<[string], { readonly resolved: number; readonly unresolvable: number }>(
    `SELECT count(r.label) AS resolved, count(*) - count(r.label) AS unresolvable
     FROM resolutions r JOIN predictions p USING (number) WHERE p.model = ?`,
  );
  const round = connection
    .prepare<[string], string>('SELECT body FROM learning_rounds WHERE model = ? ORDER BY id DESC LIMIT 1')
    .pluck();
  return (model) => {
    const { resolved = 0, unresolvable = 0 } = settled.get(model) ?? {};
    const body = round.get(model);
    return {
      predictions: made.get(model) ?? 0,
      resolved,
      unresolvable,
      newestNumber: newest.get() ?? 0,
      lastRound: body === undefined ? null : parseRound(body),
    };
  };
}
