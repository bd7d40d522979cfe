/**
 * The governor against a model of the venue: its own clock, its own count, delays both ways, lost answers.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addMs, epochMs } from '../../core/time.ts';
import { bucketOpen, MINUTE_MS } from '../../model/timeframe.ts';
import { createManualClock } from '../clock/manual-clock.ts';
import { REQUEST_CLASSES, type RequestPurpose } from './request-classes.ts';
import { type Admission, RequestGovernor } from './request-governor.ts';
import { RequestMemory } from './request-memory.ts';

const T = 1_767_225_600_000;
const TIMEOUT_MS = 10_000;
const PURPOSES = REQUEST_CLASSES.map(({ purpose }) => purpose);

type Ask = {
  readonly afterMs: number;
  readonly purpose: RequestPurpose;
  readonly weight: number;
  readonly wayMs: number;
  readonly backMs: number;
  readonly answer: 'told' | 'lost';
};

const asks = fc.array(
  fc.record<Ask>({
    afterMs: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 20_000 })),
    purpose: fc.constantFrom(...PURPOSES),
    weight: fc.integer({ min: 1, max: 20 }),
    wayMs: fc.integer({ min: 0, max: 2_000 }),
    backMs: fc.integer({ min: 0, max: 2_000 }),
    answer: fc.constantFrom('told', 'told', 'told', 'lost'),
  }),
  { minLength: 1, maxLength: 120, size: 'max' },
);

const scenes = fc.record({
  asks,
  limit: fc.integer({ min: 100, max: 300 }),
  startMs: fc.integer({ min: 0, max: 59_999 }),
  /** How far the venue's clock is from ours. */
  aheadMs: fc.oneof(fc.constant(0), fc.integer({ min: -20_000, max: 20_000 })),
});

/** What became of the ask of that index. */
type Outcome = {
  readonly index: number;
  readonly kind: 'sent' | 'refused';
  readonly asked: number;
  readonly ended: number;
  readonly rank: number;
};

/** The venue's count, by its own minutes. */
function createVenue(clock: { readonly now: () => number }, aheadMs: number) {
  const counts = new Map<number, number>();
  return {
    counts,
    take: (weight: number) => {
      const time = epochMs(clock.now() + aheadMs);
      const minute = bucketOpen(time, MINUTE_MS);
      const usedWeight = (counts.get(minute) ?? 0) + weight;
      counts.set(minute, usedWeight);
      return { status: 200, usedWeight, retryAfterMs: null, stamp: epochMs(time - (time % 1000)) };
    },
  };
}

/** Runs one scene to its end; answers what happened to each ask, by its index. */
async function run(scene: typeof scenes extends fc.Arbitrary<infer S> ? S : never) {
  const clock = createManualClock(epochMs(T + scene.startMs));
  const memory = new RequestMemory({ scope: 'test/spot', onFault: () => {} });
  const governor = new RequestGovernor({ clock, weightPerMinute: scene.limit, memory });
  const venue = createVenue(clock, scene.aheadMs);
  const outcomes: Outcome[] = [];

  const travel = (admission: Admission, ask: Ask): void => {
    clock.schedule(addMs(clock.now(), ask.wayMs), () => {
      const told = venue.take(ask.weight);
      const nothing = { status: null, usedWeight: null, retryAfterMs: null, stamp: null };
      const facts = ask.answer === 'told' ? told : nothing;
      const backMs = ask.answer === 'told' ? ask.backMs : TIMEOUT_MS - ask.wayMs;
      clock.schedule(addMs(clock.now(), backMs), () => governor.settle(admission, facts));
    });
  };
  const start = async (ask: Ask, index: number): Promise<void> => {
    const asked = clock.now();
    const result = await governor.admit(ask);
    const kind = result.ok ? 'sent' : 'refused';
    outcomes.push({ index, kind, asked, ended: clock.now(), rank: PURPOSES.indexOf(ask.purpose) });
    if (result.ok) travel(result.value, ask);
  };

  // One answer teaches the governor the venue's clock.
  const first = await governor.admit({ purpose: 'reconcile', weight: 1 });
  if (first.ok) governor.settle(first.value, venue.take(1));
  let at = clock.now();
  for (const [index, ask] of scene.asks.entries()) {
    at = addMs(at, ask.afterMs);
    clock.schedule(at, () => void start(ask, index));
  }
  await clock.advanceTo(addMs(at, 20 * MINUTE_MS));
  const stats = governor.stats();
  await governor.close();
  clock.close();
  return { venue, outcomes, stats };
}

/** Pairs in which the second was sent while the first, of a higher class, stood in line before it and after. */
function findOvertaken(outcomes: readonly Outcome[]): readonly (readonly [Outcome, Outcome])[] {
  return outcomes.flatMap((sent) =>
    outcomes
      .filter(({ rank, asked, ended }) => rank < sent.rank && asked < sent.ended && ended > sent.ended)
      .filter(() => sent.kind === 'sent')
      .map((higher) => [higher, sent] as const),
  );
}

describe('whatever is asked, and however slow the answers', () => {
  it('no minute of the venue exceeds its limit, none is lost, and nobody is overtaken', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, async (scene) => {
        const { venue, outcomes, stats } = await run(scene);
        expect(Math.max(...venue.counts.values())).toBeLessThanOrEqual(scene.limit);
        expect(outcomes.map(({ index }) => index).sort((a, b) => a - b)).toEqual(scene.asks.map((_, index) => index));
        expect(findOvertaken(outcomes)).toEqual([]);
        for (const purpose of PURPOSES) {
          const sent = outcomes.filter(({ index, kind }) => kind === 'sent' && scene.asks[index]?.purpose === purpose);
          expect(sent.map(({ index }) => index)).toEqual(sent.map(({ index }) => index).sort((a, b) => a - b));
        }
        expect(stats).toMatchObject({ used: 0, underWay: 0, blockedUntil: null });
      }),
      { numRuns: 300 },
    );
  });
});
