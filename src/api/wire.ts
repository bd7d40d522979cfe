/**
 * Model candles as wire text. Prices and volumes become JSON numbers by their exact decimal text, never through a
 * double, so what a client parses is the nearest double to what the exchange said.
 */
import { toDecimalText } from '../core/decimal.ts';
import { toEpochSec } from '../core/time.ts';
import type { CandleBody } from '../model/candle.ts';
import type { SeriesId } from '../model/series.ts';
import type { CandleText } from '../ports/candle-store.ts';

/** JSON text of one candle in the wire format. */
export function candleText({ openTime, open, high, low, close, volume }: CandleBody): string {
  return candleTextOf({
    openTime,
    open: toDecimalText(open),
    high: toDecimalText(high),
    low: toDecimalText(low),
    close: toDecimalText(close),
    volume: toDecimalText(volume),
  });
}

/** JSON text of one candle whose numbers are canonical decimal texts already. */
export function candleTextOf({ openTime, open, high, low, close, volume }: CandleText): string {
  return (
    `{"candle_time":${toEpochSec(openTime)},"open":${open},"high":${high},` +
    `"low":${low},"close":${close},"volume":${volume}}`
  );
}

/** JSON text of a `candle_forming` or `candle_closed` message. */
export function candleMessageText(type: 'candle_forming' | 'candle_closed', candle: CandleBody): string {
  return `{"type":"${type}","series_id":${JSON.stringify(candle.seriesId)},"candle":${candleText(candle)}}`;
}

/** JSON text of a `candles_batch` message. */
export function batchMessageText(seriesId: SeriesId, candles: readonly CandleBody[]): string {
  return `{"type":"candles_batch","series_id":${JSON.stringify(seriesId)},"candles":[${candles.map(candleText).join(',')}]}`;
}

/** JSON text of a `gap` message; times in whole seconds. */
export function gapMessageText(seriesId: SeriesId, expectedNextTime: number, actualTime: number): string {
  return JSON.stringify({
    type: 'gap',
    series_id: seriesId,
    expected_next_time: expectedNextTime,
    actual_time: actualTime,
  });
}

/** JSON text of an `error` message. */
export function errorMessageText(code: string, message: string, seriesId?: string): string {
  return JSON.stringify({ type: 'error', code, message, series_id: seriesId });
}
