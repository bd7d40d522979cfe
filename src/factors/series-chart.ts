/**
 * The charts of one series: the one that readers see, which every new candle moves, and beside it, while one is needed,
 * the one that is computed again from the stored candles and then takes its place. Plain data; it mutates.
 */
import type { EpochMs } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import type {
  ChartChange,
  ChartOrigin,
  ChartSettings,
  FactorEvent,
  FactorHead,
  Instruction,
  RetiredInstruction,
} from '../model/chart.ts';
import type { CheckpointRead } from '../model/events.ts';
import { type SeriesId, seriesParts } from '../model/series.ts';
import { timeframeMs } from '../model/timeframe.ts';
import { type Chart, type ChartPlan, createChart, fingerprintOf, foldCandle } from './chart.ts';
import { FACTORS } from './registry.ts';

/** A chart and which one of the series it is. */
export type Track = {
  readonly generation: number;
  chart: Chart;
  /** The earliest candle that made it necessary, where that is known: what is before it may be gone on from. */
  changedFrom: EpochMs | null;
  /** Where it goes on from, until the store was told. */
  origin: ChartOrigin | null;
  /** Candles folded when the last checkpoint was taken. */
  checkpointCount: number;
};

/** The charts of one series. */
export type SeriesChart = {
  readonly seriesId: SeriesId;
  readonly settings: ChartSettings;
  /** Candles between two checkpoints at least. */
  readonly checkpointEvery: number;
  use: 'followed' | 'posted';
  /** Whether it was opened in this run: only then is it known that no candle came without it. */
  isOpen: boolean;
  /** What readers see; `null` while the stored one can not go on. */
  current: Track | null;
  /** What is being computed again. */
  building: Track | null;
  /** Open time of the newest candle that was ever saved. */
  newest: EpochMs | null;
  /** Saves of older candles of which it is not known yet whether they changed anything. */
  reviews: number;
  /** The highest generation and version given so far. */
  newestGeneration: number;
  newestVersion: number;
};

/**
 * Versions by which a chart that is computed again starts above the one it replaces: more than that one can grow
 * meanwhile, so that versions never go back for a reader.
 */
const VERSION_STRIDE = 1_000_000;

/** The product's factors with these settings. */
export function planOf(settings: ChartSettings): ChartPlan {
  return { factors: FACTORS, settings };
}

/** A chart without candles, above everything of the series so far. */
export function startTrack(series: SeriesChart): Track {
  const chart = createChart(series.seriesId, planOf(series.settings));
  series.newestGeneration++;
  if (series.newestVersion > 0) chart.version = series.newestVersion + VERSION_STRIDE;
  series.newestVersion = chart.version;
  return { generation: series.newestGeneration, chart, changedFrom: null, origin: null, checkpointCount: 0 };
}

/** Lets a track without candles go on from a checkpoint, as if it had folded the candles up to there itself. */
export function goOnFrom(track: Track, { generation, headTime, version, state }: CheckpointRead): void {
  const chart = structuredClone(state) as Chart;
  const start = track.chart.version;
  const { instructions } = chart.overlay;
  const now = start + chart.window.count;
  const shift = now - chart.version;
  for (const [id, known] of Object.entries(instructions)) {
    instructions[id] = { ...known, version: known.version + shift };
  }
  chart.version = now;
  track.chart = chart;
  track.checkpointCount = chart.window.count;
  track.origin = { generation, upTo: headTime, version, shift: now - version };
}

/** Whether the fingerprint is that of the series' settings in this program. */
export function isOfPlan(series: SeriesChart, fingerprint: string): boolean {
  return fingerprint === fingerprintOf(planOf(series.settings));
}

/** Whether this program made the checkpoint with the settings of the series. */
export function isOurs(series: SeriesChart, { state }: CheckpointRead): boolean {
  return isOfPlan(series, (state as Partial<Chart>).fingerprint ?? '');
}

/** A copy of the chart when one is due: the further the newest candle is away, the more rarely. */
export function takeCheckpoint(series: SeriesChart, track: Track): Chart | null {
  const { chart } = track;
  const candleMs = timeframeMs(seriesParts(series.seriesId).timeframe);
  const behind = ((series.newest ?? 0) - (chart.headTime ?? 0)) / candleMs;
  const due = Math.max(series.checkpointEvery, behind / 2);
  if (chart.window.count - track.checkpointCount < due) return null;
  track.checkpointCount = chart.window.count;
  return structuredClone(chart);
}

/** Whether this program goes on with `track` as if it had computed it. */
export function canGoOn(series: SeriesChart, track: Track): boolean {
  return isOfPlan(series, track.chart.fingerprint);
}

/** Folds candles that follow on the head of `track`, ascending, and tells what changed. */
export function foldInto(
  series: SeriesChart,
  track: Track,
  { candles, ...as }: Pick<ChartChange, 'standing' | 'coverage'> & { readonly candles: readonly ClosedCandle[] },
): ChartChange {
  const plan = planOf(series.settings);
  const events: FactorEvent[] = [];
  const heads: FactorHead[] = [];
  // A snapshot of an earlier program has none.
  const origin = track.origin ?? null;
  const drawn: Instruction[] = origin === null ? [] : standingOf(track.chart);
  const retired: RetiredInstruction[] = [];
  track.origin = null;
  for (const candle of candles) {
    const step = foldCandle(track.chart, plan, candle);
    for (const event of step.events) events.push(event);
    for (const head of step.heads) heads.push(head);
    for (const instruction of step.drawn) drawn.push(instruction);
    for (const gone of step.retired) retired.push(gone);
  }
  const { chart, generation } = track;
  const { seriesId, fingerprint, version } = chart;
  series.newestVersion = Math.max(series.newestVersion, version);
  const headTime = chart.headTime ?? (0 as EpochMs);
  const change = { seriesId, generation, ...as, headTime, version, fingerprint, events, heads, drawn, retired };
  return origin === null ? change : { ...change, origin };
}

function standingOf({ overlay }: Chart): Instruction[] {
  return Object.values(overlay.instructions).sort((a, b) => a.version - b.version);
}
