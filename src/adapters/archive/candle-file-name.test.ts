import { describe, expect, it } from 'vitest';
import { parseCandleFileName, splitSymbol } from './candle-file-name.ts';

const utc = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day);

describe('parseCandleFileName', () => {
  it.each([
    ['BTCUSDT-1m-20240301-20240430.csv.gz', 'BTCUSDT', '1m', utc(2024, 3, 1), utc(2024, 5, 1)],
    ['BTCUSDT-1M-20240101-20240601.csv.gz', 'BTCUSDT', '1M', utc(2024, 1, 1), utc(2024, 6, 2)],
    ['BTCUSDT-1m-2024-03-01.zip', 'BTCUSDT', '1m', utc(2024, 3, 1), utc(2024, 3, 2)],
    ['BTCUSDT-1m-2024-12-31.csv.gz', 'BTCUSDT', '1m', utc(2024, 12, 31), utc(2025, 1, 1)],
    ['BTCUSDT-1m-2024-02.csv', 'BTCUSDT', '1m', utc(2024, 2, 1), utc(2024, 3, 1)],
    ['ETHBTC-1mo-2024-12.zip', 'ETHBTC', '1M', utc(2024, 12, 1), utc(2025, 1, 1)],
    ['some/folder/1000PEPEUSDT-15m-20260104-20260205.csv.gz', '1000PEPEUSDT', '15m', utc(2026, 1, 4), utc(2026, 2, 6)],
    ['C:\\data\\BTCUSDT_250926-1d-2025-01-02.csv', 'BTCUSDT_250926', '1d', utc(2025, 1, 2), utc(2025, 1, 3)],
  ])('reads %s', (path, symbol, timeframeText, from, to) => {
    expect(parseCandleFileName(path)).toEqual({ ok: true, value: { symbol, timeframeText, from, to } });
  });

  it('gives no stretch where the name has no dates', () => {
    const expected = { ok: true, value: { symbol: 'HYPERUSDT', timeframeText: '5m' } };
    expect(parseCandleFileName('klines/HYPERUSDT-5m.csv.gz')).toEqual(expected);
  });

  it.each([
    '',
    'candles.csv',
    'BTCUSDT.csv',
    'BTCUSDT-1m.txt',
    'BTCUSDT-1m.csv.zip',
    'btcusdt-1m.csv',
    'BTCUSDT-0m.csv',
    'BTCUSDT-1x.csv',
    'BTCUSDT-1m-2024.csv',
    'BTCUSDT-1m-2024-13.csv',
    'BTCUSDT-1m-2024-02-30.csv',
    'BTCUSDT-1m-20240301.csv',
    'BTCUSDT-1m-20240302-20240301.csv',
    'BTCUSDT-1m-20240301-20240231.csv',
    'BTCUSDT-1m-2024-03-01-x.csv',
    'BTC-USDT-1m.csv',
    'BTCUSDT-1m-2024-03-01.csv/',
    'BTCUSDT-1m-0024-03-01.csv',
  ])('answers file_name_unclear for "%s"', (path) => {
    const parsed = parseCandleFileName(path);
    expect(parsed.ok ? parsed.value : parsed.error.code).toBe('file_name_unclear');
  });
});

describe('splitSymbol', () => {
  it.each([
    ['BTCUSDT', 'BTC', 'USDT'],
    ['ETHBTC', 'ETH', 'BTC'],
    ['1000PEPEUSDT', '1000PEPE', 'USDT'],
    ['BTCFDUSD', 'BTC', 'FDUSD'],
    ['TUSDBTC', 'TUSD', 'BTC'],
    ['BTCTUSD', 'BTC', 'TUSD'],
    ['USDTTRY', 'USDT', 'TRY'],
    ['ADAEUR', 'ADA', 'EUR'],
    ['BTCEUR', 'BTC', 'EUR'],
    ['USDCUSDT', 'USDC', 'USDT'],
    ['BTCDOMUSDT', 'BTCDOM', 'USDT'],
    ['SUSHIBTC', 'SUSHI', 'BTC'],
    ['BNBBUSD', 'BNB', 'BUSD'],
    ['XRPUSDC', 'XRP', 'USDC'],
  ])('splits %s', (symbol, base, quote) => {
    expect(splitSymbol(symbol)).toEqual({ base, quote });
  });

  it.each(['USDT', '', 'BTCUSD_PERP', 'XYZ', 'btcusdt'])('answers null for "%s"', (symbol) => {
    expect(splitSymbol(symbol)).toBeNull();
  });
});
