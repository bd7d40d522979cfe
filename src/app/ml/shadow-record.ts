/**
 * What is written down of a model under watch, and what that amounts to: predictions and outcomes go into the log first and
 * count afterwards, so that memory never knows more than the disk. Outcomes that the disk did not take wait for the next try.
 */
import { setImmediate } from 'node:timers/promises';
import {
  createMonitor,
  foldResolved,
  MONITOR_DEFAULTS,
  type MonitorEvent,
  type MonitorSettings,
  type MonitorState,
} from '../../ml/index.ts';
import type { LearningRound, LoggedPrediction, Prediction, ResolvedEntry } from '../../model/prediction.ts';
import type { PredictionLog } from '../../ports/prediction-log.ts';
import type { SettledPrediction } from './shadow-coin.ts';

/** How many there were, as far as the log keeps them. */
export type ShadowCounts = { readonly predictions: number; readonly resolved: number; readonly unresolvable: number };

/** A prediction before it has a number. */
export type PredictionDraft = Omit<Prediction, 'number' | 'model'>;

/** What a save led to: predictions with their numbers, outcomes with labels, and what the monitor said of these. */
export type Recorded = {
  readonly predictions: readonly Prediction[];
  readonly labelled: readonly ResolvedEntry[];
  readonly events: readonly MonitorEvent[];
};

/** Newest predictions that people are shown. */
const SHOWN_MAX = 50;
/** Outcomes that wait for the disk. Policy beyond it: the oldest are given up; the next start finds them open and settles them. */
const WAITING_MAX = 10_000;

/** The record of one model. */
export class ShadowRecord {
  readonly model: string;
  readonly #log: PredictionLog;
  readonly #settings: MonitorSettings;
  #counts: ShadowCounts;
  #monitor: MonitorState;
  #newestNumber: number;
  #shown: readonly LoggedPrediction[];
  #waiting: readonly SettledPrediction[] = [];

  private constructor(
    log: PredictionLog,
    known: {
      readonly model: string;
      readonly counts: ShadowCounts;
      readonly newestNumber: number;
      readonly monitor: MonitorState;
      readonly shown: readonly LoggedPrediction[];
      readonly settings: MonitorSettings;
    },
  ) {
    this.#log = log;
    this.model = known.model;
    this.#settings = known.settings;
    this.#counts = known.counts;
    this.#monitor = known.monitor;
    this.#newestNumber = known.newestNumber;
    this.#shown = known.shown;
  }

  /** The record as the log has it; rejects as the log does. `baselineAuc` is what the model's contract promises. */
  static async open(
    log: PredictionLog,
    { model, baselineAuc }: { readonly model: string; readonly baselineAuc: number },
    settings: MonitorSettings = MONITOR_DEFAULTS,
  ): Promise<ShadowRecord> {
    const { predictions, resolved, unresolvable, newestNumber } = await log.summarize(model);
    const known = await log.loadResolved({ model, after: 0, limit: 2 * settings.windowRows });
    // What rang before rings again in silence: the state is what counts.
    const { state: monitor } = await foldInSlices(createMonitor(baselineAuc), known, settings);
    const counts = { predictions, resolved, unresolvable };
    const shown = await log.loadNewest(SHOWN_MAX);
    return new ShadowRecord(log, { model, counts, newestNumber, monitor, shown, settings });
  }

  /** How many there were. */
  counts(): ShadowCounts {
    return this.#counts;
  }

  /** The monitor as it stands, and the settings it goes by. */
  monitor(): { readonly state: MonitorState; readonly settings: MonitorSettings } {
    return { state: this.#monitor, settings: this.#settings };
  }

  /** The newest predictions, the newest first. */
  shown(): readonly LoggedPrediction[] {
    return this.#shown;
  }

  /** Writes down what was predicted and settled; where that rejects, nothing of it counts and the outcomes wait. */
  async save(drafts: readonly PredictionDraft[], settled: readonly SettledPrediction[]): Promise<Recorded> {
    const all = [...this.#waiting, ...settled].slice(-WAITING_MAX);
    this.#waiting = all;
    const predictions = drafts.map((draft, at) => ({
      ...draft,
      model: this.model,
      number: this.#newestNumber + 1 + at,
    }));
    if (predictions.length === 0 && all.length === 0) return { predictions, labelled: [], events: [] };
    const resolutions = all.map(({ resolution }) => resolution);
    const place = await this.#log.save({ predictions, resolutions, rounds: [] });
    this.#waiting = [];
    this.#newestNumber += predictions.length;
    const labelled = all.flatMap((each, at) => toEntry(each, place - all.length + 1 + at, this.model));
    this.#count(predictions, all);
    const { state, events } = await foldInSlices(this.#monitor, labelled, this.#settings);
    this.#monitor = state;
    return { predictions, labelled, events };
  }

  /** Writes down what was learned. */
  async saveRounds(rounds: readonly LearningRound[]): Promise<void> {
    await this.#log.save({ predictions: [], resolutions: [], rounds });
  }

  #count(predictions: readonly Prediction[], settled: readonly SettledPrediction[]): void {
    const own = settled.filter(({ prediction }) => prediction.model === this.model);
    const resolved = own.filter(({ resolution }) => resolution.outcome.kind === 'resolved').length;
    const before = this.#counts;
    this.#counts = {
      predictions: before.predictions + predictions.length,
      resolved: before.resolved + resolved,
      unresolvable: before.unresolvable + own.length - resolved,
    };
    const outcomes = new Map(settled.map(({ resolution }) => [resolution.number, resolution]));
    const fresh = predictions.toReversed().map((prediction) => ({ prediction, resolution: null }));
    this.#shown = [...fresh, ...this.#shown]
      .slice(0, SHOWN_MAX)
      .map((each) => ({ ...each, resolution: outcomes.get(each.prediction.number) ?? each.resolution }));
  }
}

/** Figures of a thousand predictions are made anew with each: after so many others have a turn. */
const SLICE = 8;

async function foldInSlices(
  before: MonitorState,
  entries: readonly ResolvedEntry[],
  settings: MonitorSettings,
): Promise<{ readonly state: MonitorState; readonly events: readonly MonitorEvent[] }> {
  let state = before;
  const events: MonitorEvent[] = [];
  for (const [at, { prediction, label }] of entries.entries()) {
    if (at % SLICE === SLICE - 1) await setImmediate();
    const folded = foldResolved(state, { probability: prediction.probability, label }, settings);
    state = folded.state;
    if (folded.event !== null) events.push(folded.event);
  }
  return { state, events };
}

function toEntry(
  { prediction, resolution }: SettledPrediction,
  place: number,
  model: string,
): readonly ResolvedEntry[] {
  const { outcome, time } = resolution;
  if (prediction.model !== model || outcome.kind !== 'resolved') return [];
  return [{ place, prediction, time, label: outcome.label }];
}
