/**
 * The chart of one series: closed candles in, what the factors say and what is drawn out. One fold serves the stream,
 * history and any moment of the past, so the same candles give the same chart however they arrive. The state is plain
 * data and mutates in place.
 */
import { assert } from '../core/assert.ts';
import type { EpochMs } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import type { FactorEvent, FactorHead, Instruction } from '../model/chart.ts';
import { type SeriesId, seriesParts } from '../model/series.ts';
import { timeframeMs } from '../model/timeframe.ts';
import { addToWindow, type CandleWindow, createWindow } from './candle-window.ts';
import type { FactorFace, FactorOutput, RunnableFactor, Tick } from './factor.ts';
import { canvasFor, createOverlay, type Overlay, sweepOverlay } from './overlay/overlay.ts';
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
  readonly overlay: Overlay;
};

/** What one candle changed. */
export type ChartStep = {
  readonly events: readonly FactorEvent[];
  readonly drawn: readonly Instruction[];
  readonly retired: readonly string[];
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
  const step = { events: [] as FactorEvent[], drawn: [] as Instruction[], retired: [] as string[] };
  const outputs = foldFactors(chart, plan, { candle, index, candleMs, window: chart.window });
  for (const output of outputs.values()) for (const event of output.events) step.events.push(event);
  const windowStart = Math.max(0, candle.openTime - chart.overlay.windowCandles * candleMs) as EpochMs;
  const canvas = canvasFor(chart.overlay, { time: candle.openTime, version: chart.version, windowStart }, step);
  for (const factor of plan.factors) {
    const { key } = factor.catalog;
    factor.draw(canvas, outputs.get(key) as FactorOutput, chart.states[key]);
  }
  sweepOverlay(chart.overlay, index, canvas);
  return step;
}

/** Runs the factors in order; each reads what the ones it depends on have just answered, and no others. */
function foldFactors(chart: Chart, plan: ChartPlan, candle: Omit<Tick, 'read'>): ReadonlyMap<string, FactorOutput> {
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
export function headsOf(chart: Chart, plan: ChartPlan): readonly FactorHead[] {
  return plan.factors.flatMap(({ catalog, head }) => {
    const payload = head(chart.states[catalog.key]);
    return payload === null ? [] : [{ factor: catalog.key, payload }];
  });
}
