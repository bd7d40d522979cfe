/**
 * Requests for chart structure: a checked query in, the frame of one candle out, or `null` where the answer does not
 * have the contract's shape.
 */
import type { FrameAnswer } from '../api/contract.ts';
import { type Fields, isNumber, isText, parseFields, parseObject } from './wire.ts';

/** Which candle: `atTime` in Unix seconds, `null` for the newest. */
export type FrameRead = { readonly seriesId: string; readonly atTime: number | null; readonly windowCandles: number };

/** Path and parser of a frame. */
export function frameRequest({ seriesId, atTime, windowCandles }: FrameRead) {
  const query = new URLSearchParams({ series_id: seriesId, window_candles: String(windowCandles) });
  if (atTime !== null) query.set('at_time', String(atTime));
  const path = `api/frame/${atTime === null ? 'live' : 'at_time'}?${query}`;
  return { path, parse: parseFrameAnswer } as const;
}

/** The answer of `GET /api/frame/live` and `GET /api/frame/at_time`; `null` when malformed. */
function parseFrameAnswer(text: string): FrameAnswer | null {
  const fields = parseObject(text);
  if (fields === null || !isText(fields['series_id'])) return null;
  const [time, slices, drawn] = ['time', 'factor_slices', 'draw_state'].map((name) => parseFields(fields[name]));
  if (time == null || slices == null || drawn == null) return null;
  const isWhole = isNumber(time['aligned_time']) && isSlices(slices) && isDrawn(drawn);
  return isWhole ? (fields as unknown as FrameAnswer) : null;
}

function isSlices({ factors, snapshots }: Fields): boolean {
  if (!Array.isArray(factors) || !factors.every(isText)) return false;
  const bodies = parseFields(snapshots);
  return bodies !== null && factors.every((name) => parseFields(bodies[name]) !== null);
}

function isDrawn({ active_ids, instruction_catalog_patch: patch, next_cursor }: Fields): boolean {
  if (!Array.isArray(active_ids) || !active_ids.every(isText) || !Array.isArray(patch)) return false;
  return isNumber(parseFields(next_cursor)?.['version_id']) && patch.every(isInstruction);
}

function isInstruction(value: unknown): boolean {
  const fields = parseFields(value);
  if (fields === null || !isText(fields['instruction_id']) || !isNumber(fields['version_id'])) return false;
  const definition = parseFields(fields['definition']);
  if (definition?.['type'] === 'marker') return isNumber(definition['time']);
  const points = definition?.['points'];
  return Array.isArray(points) && points.every((point) => isNumber(parseFields(point)?.['time']));
}
