/**
 * How fast 1m candles are folded into five timeframes on one core, beside a loop that merely touches each candle.
 */
import { acceptClosed, createFanout, emptyOutput } from '../src/market/derived-timeframe-fanout.ts';
import type { ClosedCandle } from '../src/model/candle.ts';
import { type BenchContext, type BenchResult, figureOf } from './bench-result.ts';
import { DERIVED, findMinuteFile, readMinutes } from './minute-file.ts';
import { alternate } from './rounds.ts';

/** Passes over the file in one round; both sides take some tenths of a second. */
const PASSES = { full: { fold: 6, bare: 120 }, quick: { fold: 3, bare: 60 } } as const;

/** Measures. */
export async function runFoldBench(context: BenchContext): Promise<BenchResult> {
  const file = findMinuteFile(context.dir);
  const candles = await readMinutes(file);
  const passes = PASSES[context.mode];
  context.note(`${candles.length} candles parsed`);
  const rates = await alternate(
    { ours: () => foldPasses(candles, passes.fold), bare: () => touchPasses(candles, passes.bare) },
    { warmUps: 2, measured: context.mode === 'full' ? 9 : 3 },
  );
  const aim = { of: 'ours', direction: 'at least', value: 1_000_000 } as const;
  return {
    title: 'Fold: 1m candles into 5m, 15m, 1h, 4h and 1d',
    notes: [
      `Input: ${file.origin}, ${candles.length} candles, parsed beforehand.`,
      'Bare: a loop over the same candle objects that adds the exact volumes and keeps the highest high. It derives ' +
        'and allocates nothing, so the ratio shows what deriving costs, not what a better fold could reach.',
    ],
    figures: [
      figureOf(rates.wall, { name: 'fold', unit: 'candles/s' }, aim),
      figureOf(rates.cpu, { name: 'fold, per processor second', unit: 'candles/s' }),
    ],
  };
}

function foldPasses(candles: readonly ClosedCandle[], passes: number): number {
  for (let pass = 0; pass < passes; pass++) {
    const first = candles[0];
    if (first === undefined) throw new Error('no candles');
    const fanout = createFanout(first.seriesId, DERIVED);
    const output = emptyOutput();
    for (const candle of candles) acceptClosed(fanout, candle, output);
    // Every candle belongs to one 5m bucket, so fewer would mean that the fold did not do its work.
    if (output.closed.length < candles.length / 5) throw new Error(`only ${output.closed.length} candles derived`);
  }
  return candles.length * passes;
}

function touchPasses(candles: readonly ClosedCandle[], passes: number): number {
  for (let pass = 0; pass < passes; pass++) {
    let volume = 0n;
    let highest = 0n;
    for (const candle of candles) {
      volume += candle.volume;
      if (candle.high > highest) highest = candle.high;
    }
    if (volume === 0n || highest === 0n) throw new Error('nothing was traded');
  }
  return candles.length * passes;
}
