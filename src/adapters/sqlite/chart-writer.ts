/**
 * Writes what folding candles changed in a chart, by generation. A generation that has been replaced is taken away a
 * bounded part at a time, so that no commit waits for the whole of it.
 */
import { type ChartChange, type Instruction, type RetiredInstruction, spanOf } from '../../model/chart.ts';
import { prepareCheckpointWrite } from './chart-checkpoints.ts';
import { prepareForgetting } from './chart-forgetting.ts';
import type { ChartKey } from './chart-layers.ts';
import { toChartColumn } from './chart-values.ts';
import type { SeriesKeys } from './series-keys.ts';
import type { SqliteConnection } from './sqlite-database.ts';

/** Changes whose chart took in every candle of its series before anything of the burst was saved. */
export type ChartsInStep = ReadonlySet<ChartChange>;

/** Writes changes; all of it must run inside one transaction. */
export type ChartWriter = {
  /** To be asked before the candles of the burst are written. */
  readonly findInStep: (changes: readonly ChartChange[]) => ChartsInStep;
  /** To be called after them. */
  readonly write: (changes: readonly ChartChange[], inStep: ChartsInStep) => void;
};

/** A writer on `connection`. */
export function prepareChartWriter(connection: SqliteConnection, keys: SeriesKeys): ChartWriter {
  const standing = prepareStanding(connection);
  const writeFacts = prepareFacts(connection);
  const writeDrawings = prepareDrawings(connection);
  const writeCheckpoint = prepareCheckpointWrite(connection);
  const forget = prepareForgetting(connection);
  const isInStep = (change: ChartChange): boolean => {
    const seriesKey = keys.find(change.seriesId);
    return seriesKey !== null && standing.isInStep([seriesKey, change.generation]);
  };
  return {
    findInStep: (changes) => new Set(changes.filter(isInStep)),
    write: (changes, inStep) => {
      for (const change of changes) {
        const key: ChartKey = [keys.ensure(change.seriesId), change.generation];
        if (standing.isReplaced(key)) continue;
        standing.write(key, change);
        if (change.coverage === 'some') standing.doubt(key);
        if (change.coverage === 'all' || (change.coverage === 'kept' && inStep.has(change))) standing.cover(key);
        writeFacts(key, change);
        writeDrawings(key, change);
        if (change.checkpoint !== undefined) writeCheckpoint(key, change, change.checkpoint);
      }
      if (changes.length > 0) forget();
    },
  };
}

function prepareStanding(connection: SqliteConnection): {
  readonly isReplaced: (key: ChartKey) => boolean;
  readonly isInStep: (key: ChartKey) => boolean;
  readonly cover: (key: ChartKey) => void;
  readonly doubt: (key: ChartKey) => void;
  readonly write: (key: ChartKey, change: ChartChange) => void;
} {
  const newer = connection
    .prepare<unknown[], number>(
      `SELECT 1 FROM charts WHERE series = ? AND generation >= ?
         AND standing = iif(generation = ?, 'replaced', 'current')`,
    )
    .pluck();
  const replace = connection.prepare(
    // A chart that is being built replaces an earlier attempt only; the current one is read until it is through.
    `UPDATE charts SET standing = 'replaced'
     WHERE series = ? AND generation < ? AND (standing = 'building' OR standing = 'current' AND ? = 'current')`,
  );
  const upsert = connection.prepare(
    `INSERT INTO charts AS c (series, generation, standing, head_time, version, fingerprint,
       origin, origin_time, origin_version, origin_shift) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (series, generation) DO UPDATE SET standing = excluded.standing, head_time = excluded.head_time,
       version = excluded.version, fingerprint = excluded.fingerprint WHERE excluded.version >= c.version`,
  );
  const cover = connection.prepare(
    `UPDATE charts SET save_count = (SELECT save_count FROM series WHERE id = charts.series) WHERE series = ? AND generation = ?`,
  );
  // Saves are counted from 0, so this is the count of no series.
  const doubt = connection.prepare('UPDATE charts SET save_count = -1 WHERE series = ? AND generation = ?');
  const inStep = connection
    .prepare<unknown[], number>(
      `SELECT 1 FROM charts AS c JOIN series AS s ON s.id = c.series
       WHERE c.series = ? AND c.generation = ? AND c.save_count = s.save_count`,
    )
    .pluck();
  return {
    isInStep: (key) => inStep.get(...key) !== undefined,
    cover: (key) => cover.run(...key),
    doubt: (key) => doubt.run(...key),
    isReplaced: ([series, generation]) => newer.get(series, generation, generation) !== undefined,
    write: (key, { standing, headTime, version, fingerprint, origin }) => {
      replace.run(...key, standing);
      const from = [origin?.generation, origin?.upTo, origin?.version, origin?.shift].map((each) => each ?? null);
      upsert.run(...key, standing, headTime, version, fingerprint, ...from);
    },
  };
}

function prepareFacts(connection: SqliteConnection): (key: ChartKey, change: ChartChange) => void {
  const event = connection.prepare(
    `INSERT INTO chart_events (series, generation, visible_time, place, factor, kind, key, payload)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const head = connection.prepare(
    `INSERT INTO chart_factor_heads (series, generation, factor, visible_time, payload, whole_time)
     VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  return (key, { events, heads }) => {
    let place = 0;
    let time = -1;
    for (const { visibleTime, factor, kind, key: name, payload } of events) {
      place = visibleTime === time ? place + 1 : 0;
      time = visibleTime;
      event.run(...key, visibleTime, place, factor, kind, name, toChartColumn(payload));
    }
    for (const { factor, visibleTime, payload, wholeTime } of heads) {
      head.run(...key, factor, visibleTime, toChartColumn(payload), wholeTime ?? null);
    }
  };
}

function prepareDrawings(connection: SqliteConnection): (key: ChartKey, change: ChartChange) => void {
  const retire = connection.prepare(
    `UPDATE chart_instructions SET retired_time = ?
     WHERE series = ? AND generation = ? AND id = ? AND retired_time IS NULL AND version < ?`,
  );
  const insert = connection.prepare(
    `INSERT INTO chart_instructions
       (series, generation, version, id, visible_time, reach, first_time, last_time, definition)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const end = (key: ChartKey, { id, retiredTime, version }: RetiredInstruction): void => {
    retire.run(retiredTime, ...key, id, version);
  };
  const draw = (key: ChartKey, instruction: Instruction): void => {
    const { id, version, visibleTime, reach, definition } = instruction;
    end(key, { id, version, retiredTime: visibleTime });
    insert.run(...key, version, id, visibleTime, reach, ...spanOf(instruction), toChartColumn(definition));
  };
  return (key, { drawn, retired }) => {
    let next = 0;
    for (const instruction of drawn) {
      for (; (retired[next]?.version ?? Number.POSITIVE_INFINITY) < instruction.version; next++) {
        end(key, retired[next] as RetiredInstruction);
      }
      draw(key, instruction);
    }
    for (; next < retired.length; next++) end(key, retired[next] as RetiredInstruction);
  };
}
