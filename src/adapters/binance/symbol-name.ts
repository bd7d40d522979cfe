/**
 * Between our series and Binance's names: `binance:futures:BTC/USDT:1m` is the stream `btcusdt@kline_1m` of the
 * futures market. Symbols may hold any letters (Binance lists Unicode symbols since 2025-12), so nothing here assumes
 * ASCII.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { type MarketType, parseInstrumentId } from '../../model/instrument.ts';
import { type SeriesId, seriesParts } from '../../model/series.ts';
import { type Timeframe, timeframeMs } from '../../model/timeframe.ts';

/** The venue name that series of this adapter carry. */
export const BINANCE_VENUE = 'binance';

/** One kline stream of Binance. */
export type KlineStream = {
  readonly market: MarketType;
  /** `BTCUSDT`. */
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly lengthMs: number;
  /** `btcusdt@kline_1m`. */
  readonly name: string;
};

/**
 * Binance's intervals that are whole buckets of the UTC epoch. `3d`, `1w` and `1M` are aligned otherwise, `1s` is no
 * timeframe of ours.
 */
const INTERVALS: ReadonlySet<string> = new Set([
  '1m',
  '3m',
  '5m',
  '15m',
  '30m',
  '1h',
  '2h',
  '4h',
  '6h',
  '8h',
  '12h',
  '1d',
]);

/**
 * The stream that carries `seriesId`. A settlement suffix is dropped (`BTC/USDT:USDT` is `BTCUSDT`), as the wire
 * contract has it. Failures: `series_id_malformed` for another venue or shape, `timeframe_malformed` for an interval
 * that Binance does not have.
 */
export function resolveStream(seriesId: SeriesId): Result<KlineStream, Failure> {
  const { instrumentId, timeframe } = seriesParts(seriesId);
  const instrument = parseInstrumentId(instrumentId);
  if (!instrument.ok)
    return err(failure('series_id_malformed', { reason: `${seriesId}: ${instrument.error.message}` }));
  const { venue, market, base, quote } = instrument.value;
  if (venue !== BINANCE_VENUE) {
    return err(failure('series_id_malformed', { reason: `${seriesId} is not a series of ${BINANCE_VENUE}` }));
  }
  if (!INTERVALS.has(timeframe)) {
    return err(failure('timeframe_malformed', { reason: `binance has no candles of ${timeframe}` }));
  }
  const symbol = `${base}${quote.split(':')[0] ?? ''}`.toUpperCase();
  const name = streamName(symbol, timeframe);
  return ok({ market, symbol, timeframe, lengthMs: timeframeMs(timeframe), name });
}

/** The stream name of a symbol and an interval; stream names are lower case. */
export function streamName(symbol: string, interval: string): string {
  return `${symbol.toLowerCase()}@kline_${interval}`;
}
