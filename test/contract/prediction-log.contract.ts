/**
 * What every PredictionLog does, as one suite: a harness that makes logs enters, tests leave.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EpochMs, epochMs } from '../../src/core/time.ts';
import type { InstrumentId } from '../../src/model/instrument.ts';
import type { LearningRound, Prediction, PredictionBatch, Resolution } from '../../src/model/prediction.ts';
import type { PredictionLog } from '../../src/ports/prediction-log.ts';

/** How the suite gets at an adapter: `reopen` gives the same storage after the process ended. */
export type PredictionLogHarness = {
  readonly name: string;
  readonly create: (predictionsMax: number) => {
    readonly log: PredictionLog;
    readonly reopen: () => PredictionLog;
    readonly destroy: () => void;
  };
};

const START = 1_781_514_000_000;
const MODEL = 'a'.repeat(64);
const KEPT = 40;

const at = (quarter: number): EpochMs => epochMs(START + quarter * 900_000);

/** A prediction of HOT at its number of quarters of an hour, unless told otherwise. */
export function predictionOf(number: number, other: Partial<Prediction> = {}): Prediction {
  return {
    number,
    model: MODEL,
    instrumentId: 'binance:spot:HOT/USDT' as InstrumentId,
    time: at(number),
    price: 1.25,
    probability: 0.25,
    reasons: [{ name: 'vol_surge_3_20', value: 4.2, contribution: 0.83 }],
    row: [1.5, null, -0],
    ...other,
  };
}

/** Its outcome, five quarters of an hour later. */
export function resolutionOf(number: number, label: 0 | 1 = 1): Resolution {
  return { number, time: at(number + 5), outcome: { kind: 'resolved', label, ending: 'profit', net: 0.028 } };
}

function lost(number: number): Resolution {
  return { number, time: at(number + 1), outcome: { kind: 'unresolvable', reason: 'a candle is missing' } };
}

function round(through: number): LearningRound {
  const result = { result: 'discarded', incumbentAuc: 0.6, candidateAuc: 0.58, candidate: null, reason: null } as const;
  return { model: MODEL, time: at(50), through, ...result };
}

const batch = (part: Partial<PredictionBatch>): PredictionBatch => ({
  predictions: [],
  resolutions: [],
  rounds: [],
  ...part,
});

const anyNumber = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(-0));
const PLAIN = { noNullPrototype: true } as const;
const anyReason = fc.record({ name: fc.string(), value: fc.option(fc.integer()), contribution: fc.integer() }, PLAIN);
const anyPrediction = fc.record({
  probability: fc.double({ min: 0, max: 1, noNaN: true }),
  reasons: fc.array(anyReason),
  row: fc.array(fc.option(anyNumber), { maxLength: 60 }),
});

/** Runs the suite over one adapter. */
export function describePredictionLog({ name, create }: PredictionLogHarness): void {
  describe(`PredictionLog: ${name}`, () => {
    let made: ReturnType<PredictionLogHarness['create']>;
    let log: PredictionLog;

    beforeEach(() => {
      made = create(KEPT);
      log = made.log;
    });

    afterEach(async () => {
      await log.close();
      made.destroy();
    });

    it('is empty at first', async () => {
      expect(await log.loadOpen()).toEqual([]);
      expect(await log.loadNewest(10)).toEqual([]);
      const nothing = { predictions: 0, resolved: 0, unresolvable: 0, newestNumber: 0, lastRound: null };
      expect(await log.summarize(MODEL)).toEqual(nothing);
    });

    it('gives back any prediction as it was saved, bit by bit, also after the process ended', async () => {
      let number = 0;
      await fc.assert(
        fc.asyncProperty(anyPrediction, async (part) => {
          const saved = predictionOf(++number, part);
          await log.save(batch({ predictions: [saved] }));
          expect((await made.reopen().loadNewest(1))[0]).toStrictEqual({ prediction: saved, resolution: null });
        }),
        { numRuns: 30 },
      );
    });

    it('knows what is open, what is resolved in the order of its outcomes, and what never will be', async () => {
      await log.save(batch({ predictions: [1, 2, 3, 4, 5].map((number) => predictionOf(number)) }));
      await log.save(batch({ resolutions: [resolutionOf(4, 0), lost(2)] }));
      const place = await log.save(batch({ resolutions: [resolutionOf(1)] }));
      const after = made.reopen();
      expect(await after.save(batch({}))).toBe(place);
      expect((await after.loadOpen()).map(({ number }) => number)).toEqual([3, 5]);
      const query = { model: MODEL, after: 0, limit: 10 };
      const resolved = await after.loadResolved(query);
      expect(resolved.map(({ prediction, label, time }) => [prediction, label, time])).toEqual([
        [predictionOf(4), 0, at(9)],
        [predictionOf(1), 1, at(6)],
      ]);
      const [first] = resolved;
      expect(await after.loadResolved({ ...query, after: first?.place ?? 0 })).toEqual(resolved.slice(1));
      expect(await after.loadResolved({ ...query, after: place })).toEqual([]);
      expect(await after.loadResolved({ ...query, limit: 1 })).toEqual(resolved.slice(1));
      expect(await after.loadResolved({ ...query, model: 'another' })).toEqual([]);
      expect((await after.loadNewest(4)).map(({ resolution }) => resolution)).toEqual([
        null,
        resolutionOf(4, 0),
        null,
        lost(2),
      ]);
      const counts = { predictions: 5, resolved: 2, unresolvable: 1, newestNumber: 5, lastRound: null };
      expect(await after.summarize(MODEL)).toEqual(counts);
    });

    it('keeps the newest round of a model', async () => {
      await log.save(batch({ rounds: [round(3), round(9)] }));
      await log.save(batch({ rounds: [{ ...round(20), model: 'another' }] }));
      expect((await made.reopen().summarize(MODEL)).lastRound).toEqual(round(9));
    });

    it('stores a batch as a whole or not at all, and nothing twice', async () => {
      await log.save(batch({ predictions: [predictionOf(1)], resolutions: [resolutionOf(1)] }));
      const taken = [
        batch({ predictions: [predictionOf(2), predictionOf(1)] }),
        batch({ predictions: [predictionOf(3, { time: at(1) })] }),
        batch({ predictions: [predictionOf(4)], resolutions: [resolutionOf(1, 0)] }),
      ];
      for (const each of taken) {
        await expect(log.save(each)).rejects.toMatchObject({ failure: { code: 'store_corrupt' } });
      }
      expect(await log.loadNewest(10)).toEqual([{ prediction: predictionOf(1), resolution: resolutionOf(1) }]);
      const other = predictionOf(2, { time: at(1), model: 'another' });
      await log.save(batch({ predictions: [other] }));
      expect((await log.loadOpen()).map(({ number }) => number)).toEqual([2]);
    });

    it('forgets the oldest beyond its bound, with their outcomes', async () => {
      for (let number = 1; number <= KEPT + 10; number++) {
        await log.save(batch({ predictions: [predictionOf(number)], resolutions: [resolutionOf(number)] }));
      }
      const kept = await log.loadResolved({ model: MODEL, after: 0, limit: 1_000 });
      expect(kept.map(({ prediction }) => prediction.number)).toEqual(Array.from({ length: KEPT }, (_, at) => at + 11));
      expect(await log.summarize(MODEL)).toMatchObject({ predictions: KEPT, resolved: KEPT, newestNumber: KEPT + 10 });
    });

    it('rejects after it was closed, and closes twice', async () => {
      await log.close();
      await log.close();
      const closed = { failure: { code: 'store_unavailable' } };
      await expect(log.save(batch({}))).rejects.toMatchObject(closed);
      await expect(log.loadOpen()).rejects.toMatchObject(closed);
      await expect(log.summarize(MODEL)).rejects.toMatchObject(closed);
    });
  });
}
