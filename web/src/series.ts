/**
 * Series ids on the page, `{exchange}:{market}:{symbol}:{timeframe}`, and the six timeframes a trader can switch to.
 */

/** The timeframes of the switch, in its order; the keys 1 to 6 choose them. */
export const TIMEFRAMES = ['1m', '5m', '15m', '1h', '4h', '1d'] as const;

/** The instrument shown when neither the address nor the server names one. */
export const DEFAULT_INSTRUMENT = 'binance:futures:BTC/USDT';

const UNIT_SEC: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

/** A series cut into its instrument and timeframe, with the length of one candle. */
export type Series = {
  readonly id: string;
  readonly instrument: string;
  readonly timeframe: string;
  readonly stepSec: number;
};

/** Seconds of one candle; `null` when `text` is not a timeframe. */
export function timeframeSec(text: string): number | null {
  const match = /^([1-9]\d{0,5})([mhd])$/.exec(text);
  return match === null ? null : Number(match[1]) * (UNIT_SEC[match[2] ?? ''] ?? 0);
}

/** The series of `instrument` in `timeframe`; an unknown timeframe becomes one minute. */
export function seriesOf(instrument: string, timeframe: string): Series {
  const stepSec = timeframeSec(timeframe);
  if (stepSec === null) return { id: `${instrument}:1m`, instrument, timeframe: '1m', stepSec: 60 };
  return { id: `${instrument}:${timeframe}`, instrument, timeframe, stepSec };
}

/**
 * A series from text that people type, with or without a timeframe at its end; `null` when it has fewer parts than
 * an instrument.
 */
export function parseSeries(text: string): Series | null {
  const parts = text.split(':').map((part) => part.trim());
  if (parts.length < 3 || parts.some((part) => part === '')) return null;
  const last = parts[parts.length - 1] ?? '';
  if (parts.length >= 4 && timeframeSec(last) !== null) return seriesOf(parts.slice(0, -1).join(':'), last);
  return seriesOf(parts.join(':'), '1m');
}

/** The instruments among `ids`, each once, in their order. */
export function instrumentsOf(ids: readonly string[]): readonly string[] {
  const instruments = ids.map((id) => parseSeries(id)?.instrument).filter((name) => name !== undefined);
  return [...new Set(instruments)];
}

/** An instrument cut into the words of the header: `BTC/USDT`, `binance`, `futures`. */
export function instrumentWords(instrument: string): { symbol: string; venue: string; market: string } {
  const [venue = '', market = '', ...symbol] = instrument.split(':');
  return { symbol: symbol.join(':'), venue, market };
}
