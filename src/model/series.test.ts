import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstrumentId } from './instrument.ts';
import { parseSeriesId, seriesId, seriesParts, siblingSeries } from './series.ts';
import { timeframe } from './timeframe.ts';

const said = (text: string): string => {
  const parsed = parseSeriesId(text);
  return parsed.ok ? parsed.value : parsed.error.message;
};

describe('parseSeriesId', () => {
  it.each([
    ['binance:futures:BTC/USDT:1m', 'binance:futures:BTC/USDT:1m'],
    [' binance : spot : ETH/USDT : 4h ', 'binance:spot:ETH/USDT:4h'],
    ['binance:futures:BTC/USDT:USDT:1h', 'binance:futures:BTC/USDT:USDT:1h'],
  ])('reads %j as %s', (text, id) => {
    expect(said(text)).toBe(id);
  });

  it.each(['', 'BTC/USDT', 'binance:futures:BTC/USDT', 'a:b:c'])('says of %j how a series id is written', (text) => {
    expect(said(text)).toBe("series_id must be '{exchange}:{market}:{symbol}:{timeframe}'");
  });

  it.each([':::', 'binance::BTC/USDT:1m', 'binance:spot: :1m', 'binance:spot:BTC/USDT:'])(
    'says of %j that a component is empty',
    (text) => {
      expect(said(text)).toBe('invalid series_id (empty component)');
    },
  );

  it('takes two hundred characters and no more', () => {
    const text = (length: number): string => `a:b:${'c'.repeat(length - 7)}:1m`;
    expect(said(text(200))).toBe(text(200));
    expect(said(text(201))).toBe('series_id is longer than 200 characters');
  });

  it('passes on what is wrong with the timeframe, with its code', () => {
    const parsed = parseSeriesId('binance:spot:BTC/USDT:1w');
    expect(parsed).toMatchObject({
      ok: false,
      error: { code: 'timeframe_malformed', message: "unsupported timeframe unit: 'w'" },
    });
  });

  it('keeps everything between market and timeframe as the symbol', () => {
    const part = fc.stringMatching(/^[A-Z0-9/]{1,8}$/);
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('1m', '5m', '1d'),
        (symbol, frame) => {
          const text = `binance:spot:${symbol.join(':')}:${frame}`;
          const parsed = parseSeriesId(text);
          if (!parsed.ok) throw new Error(parsed.error.message);
          const parts = seriesParts(parsed.value);
          expect(parts).toEqual({ instrumentId: `binance:spot:${symbol.join(':')}`, timeframe: frame });
          expect(seriesId(parts)).toBe(text);
          expect(siblingSeries(parsed.value, timeframe('4h'))).toBe(`binance:spot:${symbol.join(':')}:4h`);
        },
      ),
    );
  });
});

describe('parseInstrumentId', () => {
  it('takes an id apart', () => {
    expect(parseInstrumentId('binance:futures:1000PEPE/USDT')).toEqual({
      ok: true,
      value: { venue: 'binance', market: 'futures', base: '1000PEPE', quote: 'USDT' },
    });
  });

  it.each(['', 'BTCUSDT', 'binance:BTC/USDT', 'binance:margin:BTC/USDT', 'binance:spot:BTCUSDT', 'binance:spot:/USDT'])(
    'refuses %j',
    (text) => {
      expect(parseInstrumentId(text)).toMatchObject({ ok: false, error: { code: 'instrument_malformed' } });
    },
  );
});
