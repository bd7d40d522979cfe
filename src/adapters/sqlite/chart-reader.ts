/**
 * What was known of a chart at a candle, read from the generation that is current.
 */
import type { EpochMs } from '../../core/time.ts';
import type { ChartPayload, FactorEvent, FactorHead, Instruction } from '../../model/chart.ts';
import type { SeriesId } from '../../model/series.ts';
import type { ChartHead, DrawnRange, DrawnState, EventRange } from '../../ports/chart-store.ts';
import { type ChartColumn, fromChartColumn, toReach, toTime } from './chart-values.ts';
import { prepareSeriesKeys } from './series-keys.ts';
import type { SqliteConnection } from './sqlite-database.ts';

/** The reads of `ChartStore`, at once; they throw `RowFault` where a row can not be what was written. */
export type ChartReads = {
  readonly head: (seriesId: SeriesId) => ChartHead | null;
  readonly newestGeneration: (seriesId: SeriesId) => number;
  readonly events: (range: EventRange) => readonly FactorEvent[];
  readonly heads: (seriesId: SeriesId, at: EpochMs) => readonly FactorHead[];
  readonly drawn: (range: DrawnRange) => DrawnState;
  readonly activeIds: (
    seriesId: SeriesId,
    range: { readonly from: EpochMs; readonly at: EpochMs },
  ) => readonly string[];
};

type ChartKey = readonly [seriesKey: number, generation: number];

/** The reads of `connection`. */
export function prepareChartReads(connection: SqliteConnection): ChartReads {
  const charts = prepareCharts(connection);
  return { ...charts.reads, ...prepareFacts(connection, charts.find), ...prepareDrawings(connection, charts.find) };
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
  readonly find: (seriesId: SeriesId) => ChartKey | null;
} {
  const keys = prepareSeriesKeys(connection);
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
      return key === null || row === undefined ? null : [key, row[0]];
    },
  };
}

type FindChart = (seriesId: SeriesId) => ChartKey | null;
type EventRow = readonly [factor: string, kind: string, key: string, visibleTime: number, payload: ChartColumn];
type HeadPayloadRow = readonly [visibleTime: number, payload: ChartColumn];

function prepareFacts(connection: SqliteConnection, find: FindChart): Pick<ChartReads, 'events' | 'heads'> {
  const events = connection
    .prepare<unknown[], EventRow>(
      `SELECT factor, kind, key, visible_time, payload FROM chart_events
       WHERE series = ? AND generation = ? AND visible_time >= ? AND visible_time < ? AND factor = ifnull(?, factor)
       ORDER BY visible_time DESC, place DESC LIMIT ?`,
    )
    .raw();
  // One look into the index for each factor, however many heads it had.
  const nextFactor = connection
    .prepare<unknown[], string | null>(
      'SELECT min(factor) FROM chart_factor_heads WHERE series = ? AND generation = ? AND factor > ?',
    )
    .pluck();
  const headAt = connection
    .prepare<unknown[], HeadPayloadRow>(
      `SELECT visible_time, payload FROM chart_factor_heads
       WHERE series = ? AND generation = ? AND factor = ? AND visible_time <= ? ORDER BY visible_time DESC LIMIT 1`,
    )
    .raw();
  return {
    events: ({ seriesId, factor, from, to, limit }) => {
      const key = find(seriesId);
      if (key === null) return [];
      const rows = events.all(...key, from, to, factor ?? null, Math.min(limit, Number.MAX_SAFE_INTEGER));
      return rows.reverse().map(parseEvent);
    },
    heads: (seriesId, at) => {
      const key = find(seriesId);
      const heads: FactorHead[] = [];
      if (key === null) return heads;
      for (let factor = nextFactor.get(...key, ''); factor != null; factor = nextFactor.get(...key, factor)) {
        const row = headAt.get(...key, factor, at);
        if (row === undefined) continue;
        heads.push({ factor, visibleTime: toTime(row[0]), payload: fromChartColumn<ChartPayload>(row[1]) });
      }
      return heads;
    },
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
      const key = find(seriesId);
      if (key === null) return { instructions: [], version: 0 };
      const rows = drawn.all(...key, at, after, ...key, at, after, at);
      return { instructions: rows.map(parseInstruction), version: newest.get(...key, at) ?? 0 };
    },
    activeIds: (seriesId, { from, at }) => {
      const key = find(seriesId);
      return key === null ? [] : active.all(...key, at, at, from, ...key, at, at, from, at);
    },
  };
}

function parseInstruction([id, version, visibleTime, reach, definition]: DrawnRow): Instruction {
  return {
    id,
    version,
    visibleTime: toTime(visibleTime),
    reach: toReach(reach),
    definition: fromChartColumn<Instruction['definition']>(definition),
  };
}
