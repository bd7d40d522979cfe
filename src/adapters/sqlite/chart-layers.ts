/**
 * The generations that a chart consists of: its own, and before that the ones it goes on from, each until the candle
 * up to which it is shared. Nothing is copied for a chart that goes on from another.
 */
import type { SqliteConnection } from './sqlite-database.ts';

/** The chart that a statement is about. */
export type ChartKey = readonly [seriesKey: number, generation: number];

/** A generation and what of it belongs to the chart: `after` < time <= `to`; its versions are shown `shift` higher. */
export type ChartLayer = {
  readonly key: ChartKey;
  readonly after: number;
  readonly to: number;
  readonly shift: number;
};

/** Generations of a chart at most (policy: at the bound no checkpoint is found, and the next chart is a whole one). */
export const LAYERS_MAX = 32;

type OriginRow = readonly [origin: number | null, time: number, shift: number];

/** The layers of a chart, newest first. */
export function prepareLayers(connection: SqliteConnection): (key: ChartKey) => readonly ChartLayer[] {
  const select = connection
    .prepare<unknown[], OriginRow>(
      'SELECT origin, origin_time, origin_shift FROM charts WHERE series = ? AND generation = ?',
    )
    .raw();
  return ([seriesKey, newest]) => {
    const layers: ChartLayer[] = [];
    let to = Number.MAX_SAFE_INTEGER;
    let shift = 0;
    for (let generation: number | null = newest; generation !== null; ) {
      const row: OriginRow | undefined = select.get(seriesKey, generation);
      const isRoot = row === undefined || row[0] === null;
      layers.push({ key: [seriesKey, generation], after: isRoot ? -1 : row[1], to, shift });
      if (isRoot) break;
      generation = row[0];
      to = row[1];
      shift += row[2];
    }
    return layers;
  };
}

/** The layer that holds what stood at `at`. */
export function layerAt(layers: readonly ChartLayer[], at: number): ChartLayer | undefined {
  return layers.find(({ after }) => at > after) ?? layers.at(-1);
}
