/**
 * What was told of the head of each factor at a candle: a whole one and what changed in it since, which may lie in
 * several generations.
 */
import type { EpochMs } from '../../core/time.ts';
import { addHead, type ChartPayload, type FactorHead, type ToldHead } from '../../model/chart.ts';
import type { ChartLayer } from './chart-layers.ts';
import { type ChartColumn, fromChartColumn, toTime } from './chart-values.ts';
import type { SqliteConnection } from './sqlite-database.ts';
import { RowFault } from './sqlite-failures.ts';

type Range = { readonly from: number; readonly to: number };
type HeadRow = readonly [visibleTime: number, payload: ChartColumn, wholeTime: number | null];

/** Reads heads of a chart, by factor name. */
export function prepareHeads(
  connection: SqliteConnection,
): (layers: readonly ChartLayer[], at: EpochMs) => readonly ToldHead[] {
  // One look into the index for each factor, however many heads it had.
  const nextFactor = connection
    .prepare<unknown[], string | null>(
      'SELECT min(factor) FROM chart_factor_heads WHERE series = ? AND generation = ? AND factor > ?',
    )
    .pluck();
  const newest = connection
    .prepare<unknown[], readonly [time: number, whole: number]>(
      `SELECT visible_time, ifnull(whole_time, visible_time) FROM chart_factor_heads
       WHERE series = ? AND generation = ? AND factor = ? AND visible_time <= ? ORDER BY visible_time DESC LIMIT 1`,
    )
    .raw();
  const between = connection
    .prepare<unknown[], HeadRow>(
      `SELECT visible_time, payload, whole_time FROM chart_factor_heads
       WHERE series = ? AND generation = ? AND factor = ? AND visible_time >= ? AND visible_time <= ?
       ORDER BY visible_time DESC`,
    )
    .raw();
  const read = (layers: readonly ChartLayer[], factor: string, range: Range): ToldHead => {
    const rows: HeadRow[] = [];
    for (const { key, to } of layers) {
      for (const row of between.all(...key, factor, range.from, Math.min(range.to, to))) rows.push(row);
      if (rows.at(-1)?.[0] === range.from) return toTold(factor, rows.reverse());
    }
    throw new RowFault(`the head of ${factor} has no beginning`);
  };
  return (layers, at) => {
    const heads = new Map<string, ToldHead>();
    for (const [place, { key, to }] of layers.entries()) {
      for (let factor = nextFactor.get(...key, ''); factor != null; factor = nextFactor.get(...key, factor)) {
        const row = heads.has(factor) ? undefined : newest.get(...key, factor, Math.min(at, to));
        if (row === undefined) continue;
        const [time, whole] = row;
        heads.set(factor, read(layers.slice(place), factor, { from: whole, to: time }));
      }
    }
    return [...heads.values()].sort((a, b) => (a.factor < b.factor ? -1 : 1));
  };
}

/** `rows` ascending, the first of them a whole head. */
function toTold(factor: string, rows: readonly HeadRow[]): ToldHead {
  let told: ToldHead | undefined;
  for (const row of rows) told = addHead(told, toHead(factor, row));
  if (told === undefined) throw new RowFault(`the head of ${factor} is empty`);
  return told;
}

function toHead(factor: string, [visibleTime, payload, wholeTime]: HeadRow): FactorHead {
  const head = { factor, visibleTime: toTime(visibleTime), payload: fromChartColumn<ChartPayload>(payload) };
  return wholeTime === null ? head : { ...head, wholeTime: toTime(wholeTime) };
}
