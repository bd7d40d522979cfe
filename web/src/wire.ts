/**
 * Untrusted text from the server to typed messages. A message that does not have the contract's shape is dropped as a
 * whole: a candle it carried is then missing, and a missing candle is refilled.
 */
import type { CandlesAnswer, ServerMessage, WireCandle } from '../../src/api/contract.ts';

/** What `GET /api/hotwick/info` may say; every field is optional because an older server has no such route. */
export type ServerInfo = {
  readonly mode?: string;
  readonly version?: string;
  readonly series?: readonly string[];
  /** Market seconds that pass in one second of the wall. */
  readonly speed?: number;
  /** The market's present, Unix seconds. */
  readonly marketTime?: number;
};

type Fields = Readonly<Record<string, unknown>>;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is one more way of not being a message; the callers answer null for all of them.
    return null;
  }
}

function parseFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isText = (value: unknown): value is string => typeof value === 'string';

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

/** A message of the market socket; `null` for anything the page does not know or that is malformed. */
export function parseServerMessage(text: string): ServerMessage | null {
  const fields = parseFields(parseJson(text));
  if (fields === null) return null;
  const type = fields['type'];
  if (type === 'error') return parseError(fields);
  const series_id = fields['series_id'];
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
  const fields = parseFields(parseJson(text));
  const candles = fields && parseCandles(fields['candles']);
  if (!fields || !candles || !isText(fields['series_id'])) return null;
  const head = fields['server_head_time'];
  return { series_id: fields['series_id'], server_head_time: isNumber(head) ? head : null, candles };
}

/** The sentence of a refusal, `{"detail": ...}`; empty when the body has none. */
export function parseDetail(text: string): string {
  const detail = parseFields(parseJson(text))?.['detail'];
  if (isText(detail)) return detail;
  const first = Array.isArray(detail) ? parseFields(detail[0]) : null;
  return isText(first?.['msg']) ? first['msg'] : '';
}

/** The answer of `GET /api/hotwick/info`; fields that are absent or malformed are left out. */
export function parseServerInfo(text: string): ServerInfo | null {
  const fields = parseFields(parseJson(text));
  if (fields === null) return null;
  const { mode, version, series, speed, market_time } = fields;
  return {
    ...(isText(mode) ? { mode } : {}),
    ...(isText(version) ? { version } : {}),
    ...(Array.isArray(series) ? { series: series.filter(isText) } : {}),
    ...(isNumber(speed) && speed > 0 ? { speed } : {}),
    ...(isNumber(market_time) ? { marketTime: market_time } : {}),
  };
}
