/**
 * The opinion on one instrument: its timeframes' scores in, one action out. A signal has a strength and no size; what
 * is done about it is decided elsewhere. Whatever is missing weakens it or makes it HOLD, with the reason.
 */

import type { EpochMs } from '../core/time.ts';
import type { Consensus, SignalAction, TimeframeOpinion, TimeframeScore, TradeSignal } from '../model/signal.ts';
import { timeframeMs } from '../model/timeframe.ts';
import { deriveConsensus } from './consensus.ts';
import type { SignalProfile, TimeframeParams } from './hot-coin-params.ts';

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
  const asked = profile.consensus.coverageOf === 'requested' ? profile.timeframes : scores;
  const consensus = deriveConsensus(scores, weightOf(asked), profile.consensus);
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

function weightOf(weighted: readonly { readonly weight: number }[]): number {
  return weighted.reduce((sum, { weight }) => sum + weight, 0);
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
