import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { parseTickersFrame } from './ticker-frame.ts';
import { NAMES_MAX, TickerNames } from './ticker-names.ts';

const T = epochMs(1_767_225_600_000);

function item(more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  const numbers = { c: '1.25', o: '1.00', h: '1.30', l: '0.99', v: '1000', q: '1200.5' };
  return { e: '24hrMiniTicker', E: T + 1_234, s: 'ABCUSDT', ...numbers, ...more };
}

function parse(data: unknown) {
  const parsed = parseTickersFrame(data, new TickerNames('USDT'), T);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

describe('parseTickersFrame', () => {
  it('gives tickers of the quote asset as numbers, and the second of the newest event', () => {
    const { tickers, openTime, skipped } = parse([item(), item({ s: 'ETHBTC' }), item({ s: '币安人生USDT', E: T })]);
    expect(tickers.map((ticker) => ticker.instrumentId)).toEqual([
      'binance:spot:ABC/USDT',
      'binance:spot:币安人生/USDT',
    ]);
    expect(tickers[0]).toMatchObject({ price: 1.25, open24h: 1, high24h: 1.3, low24h: 0.99, quoteVolume24h: 1200.5 });
    expect([openTime, skipped]).toEqual([T + 1_000, 0]);
  });

  it.each<[string, unknown]>([
    ['no object', 7],
    ['null', null],
    ['without a symbol', item({ s: undefined })],
    ['with a price of zero', item({ c: '0' })],
    ['with an empty price', item({ c: '' })],
    ['with a price that is no text', item({ c: 1.25 })],
    ['with a price in hexadecimal', item({ c: '0x10' })],
    ['with an infinite volume', item({ q: 'Infinity' })],
    ['with a negative volume', item({ q: '-1' })],
    ['without the price of a day ago', item({ o: undefined })],
    ['with a separator in its name', item({ s: 'A/BUSDT' })],
  ])('leaves out an item %s and keeps its neighbour', (_name, bad) => {
    const { tickers, skipped, fault } = parse([bad, item({ s: 'XYZUSDT' })]);
    expect(tickers.map((ticker) => ticker.instrumentId)).toEqual(['binance:spot:XYZ/USDT']);
    expect(skipped).toBe(1);
    expect(fault).not.toBeNull();
  });

  it('refuses what is no array, and an array without any usable item', () => {
    expect(parseTickersFrame({ data: [] }, new TickerNames('USDT'), T).ok).toBe(false);
    expect(parseTickersFrame([item({ c: 'x' })], new TickerNames('USDT'), T).ok).toBe(false);
  });

  it('takes the present where no event has a usable time', () => {
    expect(parse([item({ E: 0 })]).openTime).toBe(T);
  });

  it('names symbols beyond its bound as it names those within', () => {
    const names = new TickerNames('USDT');
    for (let index = 0; index < NAMES_MAX + 10; index++) names.nameOf(`C${index}USDT`);
    expect(names.nameOf('C1USDT')).toBe('binance:spot:C1/USDT');
    expect(names.nameOf('A:BUSDT')).toBeNull();
    expect([names.nameOf('USDT'), names.nameOf('C1BTC')]).toEqual(['foreign', 'foreign']);
  });
});
