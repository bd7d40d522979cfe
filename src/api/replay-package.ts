/**
 * A replay package: a stretch of candles with what each of them changed in the structure, and what stood before the
 * first of them. Candles come in one by one, far more than the stretch, because structure has a memory.
 */
import type { EpochMs } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import type { FactorEvent, FactorHead, Instruction, RetiredInstruction } from '../model/chart.ts';
import type { SeriesId } from '../model/series.ts';

/** What one candle changed. */
export type ReplayStep = {
  readonly events: readonly FactorEvent[];
  readonly heads: readonly FactorHead[];
  readonly drawn: readonly Instruction[];
  readonly retired: readonly RetiredInstruction[];
};

/** Structure of one series from its first candle on: candles in, ascending, what each changed out. */
export type ChartFold = (candle: ClosedCandle) => ReplayStep;

/** Begins a fold; the composition root hands it in, because the edge computes no structure. */
export type StartFold = (seriesId: SeriesId) => ChartFold;

/** What holds at one candle. */
export type ReplayState = {
  readonly standing: Map<string, Instruction>;
  /** By factor. */
  readonly heads: Map<string, FactorHead>;
  /** Of the last `windowMs`, oldest first. */
  events: FactorEvent[];
  version: number;
};

/** A package. `base` is what held before the first candle of `candles`. */
export type ReplayPackage = {
  readonly base: ReplayState;
  readonly candles: readonly ClosedCandle[];
  readonly steps: readonly ReplayStep[];
};

/** Nothing yet. */
export function emptyReplayState(): ReplayState {
  return { standing: new Map(), heads: new Map(), events: [], version: 0 };
}

/** A copy that can be moved without moving `state`. */
export function copyReplayState({ standing, heads, events, version }: ReplayState): ReplayState {
  return { standing: new Map(standing), heads: new Map(heads), events: [...events], version };
}

/** Moves `state` over one candle; events older than `windowMs` are let go. */
export function applyStep(
  state: ReplayState,
  step: ReplayStep,
  at: { readonly time: EpochMs; readonly windowMs: number },
): void {
  for (const { id } of step.retired) state.standing.delete(id);
  for (const instruction of step.drawn) state.standing.set(instruction.id, instruction);
  for (const head of step.heads) state.heads.set(head.factor, head);
  const oldest = at.time - at.windowMs;
  const first = state.events[0];
  if (first !== undefined && first.visibleTime < oldest) {
    state.events = state.events.filter(({ visibleTime }) => visibleTime >= oldest);
  }
  state.events.push(...step.events);
  state.version++;
}

/** Collects a package of the candles from `from` on; what came before them is its base. */
export class PackageBuilder {
  readonly #fold: ChartFold;
  readonly #from: EpochMs;
  readonly #windowMs: number;
  readonly #base = emptyReplayState();
  readonly #candles: ClosedCandle[] = [];
  readonly #steps: ReplayStep[] = [];

  constructor(fold: ChartFold, { from, windowMs }: { readonly from: EpochMs; readonly windowMs: number }) {
    this.#fold = fold;
    this.#from = from;
    this.#windowMs = windowMs;
  }

  /** Takes the next candle. */
  add(candle: ClosedCandle): void {
    const step = this.#fold(candle);
    if (candle.openTime < this.#from) {
      applyStep(this.#base, step, { time: candle.openTime, windowMs: this.#windowMs });
      return;
    }
    this.#candles.push(candle);
    this.#steps.push(step);
  }

  /** The package of everything added. */
  build(): ReplayPackage {
    return { base: this.#base, candles: this.#candles, steps: this.#steps };
  }
}
