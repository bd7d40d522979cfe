/**
 * The chart of one series: closed candles in, what the factors say and what is drawn out. One fold serves the stream,
 * history and any moment of the past, so the same candles give the same chart however they arrive. The state is plain
 * data and mutates in place.
 */
import { assert } from '../core/assert.ts';
import type { EpochMs } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import type { ChartPayload, FactorEvent, FactorHead, Instruction, RetiredInstruction } from '../model/chart.ts';
import { type SeriesId, seriesParts } from '../model/series.ts';
import { timeframeMs } from '../model/timeframe.ts';
import { addToWindow, type CandleWindow, createWindow } from './candle-window.ts';
import type { FactorFace, FactorOutput, RunnableFactor, Tick } from './factor.ts';
import { canvasFor, createOverlay, type Overlay, sweepOverlay } from './overlay/overlay.ts';
import { samePayload } from './same-payload.ts';
import type { FactorSettings } from './settings.ts';

/** Which factors a chart runs, dependencies first, and with what. */
export type ChartPlan = { readonly factors: readonly RunnableFactor[]; readonly settings: FactorSettings };

/** Everything remembered of one series. */
export type Chart = {
  readonly seriesId: SeriesId;
  readonly fingerprint: string;
  /** Open time of the newest candle; `null` before the first. */
  headTime: EpochMs | null;
  /** Grows with every candle and never goes back, also when the chart is computed again. */
  version: number;
  readonly window: CandleWindow;
  /** State of each factor by name. */
  readonly states: Record<string, unknown>;
  /** The last head of each factor that does not say by itself when it has a new one. */
  readonly heads: Record<string, ChartPayload>;
  readonly overlay: Overlay;
};

/** What one candle changed; no id is both drawn and retired. */
export type ChartStep = {
  readonly events: readonly FactorEvent[];
  readonly heads: readonly FactorHead[];
  readonly drawn: readonly Instruction[];
  readonly retired: readonly RetiredInstruction[];
};

/** Identifies logic and parameters: charts of different fingerprints must not be continued into each other. */
export function fingerprintOf({ factors, settings }: ChartPlan): string {
  const logic = factors.map(({ catalog, logicVersion }) => `${catalog.key}@${logicVersion}`).join(',');
  const { majorWindow, minorWindow, lookbackCandles, overlayCandles, logicSalt } = settings;
  return `${logic};w=${majorWindow}/${minorWindow};l=${lookbackCandles};o=${overlayCandles};s=${logicSalt}`;
}

/** A chart without candles. */
export function createChart(seriesId: SeriesId, plan: ChartPlan): Chart {
  const { majorWindow, minorWindow, overlayCandles } = plan.settings;
  return {
    seriesId,
    fingerprint: fingerprintOf(plan),
    headTime: null,
    version: 0,
    window: createWindow(2 * Math.max(majorWindow, minorWindow) + 1),
    states: Object.fromEntries(plan.factors.map(({ catalog, start }) => [catalog.key, start(plan.settings)])),
    heads: {},
    overlay: createOverlay(overlayCandles),
  };
}

/** Folds the next closed candle of the series; it opens after the head. */
export function foldCandle(chart: Chart, plan: ChartPlan, candle: ClosedCandle): ChartStep {
  assert(chart.headTime === null || candle.openTime > chart.headTime, `candle ${candle.openTime} is not the next one`);
  const candleMs = timeframeMs(seriesParts(chart.seriesId).timeframe);
  const index = chart.window.count;
  addToWindow(chart.window, candle);
  chart.headTime = candle.openTime;
  chart.version++;
  const outputs = foldFactors(chart, plan, { candle, index, candleMs, window: chart.window });
  const events: FactorEvent[] = [];
  for (const output of outputs.values()) for (const event of output.events) events.push(event);
  return {
    events,
    heads: newHeads(chart, plan, outputs),
    ...drawCandle(chart, plan, { candle, index, candleMs, outputs }),
  };
}

type Outputs = ReadonlyMap<string, FactorOutput>;

function drawCandle(
  { overlay, version, states }: Chart,
  plan: ChartPlan,
  tick: Pick<Tick, 'candle' | 'index' | 'candleMs'> & { readonly outputs: Outputs },
): Pick<ChartStep, 'drawn' | 'retired'> {
  if (overlay.windowCandles === null) return { drawn: [], retired: [] };
  const time = tick.candle.openTime;
  const windowStart = Math.max(0, time - overlay.windowCandles * tick.candleMs) as EpochMs;
  const strokes = { drawn: [] as Instruction[], retired: [] as string[] };
  const canvas = canvasFor(overlay, { time, version, windowStart }, strokes);
  for (const factor of plan.factors) {
    const { key } = factor.catalog;
    factor.draw(canvas, tick.outputs.get(key) as FactorOutput, states[key]);
  }
  sweepOverlay(overlay, tick.index, canvas);
  // Within a candle the last word counts: what was drawn and erased again was never seen.
  const gone = new Set(strokes.retired.filter((id) => overlay.instructions[id] === undefined));
  return {
    drawn: strokes.drawn.filter((instruction) => overlay.instructions[instruction.id] === instruction),
    retired: [...gone].map((id) => ({ id, version, retiredTime: time })),
  };
}

/** Heads that the candle changed, in the order of the factors. */
function newHeads(chart: Chart, plan: ChartPlan, outputs: Outputs): readonly FactorHead[] {
  const visibleTime = chart.headTime as EpochMs;
  const heads: FactorHead[] = [];
  for (const { catalog, head, hasNewHead, headChanges } of plan.factors) {
    const { key } = catalog;
    const output = outputs.get(key) as FactorOutput;
    if (hasNewHead !== undefined && !hasNewHead(output)) continue;
    const change = headChanges?.tell(output) ?? null;
    if (change !== null) {
      heads.push({ factor: key, visibleTime, ...change });
      continue;
    }
    const payload = head(chart.states[key]);
    if (payload === null) continue;
    if (hasNewHead === undefined) {
      const known = chart.heads[key];
      if (known !== undefined && samePayload(known, payload)) continue;
      chart.heads[key] = payload;
    }
    heads.push({ factor: key, visibleTime, payload });
  }
  return heads;
}

/** Runs the factors in order; each reads what the ones it depends on have just answered, and no others. */
function foldFactors(chart: Chart, plan: ChartPlan, candle: Omit<Tick, 'read'>): Outputs {
  const outputs = new Map<string, FactorOutput>();
  for (const { catalog, dependsOn, fold } of plan.factors) {
    const read = <O extends FactorOutput>({ catalog: { key } }: FactorFace<O>): O => {
      const isDeclared = dependsOn.some((dependency) => dependency.catalog.key === key);
      assert(isDeclared, `${catalog.key} reads ${key} and does not say that it depends on it`);
      return outputs.get(key) as O;
    };
    outputs.set(catalog.key, fold(chart.states[catalog.key], { ...candle, read }));
  }
  return outputs;
}

/** What the factors hold true after the newest candle, in their order. */
export function headsOf(chart: Chart, plan: ChartPlan): readonly Omit<FactorHead, 'visibleTime'>[] {
  return plan.factors.flatMap(({ catalog, head }) => {
    const payload = head(chart.states[catalog.key]);
    return payload === null ? [] : [{ factor: catalog.key, payload }];
  });
}
