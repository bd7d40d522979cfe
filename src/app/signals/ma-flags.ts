/**
 * What the moving-average book found at a candle as the bit set of the vector files.
 */
import type { Score } from '../../model/signal.ts';
import type { Series } from '../../signals/index.ts';

/** Facts of the column by bit of the files. */
const FACT_BITS: readonly (readonly [number, number])[] = [
  [1, 8],
  [2, 9],
  [4, 10],
  [8, 11],
];

/** Rules of both sides by bit. */
const RULE_BITS: Readonly<Record<string, number>> = {
  'buy averages.silverValley': 12,
  'buy averages.goldValley': 13,
  'sell averages.deathValley': 14,
  'buy averages.dragon': 15,
  'buy averages.cloud': 16,
  'buy averages.firstCross': 17,
  'sell averages.firstCross': 18,
  'buy averages.bondBreak': 19,
  'sell averages.bondBreak': 20,
  'buy averages.convergence': 21,
  'buy averages.arrangement': 22,
  'sell averages.arrangement': 23,
};

/** The bits of the newest candle. */
export function maFlagsOf({ columns }: Series, { reasons }: Score): number {
  const facts = columns.maFacts[columns.at] as number;
  let flags = 0;
  for (const [fact, bit] of FACT_BITS) if ((facts & fact) !== 0) flags |= 1 << bit;
  for (const { rule, side } of reasons) {
    const granville = /granville([1-8])$/.exec(rule)?.[1];
    const bit = granville === undefined ? RULE_BITS[`${side} ${rule}`] : Number(granville) - 1;
    if (bit !== undefined) flags |= 1 << bit;
  }
  return flags;
}
