/**
 * What was known of a chart at a candle, read from the generation that is current and those it goes on from.
 */
import type { EpochMs } from '../../core/time.ts';
import type { ChartCheckpoint, ChartPayload, FactorEvent, Instruction, ToldHead } from '../../model/chart.ts';
import type { SeriesId } from '../../model/series.ts';
import type { ChartHead, DrawnRange, DrawnState, EventRange } from '../../ports/chart-store.ts';
import { prepareCheckpointRead } from './chart-checkpoints.ts';
import { prepareHeads } from './chart-heads.ts';
import { type ChartLayer, layerAt, prepareLayers } from './chart-layers.ts';
import { type ChartColumn, fromChartColumn, toReach, toTime } from './chart-values.ts';
import { prepareSeriesKeys } from './series-keys.ts';
import type { SqliteConnection } from './sqlite-database.ts';

/** The reads of `ChartStore`, at once; they throw `RowFault` where a row can not be what was written. */
export type ChartReads = {
  readonly head: (seriesId: SeriesId) => ChartHead | null;
  readonly newestGeneration: (seriesId: SeriesId) => number;
  readonly checkpoint: (seriesId: SeriesId, before: EpochMs) => ChartCheckpoint | null;
  readonly events: (range: EventRange) => readonly FactorEvent[];
  readonly heads: (seriesId: SeriesId, at: EpochMs) => readonly ToldHead[];
  readonly drawn: (range: DrawnRange) => DrawnState;
  readonly activeIds: (
    seriesId: SeriesId,
    range: { readonly from: EpochMs; readonly at: EpochMs },
  ) => readonly string[];
};

/** The reads of `connection`. */
export function prepareChartReads(connection: SqliteConnection): ChartReads {
  const charts = prepareCharts(connection);
  const findCheckpoint = prepareCheckpointRead(connection);
  const checkpoint = (seriesId: SeriesId, before: EpochMs) => findCheckpoint(charts.find(seriesId), before);
  return {
    ...charts.reads,
    checkpoint,
    ...prepareFacts(connection, charts.find),
    ...prepareDrawings(connection, charts.find),
  };
}

type HeadRow = readonly [
  generation: number,
  headTime: number,
  version: number,
  fingerprint: string,
  coverage: ChartHead['coverage'],
];

function prepareCharts(connection: SqliteConnection): {
  readonly reads: Pick<ChartReads, 'head' | 'newestGeneration'>;
  readonly find: FindChart;
} {
  const keys = prepareSeriesKeys(connection);
  const layersOf = prepareLayers(connection);
  const current = connection
    .prepare<unknown[], HeadRow>(
      `SELECT generation, head_time, version, fingerprint, iif(c.save_count = s.save_count, 'all', 'some')
       FROM charts AS c JOIN series AS s ON s.id = c.series
       WHERE series = ? AND standing = 'current' ORDER BY generation DESC LIMIT 1`,
    )
    .raw();
  const newest = connection
    .prepare<unknown[], number | null>('SELECT max(generation) FROM charts WHERE series = ?')
    .pluck();
  const rowOf = (seriesKey: number | null): HeadRow | undefined =>
    seriesKey === null ? undefined : current.get(seriesKey);
  return {
    reads: {
      head: (seriesId) => {
        const row = rowOf(keys.find(seriesId));
        if (row === undefined) return null;
        const [generation, headTime, version, fingerprint, coverage] = row;
        return { generation, headTime: toTime(headTime), version, fingerprint, coverage };
      },
      newestGeneration: (seriesId) => {
        const key = keys.find(seriesId);
        return key === null ? 0 : (newest.get(key) ?? 0);
      },
    },
    find: (seriesId) => {
      const key = keys.find(seriesId);
      const row = rowOf(key);
      return key === null || row === undefined ? [] : layersOf([key, row[0]]);
    },
  };
}

/** Layers of the current chart, newest first; none without a chart. */
type FindChart = (seriesId: SeriesId) => readonly ChartLayer[];
type EventRow = readonly [factor: string, kind: string, key: string, visibleTime: number, payload: ChartColumn];

function prepareFacts(connection: SqliteConnection, find: FindChart): Pick<ChartReads, 'events' | 'heads'> {
  const events = connection
    .prepare<unknown[], EventRow>(
      `SELECT factor, kind, key, visible_time, payload FROM chart_events
       WHERE series = ? AND generation = ? AND visible_time >= ? AND visible_time < ? AND factor = ifnull(?, factor)
       ORDER BY visible_time DESC, place DESC LIMIT ?`,
    )
    .raw();
  const headsAt = prepareHeads(connection);
  return {
    events: ({ seriesId, factor, from, to, limit }) => {
      const rows: EventRow[] = [];
      for (const { key, after, to: end } of find(seriesId)) {
        const room = Math.min(limit, Number.MAX_SAFE_INTEGER) - rows.length;
        if (room <= 0 || from > end || to <= after) continue;
        const range = [Math.max(from, after + 1), Math.min(to, end + 1)];
        for (const row of events.all(...key, ...range, factor ?? null, room)) rows.push(row);
      }
      return rows.reverse().map(parseEvent);
    },
    heads: (seriesId, at) => headsAt(find(seriesId), at),
  };
}

function parseEvent([factor, kind, key, visibleTime, payload]: EventRow): FactorEvent {
  return { factor, kind, key, visibleTime: toTime(visibleTime), payload: fromChartColumn<ChartPayload>(payload) };
}

type DrawnRow = readonly [id: string, version: number, visibleTime: number, reach: string, definition: ChartColumn];

/** What stood at a candle: still standing, or retired later. Each half has its own index. */
function standingAt(columns: string, condition: string): string {
  const half = (retired: string): string =>
    `SELECT ${columns} FROM chart_instructions
     WHERE series = ? AND generation = ? AND visible_time <= ? AND ${condition} AND retired_time ${retired}`;
  return `${half('IS NULL')} UNION ALL ${half('> ?')}`;
}

function prepareDrawings(connection: SqliteConnection, find: FindChart): Pick<ChartReads, 'drawn' | 'activeIds'> {
  const drawn = connection
    .prepare<unknown[], DrawnRow>(
      `${standingAt('id, version, visible_time, reach, definition', 'version > ?')} ORDER BY version, id`,
    )
    .raw();
  const newest = connection
    .prepare<unknown[], number>(
      `SELECT version FROM chart_instructions
       WHERE series = ? AND generation = ? AND visible_time <= ? ORDER BY version DESC LIMIT 1`,
    )
    .pluck();
  const active = connection
    .prepare<unknown[], string>(
      `${standingAt('id', 'first_time <= ? AND (last_time IS NULL OR last_time >= ?)')} ORDER BY id`,
    )
    .pluck();
  return {
    drawn: ({ seriesId, at, after }) => {
      const layers = find(seriesId);
      const layer = layerAt(layers, at);
      if (layer === undefined) return { instructions: [], version: 0 };
      const { key, shift } = layer;
      const rows = drawn.all(...key, at, after - shift, ...key, at, after - shift, at);
      let version = 0;
      for (const each of layers.slice(layers.indexOf(layer))) {
        const found = newest.get(...each.key, Math.min(at, each.to));
        if (found !== undefined) version = Math.max(version, found + each.shift);
      }
      return { instructions: rows.map((row) => parseInstruction(row, shift)), version };
    },
    activeIds: (seriesId, { from, at }) => {
      const key = layerAt(find(seriesId), at)?.key;
      return key === undefined ? [] : active.all(...key, at, at, from, ...key, at, at, from, at);
    },
  };
}

function parseInstruction([id, version, visibleTime, reach, definition]: DrawnRow, shift: number): Instruction {
  return {
    id,
    version: version + shift,
    visibleTime: toTime(visibleTime),
    reach: toReach(reach),
    definition: fromChartColumn<Instruction['definition']>(definition),
  };
}
