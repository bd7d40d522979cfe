import { describe, expect, it } from 'vitest';
import { parseWeightPerMinute } from './rate-limits.ts';

const WEIGHT = { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000 };
const ORDERS = { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1200 };

describe('parseWeightPerMinute', () => {
  it('finds the request weight per minute among the limits', () => {
    const raw = { ...WEIGHT, rateLimitType: 'RAW_REQUESTS', intervalNum: 5, limit: 300_000 };
    expect(parseWeightPerMinute({ rateLimits: [ORDERS, WEIGHT, raw], symbols: [] })).toBe(6000);
  });

  it('takes the least of several', () => {
    expect(parseWeightPerMinute({ rateLimits: [WEIGHT, { ...WEIGHT, limit: 2400 }] })).toBe(2400);
  });

  it.each([
    ['no limits', { symbols: [] }],
    ['limits of another shape', { rateLimits: {} }],
    ['other limits only', { rateLimits: [ORDERS, null, 7] }],
    ['another interval', { rateLimits: [{ ...WEIGHT, intervalNum: 5 }] }],
    ['a limit of nothing', { rateLimits: [{ ...WEIGHT, limit: 0 }] }],
    ['a limit as text', { rateLimits: [{ ...WEIGHT, limit: '6000' }] }],
    ['no object', 'sorry'],
  ])('tells nothing from %s', (_name, body) => {
    expect(parseWeightPerMinute(body)).toBeNull();
  });
});
