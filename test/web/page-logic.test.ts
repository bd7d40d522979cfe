import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryDelayMs } from '../../web/src/backoff.ts';
import {
  drawnCandles,
  EMPTY_WINDOW,
  holesAfter,
  mergeClosed,
  mergeForming,
  missingInside,
  WINDOW_MAX,
} from '../../web/src/candle-window.ts';
import { afterClosed, afterForming, dataAge } from '../../web/src/data-age.ts';
import { ageIn, changeText, minuteText, priceDecimals, priceText } from '../../web/src/format.ts';
import { countdownText, marketNow, marketTimeOf, msToClose, WALL_TIME } from '../../web/src/market-time.ts';
import { instrumentsOf, parseSeries } from '../../web/src/series.ts';
import { NO_FRESHNESS } from '../../web/src/session-state.ts';
import { firstLanguage, STRINGS } from '../../web/src/strings.ts';
import { parseCandlesAnswer, parseDetail, parseServerInfo, parseServerMessage } from '../../web/src/wire.ts';
import { walkCandles } from '../fixtures/candle-walk.ts';

const walk = walkCandles({ seed: 1, from: 6000, count: WINDOW_MAX + 10 });
const ten = walk.slice(0, 10);
const candle = walk[0]!;

describe('a candle window', () => {
  it('holds the union of whatever arrives, in whatever order', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.subarray(walk.slice(0, 40)).chain((part) => fc.shuffledSubarray(part)),
          { maxLength: 8 },
        ),
        (pages) => {
          const window = pages.reduce(mergeClosed, EMPTY_WINDOW);
          const union = new Set(pages.flat());
          expect(window.closed).toEqual(walk.filter((held) => union.has(held)));
        },
      ),
    );
  });

  it('keeps its revision while candles are appended and changes it when older ones come', () => {
    const appended = mergeClosed(mergeClosed(EMPTY_WINDOW, ten.slice(5, 8)), ten.slice(7));
    expect(appended.revision).toBe(0);
    expect(mergeClosed(appended, ten.slice(0, 2)).revision).toBe(1);
  });

  it('is the same window after a repeat', () => {
    const window = mergeClosed(EMPTY_WINDOW, ten);
    expect(mergeClosed(window, ten.slice(2, 5))).toBe(window);
  });

  it('replaces a candle that was corrected', () => {
    const corrected = { ...ten[3]!, close: 1 };
    const window = mergeClosed(mergeClosed(EMPTY_WINDOW, ten), [corrected]);
    expect(window.closed[3]).toEqual(corrected);
    expect(window.revision).toBe(1);
  });

  it('never holds more than its bound and does not take back what it let go', () => {
    const window = mergeClosed(EMPTY_WINDOW, walk);
    expect(window.closed).toEqual(walk.slice(-4000));
    expect(mergeClosed(window, ten)).toBe(window);
  });

  it('shows a forming candle after the closed ones and never before', () => {
    const window = mergeClosed(EMPTY_WINDOW, ten.slice(0, 5));
    expect(drawnCandles(mergeForming(window, ten[5]!))).toEqual(ten.slice(0, 6));
    expect(mergeForming(window, ten[4]!)).toBe(window);
    const ahead = mergeForming(window, ten[7]!);
    expect(mergeForming(ahead, ten[6]!)).toBe(ahead);
  });

  it('knows its holes', () => {
    const window = mergeClosed(EMPTY_WINDOW, [...ten.slice(0, 3), ...ten.slice(5, 6), ...ten.slice(8)]);
    const first = ten[0]!.candle_time;
    expect(holesAfter(window, first, 60)).toEqual({ after: ten[2]!.candle_time, before: ten[8]!.candle_time });
    expect(missingInside(window, { after: first, before: ten[9]!.candle_time }, 60)).toBe(4);
    expect(holesAfter(window, ten[8]!.candle_time, 60)).toBeNull();
  });
});

describe('data age', () => {
  const context = { time: WALL_TIME, at: 100_000, stepSec: 60 };

  it('is unknown before any data', () => {
    expect(dataAge(NO_FRESHNESS, context)).toEqual({ ageMs: null, level: 'unknown' });
  });

  it('counts from the close of the newest candle, and a candle length is normal for a stream without forming ones', () => {
    const closed = afterClosed(NO_FRESHNESS, mergeClosed(EMPTY_WINDOW, [{ ...candle, candle_time: 0 }]), 60);
    expect(dataAge(closed, context)).toEqual({ ageMs: 40_000, level: 'fresh' });
    expect(dataAge(closed, { ...context, at: 160_000 }).level).toBe('late');
    expect(dataAge(closed, { ...context, at: 250_000 }).level).toBe('stale');
  });

  it('judges a forming stream by its learned rhythm', () => {
    const every = (ms: number) => Array.from({ length: 50 }, (_, i) => i * ms).reduce(afterForming, NO_FRESHNESS);
    const fast = every(250);
    const slow = every(8000);
    expect(dataAge(fast, { ...context, at: 49 * 250 + 7000 }).level).toBe('late');
    expect(dataAge(fast, { ...context, at: 49 * 250 + 21_000 }).level).toBe('stale');
    expect(dataAge(slow, { ...context, at: 49 * 8000 + 20_000 }).level).toBe('fresh');
  });

  it('is in market time when the market runs faster', () => {
    const time = marketTimeOf({ speed: 60, marketTime: 1_700_000_000 }, 1000);
    const fresh = [1000, 1250].reduce(afterForming, NO_FRESHNESS);
    expect(dataAge(fresh, { time, at: 2250, stepSec: 60 })).toEqual({ ageMs: 60_000, level: 'fresh' });
    expect(marketNow(time, 2000)).toBe(1_700_000_060_000);
  });
});

describe('the countdown', () => {
  it('runs to the end of the forming candle and stops at zero', () => {
    expect(msToClose(61_000, 60, 60)).toBe(59_000);
    expect(msToClose(125_000, 60, 60)).toBe(0);
    expect(msToClose(61_000, 300, null)).toBe(239_000);
  });

  it('is written in minutes, or hours where there are any', () => {
    expect([0, 900, 65_000, 3_599_000, 3_600_000, 86_399_500].map(countdownText)).toEqual([
      '0:00',
      '0:01',
      '1:05',
      '59:59',
      '1:00:00',
      '24:00:00',
    ]);
  });
});

describe('waiting before a retry', () => {
  it('grows to fifteen seconds and is never zero', () => {
    expect([1, 2, 3, 6, 40].map((failures) => retryDelayMs(failures, 0.999_999))).toEqual([
      500, 1000, 2000, 15_000, 15_000,
    ]);
    expect(retryDelayMs(1, 0)).toBe(250);
  });
});

describe('messages from the server', () => {
  it('are read when they have the shape of the contract', () => {
    const closed = { type: 'candle_closed', series_id: 's', candle };
    expect(parseServerMessage(JSON.stringify(closed))).toEqual(closed);
    const gap = { type: 'gap', series_id: 's', expected_next_time: 60, actual_time: 180 };
    expect(parseServerMessage(JSON.stringify(gap))).toEqual(gap);
    const error = { type: 'error', code: 'bad_request', message: 'missing series_id' };
    expect(parseServerMessage(JSON.stringify(error))).toEqual(error);
  });

  it('are dropped whole when they do not', () => {
    const broken = [
      'not json',
      '[]',
      JSON.stringify({ type: 'candle_closed', series_id: 's', candle: { ...candle, close: '1' } }),
      JSON.stringify({ type: 'candles_batch', series_id: 's', candles: [candle, {}] }),
      JSON.stringify({ type: 'system', series_id: 's', event: 'factor.rebuild' }),
    ];
    expect(broken.map(parseServerMessage)).toEqual([null, null, null, null, null]);
    fc.assert(fc.property(fc.string(), (text) => parseServerMessage(text) === null));
  });

  it('carry history, refusals and the kind of server', () => {
    const answer = { series_id: 's', server_head_time: null, candles: [candle] };
    expect(parseCandlesAnswer(JSON.stringify(answer))).toEqual(answer);
    expect(parseDetail('{"detail":"not_found"}')).toBe('not_found');
    expect(parseDetail('{"detail":[{"msg":"Field required"}]}')).toBe('Field required');
    expect(parseServerInfo('{"mode":"demo","speed":60,"market_time":5,"series":["a",1]}')).toEqual({
      mode: 'demo',
      speed: 60,
      marketTime: 5,
      series: ['a'],
    });
    expect(parseServerInfo('{"speed":0}')).toEqual({});
  });
});

describe('words and numbers of the page', () => {
  it('reads a series with or without its timeframe', () => {
    expect(parseSeries('binance:spot:ETH/USDT')?.id).toBe('binance:spot:ETH/USDT:1m');
    expect(parseSeries('binance:futures:BTC/USDT:USDT:4h')).toMatchObject({
      instrument: 'binance:futures:BTC/USDT:USDT',
      stepSec: 14_400,
    });
    expect(parseSeries('BTCUSDT')).toBeNull();
    expect(instrumentsOf(['a:b:c:1m', 'a:b:c:5m', 'a:b:d:1m'])).toEqual(['a:b:c', 'a:b:d']);
  });

  it('writes prices with all their decimals', () => {
    expect(priceDecimals([{ ...candle, open: 0.000_012_3, high: 1, low: 1, close: 1 }])).toBe(7);
    expect(priceText(68_000.1, 2)).toBe('68,000.10');
    expect([changeText(100, 101), changeText(100, 99), changeText(100_000, 99_999)]).toEqual([
      '+1.00%',
      '−1.00%',
      '0.00%',
    ]);
    expect(minuteText(0)).toBe('1970-01-01 00:00');
    expect([7000, 600_000, 10_800_000, 432_000_000].map(ageIn).map(({ count, unit }) => `${count} ${unit}`)).toEqual([
      '7 second',
      '10 minute',
      '3 hour',
      '5 day',
    ]);
  });

  it('begins in the stored language, else in the browser’s', () => {
    expect([firstLanguage('en', 'zh-CN'), firstLanguage(null, 'zh-TW'), firstLanguage('xx', 'fr')]).toEqual([
      'en',
      'zh',
      'en',
    ]);
    expect(Object.keys(STRINGS.zh)).toEqual(Object.keys(STRINGS.en));
  });
});
