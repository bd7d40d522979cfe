import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minutesArbitrary } from '../../test/fixtures/candles.ts';
import { chartOf, planWith, walkMinutes } from '../../test/fixtures/chart-candles.ts';
import {
  type PlainPivot,
  plainFarthest,
  plainLevels,
  plainMajors,
  plainMinors,
} from '../../test/fixtures/plain-factors.ts';
import type { ClosedCandle } from '../model/candle.ts';
import type { ChartPayload, FactorEvent } from '../model/chart.ts';
import { createChart, foldCandle, headsOf } from './index.ts';
import type { SrState } from './sr/index.ts';

const START = Date.UTC(2024, 0, 1);
const plan = planWith({ majorWindow: 3, minorWindow: 2 });

function pivotText({ direction, index }: PlainPivot): string {
  return `${direction} ${index}`;
}

function pivotsOf(events: readonly FactorEvent[], kind: string): readonly string[] {
  const of = events.filter((event) => event.kind === kind);
  return of.map(({ payload }) =>
    pivotText({ direction: payload['direction'] as 'support', index: payload['pivotIdx'] as number }),
  );
}

/** Effective pivots by the rule, over all majors known. */
function effective(candles: readonly ClosedCandle[], majors: readonly PlainPivot[]): readonly PlainPivot[] {
  const kept: PlainPivot[] = [];
  for (const pivot of majors) {
    const last = kept.at(-1);
    if (last?.direction !== pivot.direction) kept.push(pivot);
    else if (isBeyond(candles, pivot, last)) kept[kept.length - 1] = pivot;
  }
  return kept;
}

function isBeyond(candles: readonly ClosedCandle[], pivot: PlainPivot, last: PlainPivot): boolean {
  const a = candles[pivot.index] as ClosedCandle;
  const b = candles[last.index] as ClosedCandle;
  return pivot.direction === 'resistance' ? a.high > b.high : a.low < b.low;
}

describe('folds against the rules written down plainly', () => {
  it('find the same pivots and running pens after every candle', () => {
    fc.assert(
      fc.property(minutesArbitrary(START, { min: 80, max: 120 }), (candles) => {
        const chart = createChart(candles[0]?.seriesId as ClosedCandle['seriesId'], plan);
        const majors: PlainPivot[] = [];
        for (const [index, candle] of candles.entries()) {
          const { events } = foldCandle(chart, plan, candle);
          const known = candles.slice(0, index + 1);
          const fresh = plainMajors(known, 3);
          majors.push(...fresh);
          expect(pivotsOf(events, 'pivot.major')).toEqual(fresh.map(pivotText));
          const minors = plainMinors(known, 2, majors.at(-1)?.index ?? null);
          expect(pivotsOf(events, 'pivot.minor')).toEqual(minors.map(pivotText));
          const pivots = effective(known, majors);
          const origin = pivots.at(-2);
          const head = headsOf(chart, plan).find(({ factor }) => factor === 'pen')?.payload;
          expect(head !== undefined).toBe(pivots.length >= 3);
          if (head !== undefined && origin !== undefined) expectRunning(known, origin, head);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('find the same levels, however far apart, with the same standing', () => {
    for (const seed of [1, 2, 3]) {
      const candles = walkMinutes(900, seed);
      const { chart, steps } = chartOf(candles, plan);
      const majors = steps.flatMap(({ events }) => events.filter(({ kind }) => kind === 'pivot.major'));
      const lastKnown = steps.findLastIndex(({ events }) => events.some(({ factor }) => factor === 'sr'));
      const known = candles.slice(0, lastKnown + 1);
      const state = chart.states['sr'] as SrState;
      for (const side of ['resistance', 'support'] as const) {
        const pivots = majors
          .filter(({ payload }) => payload['direction'] === side)
          .map(({ payload }) => payload['pivotIdx'] as number)
          .slice(-200);
        const plain = plainLevels(known, side, pivots);
        const found = state[side].levels.toReversed();
        expect(found.map(({ first, second }) => `${first.index}-${second.index}`)).toEqual(
          plain.map(({ first, second }) => `${first}-${second}`),
        );
        const standing = new Map(plain.map(({ second, status }) => [second, status]));
        const notes = state.notes.filter((note) => note.side === side);
        expect(notes.length).toBeGreaterThan(0);
        for (const { secondIndex, status } of notes) expect(status).toBe(standing.get(secondIndex));
      }
    }
  });
});

function expectRunning(known: readonly ClosedCandle[], origin: PlainPivot, head: ChartPayload): void {
  const isUp = origin.direction === 'support';
  const far = plainFarthest(known, origin.index, isUp ? 'up' : 'down');
  if (far === null) throw new Error('a confirmed pen ends before the newest candle');
  const at = known[origin.index] as ClosedCandle;
  const end = known[far] as ClosedCandle;
  const prices = isUp ? [at.low, end.high] : [at.high, end.low];
  const extending = head['extending'] as ChartPayload | undefined;
  if (prices[0] === prices[1]) {
    expect(extending).toBeUndefined();
    return;
  }
  expect(extending).toMatchObject({ startTime: at.openTime, endTime: end.openTime, endPrice: prices[1] });
  const back = plainFarthest(known, far, isUp ? 'down' : 'up');
  const candidate = head['candidate'] as ChartPayload | undefined;
  if (back !== null && candidate !== undefined) expect(candidate['endTime']).toBe(known[back]?.openTime);
  else expect(back === null || candidate === undefined).toBe(true);
}
