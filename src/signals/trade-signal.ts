/**
 * The opinion on one instrument: its timeframes' scores in, one action out. A signal has a strength and no size; what
 * is done about it is decided elsewhere. Whatever is missing weakens it or makes it HOLD, with the reason.
 */
import type { EpochMs } from '../core/time.ts';
import type { Timeframe } from '../model/timeframe.ts';
import { timeframeMs } from '../model/timeframe.ts';
import { type Consensus, deriveConsensus, type TimeframeScore } from './consensus.ts';
import type { SignalProfile, TimeframeParams } from './hot-coin-params.ts';
import type { SeriesScore } from './score-series.ts';

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

/** Whom a signal is for and when. */
export type SignalContext = {
  readonly instrumentId: string;
  readonly at: EpochMs;
  readonly traceId: string;
};

/** The signal that `opinions` (of the profile's timeframes, ascending) amount to. */
export function deriveTradeSignal(
  opinions: readonly TimeframeOpinion[],
  profile: SignalProfile,
  { instrumentId, at, traceId }: SignalContext,
): TradeSignal {
  const scores = opinions.flatMap((opinion) => toScores(opinion, profile.timeframes));
  // The seed degrades by count; the weight that is missing therefore halves the confidence and no more.
  const consensus = deriveConsensus(scores, weightOf(scores), profile.consensus);
  return {
    kind: 'tradeSignal',
    instrumentId,
    action: actionOf(consensus),
    strength: consensus.strength,
    confidence: confidenceOf(consensus.strength, { scored: scores.length, asked: profile.timeframes.length }),
    reason: reasonOf(consensus, opinions),
    sellScore: consensus.weightedSell,
    buyScore: consensus.weightedBuy,
    consensus,
    timeframes: opinions,
    computedAt: at,
    traceId,
  };
}

function toScores(opinion: TimeframeOpinion, params: readonly TimeframeParams[]): readonly TimeframeScore[] {
  if (opinion.kind === 'skipped') return [];
  const { timeframe } = opinion;
  const { sell, buy } = opinion.score.fused;
  const weight = params.find((each) => each.timeframe === timeframe)?.weight ?? 0;
  return [{ timeframe, minutes: timeframeMs(timeframe) / 60_000, weight, sell, buy }];
}

function weightOf(scores: readonly TimeframeScore[]): number {
  return scores.reduce((sum, { weight }) => sum + weight, 0);
}

/** What a consensus says to do. */
export function actionOf({ isActionable, direction }: Consensus): SignalAction {
  if (!isActionable || direction === 'hold') return 'HOLD';
  return direction === 'long' ? 'BUY' : 'SELL';
}

/** Strength as a share, halved when fewer than half of the timeframes had a say (seed, 3.2). */
export function confidenceOf(
  strength: number,
  { scored, asked }: { readonly scored: number; readonly asked: number },
): number {
  const confidence = Math.min(1, strength / 100);
  return scored < asked / 2 ? confidence * 0.5 : confidence;
}

function reasonOf(consensus: Consensus, opinions: readonly TimeframeOpinion[]): string {
  const skipped = opinions.flatMap((each) => (each.kind === 'skipped' ? [`${each.timeframe} ${each.reason}`] : []));
  return [consensus.reason, ...skipped].join('; ');
}
