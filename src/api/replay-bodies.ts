/**
 * Bodies of the replay routes, checked to the letter of the wire contract (8).
 */
import { err, ok, type Result } from '../core/result.ts';
import { type EpochMs, toEpochSec } from '../core/time.ts';
import {
  type Checked,
  checkField,
  checkFieldOr,
  checkText,
  checkTime,
  integerWithin,
  type Place,
  problem,
} from './body-values.ts';
import { REPLAY_SNAPSHOT_INTERVAL, REPLAY_WINDOW, REPLAY_WINDOW_SIZE, type ValidationProblem } from './contract.ts';
import type { JsonObject, JsonValue } from './exact-json.ts';
import { type BodyRefusal, parseFields, problemsOf, type RawBody, refuseBodyProblems } from './json-body.ts';
import type { Known } from './replay-jobs.ts';

/** What is wanted: `id` as it was sent, `toTime` `null` for the newest candle. */
export type ReplayWish = { readonly id: string; readonly toTime: EpochMs | null; readonly candles: number };

/** What a package is to be. */
export type BuildWish = ReplayWish & {
  readonly windowSize: number;
  readonly snapshotInterval: number;
  readonly known: Known;
};

type Fields = Readonly<Record<string, Checked<unknown>>>;
type Values<F extends Fields> = { readonly [K in keyof F]: F[K] extends Checked<infer V> ? V : never };

/** The body of prepare. */
export function parsePrepare(body: RawBody): Result<ReplayWish, BodyRefusal> {
  return parseWith(body, (fields) => wishOf(fields, 'window_candles'));
}

/** The body of ensure_coverage. */
export function parseCoverage(body: RawBody): Result<ReplayWish, BodyRefusal> {
  return parseWith(body, (fields) => wishOf(fields, 'target_candles'));
}

/** The body of build. */
export function parseBuild(body: RawBody): Result<BuildWish, BodyRefusal> {
  return parseWith(body, (fields) => ({
    ...wishOf(fields, 'window_candles'),
    windowSize: integerOr(fields, 'window_size', REPLAY_WINDOW_SIZE),
    snapshotInterval: integerOr(fields, 'snapshot_interval', REPLAY_SNAPSHOT_INTERVAL),
    known: checkFieldOr(fields, { name: 'known', check: checkKnown, initial: 'now' as Known }),
  }));
}

/** A job of ensure_coverage by its id, which holds what it is about. */
export function coverageId({ id, toTime, candles }: ReplayWish): string {
  return `coverage_${id}:${toTime === null ? 'none' : toEpochSec(toTime)}:${candles}`;
}

/** What a coverage id is about, its time in whole seconds; `null` when it is none. */
export function parseCoverageId(
  text: string,
): { readonly id: string; readonly toSec: number | null; readonly candles: number } | null {
  const match = /^coverage_(.+):(none|\d{1,11}):(\d{1,4})$/s.exec(text);
  if (match === null) return null;
  const [, id = '', to = '', candles = ''] = match;
  const count = Number(candles);
  if (count < REPLAY_WINDOW.min || count > REPLAY_WINDOW.max) return null;
  return { id, toSec: to === 'none' ? null : Number(to), candles: count };
}

function wishOf(fields: JsonObject, candles: string) {
  return {
    id: checkField(fields, ['body', 'series_id'], checkFilledText),
    toTime: checkFieldOr(fields, { name: 'to_time', check: checkTime, initial: null }),
    candles: integerOr(fields, candles, REPLAY_WINDOW),
  };
}

function integerOr(
  fields: JsonObject,
  name: string,
  { min, max, initial }: { readonly min: number; readonly max: number; readonly initial: number },
): Checked<number> {
  return checkFieldOr(fields, { name, check: integerWithin(min, max), initial });
}

function checkFilledText(value: JsonValue, place: Place): Checked<string> {
  const text = checkText(value, place);
  if (!text.ok || text.value !== '') return text;
  const msg = 'String should have at least 1 character';
  return err(problem(place, value, { type: 'string_too_short', msg, ctx: { min_length: 1 } }));
}

function checkKnown(value: JsonValue, place: Place): Checked<Known> {
  if (value === 'now' || value === 'then') return ok(value);
  const expected = "'now' or 'then'";
  return err(problem(place, value, { type: 'literal_error', msg: `Input should be ${expected}`, ctx: { expected } }));
}

function parseWith<F extends Fields>(body: RawBody, check: (fields: JsonObject) => F): Result<Values<F>, BodyRefusal> {
  const fields = parseFields(body);
  if (!fields.ok) return fields;
  const checked = check(fields.value);
  const problems: readonly ValidationProblem[] = Object.values(checked).flatMap(problemsOf);
  if (problems.length > 0) return refuseBodyProblems(problems);
  const values = Object.entries(checked).map(([name, value]) => [name, value.ok ? value.value : undefined]);
  return ok(Object.fromEntries(values) as Values<F>);
}
