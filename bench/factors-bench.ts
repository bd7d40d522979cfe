/**
 * How fast closed candles are folded into chart structure (five factors and the overlay) on one core, beside the fold
 * that makes the candles of five timeframes, and whether ten times the candles cost ten times the time.
 */
import {
  type Chart,
  type ChartPlan,
  createChart,
  DEFAULT_FACTOR_SETTINGS,
  FACTORS,
  foldCandle,
} from '../src/factors/index.ts';
import { encode, parseEncoded } from '../src/journal/index.ts';
import { acceptClosed, createFanout, emptyOutput } from '../src/market/derived-timeframe-fanout.ts';
import type { ClosedCandle } from '../src/model/candle.ts';
import { type BenchContext, type BenchResult, figureOf } from './bench-result.ts';
import { measureGrowth, repeatMinutes } from './growth-figures.ts';
import { DERIVED, findMinuteFile, readMinutes } from './minute-file.ts';
import { alternate } from './rounds.ts';

/** Candles after which levels reach back as far as they ever will. */
const FILLED = 20_000;
/** Candles of the growth figures. */
const GROWN = { full: 100_000, quick: 30_000 } as const;
const PLAN: ChartPlan = { factors: FACTORS, settings: DEFAULT_FACTOR_SETTINGS };

/** Measures. */
export async function runFactorsBench(context: BenchContext): Promise<BenchResult> {
  const file = findMinuteFile(context.dir);
  const all = await readMinutes(file);
  const candles = context.mode === 'full' ? all : all.slice(0, FILLED + 10_000);
  // Written down once every window is full: from there on a candle of the end must cost what one of the beginning does.
  const filled = encode(chart(candles.slice(0, FILLED)));
  const rest = candles.slice(FILLED);
  const tenth = rest.slice(0, Math.floor(rest.length / 10));
  context.note(`${candles.length} candles parsed`);
  const rounds = { warmUps: 1, measured: context.mode === 'full' ? 7 : 3 };
  const beside = await alternate({ ours: () => chartAll(candles), bare: () => derive(candles) }, rounds);
  const goOn = (more: readonly ClosedCandle[]): number => foldInto(parseEncoded<Chart>(filled), more);
  const scaling = await alternate(
    { ours: () => goOn(rest), bare: () => Array.from({ length: 10 }, () => goOn(tenth)).reduce((a, b) => a + b) },
    rounds,
  );
  context.note('growth');
  const growth = await measureGrowth({
    dir: context.dir,
    plan: PLAN,
    candles: repeatMinutes(all, GROWN[context.mode]),
    rounds: { warmUps: 1, measured: context.mode === 'full' ? 5 : 1 },
  });
  return {
    title: 'Factors: five factors and the overlay over 1m candles',
    notes: [
      `Input: ${file.origin}, ${candles.length} candles, parsed beforehand; windows 50 and 5, lookback 20,000.`,
      'Bare: the fold that derives 5m, 15m, 1h, 4h and 1d from the same candles, without any factor.',
      `Linear: candles a second over all candles after the first ${FILLED}, which fill every window, against ten passes ` +
        'over the first tenth of them. Ten times the candles take at most eleven times as long when the ratio is at ' +
        'least 10/11.',
      `Growth: ${GROWN[context.mode].toLocaleString('en')} candles into one chart that begins empty, so the first half has ` +
        'the stretch in which windows still fill. The state is its text; heap in use is after a collection where ' +
        'collections can be asked for.',
      'With storing: SQLite on new files, 250 candles with their structure a commit; bare the same without structure.',
    ],
    figures: [
      figureOf(
        beside.wall,
        { name: 'factors and overlay', unit: 'candles/s' },
        { of: 'ours', direction: 'at least', value: 20_000 },
      ),
      figureOf(beside.cpu, { name: 'factors and overlay, per processor second', unit: 'candles/s' }),
      figureOf(
        scaling.cpu,
        { name: 'linear in the history', unit: 'candles/s' },
        { of: 'ratio', direction: 'at least', value: 10 / 11 },
      ),
      ...growth,
    ],
  };
}

function chart(candles: readonly ClosedCandle[]): Chart {
  const first = candles[0];
  if (first === undefined) throw new Error('no candles');
  const state = createChart(first.seriesId, PLAN);
  foldInto(state, candles);
  return state;
}

function foldInto(state: Chart, candles: readonly ClosedCandle[]): number {
  for (const candle of candles) foldCandle(state, PLAN, candle);
  return candles.length;
}

function chartAll(candles: readonly ClosedCandle[]): number {
  const { overlay } = chart(candles);
  // A window of 2,000 candles has some dozens of pivots: less would mean that the fold did not do its work.
  if (Object.keys(overlay.instructions).length < 50) throw new Error('hardly anything was drawn');
  return candles.length;
}

function derive(candles: readonly ClosedCandle[]): number {
  const first = candles[0];
  if (first === undefined) throw new Error('no candles');
  const fanout = createFanout(first.seriesId, DERIVED);
  const output = emptyOutput();
  for (const candle of candles) acceptClosed(fanout, candle, output);
  if (output.closed.length < candles.length / 5) throw new Error(`only ${output.closed.length} candles derived`);
  return candles.length;
}
