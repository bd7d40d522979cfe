/**
 * Checks our signals against files of reference values: every value of every file in a folder, with ties told apart
 * from differences by computing again with prices that are no whole numbers.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure, toReason } from '../../model/failure.ts';
import type { Consensus, Sides } from '../../model/signal.ts';
import { actionOf, confidenceOf } from '../../signals/index.ts';
import {
  addConsensus,
  type BothValues,
  consensusCaseValues,
  consensusOf,
  fusionCaseValues,
} from './consensus-vectors.ts';
import { candleCaseReferences, seriesReferences } from './series-references.ts';
import { candleCaseValues, seriesValues } from './series-vectors.ts';
import { type Deviation, type FileComparison, findDeviations, type Values } from './vector-comparison.ts';
import { PARITY } from './vector-profiles.ts';
import { type SeriesFile, type VectorFile, vectorFileSchema } from './vector-schemas.ts';

/** Values printed with twelve digits. */
const LOOSE = /indTail/;
/** Factors that make every price a fraction, each with other roundings. */
const NUDGES = [Math.PI / 3, Math.E / 3, Math.SQRT2 / 1.4, Math.LN2 / 0.7, Math.LN10 / 2.3, Math.LOG2E / 1.4];

/** A piece of a file that can be computed again. */
type Part = { readonly references: Values; readonly ours: (nudge: number) => Values; readonly floor: number };

/** Compares every file of the folder, in the order of their names. */
export function verifyVectors(folder: string): Result<readonly FileComparison[], Failure> {
  const comparisons: FileComparison[] = [];
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    if (names.length === 0) return err(failure('file_unreadable', { path: folder, reason: 'it has no .json file' }));
    for (const name of names.sort()) {
      const parsed = vectorFileSchema.safeParse(JSON.parse(readFileSync(join(folder, name), 'utf8')));
      if (!parsed.success) return err(unreadable(join(folder, name), parsed.error.issues[0]?.message));
      comparisons.push(compareFile(name, parsed.data));
    }
  } catch (error) {
    return err(unreadable(folder, toReason(error)));
  }
  return ok(comparisons);
}

function unreadable(path: string, reason = 'it is no file of reference values'): Failure {
  return failure('file_unreadable', { path, reason });
}

function compareFile(file: string, vectors: VectorFile): FileComparison {
  const ties: Deviation[] = [];
  const different: Deviation[] = [];
  let compared = 0;
  for (const part of partsOf(vectors)) {
    compared += part.references.size;
    const leniency = { looseNames: LOOSE, floor: part.floor };
    let open = findDeviations(part.ours(1), part.references, leniency);
    for (const nudge of NUDGES) {
      if (open.length === 0) break;
      const ours = part.ours(nudge);
      const isTie = ({ name, reference }: Deviation): boolean => {
        return findDeviations(ours, new Map([[name, reference]]), leniency).length === 0;
      };
      ties.push(...open.filter(isTie));
      open = open.filter((deviation) => !isTie(deviation));
    }
    different.push(...open);
  }
  return { file, compared, equal: compared - ties.length - different.length, ties, different };
}

function partsOf(file: VectorFile): readonly Part[] {
  switch (file.format) {
    case 'six-books-vectors/1': {
      const ours = new Map(Object.entries(file.tf).map(([name, vectors]) => [name, seriesValues(vectors, name, 1)]));
      return [...seriesParts(file, ours), fixed(consensusValues(file, ours))];
    }
    case 'six-books-candle-cases/1':
      return candleCaseReferences(file).map((references, index) => ({
        references,
        ours: (nudge) => candleCaseValues(file.cases[index] as (typeof file.cases)[number], `case ${index}`, nudge),
        floor: 0,
      }));
    case 'six-books-fusion-cases/1':
      return [fixed(fusionCaseValues(file))];
    case 'six-books-consensus-cases/1':
      return [fixed(consensusCaseValues(file))];
    default:
      throw new RangeError('unknown format');
  }
}

/** A part without prices. */
function fixed({ ours, references }: BothValues): Part {
  return { references, ours: () => ours, floor: 0 };
}

function seriesParts({ tf }: SeriesFile, known: ReadonlyMap<string, Values>): readonly Part[] {
  return Object.entries(tf).map(([name, vectors]) => ({
    references: seriesReferences(vectors, name),
    ours: (nudge) => (nudge === 1 ? known.get(name) : undefined) ?? seriesValues(vectors, name, nudge),
    floor: 1e-11 * Math.max(...vectors.c),
  }));
}

/** Scores that pass the gate, the consensus of them under each profile, and what the reference does in the end. */
function consensusValues(file: SeriesFile, known: ReadonlyMap<string, Values>): BothValues {
  const both: BothValues = { ours: new Map(), references: new Map() };
  const gated = PARITY.timeframes.filter(({ timeframe, candlesMin }) => {
    return (file.tf[timeframe]?.c.length ?? 0) >= candlesMin;
  });
  const names = gated.map(({ timeframe }): string => timeframe);
  const scores: Record<string, [number, number]> = {};
  const seedScores: Record<string, [number, number]> = {};
  for (const name of names) {
    const values = known.get(name) ?? new Map<string, number>();
    const last = `${name} live[${file.tf[name]?.final.end}].fusion`;
    scores[name] = [read(values, `${last}.sell`), read(values, `${last}.buy`)];
    const dual = `${name} seed.fusionDual`;
    seedScores[name] = [read(values, `${dual}.sell`), read(values, `${dual}.buy`)];
  }
  for (const [name, [sell, buy]] of Object.entries(file.scores)) {
    both.references.set(`scores.${name}.sell`, sell).set(`scores.${name}.buy`, buy);
    both.ours.set(`scores.${name}.sell`, scores[name]?.[0] ?? Number.NaN);
    both.ours.set(`scores.${name}.buy`, scores[name]?.[1] ?? Number.NaN);
  }
  const all = PARITY.timeframes.map(({ timeframe }): string => timeframe);
  for (const [profile, vector] of Object.entries(file.consensus)) {
    addConsensus(both, `consensus ${profile}`, { consensus: consensusOf(scores, names, profile), vector });
  }
  for (const [profile, vector] of Object.entries(file.consensusAllFour)) {
    addConsensus(both, `consensusAllFour ${profile}`, { consensus: consensusOf(scores, all, profile), vector });
  }
  for (const [profile, vector] of Object.entries(file.consensusSeedScores)) {
    addConsensus(both, `consensusSeedScores ${profile}`, {
      consensus: consensusOf(seedScores, names, profile),
      vector,
    });
  }
  addWorker(both, file, { consensus: consensusOf(scores, names, 'code'), scored: names.length });
  return both;
}

function read(values: Values, name: string): number {
  return values.get(name) ?? Number.NaN;
}

const ACTIONS = ['HOLD', 'BUY', 'SELL'];

function addWorker(
  { ours, references }: BothValues,
  { worker }: SeriesFile,
  { consensus, scored }: { readonly consensus: Consensus; readonly scored: number },
): void {
  const asked = PARITY.timeframes.length;
  const sides: Sides = { sell: consensus.weightedSell, buy: consensus.weightedBuy };
  ours.set('worker.action', ACTIONS.indexOf(actionOf(consensus)));
  ours.set('worker.strength', consensus.strength);
  ours.set('worker.confidence', confidenceOf(consensus.strength, { scored, asked }));
  ours.set('worker.sellScore', sides.sell).set('worker.buyScore', sides.buy);
  references.set('worker.action', ACTIONS.indexOf(worker.action)).set('worker.strength', worker.strength);
  references.set('worker.confidence', worker.confidence);
  references.set('worker.sellScore', worker.sellScore).set('worker.buyScore', worker.buyScore);
}
