/**
 * Charts over a hundred thousand candles: whether the second half costs what the first did, whether drawings and state
 * stay within their window, and what charts cost with their storing, beside the candles alone in the same file.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteDatabase } from '../src/adapters/sqlite/sqlite-database.ts';
import { createSqliteStorage } from '../src/adapters/sqlite/sqlite-storage.ts';
import { addMs, durationMs } from '../src/core/time.ts';
import { type Chart, type ChartPlan, createChart, foldCandle } from '../src/factors/index.ts';
import { encode } from '../src/journal/index.ts';
import type { ClosedCandle } from '../src/model/candle.ts';
import type { ChartChange } from '../src/model/chart.ts';
import { type Figure, figureOf, type Pair } from './bench-result.ts';
import { alternate } from './rounds.ts';

/** What is measured over. */
export type GrowthWork = {
  readonly dir: string;
  readonly plan: ChartPlan;
  readonly candles: readonly ClosedCandle[];
  readonly rounds: { readonly warmUps: number; readonly measured: number };
};

const MINUTE_MS = 60_000;
/** Candles of one commit, as where a chart is computed in pieces. */
const PIECE = 250;

/** `count` candles: those there are, over and over, each a minute after the one before. */
export function repeatMinutes(candles: readonly ClosedCandle[], count: number): readonly ClosedCandle[] {
  const first = candles[0];
  if (first === undefined) throw new Error('no candles');
  return Array.from({ length: count }, (_, index) => {
    const candle = candles[index % candles.length] as ClosedCandle;
    return { ...candle, openTime: addMs(first.openTime, durationMs(index * MINUTE_MS)) };
  });
}

/** Figures of growth. */
export async function measureGrowth(work: GrowthWork): Promise<readonly Figure[]> {
  const { candles, rounds } = work;
  const halves = { time: [] as Pair[], ids: [] as Pair[], state: [] as Pair[], heap: [] as Pair[] };
  for (let round = -rounds.warmUps; round < rounds.measured; round++) {
    const [first, second] = foldHalves(work);
    if (round < 0) continue;
    halves.time.push({ ours: second.seconds, bare: first.seconds });
    halves.ids.push({ ours: second.ids, bare: first.ids });
    halves.state.push({ ours: second.stateBytes, bare: first.stateBytes });
    halves.heap.push({ ours: second.heapMb, bare: first.heapMb });
  }
  const stored = await alternate(
    { ours: () => store(work, 'with charts'), bare: () => store(work, 'candles alone') },
    rounds,
  );
  const of = `of ${candles.length.toLocaleString('en')} candles`;
  const window = work.plan.settings.overlayCandles ?? 0;
  return [
    figureOf(
      halves.time,
      { name: `growth ${of}: second half (bare: first half)`, unit: 's of processor' },
      { of: 'ratio', direction: 'at most', value: 1.1 },
    ),
    figureOf(
      halves.ids,
      { name: `growth ${of}: most ids drawn at once in the second half (bare: in the first)`, unit: 'ids' },
      { of: 'ours', direction: 'at most', value: window },
    ),
    figureOf(
      halves.state,
      { name: `growth ${of}: state as text at the end (bare: at the half)`, unit: 'bytes' },
      { of: 'ratio', direction: 'at most', value: 1.1 },
    ),
    figureOf(halves.heap, { name: `growth ${of}: heap in use at the end (bare: at the half)`, unit: 'MB' }),
    figureOf(
      stored.wall,
      { name: 'factors and overlay with their storing (bare: the candles stored alone)', unit: 'candles/s' },
      { of: 'ours', direction: 'at least', value: 20_000 },
    ),
    figureOf(stored.cpu, { name: 'the same, per processor second', unit: 'candles/s' }),
  ];
}

type Half = {
  readonly seconds: number;
  readonly ids: number;
  readonly stateBytes: number;
  readonly heapMb: number;
};

function foldHalves({ candles, plan }: GrowthWork): readonly [Half, Half] {
  const chart = createChart((candles[0] as ClosedCandle).seriesId, plan);
  const middle = candles.length / 2;
  const first = foldHalf(chart, plan, candles.slice(0, middle));
  return [first, foldHalf(chart, plan, candles.slice(middle))];
}

function foldHalf(chart: Chart, plan: ChartPlan, candles: readonly ClosedCandle[]): Half {
  globalThis.gc?.();
  let ids = 0;
  let micros = 0;
  for (let from = 0; from < candles.length; from += PIECE) {
    const piece = candles.slice(from, from + PIECE);
    const before = process.cpuUsage();
    for (const candle of piece) foldCandle(chart, plan, candle);
    const { user, system } = process.cpuUsage(before);
    micros += user + system;
    ids = Math.max(ids, Object.keys(chart.overlay.instructions).length);
  }
  globalThis.gc?.();
  const heapMb = process.memoryUsage().heapUsed / 1e6;
  return { seconds: micros / 1e6, ids, stateBytes: encode(chart).length, heapMb };
}

async function store({ dir, candles, plan }: GrowthWork, what: 'with charts' | 'candles alone'): Promise<number> {
  const folder = mkdtempSync(join(dir, 'charts-'));
  const database = openSqliteDatabase({ path: join(folder, 'market.db') });
  try {
    const { commit } = createSqliteStorage(database);
    const chart = createChart((candles[0] as ClosedCandle).seriesId, plan);
    for (let from = 0; from < candles.length; from += PIECE) {
      const piece = candles.slice(from, from + PIECE);
      const charts = what === 'with charts' ? [foldPiece(chart, plan, piece)] : [];
      await commit({ candles: piece, gaps: [], charts });
    }
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
  return candles.length;
}

function foldPiece(chart: Chart, plan: ChartPlan, candles: readonly ClosedCandle[]): ChartChange {
  const steps = candles.map((candle) => foldCandle(chart, plan, candle));
  const { seriesId, fingerprint, version, headTime } = chart;
  return {
    seriesId,
    generation: 1,
    standing: 'current',
    coverage: 'all',
    headTime: headTime ?? (candles[0] as ClosedCandle).openTime,
    version,
    fingerprint,
    events: steps.flatMap(({ events }) => events),
    heads: steps.flatMap(({ heads }) => heads),
    drawn: steps.flatMap(({ drawn }) => drawn),
    retired: steps.flatMap(({ retired }) => retired),
  };
}
