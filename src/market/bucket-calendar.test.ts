import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../core/time.ts';
import { type BucketCalendar, endOf, exchangeCalendar, openOf } from './bucket-calendar.ts';

const at = (text: string) => epochMs(Date.parse(text));

function calendar(interval: string, phase = '2024-03-01T00:00:00Z'): BucketCalendar {
  const found = exchangeCalendar(interval, at(phase));
  if (found === null) throw new Error(`no calendar for ${interval}`);
  return found;
}

describe('bucket calendar', () => {
  it('aligns minutes, hours and days to the UTC epoch', () => {
    expect(openOf(calendar('5m'), at('2024-03-05T10:37:59.999Z'))).toBe(at('2024-03-05T10:35:00Z'));
    expect(openOf(calendar('4h'), at('2024-03-05T10:37:00Z'))).toBe(at('2024-03-05T08:00:00Z'));
    expect(openOf(calendar('1d'), at('2024-03-05T23:59:59Z'))).toBe(at('2024-03-05T00:00:00Z'));
  });

  it('starts weeks on Monday and months on the first', () => {
    expect(openOf(calendar('1w'), at('2024-03-10T23:59:00Z'))).toBe(at('2024-03-04T00:00:00Z'));
    expect(openOf(calendar('1M'), at('2024-02-29T12:00:00Z'))).toBe(at('2024-02-01T00:00:00Z'));
    expect(endOf(calendar('1M'), at('2024-02-01T00:00:00Z'))).toBe(at('2024-03-01T00:00:00Z'));
  });

  it('counts three-day candles from the published phase', () => {
    const three = calendar('3d', '2024-03-02T00:00:00Z');
    expect(openOf(three, at('2024-03-04T23:00:00Z'))).toBe(at('2024-03-02T00:00:00Z'));
    expect(openOf(three, at('2024-03-01T23:00:00Z'))).toBe(at('2024-02-28T00:00:00Z'));
  });

  it('refuses what is no interval', () => {
    for (const text of ['', '0m', '5', 'm', '2M', '1s', '1y'])
      expect(exchangeCalendar(text, at('2024-01-01T00:00:00Z'))).toBeNull();
  });

  it('puts every moment into exactly one bucket, months as the calendar has them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_102_444_800_000 }),
        fc.constantFrom('1m', '3d', '1w', '1M'),
        (ms, interval) => {
          const buckets = calendar(interval);
          const time = epochMs(ms);
          const open = openOf(buckets, time);
          expect(open <= time && time < endOf(buckets, open)).toBe(true);
          expect(openOf(buckets, endOf(buckets, open))).toBe(endOf(buckets, open));
          if (interval !== '1M') return;
          const date = new Date(ms);
          expect(open).toBe(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
