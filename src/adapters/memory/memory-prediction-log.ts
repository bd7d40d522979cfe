/**
 * A log of predictions in memory, for runs that leave nothing behind.
 */
import { type Failure, FailureError, failure } from '../../model/failure.ts';
import type { LearningRound, Prediction, PredictionBatch, Resolution } from '../../model/prediction.ts';
import type { PredictionLog } from '../../ports/prediction-log.ts';

/** How much is kept; policy beyond it: the oldest is forgotten with the next save. */
const KEPT_MAX = 50_000;
const ROUNDS_MAX = 1_000;

/** A log that holds nothing; what it holds is lost with the process. */
export function createMemoryPredictionLog(keptMax = KEPT_MAX): PredictionLog {
  const memory: Memory = { predictions: new Map(), resolutions: new Map(), rounds: [], place: 0, moments: new Set() };
  let isClosed = false;
  const guard = async <T>(action: () => T): Promise<T> => {
    if (isClosed) throw new FailureError(refusal('store_unavailable', 'it is closed'));
    return structuredClone(action());
  };
  return {
    save: (batch) => guard(() => save(memory, structuredClone(batch), keptMax)),
    loadOpen: () =>
      guard(() => [...memory.predictions.values()].filter(({ number }) => !memory.resolutions.has(number))),
    loadResolved: ({ model, after, limit }) =>
      guard(() =>
        [...memory.resolutions.values()]
          .flatMap(({ place, number, time, outcome }) => {
            const prediction = memory.predictions.get(number);
            if (prediction?.model !== model || outcome.kind !== 'resolved' || place <= after) return [];
            return [{ place, prediction, time, label: outcome.label }];
          })
          .slice(-limit),
      ),
    loadNewest: (limit) =>
      guard(() =>
        [...memory.predictions.values()]
          .slice(-limit)
          .reverse()
          .map((prediction) => ({ prediction, resolution: resolutionOf(memory, prediction.number) })),
      ),
    summarize: (model) => guard(() => summarize(memory, model)),
    close: async () => {
      isClosed = true;
    },
  };
}

type Placed = Resolution & { readonly place: number };

type Memory = {
  readonly predictions: Map<number, Prediction>;
  /** In the order of their places. */
  readonly resolutions: Map<number, Placed>;
  readonly rounds: LearningRound[];
  readonly moments: Set<string>;
  place: number;
};

function refusal(code: 'store_unavailable' | 'store_corrupt', reason: string): Failure {
  return failure(code, { path: 'memory', reason });
}

function momentOf({ model, instrumentId, time }: Prediction): string {
  return `${model} ${instrumentId} ${time}`;
}

function save(memory: Memory, batch: PredictionBatch, keptMax: number): number {
  const { predictions, resolutions, rounds, moments } = memory;
  const numbers = batch.predictions.map(({ number }) => number);
  const isKnown =
    batch.predictions.some((each) => predictions.has(each.number) || moments.has(momentOf(each))) ||
    batch.resolutions.some(({ number }) => resolutions.has(number));
  if (isKnown) throw new FailureError(refusal('store_corrupt', 'it is there already'));
  for (const each of batch.predictions) {
    predictions.set(each.number, each);
    moments.add(momentOf(each));
  }
  for (const each of batch.resolutions) resolutions.set(each.number, { ...each, place: ++memory.place });
  rounds.push(...batch.rounds);
  rounds.splice(0, rounds.length - ROUNDS_MAX);
  const oldest = Math.max(0, ...numbers, ...lastOf(predictions)) - keptMax;
  for (const [number, each] of predictions) {
    if (number > oldest) break;
    predictions.delete(number);
    resolutions.delete(number);
    moments.delete(momentOf(each));
  }
  return memory.place;
}

function lastOf(predictions: ReadonlyMap<number, Prediction>): readonly number[] {
  return [...predictions.keys()].slice(-1);
}

function resolutionOf({ resolutions }: Memory, number: number): Resolution | null {
  const placed = resolutions.get(number);
  return placed === undefined ? null : { number, time: placed.time, outcome: placed.outcome };
}

function summarize({ predictions, resolutions, rounds }: Memory, model: string) {
  const numbers = [...predictions.values()].filter((each) => each.model === model).map(({ number }) => number);
  const kinds = numbers.flatMap((number) => resolutions.get(number)?.outcome.kind ?? []);
  return {
    predictions: numbers.length,
    resolved: kinds.filter((kind) => kind === 'resolved').length,
    unresolvable: kinds.filter((kind) => kind === 'unresolvable').length,
    newestNumber: Math.max(0, ...lastOf(predictions)),
    lastRound: rounds.findLast((round) => round.model === model) ?? null,
  };
}
