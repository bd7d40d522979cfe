/**
 * The decision table of the consensus: the first row that applies decides direction, strength and whether to act.
 */
import type { Consensus, ConsensusCase, DirectedScore, ResonanceChain, SignalDirection } from '../model/signal.ts';
import type { ConsensusParams } from './hot-coin-params.ts';
import { roundHalfEven } from './rounding.ts';

/** What the decision rests on. */
export type Standing = {
  readonly timeframes: readonly DirectedScore[];
  readonly chain: ResonanceChain | null;
  readonly net: number;
  readonly largeDirection: Consensus['largeDirection'];
  readonly coverage: number;
};

/** The part of a consensus that the table decides. */
export type Decision = Pick<Consensus, 'direction' | 'strength' | 'isActionable' | 'case' | 'reason'>;

type Side = 'long' | 'short';
type Parties = { readonly long: readonly DirectedScore[]; readonly short: readonly DirectedScore[] };
/** A standing with its timeframes by direction, and the small ones among them. */
type Split = Standing & { readonly all: Parties; readonly small: Parties };

/** Net percent beyond which a strong chain is not an accident. */
const NET_MIN = 15;
/** Share of the directed weight that overrules the rest. */
const MAJORITY = 0.7;

/** Applies the table. */
export function decide(standing: Standing, params: ConsensusParams): Decision {
  if (standing.timeframes.length === 0) return hold('-', 0, 'no timeframe has enough candles');
  const isSmall = ({ minutes }: DirectedScore): boolean => minutes < params.largeMinutes;
  const all = partiesOf(standing.timeframes);
  const split = { ...standing, all, small: partiesOf(standing.timeframes.filter(isSmall)) };
  const decision =
    decideByChain(split) ?? decideByLarge(split) ?? decideByMajority(split, params) ?? decideBySmall(split);
  if (standing.coverage < params.coverageMin) return hold('X', 0, 'too little of the timeframes is there');
  return decision;
}

function partiesOf(timeframes: readonly DirectedScore[]): Parties {
  const of = (direction: SignalDirection): readonly DirectedScore[] => {
    return timeframes.filter((each) => each.direction === direction);
  };
  return { long: of('long'), short: of('short') };
}

function hold(name: ConsensusCase, strength: number, reason: string): Decision {
  return { case: name, direction: 'hold', strength: roundHalfEven(strength), isActionable: false, reason };
}

function act(
  name: ConsensusCase,
  direction: Side,
  { strength, reason }: Pick<Decision, 'strength' | 'reason'>,
): Decision {
  return { case: name, direction, strength: roundHalfEven(strength), isActionable: true, reason };
}

function namesOf(timeframes: readonly DirectedScore[]): string {
  return timeframes.map(({ timeframe }) => timeframe).join(', ');
}

/** Net percent in that direction. */
function netTowards(direction: Side, net: number): number {
  return direction === 'long' ? net : -net;
}

/** A: a strong chain that the large timeframes do not contradict. */
function decideByChain({ chain, net, largeDirection }: Split): Decision | null {
  if (chain === null || chain.members.length < 2 || !chain.isStrong) return null;
  const { direction, members, weight } = chain;
  if (largeDirection !== direction && largeDirection !== 'hold') return null;
  if (!(netTowards(direction, net) > NET_MIN)) return null;
  const strength = Math.min(100, 50 + 0.5 * weight + 0.3 * Math.abs(net));
  return act('A', direction, { strength, reason: `${namesOf(members)} agree: ${direction}` });
}

/** B: small timeframes follow the large ones. C: they contradict them. */
function decideByLarge({ largeDirection: large, small, net }: Split): Decision | null {
  if (large !== 'long' && large !== 'short') return null;
  const against = large === 'long' ? small.short : small.long;
  const along = small[large];
  if (along.length > 0 && against.length === 0) {
    const lean = large === 'long' ? net : Math.abs(net);
    const strength = Math.max(40, Math.min(80, 40 + 0.5 * lean));
    return act('B', large, { strength, reason: `${namesOf(along)} follow the large timeframes: ${large}` });
  }
  if (along.length > 0 || against.length === 0) return null;
  return hold('C', Math.max(0, 10 - 0.1 * Math.abs(net)), `${namesOf(against)} contradict the large timeframes`);
}

/** D: timeframes disagree and one side outweighs the other clearly. */
function decideByMajority(split: Split, params: ConsensusParams): Decision | null {
  const { all, net } = split;
  if (all.long.length === 0 || all.short.length === 0) return null;
  const long = weightOf(all.long);
  const short = weightOf(all.short);
  for (const direction of ['long', 'short'] as const) {
    const share = (direction === 'long' ? long : short) / (long + short);
    if (!(share >= MAJORITY && netTowards(direction, net) > 0)) continue;
    if (params.majority === 'needsLarge' && split.largeDirection === 'hold') {
      const reason = `${namesOf(all[direction])} outweigh the rest, the large timeframes hold`;
      return lean('D', direction, { strength: leaningStrength(split, direction), reason });
    }
    const strength = Math.max(20, Math.min(40, 20 + 0.4 * Math.abs(net)));
    return act('D', direction, { strength, reason: `${namesOf(all[direction])} outweigh the rest: ${direction}` });
  }
  return hold('D0', Math.min(15, Math.abs(net)), 'the timeframes disagree');
}

function weightOf(timeframes: readonly DirectedScore[]): number {
  return timeframes.reduce((sum, { weight }) => sum + weight, 0);
}

/** E: only small timeframes point anywhere. F: nothing does. */
function decideBySmall(split: Split): Decision {
  const { largeDirection, small } = split;
  const direction: Side = small.long.length > 0 ? 'long' : 'short';
  if (largeDirection !== 'hold' || small[direction].length === 0) return hold('F', 0, 'no direction');
  const reason = `only ${namesOf(small[direction])}: ${direction}, the large timeframes hold`;
  return lean('E', direction, { strength: leaningStrength(split, direction), reason });
}

/** A direction that is not acted upon. */
function lean(
  name: ConsensusCase,
  direction: Side,
  { strength, reason }: Pick<Decision, 'strength' | 'reason'>,
): Decision {
  return { case: name, direction, strength: roundHalfEven(strength), isActionable: false, reason };
}

function leaningStrength({ chain, net }: Split, direction: Side): number {
  const members = chain?.direction === direction && chain.members.length >= 2 ? chain.members.length : 0;
  return Math.max(10, Math.min(40, 15 + 0.3 * Math.abs(net) + 5 * members));
}
