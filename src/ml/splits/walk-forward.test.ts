import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { type LabelTimes, type Split, type SplitPlan, splitWalkForward } from './walk-forward.ts';

const START = epochMs(1_700_000_000_000);

/** Rows by time, several at one time, each with a label of its own length. */
const rowsArbitrary = fc
  .array(fc.tuple(fc.nat(3), fc.nat(40)), { minLength: 1, maxLength: 300 })
  .map((steps): LabelTimes & { readonly last: number } => {
    let time: number = START;
    const times = steps.map(([step]) => (time += step));
    return { times, ends: steps.map(([, length], at) => (times[at] as number) + length), last: time };
  });

const planArbitrary = fc
  .record({
    trainMs: fc.integer({ min: 1, max: 120 }),
    validationMs: fc.integer({ min: 1, max: 60 }),
    testMs: fc.integer({ min: 1, max: 60 }),
    embargoMs: fc.nat(20),
  })
  .map((lengths): SplitPlan => ({ from: START, ...lengths }));

const spansOf = ({ train, validation, test }: Split) => [train, validation, test];

describe('walk-forward splits', () => {
  it('keep every label inside its span: none reaches into a later one', () => {
    fc.assert(
      fc.property(rowsArbitrary, planArbitrary, (rows, plan) => {
        for (const split of splitWalkForward(rows, plan, epochMs(rows.last + 50))) {
          for (const { from, to, rows: numbers } of spansOf(split)) {
            for (const row of numbers) {
              expect(rows.times[row]).toBeGreaterThanOrEqual(from);
              expect(rows.times[row]).toBeLessThan(to);
              expect(rows.ends[row]).toBeLessThanOrEqual(to);
            }
          }
        }
      }),
    );
  });

  it('count every row of a span once: kept, purged or under embargo, and nothing within the embargo is kept', () => {
    fc.assert(
      fc.property(rowsArbitrary, planArbitrary, (rows, plan) => {
        for (const split of splitWalkForward(rows, plan, epochMs(rows.last + 50))) {
          for (const [at, { from, to, rows: kept, purged, embargoed }] of spansOf(split).entries()) {
            const inside = Array.from(rows.times).filter((time) => time >= from && time < to).length;
            expect(kept.length + purged + embargoed).toBe(inside);
            const begin = at === 0 ? from : from + plan.embargoMs;
            expect(Array.from(kept).every((row) => (rows.times[row] as number) >= begin)).toBe(true);
          }
        }
      }),
    );
  });

  it('follow each other without a gap, and test spans never share a row', () => {
    fc.assert(
      fc.property(rowsArbitrary, planArbitrary, (rows, plan) => {
        const splits = splitWalkForward(rows, plan, epochMs(rows.last + 50));
        for (const [at, { train, validation, test }] of splits.entries()) {
          expect([train.from, train.to, validation.to]).toEqual([START, validation.from, test.from]);
          const before = splits[at - 1];
          if (before !== undefined) expect(test.from).toBe(before.test.to);
        }
        const tested = splits.flatMap(({ test }) => Array.from(test.rows));
        expect(new Set(tested).size).toBe(tested.length);
      }),
    );
  });

  it('do not change when rows come after the end: later rows add splits and nothing else', () => {
    fc.assert(
      fc.property(rowsArbitrary, planArbitrary, fc.nat(299), (rows, plan, cut) => {
        const kept = Math.min(cut, rows.times.length);
        const until = epochMs(kept === 0 ? START : (rows.times[kept - 1] as number));
        // What is not known yet at the time of the cut is not a row yet.
        const known = Array.from({ length: kept }, (_, row) => row).filter(
          (row) => (rows.ends[row] as number) <= until,
        );
        const early = {
          times: known.map((row) => rows.times[row] as number),
          ends: known.map((row) => rows.ends[row] as number),
        };
        const shown = (splits: readonly Split[], source: LabelTimes) =>
          splits.map((split) =>
            spansOf(split).map(({ from, to, rows: numbers }) => [
              from,
              to,
              ...Array.from(numbers, (row) => [source.times[row], source.ends[row]]),
            ]),
          );
        const before = shown(splitWalkForward(early, plan, until), early);
        const after = shown(splitWalkForward(rows, plan, epochMs(rows.last + 50)), rows);
        expect(after.slice(0, before.length)).toEqual(before);
      }),
    );
  });

  it('are none where the first does not fit, and refuse spans without length', () => {
    const rows = { times: [START], ends: [START] };
    const plan = { from: START, trainMs: 10, validationMs: 10, testMs: 10, embargoMs: 0 };
    expect(splitWalkForward(rows, plan, epochMs(START + 29))).toEqual([]);
    expect(splitWalkForward(rows, plan, epochMs(START + 30)).length).toBe(1);
    expect(() => splitWalkForward(rows, { ...plan, testMs: 0 }, epochMs(START + 30))).toThrow(RangeError);
  });
});
