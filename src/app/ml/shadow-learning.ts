/**
 * Learning from what became of predictions: resolved ones in, and now and then a candidate for the gate out, which nothing
 * serves. Examples are kept here; training happens elsewhere, one at a time, and never again with the same examples.
 */
import type { EpochMs } from '../../core/time.ts';
import {
  createOnlineLearning,
  type Example,
  foldExample,
  type ModelDocument,
  ONLINE_DEFAULTS,
  type OnlineOutcome,
  type OnlineSettings,
  type OnlineState,
} from '../../ml/index.ts';
import { FailureError, toReason } from '../../model/failure.ts';
import type { LearningRound, ResolvedEntry } from '../../model/prediction.ts';
import { type LearningRun, type LearningWork, startLearning } from './learning-work.ts';

/** What it needs. */
export type LearningParts = {
  readonly model: string;
  readonly document: ModelDocument;
  readonly now: () => EpochMs;
  /** Writes a candidate down; answers its hash. */
  readonly saveCandidate: (document: ModelDocument) => Promise<string>;
  readonly saveRounds: (rounds: readonly LearningRound[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly settings?: OnlineSettings;
};

/** How it stands. */
export type LearningView = {
  readonly examples: number;
  readonly fullRows: number;
  readonly isLearning: boolean;
  readonly lastRound: LearningRound | null;
};

/** Examples of one label alone teach nothing: after that many more it is tried again. */
const TRY_AGAIN_ROWS = 50;

/** Learns beside one model. */
export class ShadowLearning {
  readonly #parts: LearningParts;
  readonly #settings: OnlineSettings;
  #state: OnlineState;
  /** Taken while a process learns; bounded by what is resolved meanwhile. */
  #waiting: Example[] = [];
  #through: number;
  #enough = 1;
  #run: LearningRun | null = null;
  /** Settled when nothing of the newest round is under way; never rejects. */
  #round: Promise<void> = Promise.resolve();
  #lastRound: LearningRound | null;

  constructor(parts: LearningParts, lastRound: LearningRound | null) {
    this.#parts = parts;
    this.#settings = parts.settings ?? ONLINE_DEFAULTS;
    this.#state = createOnlineLearning(parts.document);
    this.#lastRound = lastRound;
    this.#through = lastRound?.through ?? 0;
  }

  /** Takes what was resolved, in the order of places; what it learned from before is passed over. */
  take(entries: readonly ResolvedEntry[]): void {
    for (const { place, prediction, time, label } of entries) {
      if (place <= this.#through) continue;
      this.#through = place;
      this.#waiting.push({ time: prediction.time, resolvedTime: time, row: prediction.row, label });
    }
    this.#advance();
  }

  view(): LearningView {
    return {
      examples: this.#state.buffer.length + this.#waiting.length,
      fullRows: this.#settings.fullRows,
      isLearning: this.#run !== null,
      lastRound: this.#lastRound,
    };
  }

  /** Ends learning that is under way; resolves when what was being saved is saved, and nothing is afterwards. */
  close(): Promise<void> {
    const run = this.#run;
    this.#run = null;
    this.#waiting = [];
    run?.stop();
    return this.#round;
  }

  #advance(): void {
    if (this.#run !== null) return;
    // Short of a full buffer an example is only kept, which costs nothing worth a process.
    while (this.#waiting.length > 0 && this.#state.buffer.length + 1 < this.#settings.fullRows) {
      const example = this.#waiting.shift() as Example;
      const { state, outcome } = foldExample(this.#state, example, this.#settings);
      this.#state = state;
      if (outcome.kind === 'failed') this.#parts.onError(new FailureError(outcome.failure));
    }
    if (this.#waiting.length >= this.#enough) this.#learn(this.#waiting.splice(0), this.#through);
  }

  #learn(examples: readonly Example[], through: number): void {
    const run = startSafely({ state: this.#state, examples, settings: this.#settings });
    this.#run = run;
    this.#round = run.done
      .then(async ({ state, outcomes }) => {
        if (this.#run !== run) return;
        this.#state = state;
        await this.#tell(outcomes, through);
      })
      .catch((error: unknown) => {
        if (this.#run !== run) return undefined;
        this.#parts.onError(error);
        // What a process dies of another would die of again.
        this.#state = { ...this.#state, buffer: [] };
        return this.#keep({ ...this.#roundOf('failed', through), reason: toReason(error) });
      })
      .catch(this.#parts.onError)
      .finally(() => {
        if (this.#run !== run) return;
        this.#run = null;
        this.#advance();
      });
  }

  async #tell(outcomes: readonly OnlineOutcome[], through: number): Promise<void> {
    this.#enough = outcomes.at(-1)?.kind === 'waiting' || outcomes.at(-1)?.kind === 'failed' ? TRY_AGAIN_ROWS : 1;
    for (const outcome of outcomes) {
      if (outcome.kind === 'failed') {
        const { code, message } = outcome.failure;
        await this.#keep({ ...this.#roundOf('failed', through), reason: `${code}: ${message}` });
      } else if (outcome.kind === 'replaced' || outcome.kind === 'discarded') {
        const { incumbentAuc, candidateAuc } = outcome;
        const isBetter = outcome.kind === 'replaced';
        const candidate = isBetter ? await this.#parts.saveCandidate(this.#state.model) : null;
        await this.#keep({ ...this.#roundOf(outcome.kind, through), incumbentAuc, candidateAuc, candidate });
      }
    }
  }

  #roundOf(result: LearningRound['result'], through: number): LearningRound {
    const { model, now } = this.#parts;
    const nothing = { incumbentAuc: null, candidateAuc: null, candidate: null, reason: null };
    return { model, time: now(), through, result, ...nothing };
  }

  async #keep(round: LearningRound): Promise<void> {
    this.#lastRound = round;
    await this.#parts.saveRounds([round]);
  }
}

/** A start that fails is a run that does. */
function startSafely(work: LearningWork): LearningRun {
  try {
    return startLearning(work);
  } catch (error) {
    return { done: Promise.reject(error), stop: () => {} };
  }
}
