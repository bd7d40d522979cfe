/**
 * Untrusted answers about chart structure to typed values: drawing instructions, slices, the catalog of layers and the
 * two health routes. An instruction that can not be drawn is left out; an answer of the wrong shape is `null`.
 */
import { isNumber, isText, parseObject } from '../../src/client/wire.ts';

/** One point of a line: Unix seconds and price. */
export type DrawPoint = { readonly time: number; readonly value: number };

/** A mark above or below one candle. */
export type DrawMarker = {
  readonly type: 'marker';
  readonly feature: string;
  readonly time: number;
  readonly position: 'aboveBar' | 'belowBar';
  readonly color: string;
  readonly shape: string;
  readonly text: string;
  readonly size: number;
};

/** A line through points of ascending time. */
export type DrawLine = {
  readonly type: 'polyline';
  readonly feature: string;
  readonly points: readonly DrawPoint[];
  readonly color: string;
  readonly lineWidth: number;
  readonly style: 'solid' | 'dashed';
};

/**
 * One version of one instruction; `visibleTime` is the candle that made it, Unix seconds, where the server says so. A
 * line that is `growing` ends at the candle in focus, whichever that is.
 */
export type DrawItem = {
  readonly id: string;
  readonly version: number;
  readonly visibleTime: number | null;
  readonly reach: 'fixed' | 'growing';
  readonly definition: DrawMarker | DrawLine;
};

/** `GET /api/draw/delta`: what changed after a cursor and which ids stand. */
export type DrawDelta = {
  readonly toTime: number | null;
  readonly activeIds: readonly string[];
  readonly patch: readonly DrawItem[];
  readonly cursor: number;
};

/** `GET /api/factor/slices`: what each factor says at a candle, for the side panel. */
export type FactorSlices = {
  readonly atTime: number | null;
  readonly snapshots: Readonly<Record<string, unknown>>;
};

/** `GET /api/frame/*`. */
export type Frame = { readonly delta: DrawDelta; readonly slices: FactorSlices | null };

/** `GET /api/delta/poll`: `frame` is `null` when nothing moved. */
export type Poll = { readonly frame: Frame | null; readonly cursor: number };

/** A switch of the layer panel. */
export type LayerFeature = { readonly key: string; readonly label: string; readonly isDefault: boolean };

/** A factor with its switches. */
export type LayerGroup = LayerFeature & { readonly features: readonly LayerFeature[] };

/** The newest candle of each ledger, Unix seconds. */
export type LedgerHeads = {
  readonly store: number | null;
  readonly factor: number | null;
  readonly overlay: number | null;
};

/** The colour of a health answer, the server's reason for it, and the ledgers where it tells of them. */
export type HealthAnswer = {
  readonly status: HealthStatus;
  readonly reason: string;
  readonly heads?: LedgerHeads;
};
/** Colours of the lamps; `unknown` before any answer. */
export type HealthStatus = 'green' | 'yellow' | 'red' | 'gray' | 'unknown';

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function kept<T>(values: readonly unknown[], read: (value: unknown) => T | null): readonly T[] {
  return values.map(read).filter((value): value is Exclude<typeof value, null> => value !== null);
}

function pointOf(value: unknown): DrawPoint | null {
  const fields = fieldsOf(value);
  return fields !== null && isNumber(fields['time']) && isNumber(fields['value'])
    ? { time: fields['time'], value: fields['value'] }
    : null;
}

function markerOf(fields: Fields): DrawMarker | null {
  const { feature, time, position, color, shape, text, size } = fields;
  if (!isText(feature) || !isNumber(time) || !isText(color)) return null;
  return {
    type: 'marker',
    feature,
    time,
    position: position === 'belowBar' ? 'belowBar' : 'aboveBar',
    color,
    shape: isText(shape) ? shape : 'circle',
    text: isText(text) ? text : '',
    size: isNumber(size) ? size : 1,
  };
}

function lineOf(fields: Fields): DrawLine | null {
  const { feature, points, color, lineWidth, lineStyle } = fields;
  if (!isText(feature) || !isText(color)) return null;
  const style = lineStyle === 'dashed' ? 'dashed' : 'solid';
  const width = isNumber(lineWidth) ? lineWidth : 1;
  return { type: 'polyline', feature, points: kept(listOf(points), pointOf), color, lineWidth: width, style };
}

function itemOf(value: unknown): DrawItem | null {
  const fields = fieldsOf(value);
  const definition = fieldsOf(fields?.['definition']);
  if (fields === null || definition === null) return null;
  const { instruction_id, version_id, visible_time } = fields;
  if (!isText(instruction_id) || !isNumber(version_id)) return null;
  const drawn = definition['type'] === 'marker' ? markerOf(definition) : lineOf(definition);
  const visibleTime = isNumber(visible_time) ? visible_time : null;
  const reach = fields['grows'] === true ? 'growing' : 'fixed';
  return drawn === null ? null : { id: instruction_id, version: version_id, visibleTime, reach, definition: drawn };
}

/** The instructions of a list; what can not be drawn is left out. */
export function drawItems(value: unknown): readonly DrawItem[] {
  return kept(listOf(value), itemOf);
}

function deltaOf(value: unknown): DrawDelta | null {
  const fields = fieldsOf(value);
  const cursor = fieldsOf(fields?.['next_cursor'])?.['version_id'];
  if (fields === null || !isNumber(cursor) || !Array.isArray(fields['active_ids'])) return null;
  const toTime = fields['to_candle_time'];
  return {
    toTime: isNumber(toTime) ? toTime : null,
    activeIds: fields['active_ids'].filter(isText),
    patch: drawItems(fields['instruction_catalog_patch']),
    cursor,
  };
}

function slicesOf(value: unknown): FactorSlices | null {
  const fields = fieldsOf(value);
  const snapshots = fieldsOf(fields?.['snapshots']);
  if (fields === null || snapshots === null) return null;
  return { atTime: isNumber(fields['at_time']) ? fields['at_time'] : null, snapshots };
}

/** The answer of `GET /api/draw/delta`. */
export function parseDelta(text: string): DrawDelta | null {
  return deltaOf(parseObject(text));
}

/** The answer of `GET /api/factor/slices`. */
export function parseSlices(text: string): FactorSlices | null {
  return slicesOf(parseObject(text));
}

/** The answer of `GET /api/frame/live` and `GET /api/frame/at_time`. */
export function parseFrame(text: string): Frame | null {
  const fields = parseObject(text);
  const delta = deltaOf(fields?.['draw_state']);
  return delta === null ? null : { delta, slices: slicesOf(fields?.['factor_slices']) };
}

/** The answer of `GET /api/delta/poll`. */
export function parsePoll(text: string): Poll | null {
  const fields = parseObject(text);
  const cursor = fieldsOf(fields?.['next_cursor'])?.['id'];
  if (fields === null || !isNumber(cursor) || !Array.isArray(fields['records'])) return null;
  const record = fieldsOf(fields['records'].at(-1));
  const delta = deltaOf(record?.['draw_delta']);
  return { frame: delta === null ? null : { delta, slices: slicesOf(record?.['factor_slices']) }, cursor };
}

function featureOf(value: unknown): LayerFeature | null {
  const fields = fieldsOf(value);
  const key = fields?.['key'];
  if (fields === null || !isText(key)) return null;
  return {
    key,
    label: isText(fields['label']) ? fields['label'] : key,
    isDefault: fields['default_visible'] !== false,
  };
}

/** The answer of `GET /api/factor/catalog`, in the server's order. */
export function parseLayers(text: string): readonly LayerGroup[] | null {
  const factors = parseObject(text)?.['factors'];
  if (!Array.isArray(factors)) return null;
  return kept(factors, (value) => {
    const group = featureOf(value);
    return group === null ? null : { ...group, features: kept(listOf(fieldsOf(value)?.['sub_features']), featureOf) };
  });
}

const STATUSES: readonly unknown[] = ['green', 'yellow', 'red', 'gray'];

/** The answer of `GET /api/factor/health` and `GET /api/market/health`. */
export function parseHealth(text: string): HealthAnswer | null {
  const fields = parseObject(text);
  if (fields === null || !STATUSES.includes(fields['status'])) return null;
  const reason = fields['status_reason'];
  const answer = { status: fields['status'] as HealthStatus, reason: isText(reason) ? reason : '' };
  if (!('store_head_time' in fields)) return answer;
  const time = (name: string): number | null => (isNumber(fields[name]) ? fields[name] : null);
  const heads = {
    store: time('store_head_time'),
    factor: time('factor_head_time'),
    overlay: time('overlay_head_time'),
  };
  return { ...answer, heads };
}
