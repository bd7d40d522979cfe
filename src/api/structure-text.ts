/**
 * Answers about chart structure as JSON text in the words of the wire contract (2.10 to 2.12): what is read of a
 * series in, texts out. Lines that grow end at the candle that is spoken of and count as changed by it; level ones
 * begin no earlier than the window.
 */
import { toDecimalText } from '../core/decimal.ts';
import { type EpochMs, toEpochSec } from '../core/time.ts';
import type { ChartPoint, FactorSlice, Instruction, MarkerDefinition, PolylineDefinition } from '../model/chart.ts';
import { payloadText } from './payload-text.ts';

/** The candle that is spoken of, and the earliest time that is still shown; `id` is the series as the client wrote it. */
export type Place = { readonly id: string; readonly time: EpochMs; readonly windowStart: EpochMs };

/** What is drawn at a place: everything that stands there, and the version up to which that is complete. */
export type Drawn = { readonly standing: readonly Instruction[]; readonly version: number };

/** The wire's name of a candle. */
export function candleIdOf(id: string, time: EpochMs): string {
  return `${id}:${toEpochSec(time)}`;
}

/** Slices at a place. */
export function slicesText(place: Place, slices: readonly FactorSlice[]): string {
  const names = slices.map(({ factor }) => JSON.stringify(factor));
  const snapshots = slices.map((slice) => `${JSON.stringify(slice.factor)}:${sliceText(place, slice)}`);
  return (
    `{${headText(place.id)},"at_time":${toEpochSec(place.time)},` +
    `"candle_id":${JSON.stringify(candleIdOf(place.id, place.time))},` +
    `"factors":[${names.join(',')}],"snapshots":{${snapshots.join(',')}}}`
  );
}

/** One slice. */
export function sliceText({ id, time }: Place, { factor, history, head }: FactorSlice): string {
  const meta = `{"series_id":${JSON.stringify(id)},"epoch":0,"at_time":${toEpochSec(time)},"candle_id":${JSON.stringify(candleIdOf(id, time))},"factor_name":${JSON.stringify(factor)}}`;
  return `{"schema_version":1,"history":${payloadText(history)},"head":${payloadText(head)},"meta":${meta}}`;
}

/** Slices where there is no candle at or before `seconds`. */
export function noSlicesText(id: string, seconds: number): string {
  return `{${headText(id)},"at_time":${seconds},"candle_id":null,"factors":[],"snapshots":{}}`;
}

/** What changed after `cursor`, and what is drawn. */
export function deltaText(place: Place, { standing, version }: Drawn, cursor: number): string {
  const shown = standing.filter((instruction) => isShown(instruction, place)).map(({ id }) => id);
  const changed = standing
    .map((each) => withGrowth(each, { time: place.time, version }))
    .filter((each) => each.version > cursor)
    .sort((a, b) => a.version - b.version);
  return (
    `{${headText(place.id)},"to_candle_id":${JSON.stringify(candleIdOf(place.id, place.time))},` +
    `"to_candle_time":${toEpochSec(place.time)},"active_ids":${JSON.stringify(shown.sort())},` +
    `"instruction_catalog_patch":[${changed.map((each) => instructionText(each, place)).join(',')}],` +
    `"series_points":{},"next_cursor":{"version_id":${version},"point_time":null}}`
  );
}

/** What is drawn of a series without candles: nothing, and the cursor stays. */
export function noDeltaText(id: string, cursor: number): string {
  return (
    `{${headText(id)},"to_candle_id":null,"to_candle_time":null,"active_ids":[],"instruction_catalog_patch":[],` +
    `"series_points":{},"next_cursor":{"version_id":${cursor},"point_time":null}}`
  );
}

/** A frame of a place, asked for at `atTime`. */
export function frameText(
  place: Place,
  atTime: EpochMs,
  parts: { readonly slices: string; readonly delta: string },
): string {
  const time =
    `{"at_time":${toEpochSec(atTime)},"aligned_time":${toEpochSec(place.time)},` +
    `"candle_id":${JSON.stringify(candleIdOf(place.id, place.time))}}`;
  return `{${headText(place.id)},"time":${time},"factor_slices":${parts.slices},"draw_state":${parts.delta}}`;
}

/** A poll that found something new. */
export function recordText(
  { id, time }: Place,
  version: number,
  parts: { readonly slices: string; readonly delta: string },
): string {
  return (
    `{${headText(id)},"records":[{"id":${version},"series_id":${JSON.stringify(id)},` +
    `"to_candle_id":${JSON.stringify(candleIdOf(id, time))},"to_candle_time":${toEpochSec(time)},` +
    `"draw_delta":${parts.delta},"factor_slices":${parts.slices}}],"next_cursor":{"id":${version}}}`
  );
}

/** A poll that found nothing new. */
export function noRecordText(id: string, cursor: number): string {
  return `{${headText(id)},"records":[],"next_cursor":{"id":${cursor}}}`;
}

function headText(id: string): string {
  return `"schema_version":1,"series_id":${JSON.stringify(id)}`;
}

/** A line that grows as changed by the candle at `time`; anything else as it is. */
export function withGrowth(
  instruction: Instruction,
  { time, version }: { readonly time: EpochMs; readonly version: number },
): Instruction {
  return isGrowing(instruction) ? { ...instruction, version, visibleTime: time } : instruction;
}

/** Whether its end follows the candles. */
export function isGrowing({ reach }: Instruction): boolean {
  return reach === 'growing' || reach === 'growingLevel';
}

/** Whether any of it lies between the start of the window and the candle that is spoken of. */
export function isShown(instruction: Instruction, { time, windowStart }: Place): boolean {
  const { reach, definition } = instruction;
  const isInside = (at: EpochMs): boolean => at >= windowStart && at <= time;
  if (definition.type === 'marker') return isInside(definition.time);
  if (isGrowing(instruction)) return true;
  const { points } = definition;
  if (reach === 'fixed') return points.some((each) => isInside(each.time));
  // It is cut at the edge, so it shows wherever it crosses the window.
  return points.some((each) => each.time >= windowStart) && points.some((each) => each.time <= time);
}

/** An instruction as it stands at a place; `mark` is one more member. */
export function instructionText(instruction: Instruction, place: Place, mark = ''): string {
  const { id, version, visibleTime, definition } = instruction;
  const body = definition.type === 'marker' ? markerText(definition) : lineText(instruction, definition, place);
  return (
    `{"version_id":${version},"instruction_id":${JSON.stringify(id)},"kind":"${definition.type}",` +
    `"visible_time":${toEpochSec(visibleTime)},"definition":${body}${mark}}`
  );
}

function markerText(definition: MarkerDefinition): string {
  return JSON.stringify({ ...definition, time: toEpochSec(definition.time) });
}

function lineText(instruction: Instruction, definition: PolylineDefinition, place: Place): string {
  const { type, feature, points, ...style } = definition;
  const isLevel = instruction.reach === 'level' || instruction.reach === 'growingLevel';
  const end = isGrowing(instruction) ? points.length - 1 : null;
  const timeOf = ({ time }: ChartPoint, index: number): EpochMs => {
    if (index === end) return place.time;
    return isLevel && time < place.windowStart ? place.windowStart : time;
  };
  const corners = points.map((each, index) => {
    return `{"time":${toEpochSec(timeOf(each, index))},"value":${toDecimalText(each.value)}}`;
  });
  const rest = JSON.stringify(style).slice(1);
  return `{"type":"${type}","feature":${JSON.stringify(feature)},"points":[${corners.join(',')}],${rest}`;
}
