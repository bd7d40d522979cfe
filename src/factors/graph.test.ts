import { describe, expect, it } from 'vitest';
import { planWith } from '../../test/fixtures/chart-candles.ts';
import type { AnyFactor } from './factor.ts';
import { FACTORS, fingerprintOf, orderFactors } from './index.ts';

function named(
  key: string,
  dependsOn: readonly AnyFactor[] = [],
): { catalog: AnyFactor['catalog']; dependsOn: AnyFactor[] } {
  return { catalog: { key, label: key, shown: 'byDefault', features: [] }, dependsOn: [...dependsOn] };
}

describe('order of the factors', () => {
  it('is the one of the wire contract (7.1)', () => {
    expect(FACTORS.map(({ catalog }) => catalog.key)).toEqual(['pivot', 'pen', 'zhongshu', 'anchor', 'sr']);
  });

  it('does not depend on the order of registration', () => {
    const keys = orderFactors(FACTORS.toReversed()).map(({ catalog }) => catalog.key);
    expect(keys).toEqual(FACTORS.map(({ catalog }) => catalog.key));
  });

  it('refuses doubles, unknown dependencies and cycles, naming them', () => {
    expect(() => orderFactors([named('a'), named('a')])).toThrow('two factors are named a');
    expect(() => orderFactors([named('a', [named('b')])])).toThrow('factor a depends on b');
    const first = named('a');
    const second = named('b', [first]);
    first.dependsOn.push(second);
    expect(() => orderFactors([first, second])).toThrow('a -> b -> a');
  });
});

describe('fingerprint', () => {
  it('changes with every parameter and with the logic, and with nothing else', () => {
    const plan = planWith();
    const others = [
      planWith({ majorWindow: 51 }),
      planWith({ minorWindow: 6 }),
      planWith({ lookbackCandles: 19_999 }),
      planWith({ overlayCandles: 1999 }),
      planWith({ logicSalt: 'x' }),
      { ...plan, factors: plan.factors.slice(0, 2) },
      { ...plan, factors: plan.factors.map((factor) => ({ ...factor, logicVersion: factor.logicVersion + 1 })) },
    ].map(fingerprintOf);
    expect(new Set([fingerprintOf(plan), ...others]).size).toBe(others.length + 1);
    expect(fingerprintOf(planWith())).toBe(fingerprintOf(plan));
  });
});
