/**
 * What a factor is: a fold over closed candles that may look at the factors it names, and at nothing else. Its state
 * is plain data that it may change in place; what it answers is never changed afterwards.
 */
import type { EpochMs } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import type { CatalogFactor, ChartPayload, FactorEvent, FactorHead, Instruction } from '../model/chart.ts';
import type { CandleWindow } from './candle-window.ts';
import type { FactorSettings } from './settings.ts';

/** What every factor answers for a candle. */
export type FactorOutput = { readonly events: readonly FactorEvent[] };

/** One closed candle on its way through the factors. */
export type Tick = {
  readonly candle: ClosedCandle;
  /** Place of the candle in the series' stored history, from 0. */
  readonly index: number;
  /** Length of a candle. */
  readonly candleMs: number;
  /** The newest candles, this one included. */
  readonly window: CandleWindow;
  /** What a factor that this one depends on answered for this candle. */
  readonly read: <O extends FactorOutput>(factor: FactorFace<O>) => O;
};

/** A factor as the ones that depend on it know it. */
export type FactorFace<Output extends FactorOutput> = {
  readonly catalog: CatalogFactor;
  readonly fold: (state: never, tick: Tick) => Output;
};

/** An instruction as a factor gives it; the chart numbers it. */
export type Drawing = Omit<Instruction, 'version' | 'visibleTime'>;

/** Where a factor draws. What it drew stays until it draws it anew, erases it, or it has left the window. */
export type Canvas = {
  readonly draw: (drawing: Drawing) => void;
  readonly erase: (id: string) => void;
  /** The earliest time that is still shown. */
  readonly windowStart: EpochMs;
};

/** What a slice is made of: events known by its candle, oldest first, and the head of the factor at that candle. */
export type SliceParts = {
  readonly events: readonly FactorEvent[];
  readonly head: ChartPayload | null;
  /** Open time of the candle. */
  readonly time: EpochMs;
};

/** A factor. `State` is its memory, `Output` what it tells the factors that depend on it. */
export type Factor<State, Output extends FactorOutput> = {
  readonly catalog: CatalogFactor;
  /** Factors whose output it reads; they see every candle before it does. */
  readonly dependsOn: readonly AnyFactor[];
  /** Grows whenever the same candles would give another outcome. */
  readonly logicVersion: number;
  readonly start: (settings: FactorSettings) => State;
  readonly fold: (state: State, tick: Tick) => Output;
  /** What holds true after the newest candle; `null` before there is anything to say. */
  readonly head: (state: State) => ChartPayload | null;
  /** Where making a head is costly: whether the candle gave a new one. Without it every candle's head is compared. */
  readonly hasNewHead?: (output: Output) => boolean;
  /**
   * Where heads are long: what to tell of the newest candle's head instead of the whole of it, `null` for the whole;
   * and the head of a whole one and what was told after it, oldest first.
   */
  readonly headChanges?: {
    readonly tell: (output: Output) => Pick<FactorHead, 'payload' | 'wholeTime'> | null;
    readonly apply: (whole: ChartPayload, changes: readonly ChartPayload[]) => ChartPayload;
  };
  /** History and head for readers; `null` while the factor has nothing to show. */
  readonly slice: (parts: SliceParts) => { readonly history: ChartPayload; readonly head: ChartPayload } | null;
  /** Draws what the candle changed. */
  readonly draw: (canvas: Canvas, output: Output, state: State) => void;
};

/** A factor by its name and what it depends on. */
export type AnyFactor = { readonly catalog: CatalogFactor; readonly dependsOn: readonly AnyFactor[] };

/** A factor as the chart runs it: the chart hands each one its own state and output back. */
export type RunnableFactor = Factor<unknown, FactorOutput>;

/** `factor` for the registry, its types forgotten. */
export function runnable<State, Output extends FactorOutput>(factor: Factor<State, Output>): RunnableFactor {
  return factor as unknown as RunnableFactor;
}
