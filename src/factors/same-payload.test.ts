import { describe, expect, it } from 'vitest';
import { decimal } from '../core/decimal.ts';
import type { ChartPayload } from '../model/chart.ts';
import type { Price } from '../model/money.ts';
import { samePayload } from './same-payload.ts';

const price = (text: string): Price => decimal(text) as Price;
const payload: ChartPayload = { a: 1, zones: [{ top: price('1.5'), ends: [1, 2] }], none: null };

describe('payloads', () => {
  it('are the same by what they say, not by what they are', () => {
    expect(samePayload(payload, structuredClone(payload) as ChartPayload)).toBe(true);
    expect(samePayload({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
  });

  it('differ in a price, a length, a name, a kind of value', () => {
    const others: readonly ChartPayload[] = [
      { ...payload, zones: [{ top: price('1.6'), ends: [1, 2] }] },
      { ...payload, zones: [{ top: price('1.5'), ends: [1] }] },
      { a: 1, zones: payload['zones'] ?? null, nothing: null },
      { ...payload, zones: { top: 1 } },
      { ...payload, none: [] },
      { ...payload, more: 1 },
    ];
    expect(others.filter((other) => samePayload(payload, other) || samePayload(other, payload))).toEqual([]);
  });
});
