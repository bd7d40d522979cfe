/**
 * Bodies of the ingest routes: bytes in, checked candles out. A candle that the store would not take (high below low,
 * a negative price) is refused here with the reason, before anything of its request is stored.
 */
import { err, ok, type Result } from '../core/result.ts';
import { type CandleColumns, type ClosedCandle, findCandleFault, isNoTrade } from '../model/candle.ts';
import type { Price, Quantity } from '../model/money.ts';
import type { SeriesId } from '../model/series.ts';
import {
  checkDecimal,
  checkField,
  checkObject,
  checkSwitch,
  checkText,
  checkTime,
  type Place,
  problem,
} from './body-values.ts';
import { BATCH_MAX, type ValidationProblem } from './contract.ts';
import type { JsonObject, JsonValue } from './exact-json.ts';
import {
  type BodyRefusal,
  PROBLEMS_MAX,
  parseFields,
  problemsOf,
  type RawBody,
  refuseBodyProblems,
} from './json-body.ts';

/** A candle that lacks only its series. */
export type PostedCandle = CandleColumns & Pick<ClosedCandle, 'openTime'>;

/** A checked body: `series_id` as it was sent, candles as they were sent. */
export type PostedBody = { readonly seriesText: string; readonly candles: readonly PostedCandle[] };

/** A checked body of the batch route. */
export type PostedBatch = PostedBody & { readonly announce: 'publish' | 'silent' };

/** Checks the body of one candle. */
export function parseCandleBody(body: RawBody): Result<PostedBody, BodyRefusal> {
  const fields = parseFields(body);
  if (!fields.ok) return fields;
  const series = checkField(fields.value, ['body', 'series_id'], checkText);
  const candle = checkCandle(fields.value.get('candle'), ['body', 'candle'], fields.value);
  if (series.ok && candle.ok) return ok({ seriesText: series.value, candles: [candle.value] });
  return refuseBodyProblems([...problemsOf(series), ...(candle.ok ? [] : candle.error)]);
}

/** Checks the body of a batch. */
export function parseBatchBody(body: RawBody): Result<PostedBatch, BodyRefusal> {
  const fields = parseFields(body);
  if (!fields.ok) return fields;
  const series = checkField(fields.value, ['body', 'series_id'], checkText);
  const candles = checkCandles(fields.value.get('candles'), ['body', 'candles']);
  const publish = checkSwitch(fields.value.get('publish_ws') ?? false, ['body', 'publish_ws']);
  if (series.ok && candles.ok && publish.ok) {
    const announce = publish.value === 'on' ? 'publish' : 'silent';
    return ok({ seriesText: series.value, candles: candles.value, announce });
  }
  return refuseBodyProblems([...problemsOf(series), ...(candles.ok ? [] : candles.error), ...problemsOf(publish)]);
}

/** A posted candle as one of `seriesId`, certified as handed in. */
export function toClosedCandle(seriesId: SeriesId, candle: PostedCandle): ClosedCandle {
  const status = isNoTrade(candle) ? 'no_trade' : 'final';
  const certificate = { source: 'ingest', status, baseCount: 1, baseExpected: 1, revision: 0 } as const;
  return { kind: 'candleClosed', seriesId, ...candle, certificate };
}

/** Ascending, each time once: of equal times the last one counts. */
export function sortOnce(candles: readonly PostedCandle[]): readonly PostedCandle[] {
  const byTime = new Map(candles.map((candle) => [candle.openTime, candle]));
  return [...byTime.values()].sort((a, b) => a.openTime - b.openTime);
}

type CandleCheck = Result<PostedCandle, readonly ValidationProblem[]>;

function checkCandles(
  value: JsonValue | undefined,
  place: Place,
): Result<readonly PostedCandle[], readonly ValidationProblem[]> {
  if (value === undefined) return ok([]);
  if (!Array.isArray(value)) {
    return err([problem(place, value, { type: 'list_type', msg: 'Input should be a valid list' })]);
  }
  const sizeFault = findSizeFault(value, place);
  if (sizeFault !== null) return err([sizeFault]);
  const candles: PostedCandle[] = [];
  const problems: ValidationProblem[] = [];
  for (const [index, each] of value.entries()) {
    const candle = checkCandle(each, [...place, index], null);
    if (candle.ok) candles.push(candle.value);
    else problems.push(...candle.error);
    if (problems.length >= PROBLEMS_MAX) break;
  }
  return problems.length > 0 ? err(problems) : ok(candles);
}

function findSizeFault(list: readonly JsonValue[], place: Place): ValidationProblem | null {
  const size = { field_type: 'List', actual_length: list.length };
  const should = 'List should have at';
  if (list.length === 0) {
    const msg = `${should} least 1 item after validation, not 0`;
    return problem(place, list, { type: 'too_short', msg, ctx: { ...size, min_length: 1 } });
  }
  if (list.length <= BATCH_MAX) return null;
  const msg = `${should} most ${BATCH_MAX} items after validation, not ${list.length}`;
  // What was sent is not sent back: it is too long.
  return problem(place, undefined, { type: 'too_long', msg, ctx: { ...size, max_length: BATCH_MAX } });
}

/** `holder` is the object whose field the candle is, for the case that it has none. */
function checkCandle(value: JsonValue | undefined, place: Place, holder: JsonObject | null): CandleCheck {
  if (value === undefined) {
    return err([problem(place, holder ?? undefined, { type: 'missing', msg: 'Field required' })]);
  }
  const fields = checkObject(value, place);
  if (!fields.ok) return err([fields.error]);
  const openTime = checkField(fields.value, [...place, 'candle_time'], checkTime);
  const column = (name: string) => checkField(fields.value, [...place, name], checkDecimal);
  const [open, high, low] = [column('open'), column('high'), column('low')];
  const [close, volume] = [column('close'), column('volume')];
  if (!openTime.ok || !open.ok || !high.ok || !low.ok || !close.ok || !volume.ok) {
    return err([openTime, open, high, low, close, volume].flatMap(problemsOf));
  }
  const candle: PostedCandle = {
    openTime: openTime.value,
    open: open.value as Price,
    high: high.value as Price,
    low: low.value as Price,
    close: close.value as Price,
    volume: volume.value as Quantity,
    quoteVolume: null,
    trades: null,
    takerBaseVolume: null,
    takerQuoteVolume: null,
  };
  const fault = findCandleFault(candle);
  if (fault === null) return ok(candle);
  return err([problem(place, value, { type: 'value_error', msg: `Value error, ${fault}`, ctx: { error: fault } })]);
}
