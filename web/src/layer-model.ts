/**
 * From instructions to shapes: what the chart has to draw for the chosen layers and the candles it holds. Pure, computed
 * once a closed candle or choice, never for a forming update.
 */
import type { WireCandle } from '../../src/api/contract.ts';
import { activeItems, type DrawCatalog } from './draw-catalog.ts';
import type { DrawItem, DrawLine, DrawMarker, DrawPoint } from './draw-wire.ts';

/** Levels drawn at once: the nearest to the price; more would hide the candles. */
const LEVELS_MAX = 8;

/** A mark at a price. */
export type MarkerShape = DrawMarker & { readonly value: number };

/** A rectangle of time and price. */
export type ZoneShape = {
  readonly id: string;
  readonly state: 'alive' | 'dead';
  readonly from: number;
  readonly to: number;
  readonly top: number;
  readonly bottom: number;
  readonly color: string;
};

/** Everything to draw; `anchors` lie over the candles, the rest under the marks. */
export type LayerModel = {
  readonly zones: readonly ZoneShape[];
  readonly lines: readonly DrawLine[];
  readonly anchors: readonly DrawLine[];
  readonly markers: readonly MarkerShape[];
};

/** Nothing to draw. */
export const EMPTY_MODEL: LayerModel = { zones: [], lines: [], anchors: [], markers: [] };

/** Which layers are on. */
export type IsVisible = (feature: string) => boolean;

/** Index of the candle of `time` among ascending `candles`; -1 when there is none. */
export function candleIndex(candles: readonly WireCandle[], time: number): number {
  let low = 0;
  let high = candles.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = candles[middle]?.candle_time ?? 0;
    if (at === time) return middle;
    if (at < time) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** The shapes of `catalog` inside `candles` (ascending, closed). */
export function layerModel(catalog: DrawCatalog, candles: readonly WireCandle[], isVisible: IsVisible): LayerModel {
  const first = candles[0]?.candle_time;
  const last = candles.at(-1);
  if (first === undefined || last === undefined) return EMPTY_MODEL;
  const items = activeItems(catalog).filter(({ definition }) => isVisible(definition.feature));
  const span = { first, last: last.candle_time, toTime: catalog.toTime ?? last.candle_time };
  const lines = linesOf(items, span);
  return {
    zones: zonesOf(items, span),
    lines: [...lines.filter((line) => !isLevel(line)), ...nearest(lines.filter(isLevel), last.close)],
    anchors: anchorsOf(items, span),
    markers: markersOf(items, candles),
  };
}

type TimeSpan = { readonly first: number; readonly last: number; readonly toTime: number };

function isLevel({ feature }: DrawLine): boolean {
  return feature === 'sr.active';
}

function isZone({ id }: DrawItem): boolean {
  return id.startsWith('zhongshu.');
}

function nearest(levels: readonly DrawLine[], price: number): readonly DrawLine[] {
  const distance = (line: DrawLine): number => Math.abs((line.points[0]?.value ?? 0) - price);
  return levels.toSorted((a, b) => distance(a) - distance(b)).slice(0, LEVELS_MAX);
}

/** The line inside the span, its cut end interpolated; `null` when less than two points are left. */
export function clipLine(line: DrawLine, span: TimeSpan): DrawLine | null {
  const points: DrawPoint[] = [];
  let before: DrawPoint | null = null;
  for (const point of line.points) {
    if (point.time > span.last) break;
    if (point.time >= span.first) {
      if (before !== null && before.time < span.first) points.push(between(before, point, span.first));
      points.push(point);
    }
    before = point;
  }
  return points.length < 2 ? null : { ...line, points };
}

function between(a: DrawPoint, b: DrawPoint, time: number): DrawPoint {
  return { time, value: a.value + ((b.value - a.value) * (time - a.time)) / (b.time - a.time) };
}

/** A level or a living zone reaches the candle that the catalog speaks of, also when its instruction did not change. */
function grown(line: DrawLine, span: TimeSpan): DrawLine {
  const end = line.points.at(-1);
  const isGrowing = line.feature === 'sr.active' || line.feature === 'zhongshu.alive';
  if (!isGrowing || end === undefined || end.time >= span.toTime) return line;
  return { ...line, points: [...line.points, { time: Math.min(span.toTime, span.last), value: end.value }] };
}

function shownLine({ definition }: DrawItem, span: TimeSpan): DrawLine | null {
  return definition.type === 'polyline' ? clipLine(grown(definition, span), span) : null;
}

function linesOf(items: readonly DrawItem[], span: TimeSpan): readonly DrawLine[] {
  return items
    .filter((item) => !isZone(item) && !item.definition.feature.startsWith('anchor.'))
    .map((item) => shownLine(item, span))
    .filter((line) => line !== null);
}

function anchorsOf(items: readonly DrawItem[], span: TimeSpan): readonly DrawLine[] {
  return items
    .filter(({ definition }) => definition.feature.startsWith('anchor.'))
    .map((item) => shownLine(item, span))
    .filter((line) => line !== null);
}

function zonesOf(items: readonly DrawItem[], span: TimeSpan): readonly ZoneShape[] {
  const byId = new Map(items.filter(isZone).map((item) => [item.id, item]));
  const zones: ZoneShape[] = [];
  for (const [id, item] of byId) {
    if (!id.endsWith(':top')) continue;
    const base = id.slice(0, -':top'.length);
    const bottomItem = byId.get(`${base}:bottom`);
    const top = shownLine(item, span);
    const bottom = bottomItem === undefined ? null : shownLine(bottomItem, span);
    const [from, to] = [top?.points[0], top?.points.at(-1)];
    const floor = bottom?.points[0];
    if (top === null || from === undefined || to === undefined || floor === undefined) continue;
    const state = base.startsWith('zhongshu.alive') ? 'alive' : 'dead';
    zones.push({
      id: base,
      state,
      from: from.time,
      to: to.time,
      top: from.value,
      bottom: floor.value,
      color: top.color,
    });
  }
  return zones;
}

function markersOf(items: readonly DrawItem[], candles: readonly WireCandle[]): readonly MarkerShape[] {
  return items.flatMap(({ definition }) => {
    if (definition.type !== 'marker') return [];
    const candle = candles[candleIndex(candles, definition.time)];
    if (candle === undefined) return [];
    return [{ ...definition, value: definition.position === 'aboveBar' ? candle.high : candle.low }];
  });
}
