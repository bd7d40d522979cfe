import { describe, expect, it } from 'vitest';
import type { SeriesId } from '../../model/series.ts';
import { resolveStream, streamName } from './symbol-name.ts';

const resolve = (text: string) => resolveStream(text as SeriesId);

describe('resolveStream', () => {
  it('names the stream of a futures series', () => {
    expect(resolve('binance:futures:BTC/USDT:1m')).toEqual({
      ok: true,
      value: { market: 'futures', symbol: 'BTCUSDT', timeframe: '1m', lengthMs: 60_000, name: 'btcusdt@kline_1m' },
    });
  });

  it('drops a settlement suffix', () => {
    expect(resolve('binance:futures:BTC/USDT:USDT:1h')).toMatchObject({
      value: { symbol: 'BTCUSDT', timeframe: '1h', lengthMs: 3_600_000 },
    });
  });

  it('keeps Unicode symbols', () => {
    expect(resolve('binance:spot:币安人生/USDT:5m')).toMatchObject({
      value: { symbol: '币安人生USDT', name: '币安人生usdt@kline_5m', market: 'spot' },
    });
  });

  it('refuses another venue', () => {
    expect(resolve('kraken:spot:BTC/USDT:1m')).toMatchObject({ error: { code: 'series_id_malformed' } });
  });

  it('refuses what is no instrument', () => {
    expect(resolve('binance:options:BTC/USDT:1m')).toMatchObject({ error: { code: 'series_id_malformed' } });
    expect(resolve('binance:spot:BTCUSDT:1m')).toMatchObject({ error: { code: 'series_id_malformed' } });
  });

  it.each(['7m', '3d', '48h', '2d'])('refuses %s, which Binance does not have in our alignment', (timeframe) => {
    expect(resolve(`binance:spot:BTC/USDT:${timeframe}`)).toMatchObject({ error: { code: 'timeframe_malformed' } });
  });
});

describe('streamName', () => {
  it('is lower case', () => {
    expect(streamName('1000PEPEUSDT', '15m')).toBe('1000pepeusdt@kline_15m');
  });
});
