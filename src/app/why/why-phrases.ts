/**
 * The words that answers of the decision ledger are made of, one table for each language; numbers, names of coins and ids
 * are the same in all of them. A phrase that is missing in one language does not compile.
 */
import { type EpochMs, toIsoText } from '../../core/time.ts';
import type { LedgerHorizon } from '../../model/ledger.ts';

/** The languages of the answers. */
export type WhyLanguage = 'en' | 'zh';

/** A decision to buy. */
export type DecidedWords = {
  readonly symbol: string;
  readonly span: string;
  readonly price: string | null;
  readonly stop: string | null;
  readonly fate: string | null;
  readonly positionId: string | null;
};

/** A sale. */
export type SoldWords = {
  readonly symbol: string;
  readonly span: string;
  readonly price: string | null;
  readonly why: string;
  readonly tries: number;
  readonly fate: string | null;
};

/** What a signal said. */
export type SignalWords = {
  readonly action: string;
  readonly strength: number;
  readonly confidence: number;
  readonly reason: string;
  readonly frames: readonly string[];
};

/** One sale of a position as it was filled. */
export type LegWords = {
  readonly leg: number;
  readonly reason: string;
  readonly when: string;
  readonly quantity: string;
  readonly exitPrice: string;
  readonly decided: string | null;
  readonly entryPrice: string;
  readonly net: string;
  readonly fees: readonly [entry: string, exit: string];
};

/** Everything that is said. */
export type WhyPhrases = {
  readonly at: (moment: string) => string;
  readonly during: (from: string, to: string, rounds: number) => string;
  readonly noRule: string;
  readonly refused: (symbol: string, span: string, why: string) => string;
  /** `text` is the rule's own English sentence. */
  readonly refusal: (rule: string, text: string, numbers: readonly string[]) => string;
  readonly saw: (value: string) => string;
  readonly limit: (value: string) => string;
  readonly numbers: (numbers: readonly string[]) => string;
  readonly decided: (words: DecidedWords) => string;
  readonly sold: (words: SoldWords) => string;
  /** What became of an order to buy or to sell. */
  readonly fate: (kind: string, side: 'buy' | 'sell') => string;
  readonly fateRefused: (code: string, reason: string) => string;
  readonly exits: Readonly<Record<string, string>>;
  readonly tiers: (text: string) => string;
  readonly minutes: (count: number) => string;
  readonly noSize: string;
  readonly size: (amount: string, steps: string, caps: string) => string;
  readonly sizeLeft: (amount: string) => string;
  readonly sizeSteps: (slot: string, heat: string, liquidity: string) => string;
  readonly sizeCaps: (caps: string, bound: string | null) => string;
  readonly sizeNames: Readonly<Record<string, string>>;
  readonly listComma: string;
  readonly heat: (heat: number, source: string | null, parts: readonly string[]) => string;
  readonly components: Readonly<Record<string, string>>;
  readonly sources: Readonly<Record<string, string>>;
  readonly signal: (words: SignalWords) => string;
  readonly frameSkipped: (timeframe: string, reason: string) => string;
  readonly frame: (
    timeframe: string,
    scores: { readonly buy: number; readonly sell: number },
    most: readonly string[],
  ) => string;
  readonly point: (rule: string, side: string, points: number) => string;
  readonly after: (since: 'sale' | 'verdict', price: string | null, parts: readonly string[]) => string;
  readonly horizons: Readonly<Record<LedgerHorizon, string>>;
  readonly notYet: (when: string) => string;
  readonly notKnown: (when: string, reason: string | null) => string;
  readonly moved: (when: string, change: string, range: readonly [highest: string, lowest: string] | null) => string;
  readonly neverCandidate: (symbol: string, moment: string | null) => string;
  readonly newestBefore: string;
  readonly adopted: (symbol: string) => string;
  readonly stillHeld: string;
  readonly notHeld: string;
  readonly over: (words: {
    readonly when: string;
    readonly legs: number;
    readonly reason: string;
    readonly net: string;
    readonly dust: string | null;
  }) => string;
  readonly order: (words: {
    readonly id: string;
    readonly bought: readonly [quantity: string, price: string] | null;
    readonly state: string;
    readonly error: string | null;
  }) => string;
  readonly leg: (words: LegWords) => string;
  readonly nothingJudged: (from: string, to: string) => string;
  readonly summaryHead: (verdicts: number, from: string, to: string) => string;
  readonly summaryColumns: readonly [rule: string, verdicts: string, coins: string, rounds: string];
  readonly summaryAfter: (horizon: string) => string;
  readonly summaryNotes: (move: string) => readonly string[];
};

/** A moment in UTC, to the second. */
export function momentOf(seconds: number): string {
  return `${toIsoText(Math.round(seconds * 1000) as EpochMs)
    .slice(0, 19)
    .replace('T', ' ')} UTC`;
}

/** A fraction as percent with its sign. */
export function percentOf(fraction: number): string {
  return `${fraction < 0 ? '' : '+'}${(fraction * 100).toFixed(2)} %`;
}
