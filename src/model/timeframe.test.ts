import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../core/time.ts';
import { bucketOpen, latestClosedOpen, parseTimeframe, timeframe, timeframeMs } from './timeframe.ts';

const said = (text: string): string => {
  const parsed = parseTimeframe(text);
  return parsed.ok ? `ok ${parsed.value}` : parsed.error.message;
};

describe('parseTimeframe', () => {
  it.each([
    ['1m', 60_000],
    ['5m', 300_000],
    [' 15m ', 900_000],
    ['1h', 3_600_000],
    ['4h', 14_400_000],
    ['1d', 86_400_000],
    ['7m', 420_000],
    ['999999m', 59_999_940_000],
  ])('reads %j as %i ms', (text, length) => {
    expect(said(text)).toBe(`ok ${text.trim()}`);
    expect(timeframeMs(timeframe(text))).toBe(length);
  });

  it.each([
    ['', 'empty timeframe'],
    ['  ', 'empty timeframe'],
    ['5x', "unsupported timeframe unit: 'x'"],
    ['1w', "unsupported timeframe unit: 'w'"],
    ['1M', "unsupported timeframe unit: 'M'"],
    ['1H', "unsupported timeframe unit: 'H'"],
    ['60', "unsupported timeframe unit: '0'"],
    ['m', "invalid timeframe: 'm'"],
    ['0m', "invalid timeframe: '0m'"],
    ['05m', "invalid timeframe: '05m'"],
    ['-5m', "invalid timeframe: '-5m'"],
    ['1.5h', "invalid timeframe: '1.5h'"],
    ['5 m', "invalid timeframe: '5 m'"],
    ['1000000m', "invalid timeframe: '1000000m'"],
  ])('says of %j: %s', (text, message) => {
    expect(said(text)).toBe(message);
    expect(() => timeframe(text)).toThrow(message);
  });

  it('does not take a property of every object for a unit', () => {
    for (const text of ['constructor', '__proto__', 'toString']) expect(parseTimeframe(text).ok).toBe(false);
  });
});

describe('buckets', () => {
  const time = fc.integer({ min: 0, max: 4_000_000_000_000 }).map(epochMs);
  const length = fc.constantFrom('1m', '5m', '15m', '1h', '4h', '1d').map((text) => timeframeMs(timeframe(text)));

  it('contain their time and start at a multiple of their length', () => {
    fc.assert(
      fc.property(time, length, (at, lengthMs) => {
        const open = bucketOpen(at, lengthMs);
        expect(open % lengthMs).toBe(0);
        expect(open <= at && at < open + lengthMs).toBe(true);
      }),
    );
  });

  it('are closed exactly when their period is over', () => {
    fc.assert(
      fc.property(time, length, (now, lengthMs) => {
        const open = latestClosedOpen(now, lengthMs);
        if (now >= lengthMs) expect(open + lengthMs <= now && now < open + 2 * lengthMs).toBe(true);
        else expect(open).toBe(0);
      }),
    );
  });
});
