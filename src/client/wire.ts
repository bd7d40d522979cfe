/**
 * Untrusted text from the server to typed messages. A message that does not have the contract's shape is dropped as a
 * whole: a candle it carried is then missing, and a missing candle is fetched again.
 */
import type { CandlesAnswer, InfoAnswer, ServerMessage, WireCandle } from '../api/contract.ts';

/** A JSON object of unknown content. */
export type Fields = Readonly<Record<string, unknown>>;

/** The JSON object that `text` is; `null` for anything else. */
export function parseObject(text: string): Fields | null {
  try {
    return parseFields(JSON.parse(text));
  } catch {
    // Not JSON is one more way of not being a message; the callers answer null for all of them.
    return null;
  }
}

/** The JSON object that `value` is; `null` for anything else. */
export function parseFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** Whether `value` is a number that can be counted with. */
export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Whether `value` is text. */
export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function parseCandle(value: unknown): WireCandle | null {
  const fields = parseFields(value);
  if (fields === null) return null;
  const { candle_time, open, high, low, close, volume } = fields;
  if (!isNumber(candle_time) || !Number.isInteger(candle_time)) return null;
  if (!isNumber(open) || !isNumber(high) || !isNumber(low) || !isNumber(close) || !isNumber(volume)) return null;
  return { candle_time, open, high, low, close, volume };
}

function parseCandles(value: unknown): WireCandle[] | null {
  if (!Array.isArray(value)) return null;
  const candles = value.map(parseCandle).filter((candle) => candle !== null);
  return candles.length === value.length ? candles : null;
}

/** A message of the market socket; `null` for anything that is unknown or malformed. */
export function parseServerMessage(text: string): ServerMessage | null {
  const fields = parseObject(text);
  if (fields === null) return null;
  const { type, series_id } = fields;
  if (type === 'error') return parseError(fields);
  if (!isText(series_id)) return null;
  if (type === 'candle_forming' || type === 'candle_closed') {
    const candle = parseCandle(fields['candle']);
    return candle && { type, series_id, candle };
  }
  if (type === 'candles_batch') {
    const candles = parseCandles(fields['candles']);
    return candles && { type, series_id, candles };
  }
  return type === 'gap' ? parseGap(series_id, fields) : null;
}

function parseGap(series_id: string, fields: Fields): ServerMessage | null {
  const { expected_next_time, actual_time } = fields;
  if (!isNumber(expected_next_time) || !isNumber(actual_time)) return null;
  return { type: 'gap', series_id, expected_next_time, actual_time };
}

function parseError(fields: Fields): ServerMessage | null {
  const { code, message, series_id } = fields;
  if (!isText(code) || !isText(message)) return null;
  return isText(series_id) ? { type: 'error', code, message, series_id } : { type: 'error', code, message };
}

/** The answer of `GET /api/market/candles`; `null` when malformed. */
export function parseCandlesAnswer(text: string): CandlesAnswer | null {
  const fields = parseObject(text);
  const candles = fields && parseCandles(fields['candles']);
  if (!fields || !candles || !isText(fields['series_id'])) return null;
  const head = fields['server_head_time'];
  return { series_id: fields['series_id'], server_head_time: isNumber(head) ? head : null, candles };
}

/** The answer of `GET /api/hotwick/info`; `null` when malformed. */
export function parseInfoAnswer(text: string): InfoAnswer | null {
  const fields = parseObject(text);
  if (fields === null) return null;
  const { name, version, mode, series, speed, market_time } = fields;
  if (name !== 'hotwick' || !isText(version) || !isText(mode)) return null;
  if (!Array.isArray(series) || !series.every(isText) || !isNumber(speed) || !isNumber(market_time)) return null;
  return { name, version, mode, series, speed, market_time };
}

/** The sentence of a refusal, `{"detail": ...}`; empty when the body has none. */
export function parseDetail(text: string): string {
  const detail = parseObject(text)?.['detail'];
  if (isText(detail)) return detail;
  const first = Array.isArray(detail) ? parseFields(detail[0]) : null;
  return isText(first?.['msg']) ? first['msg'] : '';
}
