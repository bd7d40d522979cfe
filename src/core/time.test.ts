import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addMs,
  durationMs,
  EPOCH_MS_MAX,
  epochMs,
  fromEpochSec,
  isEpochMs,
  isVenueMs,
  parseDuration,
  toEpochSec,
  toIsoText,
} from './time.ts';

describe('instants', () => {
  it('lie between 1970 and the end of 9999', () => {
    expect(toIsoText(epochMs(0))).toBe('1970-01-01T00:00:00.000Z');
    expect(toIsoText(epochMs(EPOCH_MS_MAX))).toBe('9999-12-31T23:59:59.999Z');
  });

  it.each([-1, 0.5, EPOCH_MS_MAX + 1, Number.NaN, Number.POSITIVE_INFINITY])('refuse %d', (value) => {
    expect(isEpochMs(value)).toBe(false);
    expect(() => epochMs(value)).toThrow(RangeError);
  });

  it('refuse to leave their range by addition', () => {
    expect(addMs(epochMs(1_000), -1_000)).toBe(0);
    expect(() => addMs(epochMs(1_000), -1_001)).toThrow(RangeError);
    expect(() => addMs(epochMs(EPOCH_MS_MAX), 1)).toThrow(RangeError);
  });

  it('go to whole seconds downwards and come back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: EPOCH_MS_MAX }), (value) => {
        const time = epochMs(value);
        const back = fromEpochSec(toEpochSec(time));
        expect(back).toBe(value - (value % 1000));
      }),
    );
    expect(() => fromEpochSec(-1)).toThrow(RangeError);
    expect(() => fromEpochSec(1e12)).toThrow(RangeError);
    expect(() => fromEpochSec(0.0005)).toThrow(RangeError);
  });
});

describe('venue times', () => {
  it.each([
    ['seconds', 1_709_251_200, false],
    ['milliseconds', 1_709_251_200_000, true],
    ['microseconds', 1_709_251_200_000_000, false],
    ['a fraction', 1_709_251_200_000.5, false],
    ['the first of 2009', 1_230_768_000_000, true],
    ['the moment before it', 1_230_767_999_999, false],
    ['the end of 2099', 4_102_444_799_999, true],
    ['the first of 2100', 4_102_444_800_000, false],
  ])('take %s as plausible: %d, %s', (_name, value, isPlausible) => {
    expect(isVenueMs(value)).toBe(isPlausible);
  });

  it('are never plausible in two units at once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_230_768_000_000, max: 4_102_444_799_999 }), (value) => {
        expect([value, value * 1000, Math.floor(value / 1000)].filter((each) => isVenueMs(each))).toEqual([value]);
      }),
    );
  });
});

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['14d', 1_209_600_000],
    ['1.5h', 5_400_000],
    [' 5m ', 300_000],
    ['0s', 0],
  ])('read %s', (text, value) => {
    expect(parseDuration(text)).toBe(value);
  });

  it.each(['', '10', 'm', '-1m', '1 m', '1M', '1w', '1e3s', '.5h', '1.h', '10mm', '999999999999999999d'])(
    'refuse %j',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  it('are whole and not negative', () => {
    expect(durationMs(0)).toBe(0);
    for (const value of [-1, 0.1, Number.NaN, 2 ** 53]) expect(() => durationMs(value)).toThrow(RangeError);
  });
});
