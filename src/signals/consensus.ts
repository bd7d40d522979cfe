/**
 * The consensus of timeframes: scores of each timeframe in, one direction out, with a strength and whether to act on
 * it. The longer timeframes lead; timeframes next to each other that agree make a chain.
 */
import type {
  Consensus,
  DirectedScore,
  ResonanceChain,
  Sides,
  SignalDirection,
  TimeframeScore,
} from '../model/signal.ts';

import { decide } from './consensus-decision.ts';
import type { ConsensusParams } from './hot-coin-params.ts';
import { findChain } from './resonance-chain.ts';
import { roundTo } from './rounding.ts';

/** Derives the consensus; `scores` ascend by length, `expectedWeight` is the weight of all that were asked for. */
export function deriveConsensus(
  scores: readonly TimeframeScore[],
  expectedWeight: number,
  params: ConsensusParams,
): Consensus {
  const timeframes = scores.map((score): DirectedScore => ({ ...score, direction: directionOf(score, params) }));
  const available = weightOf(timeframes);
  const coverage = expectedWeight > 0 ? available / expectedWeight : 0;
  const chain = findChain(timeframes, params);
  const sides = boost(decayConflict(timeframes, params), chain);
  const percent = (direction: SignalDirection): number => {
    const weight = weightOf(timeframes.filter((each) => each.direction === direction));
    return available > 0 ? roundTo((100 * weight) / available, 1) : 0;
  };
  const longPercent = percent('long');
  const shortPercent = percent('short');
  const net = roundTo(longPercent - shortPercent, 1);
  const largeDirection = largeDirectionOf(timeframes, params);
  const decision = decide({ timeframes, chain, net, largeDirection, coverage }, params);
  const factor = Math.min(coverage, 1);
  return {
    ...decision,
    weightedSell: sides.sell * factor,
    weightedBuy: sides.buy * factor,
    coverage: roundTo(coverage, 3),
    net,
    longPercent,
    shortPercent,
    largeDirection,
    chain,
    timeframes,
  };
}

function directionOf({ sell, buy }: Sides, params: ConsensusParams): SignalDirection {
  if (sell >= params.shortThreshold && sell > params.dominance * buy) return 'short';
  return buy >= params.longThreshold && buy > params.dominance * sell ? 'long' : 'hold';
}

function weightOf(scores: readonly TimeframeScore[]): number {
  return scores.reduce((sum, { weight }) => sum + weight, 0);
}

function meanOf(scores: readonly TimeframeScore[]): Sides {
  const weight = weightOf(scores);
  if (weight === 0) return { sell: 0, buy: 0 };
  const sell = scores.reduce((sum, score) => sum + score.weight * score.sell, 0) / weight;
  return { sell, buy: scores.reduce((sum, score) => sum + score.weight * score.buy, 0) / weight };
}

/** Where the large timeframes say one thing and the small ones the other, the large ones gain. */
function decayConflict(scores: readonly TimeframeScore[], params: ConsensusParams): Sides {
  const whole = meanOf(scores);
  const isLarge = ({ minutes }: TimeframeScore): boolean => minutes >= params.largeMinutes;
  const large = meanOf(scores.filter(isLarge));
  const small = meanOf(scores.filter((score) => !isLarge(score)));
  const { dominance } = params;
  if (large.sell > dominance * large.buy && small.buy > dominance * small.sell) {
    return { sell: whole.sell * 1.15, buy: whole.buy * 0.5 };
  }
  if (large.buy > dominance * large.sell && small.sell > dominance * small.buy) {
    return { sell: whole.sell * 0.5, buy: whole.buy * 1.15 };
  }
  return whole;
}

function boost(sides: Sides, chain: ResonanceChain | null): Sides {
  if (chain === null || chain.members.length < 2) return sides;
  const factor = 1 + (chain.isStrong ? 0.08 : 0.04) * chain.members.length;
  if (chain.direction === 'short') return { ...sides, sell: Math.min(100, sides.sell * factor) };
  return { ...sides, buy: Math.min(100, sides.buy * factor) };
}

function largeDirectionOf(timeframes: readonly DirectedScore[], params: ConsensusParams): SignalDirection | 'conflict' {
  const large = timeframes.filter(({ minutes }) => minutes >= params.largeMinutes);
  const hasLong = large.some(({ direction }) => direction === 'long');
  const hasShort = large.some(({ direction }) => direction === 'short');
  if (hasLong && hasShort) return 'conflict';
  if (hasLong) return 'long';
  return hasShort ? 'short' : 'hold';
}
