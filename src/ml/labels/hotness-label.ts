/**
 * Whether a coin became one of the hottest: the closes of each moment in, one moment at a time, and out, once a moment is a
 * horizon old, which coins of its universe gained most. The universe of a moment is what was there then; a coin that is
 * delisted meanwhile stays in it with its last price. What can not be known is told as such and never as "not hot".
 */
import { assert } from '../../core/assert.ts';
import { addMs, type EpochMs } from '../../core/time.ts';

/** What hot means. */
export type HotnessRules = {
  /** Over how many minutes a coin must gain; minutes whatever the timeframe. */
  readonly horizonMinutes: number;
  /** The share of the universe that is hot, rounded down to whole coins. */
  readonly share: number;
  /** Of fewer coins nothing is said. */
  readonly coinsMin: number;
};

/** The top tenth after an hour. */
export const HOTNESS_RULES: HotnessRules = { horizonMinutes: 60, share: 0.1, coinsMin: 10 };

/** Candles that closed at the same time. */
export type Moment = {
  /** Close time of the candles. */
  readonly time: EpochMs;
  /** Close by coin, of every coin that has a candle. */
  readonly closes: ReadonlyMap<string, number>;
  /** The coins that are compared, each with a close and once. */
  readonly universe: readonly string[];
};

/** What became of a coin of a moment. `change` is its gain as a fraction, up to its last price within the horizon. */
export type HotnessLabel = {
  readonly kind: 'resolved';
  readonly symbol: string;
  readonly time: EpochMs;
  readonly endTime: EpochMs;
  readonly label: 0 | 1;
  readonly change: number;
};

/** What is not known of a coin: there is no candle to know it by, too few coins to compare, or no time has passed yet. */
export type UnresolvedHotness = {
  readonly kind: 'unresolved';
  readonly symbol: string;
  readonly time: EpochMs;
  readonly reason: 'hole' | 'fewCoins' | 'future';
};

/** What is known of a coin of a moment. */
export type HotnessOutcome = HotnessLabel | UnresolvedHotness;

type Entry = { readonly symbol: string; readonly close: number };
type Waiting = { readonly time: EpochMs; readonly due: EpochMs; readonly entries: readonly Entry[] };
type Last = { readonly time: EpochMs; readonly close: number };

/** Moments that wait, the oldest first, and the last close of each coin; mutates in place and belongs to whoever folds it. */
export type HotnessLabeler = {
  readonly rules: HotnessRules;
  readonly waiting: Waiting[];
  readonly last: Map<string, Last>;
};

/** Nothing seen. */
export function createHotnessLabeler(rules: HotnessRules): HotnessLabeler {
  return { rules, waiting: [], last: new Map() };
}

/** Takes the next moment, later than all before; answers what it settled, the oldest moment first. */
export function foldHotness(labeler: HotnessLabeler, { time, closes, universe }: Moment): readonly HotnessOutcome[] {
  const { rules, waiting, last } = labeler;
  const newest = waiting.at(-1);
  assert(newest === undefined || newest.time < time, 'moments are folded in the order of time');
  assert(new Set(universe).size === universe.length, 'a coin is in the universe of a moment once');
  for (const [symbol, close] of closes) last.set(symbol, { time, close });
  const entries = universe.map((symbol): Entry => {
    const close = closes.get(symbol);
    assert(close !== undefined, 'a coin of the universe has a close');
    return { symbol, close };
  });
  const ripe = waiting.findIndex(({ due }) => due > time);
  const settled = waiting.splice(0, ripe < 0 ? waiting.length : ripe);
  waiting.push({ time, due: addMs(time, rules.horizonMinutes * 60_000), entries });
  // A moment that nobody had a candle at is a hole of the whole market: nothing is known of what was due then.
  return settled.flatMap((moment) => (moment.due === time ? settle(moment, labeler) : leaveOpen(moment, 'hole')));
}

/** Ends the stream: what still waits has not enough future. */
export function finishHotness({ waiting }: HotnessLabeler): readonly HotnessOutcome[] {
  return waiting.splice(0).flatMap((moment) => leaveOpen(moment, 'future'));
}

function leaveOpen({ time, entries }: Waiting, reason: UnresolvedHotness['reason']): readonly HotnessOutcome[] {
  return entries.map(({ symbol }) => ({ kind: 'unresolved', symbol, time, reason }));
}

function settle(moment: Waiting, { rules, last }: HotnessLabeler): readonly HotnessOutcome[] {
  const { time, due, entries } = moment;
  if (entries.length < rules.coinsMin) return leaveOpen(moment, 'fewCoins');
  const ends = entries.map(({ symbol }) => last.get(symbol) as Last);
  const changes = entries.map(({ close }, at) => (ends[at] as Last).close / close - 1);
  const least = leastHot(changes, rules.share);
  return entries.map(({ symbol }, at): HotnessOutcome => {
    // Without any later candle it is compared as unchanged, so that others do not rise by its absence, but not labelled.
    if ((ends[at] as Last).time === time) return { kind: 'unresolved', symbol, time, reason: 'hole' };
    const change = changes[at] as number;
    return { kind: 'resolved', symbol, time, endTime: due, label: change > least ? 1 : 0, change };
  });
}

/** The highest change that is not hot: more than this is. Of equal changes at the border none is, so hot stays rare. */
function leastHot(changes: readonly number[], share: number): number {
  const hottest = [...changes].sort((a, b) => b - a);
  return hottest[Math.floor(hottest.length * share + 1e-9)] ?? Number.NEGATIVE_INFINITY;
}
