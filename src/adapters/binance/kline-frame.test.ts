import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { klineEvent } from '../../../test/fixtures/wicked-exchange.ts';
import { decimal, toDecimalText } from '../../core/decimal.ts';
import { epochMs } from '../../core/time.ts';
import type { SeriesId } from '../../model/series.ts';
import { timeframe } from '../../model/timeframe.ts';
import { parseKlineFrame, toCandleEvent } from './kline-frame.ts';
import type { KlineStream } from './symbol-name.ts';

const T = 1_767_225_600_000;
const stream: KlineStream = {
  market: 'futures',
  symbol: 'BTCUSDT',
  timeframe: timeframe('1m'),
  lengthMs: 60_000,
  name: 'btcusdt@kline_1m',
};
const good = klineEvent({ openTime: T, state: 'closed' });
const kline = good['k'] as Readonly<Record<string, unknown>>;

function patched(patch: Readonly<Record<string, unknown>>): unknown {
  return { ...good, k: { ...kline, ...patch } };
}

function fault(data: unknown): string {
  const parsed = parseKlineFrame(data, stream);
  return parsed.ok ? 'accepted' : parsed.error;
}

describe('parseKlineFrame', () => {
  it('takes every number exactly', () => {
    const parsed = parseKlineFrame(patched({ o: '0.00001234', l: '0.00001', c: '0.000012340' }), stream);
    if (!parsed.ok || parsed.value === 'foreign') throw new Error('refused');
    const { columns } = parsed.value;
    expect(toDecimalText(columns.open)).toBe('0.00001234');
    expect(columns.close).toBe(columns.open);
    expect(columns).toMatchObject({ trades: 7, volume: decimal('12.345'), quoteVolume: decimal('1240.5') });
    expect(columns).toMatchObject({ takerBaseVolume: decimal('6.1'), takerQuoteVolume: decimal('610.25') });
  });

  it('does not read the close time of the venue', () => {
    expect(fault(patched({ T: 'nonsense' }))).toBe('accepted');
  });

  it('ignores unknown fields', () => {
    expect(fault({ ...good, brandNew: [1], k: { ...kline, zz: { deep: true } } })).toBe('accepted');
  });

  it.each(['t', 's', 'i', 'o', 'c', 'h', 'l', 'v', 'n', 'x', 'q', 'V', 'Q'])(
    'refuses a frame without k.%s',
    (letter) => {
      const { [letter]: _, ...rest } = kline;
      expect(fault({ ...good, k: rest })).toContain(`k.${letter}`);
    },
  );

  it.each<[string, unknown, string]>([
    ['another symbol', patched({ s: 'ETHUSDT' }), 'subscribed was BTCUSDT'],
    ['another interval', patched({ i: '5m' }), 'subscribed was 1m'],
    ['seconds as open time', patched({ t: T / 1000 }), 'not in milliseconds'],
    ['microseconds as open time', patched({ t: T * 1000 }), 'not in milliseconds'],
    ['a crooked open time', patched({ t: T + 1 }), 'not aligned'],
    ['seconds as event time', { ...good, E: T / 1000 }, 'not in milliseconds'],
    ['an event before its candle', { ...good, E: T - 1 }, 'before open time'],
    ['a close in the middle of the period', { ...good, E: T + 30_000 }, 'before its period is over'],
    ['a float price', patched({ o: 100.1 }), 'k.o'],
    ['an exponent', patched({ v: '1e3' }), 'no decimal number'],
    ['a negative volume', patched({ v: '-1' }), 'negative'],
    ['a high below the low', patched({ h: '0.5' }), 'high is below low'],
    ['an open above the high', patched({ o: '1000' }), 'open is outside'],
    ['a fraction of a trade', patched({ n: 0.5 }), 'k.n'],
    ['null', null, 'expected object'],
  ])('refuses %s', (_name, data, reason) => {
    expect(fault(data)).toContain(reason);
  });

  it('leaves COIN-M events of a futures stream alone', () => {
    expect(parseKlineFrame({ ...good, st: 2 }, stream)).toEqual({ ok: true, value: 'foreign' });
    expect(fault({ ...good, st: 1 })).toBe('accepted');
  });

  it('answers any JSON with a result, never an exception', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(kline)), (value, letter) => {
        parseKlineFrame(value, stream);
        parseKlineFrame(patched({ [letter]: value }), stream);
      }),
    );
  });
});

describe('toCandleEvent', () => {
  const context = { seriesId: 'binance:futures:BTC/USDT:1m' as SeriesId, receivedTime: epochMs(T + 70_000) };
  const eventOf = (data: unknown) => {
    const parsed = parseKlineFrame(data, stream);
    if (!parsed.ok || parsed.value === 'foreign') throw new Error('refused');
    return toCandleEvent(parsed.value, context);
  };

  it('certifies a closed candle as complete in itself and from the stream', () => {
    expect(eventOf(good)).toMatchObject({
      kind: 'closedReceived',
      receivedTime: T + 70_000,
      eventTime: T + 60_003,
      candle: {
        kind: 'candleClosed',
        openTime: T,
        certificate: { source: 'ws', status: 'final', baseCount: 1, baseExpected: 1, revision: 0 },
      },
    });
  });

  it('marks a candle without trades', () => {
    expect(eventOf(klineEvent({ openTime: T, state: 'closed', trades: 0 }))).toMatchObject({
      candle: { certificate: { status: 'no_trade' }, volume: 0n },
    });
  });

  it('gives a forming candle no certificate', () => {
    const event = eventOf(klineEvent({ openTime: T, state: 'forming' }));
    expect(event).toMatchObject({ kind: 'formingReceived', eventTime: T + 500, candle: { kind: 'candleForming' } });
    expect(event).not.toHaveProperty('candle.certificate');
  });
});
