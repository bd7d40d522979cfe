/**
 * What arithmetic on exact decimals costs, beside the same work in big.js: the figures behind the choice of scaled
 * bigints. Before anything is measured, every text that comes out must be the same on both sides.
 */
import { createRequire } from 'node:module';
import { add, type Decimal, multiply, parseDecimal, toDecimalText, ZERO } from '../src/core/decimal.ts';
import type { ClosedCandle } from '../src/model/candle.ts';
import { type BenchContext, type BenchResult, type Figure, figureOf } from './bench-result.ts';
import { findMinuteFile, readMinutes } from './minute-file.ts';
import { alternate, type Work } from './rounds.ts';

type Big = import('big.js').Big;
const BigConstructor: typeof import('big.js').Big = createRequire(import.meta.url)('big.js');

/** The same columns in both forms; what a round computes is kept, so that no work can be left out. */
type Columns = { readonly texts: readonly string[]; readonly ours: readonly Decimal[]; readonly bare: readonly Big[] };

/** Measures. */
export async function runDecimalBench(context: BenchContext): Promise<BenchResult> {
  const file = findMinuteFile(context.dir);
  const columns = readColumns(await readMinutes(file));
  context.note(`${columns.texts.length} columns, equal as text on both sides`);
  const rounds = { warmUps: 1, measured: context.mode === 'full' ? 7 : 3 };
  const figures: Figure[] = [];
  for (const [name, work] of Object.entries(operations(columns))) {
    const { cpu } = await alternate(work, rounds);
    figures.push(figureOf(cpu, { name, unit: 'operations per processor second' }));
    context.note(name);
  }
  const notes = [`Input: ${file.origin}, ${columns.texts.length} columns. Bare: big.js 7.0.1 on the same numbers.`];
  return { title: 'Decimals: scaled bigints', notes, figures };
}

function readColumns(candles: readonly ClosedCandle[]): Columns {
  const ours = candles.flatMap(({ open, high, low, close, volume, ...rest }): (Decimal | null)[] => {
    return [open, high, low, close, volume, rest.quoteVolume, rest.takerBaseVolume, rest.takerQuoteVolume];
  });
  const present = ours.filter((value) => value !== null);
  const texts = present.map(toDecimalText);
  const bare = texts.map((text) => new BigConstructor(text));
  const different = bare.findIndex((value, index) => value.toFixed() !== texts[index]);
  if (different >= 0)
    throw new Error(`column ${different} reads ${texts[different]} and ${bare[different]?.toFixed()}`);
  return { texts, ours: present, bare };
}

type Sides = { readonly ours: Work; readonly bare: Work };

/** Plain loops: what a callback costs would hide the arithmetic. */
function operations({ texts, ours, bare }: Columns): Readonly<Record<string, Sides>> {
  return {
    parse: {
      ours: () => {
        let last: Decimal | null = ZERO;
        for (const text of texts) last = parseDecimal(text);
        return count(texts, last ?? ZERO);
      },
      bare: () => {
        let last = new BigConstructor(0);
        for (const text of texts) last = new BigConstructor(text);
        return count(texts, last);
      },
    },
    add: {
      ours: () => {
        let sum = ZERO;
        for (const value of ours) sum = add(sum, value);
        return count(ours, sum);
      },
      bare: () => {
        let sum = new BigConstructor(0);
        for (const value of bare) sum = sum.plus(value);
        return count(bare, sum);
      },
    },
    ...scans({ texts, ours, bare }),
  };
}

function scans({ ours, bare }: Columns): Readonly<Record<string, Sides>> {
  return {
    compare: {
      ours: () => {
        let most = ZERO;
        for (const value of ours) if (value > most) most = value;
        return count(ours, most);
      },
      bare: () => {
        let most = new BigConstructor(0);
        for (const value of bare) if (value.gt(most)) most = value;
        return count(bare, most);
      },
    },
    multiply: {
      ours: () => {
        let last = ZERO;
        for (const value of ours) last = multiply(value, value);
        return count(ours, last);
      },
      bare: () => {
        let last = new BigConstructor(0);
        for (const value of bare) last = value.times(value);
        return count(bare, last);
      },
    },
    'to text': {
      ours: () => {
        let length = 0;
        for (const value of ours) length += toDecimalText(value).length;
        return length > 0 ? ours.length : 0;
      },
      bare: () => {
        let length = 0;
        for (const value of bare) length += value.toFixed().length;
        return length > 0 ? bare.length : 0;
      },
    },
  };
}

/** The number of operations, provided that their outcome makes sense. */
function count(values: readonly unknown[], outcome: Decimal | Big): number {
  if (!(Number(outcome) > 0)) throw new Error('the outcome is not positive');
  return values.length;
}
