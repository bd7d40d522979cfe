/**
 * Values of the consensus and the fusion by name, ours and the reference's.
 */

import type { BookScores, Consensus } from '../../model/signal.ts';
import { timeframe, timeframeMs } from '../../model/timeframe.ts';
import { deriveConsensus, fuseBooks } from '../../signals/index.ts';
import type { Values } from './vector-comparison.ts';
import { CONSENSUSES, FUSIONS } from './vector-profiles.ts';
import type { ConsensusVector, VectorFile } from './vector-schemas.ts';

/** Both sides of a comparison. */
export type BothValues = { readonly ours: Values; readonly references: Values };

type Pairs = Readonly<Record<string, readonly [number, number]>>;

/** Words as numbers, so that everything compares alike: equal words give equal codes. */
function codeOf(word: string): number {
  let code = 0;
  for (const letter of word) code = (code * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return code;
}

/** Our consensus of `scores` under a profile of the files; `expected` names the timeframes asked for. */
export function consensusOf(scores: Pairs, expected: readonly string[], profile: string): Consensus {
  const known = CONSENSUSES[profile];
  if (known === undefined) throw new RangeError(`no consensus profile named ${profile}`);
  const weightOf = (name: string): number => known.weights[name] ?? 0;
  const rows = Object.entries(scores).map(([name, [sell, buy]]) => {
    const minutes = timeframeMs(timeframe(name)) / 60_000;
    return { timeframe: name, minutes, weight: weightOf(name), sell, buy };
  });
  rows.sort((a, b) => a.minutes - b.minutes);
  const expectedWeight = expected.reduce((sum, name) => sum + weightOf(name), 0);
  return deriveConsensus(rows, expectedWeight, known.params);
}

/** Adds ours and the reference's consensus under `name`. */
export function addConsensus({ ours, references }: BothValues, name: string, pair: ConsensusPair): void {
  const { consensus, vector } = pair;
  const members = consensus.chain?.members ?? [];
  const put = (field: string, values: readonly [number, number]): void => {
    ours.set(`${name}.${field}`, values[0]);
    references.set(`${name}.${field}`, values[1]);
  };
  const putWord = (field: string, words: readonly [string, string]): void => {
    put(field, [codeOf(words[0]), codeOf(words[1])]);
  };
  put('weightedSell', [consensus.weightedSell, vector.weightedSell]);
  put('weightedBuy', [consensus.weightedBuy, vector.weightedBuy]);
  put('coverage', [consensus.coverage, vector.coverage]);
  put('net', [consensus.net, vector.net]);
  put('strength', [consensus.strength, vector.strength]);
  put('actionable', [Number(consensus.isActionable), Number(vector.actionable)]);
  put('chainLen', [members.length, vector.chainLen]);
  const chain = members.length < 2 ? [] : members.map((member) => member.timeframe);
  putWord('chain', [chain.join(), vector.chain.join()]);
  if (members.length > 0) putWord('chainDir', [consensus.chain?.direction ?? '', vector.chainDir ?? '']);
  const large = consensus.largeDirection === 'hold' ? 'neutral' : consensus.largeDirection;
  putWord('large', [large, vector.large]);
  putWord('case', [consensus.case, vector.case === 'none' ? '-' : vector.case]);
  putWord('direction', [consensus.direction, vector.direction]);
  for (const { timeframe: name_, direction } of consensus.timeframes) {
    putWord(`dirs.${name_}`, [direction, vector.dirs[name_] ?? '']);
  }
}

/** A consensus and what it is compared with. */
export type ConsensusPair = { readonly consensus: Consensus; readonly vector: ConsensusVector };

/** Values of a file of consensus cases. */
export function consensusCaseValues(file: Extract<VectorFile, { format: 'six-books-consensus-cases/1' }>): BothValues {
  const both: BothValues = { ours: new Map(), references: new Map() };
  file.cases.forEach(({ scores, decisionTfs, o }, index) => {
    for (const [profile, vector] of Object.entries(o)) {
      const consensus = consensusOf(scores, decisionTfs, profile);
      addConsensus(both, `case ${index} ${profile}`, { consensus, vector });
    }
  });
  return both;
}

/** Book names of the files. */
const BOOKS = [
  ['divergence', 'div'],
  ['averages', 'ma'],
  ['candlesticks', 'cs'],
  ['bollinger', 'bb'],
  ['volume', 'vp'],
  ['kdj', 'kdj'],
] as const;

/** Values of a file of fusion cases. */
export function fusionCaseValues(file: Extract<VectorFile, { format: 'six-books-fusion-cases/1' }>): BothValues {
  const both: BothValues = { ours: new Map(), references: new Map() };
  file.cases.forEach(({ i, o }, index) => {
    const sides = BOOKS.map(([book, name]) => [book, { sell: i[name]?.[0] ?? 0, buy: i[name]?.[1] ?? 0 }]);
    const books = Object.fromEntries(sides) as BookScores;
    for (const [name, [sell, buy]] of Object.entries(o)) {
      const params = FUSIONS[name];
      if (params === undefined) throw new RangeError(`no fusion named ${name}`);
      const score = fuseBooks(books, params);
      both.ours.set(`case ${index} ${name}.sell`, score.sell).set(`case ${index} ${name}.buy`, score.buy);
      both.references.set(`case ${index} ${name}.sell`, sell).set(`case ${index} ${name}.buy`, buy);
    }
  });
  return both;
}
