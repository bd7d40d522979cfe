import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EpochMs, epochMs } from '../core/time.ts';
import { barOf, type EquitySample, historyStart, mergeBars, regroupBars } from './equity-bar.ts';
import type { Money } from './money.ts';
import { MINUTE_MS } from './timeframe.ts';

const START = Date.UTC(2026, 5, 15, 9, 0);
const HOUR_MS = 60 * MINUTE_MS;

const anySample: fc.Arbitrary<EquitySample> = fc.record({
  time: fc.nat({ max: 5 * HOUR_MS }).map((ms) => epochMs(START + ms)),
  equity: fc.bigInt({ min: -1_000n, max: 1_000n }).map((raw) => raw as Money),
  cash: fc.bigInt({ min: 0n, max: 1_000n }).map((raw) => raw as Money),
  capital: fc.constant(500n as Money),
});
const anyPaidSample: fc.Arbitrary<EquitySample> = fc
  .tuple(anySample, fc.bigInt({ min: 1n, max: 900n }))
  .map(([sample, raw]) => ({ ...sample, capital: raw as Money }));
const inOrder = (samples: readonly EquitySample[]) => samples.toSorted((a, b) => a.time - b.time);
const anySamples = fc.array(anySample, { minLength: 1, maxLength: 60 }).map(inOrder);
const anyPaidSamples = fc.array(anyPaidSample, { minLength: 1, maxLength: 60 }).map(inOrder);

function minutesOf(samples: readonly EquitySample[]) {
  return regroupBars(
    samples.map((sample) => barOf(sample, MINUTE_MS)),
    MINUTE_MS,
  );
}

describe('bars of equity', () => {
  it('by the minute and then by the hour are those by the hour: nothing is lost on the way', () => {
    fc.assert(
      fc.property(fc.oneof(anySamples, anyPaidSamples), (samples) => {
        const atOnce = regroupBars(
          samples.map((sample) => barOf(sample, HOUR_MS)),
          HOUR_MS,
        );
        expect(regroupBars(minutesOf(samples), HOUR_MS)).toEqual(atOnce);
      }),
    );
  });

  it('of an hour hold the first, the highest, the lowest and the last of its samples', () => {
    fc.assert(
      fc.property(anySamples, (samples) => {
        for (const bar of regroupBars(minutesOf(samples), HOUR_MS)) {
          const own = samples.filter(({ time }) => time >= bar.openTime && time < bar.openTime + HOUR_MS);
          const sizes = own.map(({ equity }) => equity);
          expect([bar.open, bar.close, bar.cash]).toEqual([sizes[0], sizes.at(-1), own.at(-1)?.cash]);
          const sorted = sizes.toSorted((a, b) => Number(a - b));
          expect([bar.low, bar.high]).toEqual([sorted[0], sorted.at(-1)]);
        }
      }),
    );
  });

  it('do not take what was paid in or out for a rise or a fall: extremes are those of the results', () => {
    fc.assert(
      fc.property(anyPaidSamples, (samples) => {
        for (const bar of regroupBars(minutesOf(samples), HOUR_MS)) {
          const own = samples.filter(({ time }) => time >= bar.openTime && time < bar.openTime + HOUR_MS);
          const results = own.map(({ equity, capital }) => equity - capital);
          const sorted = results.toSorted((a, b) => Number(a - b));
          const { open, high, low, close, capital } = bar;
          expect([open, high, low, close].map((each) => each - capital)).toEqual([
            results[0],
            sorted.at(-1),
            sorted[0],
            results.at(-1),
          ]);
          expect(capital).toBe(own.at(-1)?.capital);
        }
      }),
    );
  });

  it('merge the same whichever two are merged first, and with themselves to themselves', () => {
    fc.assert(
      fc.property(anyPaidSample, anyPaidSample, anyPaidSample, (...samples) => {
        const [a, b, c] = samples.map((sample) => barOf(sample, HOUR_MS)) as [never, never, never];
        expect(mergeBars(mergeBars(a, b), c)).toEqual(mergeBars(a, mergeBars(b, c)));
        expect(mergeBars(a, a)).toEqual(a);
      }),
    );
  });
});

describe('the start of a history', () => {
  const at = (lengthMs: number, openTime: number) => ({ lengthMs, openTime: openTime as EpochMs });

  it('is that of the shortest bars that reach back to it', () => {
    const day = at(86_400_000, 86_400_000);
    expect(historyStart([])).toBeNull();
    expect(historyStart([day])).toBe(86_400_000);
    expect(historyStart([at(60_000, 90_060_000), day, at(900_000, 90_000_000)])).toBe(90_060_000);
  });

  it('is that of longer bars where the shorter ones are forgotten', () => {
    const day = at(86_400_000, 86_400_000);
    expect(historyStart([at(60_000, 990_060_000), day, at(900_000, 90_000_000)])).toBe(90_000_000);
    expect(historyStart([at(60_000, 990_060_000), day])).toBe(86_400_000);
  });
});
