/**
 * Opinions as every stage and the edge know them: scores with their reasons, what the timeframes say together, and the
 * signal of one instrument. How they come about is the signals stage's business.
 */
import type { EpochMs } from '../core/time.ts';
import type { Timeframe } from './timeframe.ts';

/** Which way a score points. */
export type ScoreSide = 'sell' | 'buy';

/** What one rule gave to one side. */
export type Reason = { readonly rule: string; readonly side: ScoreSide; readonly points: number };

/** Both sides of a score, never negative. */
export type Sides = { readonly sell: number; readonly buy: number };

/** A score and why. */
export type Score = Sides & { readonly reasons: readonly Reason[] };

/** Where a timeframe points. */
export type SignalDirection = 'long' | 'short' | 'hold';

/** One timeframe's fused score. */
export type TimeframeScore = Sides & {
  readonly timeframe: string;
  readonly minutes: number;
  readonly weight: number;
};

/** A score with where it points. */
export type DirectedScore = TimeframeScore & { readonly direction: SignalDirection };

/** Row of the decision table that applied; X means that too little of the weight was there, `-` that nothing was. */
export type ConsensusCase = 'A' | 'B' | 'C' | 'D' | 'D0' | 'E' | 'F' | 'X' | '-';

/** The longest chain. */
export type ResonanceChain = {
  readonly direction: 'long' | 'short';
  /** Ascending by length. */
  readonly members: readonly DirectedScore[];
  readonly hasLarge: boolean;
  /** Long enough, and with a large member where one is asked for. */
  readonly isStrong: boolean;
  readonly weight: number;
};

/** What the timeframes say together. */
export type Consensus = {
  readonly direction: SignalDirection;
  /** 0..100. */
  readonly strength: number;
  readonly isActionable: boolean;
  readonly case: ConsensusCase;
  /** One sentence. */
  readonly reason: string;
  readonly weightedSell: number;
  readonly weightedBuy: number;
  /** Share of the expected weights that was there, three decimals. */
  readonly coverage: number;
  /** Percent of the weight that is long minus that which is short. */
  readonly net: number;
  readonly longPercent: number;
  readonly shortPercent: number;
  readonly largeDirection: SignalDirection | 'conflict';
  readonly chain: ResonanceChain | null;
  readonly timeframes: readonly DirectedScore[];
};

/** Names of the books, in the seed's order. */
export const BOOK_NAMES = ['divergence', 'averages', 'candlesticks', 'bollinger', 'volume', 'kdj'] as const;

/** Name of a book. */
export type BookName = (typeof BOOK_NAMES)[number];

/** Scores by book. */
export type BookScores<S extends Sides = Sides> = Readonly<Record<BookName, S>>;

/** Scores with reasons: each book's and the fused one. */
export type SeriesScore = { readonly books: BookScores<Score>; readonly fused: Score };

/** What a signal says to do. A spot position can be bought and sold; short means sell what there is. */
export type SignalAction = 'BUY' | 'SELL' | 'HOLD';

/** Why a timeframe has no say. */
export type SkipReason = 'tooFew' | 'gap' | 'invalid' | 'behind' | 'ahead';

/** A timeframe's score, or why it has none. `closeTime` is the end of its newest candle, `null` without one. */
export type TimeframeOpinion = {
  readonly timeframe: Timeframe;
  readonly candles: number;
  readonly closeTime: EpochMs | null;
} & (
  | { readonly kind: 'scored'; readonly score: SeriesScore }
  | { readonly kind: 'skipped'; readonly skip: SkipReason; readonly reason: string }
);

/** An opinion with its grounds. */
export type TradeSignal = {
  readonly kind: 'tradeSignal';
  readonly instrumentId: string;
  readonly action: SignalAction;
  /** 0..100. */
  readonly strength: number;
  /** 0..1; halved when fewer than half of the timeframes were scored. */
  readonly confidence: number;
  readonly reason: string;
  readonly sellScore: number;
  readonly buyScore: number;
  readonly consensus: Consensus;
  readonly timeframes: readonly TimeframeOpinion[];
  readonly computedAt: EpochMs;
  /** The cycle that asked. */
  readonly traceId: string;
};
