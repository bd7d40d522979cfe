/**
 * The length of a series' candles, from its id. The id has to be written exactly as the server writes it, because the
 * server's messages are matched by it.
 */
import { HotwickClientError } from './client-error.ts';

const UNIT_SEC: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };
const SERIES_ID = /^[^:\s]+:[^:\s]+:\S*[^:\s]:([1-9]\d{0,5})([mhd])$/;

/** Seconds of one candle of `{exchange}:{market}:{symbol}:{timeframe}`; throws `series_id_malformed`. */
export function stepSecOf(seriesId: string): number {
  const match = SERIES_ID.exec(seriesId);
  if (match === null) {
    const shape = '{exchange}:{market}:{symbol}:{timeframe}, for example binance:futures:BTC/USDT:5m';
    throw new HotwickClientError('series_id_malformed', `"${seriesId}" is not ${shape}`);
  }
  return Number(match[1]) * (UNIT_SEC[match[2] ?? ''] ?? 0);
}
