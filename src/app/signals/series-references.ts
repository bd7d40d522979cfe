/**
 * Values of a vector file's series by name: the reference's.
 */
import type { Values } from './vector-comparison.ts';
import type { ScoreRow, SeriesVectors, VectorFile } from './vector-schemas.ts';

const BOOKS = ['div', 'ma', 'cs', 'bb', 'vp', 'kdj'] as const;
const RELIABILITY: Readonly<Record<string, number>> = { H: 3, M: 2, L: 1 };

type Pair = readonly [number, number];

/** The reference's values of one timeframe; names begin with it. */
export function seriesReferences(vectors: SeriesVectors, name: string): Values {
  const values: Values = new Map();
  for (let index = 0; index < vectors.n; index++) {
    for (const book of BOOKS) {
      const at = (side: 'Sell' | 'Buy'): number => vectors.books[`${book}${side}`]?.[index] ?? Number.NaN;
      addPair(values, `${name} books[${index}].${book}`, [at('Sell'), at('Buy')]);
    }
    const fusion: Pair = [vectors.fusion.sell[index] ?? Number.NaN, vectors.fusion.buy[index] ?? Number.NaN];
    addPair(values, `${name} fusion[${index}]`, fusion);
    values.set(`${name} maFlags[${index}]`, vectors.maFlags[index] ?? Number.NaN);
  }
  addPatternReferences(values, `${name} patterns`, { ...vectors, count: vectors.n });
  for (const { e, ...record } of vectors.divergence) addRecord(values, `${name} divergence[${Number(e)}]`, record);
  for (const [id, column] of Object.entries(vectors.indTail)) {
    if (typeof column === 'number') continue;
    column.forEach((value, row) => {
      values.set(`${name} indTail[${row}].${id}`, value ?? Number.NaN);
    });
  }
  addRow(values, `${name} final`, vectors.final);
  for (const row of vectors.live) addRow(values, `${name} live[${row.end}]`, row);
  addSeed(values, `${name} seed`, vectors.seed);
  return values;
}

function addPair(values: Values, name: string, [sell, buy]: Pair): void {
  values.set(`${name}.sell`, sell).set(`${name}.buy`, buy);
}

function addRow(values: Values, name: string, row: ScoreRow): void {
  for (const book of BOOKS) addPair(values, `${name}.${book}`, row[book]);
  addPair(values, `${name}.fusion`, row.fusion);
}

function addRecord(values: Values, name: string, record: Readonly<Record<string, number | boolean>>): void {
  for (const [field, value] of Object.entries(record)) if (field !== 'e') values.set(`${name}.${field}`, Number(value));
}

type PatternVectors = Pick<SeriesVectors, 'patterns' | 'patternFailures'> & { readonly count: number };

/** Patterns with their modifiers, failures, and how many of both there are at each candle. */
export function addPatternReferences(values: Values, name: string, vectors: PatternVectors): void {
  const { patterns, patternFailures, count } = vectors;
  const countAt = (rows: readonly (readonly [number, ...unknown[]])[], index: number): number => {
    return rows.filter(([at]) => at === index).length;
  };
  for (let index = 0; index < count; index++) {
    values.set(`${name}[${index}].count`, countAt(patterns, index));
    values.set(`${name}[${index}].failures`, countAt(patternFailures, index));
  }
  for (const [index, id, raw, volume, level, adjusted, reliability] of patterns) {
    const numbers = [raw, volume, level, adjusted, RELIABILITY[reliability] ?? Number.NaN];
    numbers.forEach((value, at) => {
      values.set(`${name}[${index}].${id}.${at}`, value);
    });
  }
  const seen = new Map<string, number>();
  for (const [index, id, points] of patternFailures) {
    const key = `${name}[${index}].failed.${id}`;
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    values.set(`${key}.${nth}`, points);
  }
}

function addSeed(values: Values, name: string, seed: SeriesVectors['seed']): void {
  if (seed.lastDivergence !== null) addRecord(values, `${name}.lastDivergence`, seed.lastDivergence);
  for (const field of ['div', 'fusion', 'divDual', 'fusionDual', 'kdj5Final', 'fusionKdj5'] as const) {
    addPair(values, `${name}.${field}`, seed[field]);
  }
  seed.kdj5SellTail.forEach((sell, row) => {
    addPair(values, `${name}.kdj5Tail[${row}]`, [sell, seed.kdj5BuyTail[row] ?? Number.NaN]);
  });
}

/** The reference's values of a file of candle cases. */
export function candleCaseReferences(
  file: Extract<VectorFile, { format: 'six-books-candle-cases/1' }>,
): readonly Values[] {
  return file.cases.map(({ sell, buy, ...rest }, index) => {
    const values: Values = new Map();
    sell.forEach((value, at) => {
      addPair(values, `case ${index} cs[${at}]`, [value, buy[at] ?? Number.NaN]);
    });
    addPatternReferences(values, `case ${index} patterns`, { ...rest, count: sell.length });
    return values;
  });
}
