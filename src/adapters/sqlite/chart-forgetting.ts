/**
 * Takes away what no chart shows any more, a bounded part at a time: replaced generations that no other one goes on
 * from, and of those that are gone on from what comes after the candle up to which they are shared.
 */
import type { ChartKey } from './chart-layers.ts';
import type { SqliteConnection } from './sqlite-database.ts';

/** Rows that one write takes away from each table. */
const FORGOTTEN_A_WRITE = 1_000;
const TABLES = ['chart_events', 'chart_factor_heads', 'chart_instructions', 'chart_checkpoints'] as const;

type Remove = (key: ChartKey) => number;

/** One step of forgetting. */
export function prepareForgetting(connection: SqliteConnection): () => void {
  const unused = connection
    .prepare<unknown[], ChartKey>(
      `SELECT series, generation FROM charts AS c WHERE standing IN ('replaced', 'shared') AND NOT EXISTS
         (SELECT 1 FROM charts AS n WHERE n.series = c.series AND n.origin = c.generation) LIMIT 1`,
    )
    .raw();
  const removals = TABLES.map((table): Remove => {
    const remove = connection.prepare(
      `DELETE FROM ${table} WHERE rowid IN
         (SELECT rowid FROM ${table} WHERE series = ? AND generation = ? LIMIT ${FORGOTTEN_A_WRITE})`,
    );
    return (key) => remove.run(...key).changes;
  });
  const drop = connection
    .prepare<unknown[], number | null>('DELETE FROM charts WHERE series = ? AND generation = ? RETURNING origin')
    .pluck();
  // Now less of it may be shared than before.
  const lookAgain = connection.prepare(
    "UPDATE charts SET standing = 'replaced' WHERE series = ? AND generation = ? AND standing = 'shared'",
  );
  const forgetEnds = prepareEnds(connection);
  return () => {
    const key = unused.get();
    if (key === undefined) return forgetEnds();
    if (removals.reduce((sum, remove) => sum + remove(key), 0) > 0) return;
    const origin = drop.get(...key) ?? null;
    if (origin !== null) lookAgain.run(key[0], origin);
  };
}

type EndRow = readonly [series: number, generation: number, time: number, version: number];

/** Ends of generations that are gone on from: what came after the last candle that anyone shares. */
function prepareEnds(connection: SqliteConnection): () => void {
  const shared = connection
    .prepare<unknown[], EndRow>(
      `SELECT c.series, c.generation, max(n.origin_time), max(n.origin_version) FROM charts AS c
         JOIN charts AS n ON n.series = c.series AND n.origin = c.generation
       WHERE c.standing = 'replaced' GROUP BY c.series, c.generation LIMIT 1`,
    )
    .raw();
  const removeAfter = (table: string, column: string, more = '') =>
    connection.prepare(
      `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table}
         WHERE series = ? AND generation = ? ${more} AND ${column} > ? LIMIT ${FORGOTTEN_A_WRITE})`,
    );
  const events = removeAfter('chart_events', 'visible_time');
  const instructions = removeAfter('chart_instructions', 'version');
  const checkpoints = removeAfter('chart_checkpoints', 'head_time');
  const heads = removeAfter('chart_factor_heads', 'visible_time', 'AND factor = ?');
  const nextFactor = connection
    .prepare<unknown[], string | null>(
      'SELECT min(factor) FROM chart_factor_heads WHERE series = ? AND generation = ? AND factor > ?',
    )
    .pluck();
  const settle = connection.prepare("UPDATE charts SET standing = 'shared' WHERE series = ? AND generation = ?");
  return () => {
    const row = shared.get();
    if (row === undefined) return;
    const [series, generation, time, version] = row;
    const key: ChartKey = [series, generation];
    let removed = events.run(...key, time).changes + checkpoints.run(...key, time).changes;
    removed += instructions.run(...key, version).changes;
    for (let factor = nextFactor.get(...key, ''); factor != null; factor = nextFactor.get(...key, factor)) {
      removed += heads.run(...key, factor, time).changes;
    }
    if (removed === 0) settle.run(...key);
  };
}
