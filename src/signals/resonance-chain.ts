/**
 * Resonance chains: timeframes next to each other that point the same way. One that holds may lie between two members;
 * two in a row, or one that points the other way, end the chain.
 */
import type { DirectedScore, ResonanceChain } from '../model/signal.ts';
import type { ConsensusParams } from './hot-coin-params.ts';

type Side = ResonanceChain['direction'];

/** The longest chain (also one of a single member), or `null` where nothing points anywhere. */
export function findChain(timeframes: readonly DirectedScore[], params: ConsensusParams): ResonanceChain | null {
  let best: ResonanceChain | null = null;
  for (const direction of ['long', 'short'] as const) {
    for (const members of chainsOf(timeframes, direction)) {
      const chain = toChain(direction, members, params);
      if (best === null || isBetter(chain, best, params)) best = chain;
    }
  }
  return best;
}

/** Every chain of one direction, smaller timeframes first. */
function chainsOf(timeframes: readonly DirectedScore[], direction: Side): readonly (readonly DirectedScore[])[] {
  const chains: DirectedScore[][] = [];
  let open: DirectedScore[] | null = null;
  let holds = 0;
  for (const score of timeframes) {
    if (score.direction === direction) {
      if (open === null) chains.push((open = []));
      open.push(score);
      holds = 0;
    } else if (score.direction === 'hold' && holds === 0) holds++;
    else open = null;
  }
  return chains;
}

function toChain(direction: Side, members: readonly DirectedScore[], params: ConsensusParams): ResonanceChain {
  const hasLarge = members.some(({ minutes }) => minutes >= params.largeMinutes);
  const isLong = members.length >= params.strongMembers;
  return {
    direction,
    members,
    hasLarge,
    isStrong: isLong && (hasLarge || params.strongNeeds === 'length'),
    weight: members.reduce((sum, { weight }) => sum + weight, 0),
  };
}

function isBetter(chain: ResonanceChain, best: ResonanceChain, { equalChains }: ConsensusParams): boolean {
  if (chain.members.length !== best.members.length) return chain.members.length > best.members.length;
  return equalChains === 'heavier' && chain.weight > best.weight;
}
