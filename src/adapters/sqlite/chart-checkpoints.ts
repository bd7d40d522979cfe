/**
 * Checkpoints of charts, deflated: written with the change whose head they are of, thinned out as the head moves on.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { EpochMs } from '../../core/time.ts';
import type { ChartChange, ChartCheckpoint } from '../../model/chart.ts';
import { keepCheckpoints } from '../../model/checkpoints.ts';
import { type ChartKey, type ChartLayer, LAYERS_MAX, prepareLayers } from './chart-layers.ts';
import { toTime } from './chart-values.ts';
import type { SqliteConnection } from './sqlite-database.ts';
import { RowFault } from './sqlite-failures.ts';

/** Fastest level: what shrinks, shrinks at it. */
const DEFLATE_LEVEL = 1;

type Row = readonly [headTime: number, version: number, body: Buffer];

/** Finds the newest checkpoint of a chart before a candle. */
export function prepareCheckpointRead(
  connection: SqliteConnection,
): (layers: readonly ChartLayer[], before: EpochMs) => ChartCheckpoint | null {
  const newest = connection
    .prepare<unknown[], Row>(
      `SELECT head_time, version, body FROM chart_checkpoints
       WHERE series = ? AND generation = ? AND head_time < ? AND head_time <= ? ORDER BY head_time DESC LIMIT 1`,
    )
    .raw();
  return (layers, before) => {
    if (layers.length >= LAYERS_MAX) return null;
    for (const { key, to } of layers) {
      const row = newest.get(...key, before, to);
      if (row === undefined) continue;
      const [headTime, version, body] = row;
      return { generation: key[1], headTime: toTime(headTime), version, body: inflate(body) };
    }
    return null;
  };
}

function inflate(body: Buffer): string {
  try {
    return inflateRawSync(body).toString('utf8');
  } catch (thrown) {
    throw new RowFault('a checkpoint of a chart can not be read', { cause: thrown });
  }
}

/** Writes the checkpoint of a change, and lets go of those that a current chart needs no more. */
export function prepareCheckpointWrite(
  connection: SqliteConnection,
): (key: ChartKey, change: ChartChange, body: string) => void {
  const layersOf = prepareLayers(connection);
  const insert = connection.prepare(
    `INSERT INTO chart_checkpoints (series, generation, head_time, version, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  const times = connection
    .prepare<unknown[], number>(
      `SELECT head_time FROM chart_checkpoints WHERE series = ? AND generation = ? AND head_time <= ?
       ORDER BY head_time DESC`,
    )
    .pluck();
  const remove = connection.prepare(
    'DELETE FROM chart_checkpoints WHERE series = ? AND generation = ? AND head_time = ?',
  );
  const thin = (key: ChartKey): void => {
    const all = layersOf(key).flatMap((layer) =>
      times.all(...layer.key, layer.to).map((time) => ({ key: layer.key, time: toTime(time) })),
    );
    const kept = new Set(keepCheckpoints(all.map(({ time }) => time)));
    for (const { key: owner, time } of all) if (!kept.has(time)) remove.run(...owner, time);
  };
  return (key, { headTime, version, standing }, body) => {
    insert.run(...key, headTime, version, deflateRawSync(body, { level: DEFLATE_LEVEL }));
    // What is still being built may be given up, and then the current chart needs all of its own.
    if (standing === 'current') thin(key);
  };
}
