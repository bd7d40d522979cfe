/**
 * The latency benchmark's arithmetic: what left and what arrived become latencies, and rounds of three sides become
 * figures. Latencies are in milliseconds.
 */
import { type Aim, type Figure, figureOf, quantile } from './bench-result.ts';
import type { RoundSent } from './latency-source.ts';
import type { Received } from './latency-subscribers.ts';

/** The product, the relay, and the relay that stores closed candles. */
export type SideName = 'ours' | 'bare' | 'storing';

/** How the source plays a round, and what is made of it. */
export type Pace = {
  readonly name: string;
  /** Frames the source sends in a second. */
  readonly perSecond: number;
  /** Every so many frames one closes its candle. */
  readonly closedEvery: number;
  /** Who is measured, in the order of a round. */
  readonly sides: readonly SideName[];
  readonly figures: (count: number, rounds: Rounds) => readonly Figure[];
};

/** Rounds of each side; those of one index ran one after the other. */
export type Rounds = Readonly<Record<SideName, readonly Round[]>>;

/** The exchange's own mix: a frame every 250 ms is 240 a minute, the last of which closes the candle. */
export const FLOW: Pace = {
  name: 'all frames',
  perSecond: 100,
  closedEvery: 240,
  sides: ['ours', 'bare'],
  figures: (count, rounds) =>
    figuresOf({ count, rounds, state: 'all', beside: 'bare', aims: { p50: TWICE, p99: TWICE } }),
};

/** Closes close together, to have enough of them. */
export const CLOSES: Pace = {
  name: 'closed',
  perSecond: 50,
  closedEvery: 3,
  sides: ['ours', 'bare', 'storing'],
  figures: (count, rounds) => [
    ...figuresOf({ count, rounds, state: 'closed', beside: 'storing', aims: { p50: null, p99: THRICE } }),
    ...figuresOf({ count, rounds, state: 'closed', beside: 'bare', aims: { p50: null, p99: null } }),
  ],
};

/** Fast, so that everybody's code is compiled before anything is measured. */
export const WARM_UP: Pace = { ...CLOSES, perSecond: 500 };

const TWICE: Aim = { of: 'ratio', direction: 'at most', value: 2 };
const THRICE: Aim = { of: 'ratio', direction: 'at most', value: 3 };

/** Latencies of one round, of all its frames and of each kind, how many messages were expected, and how many of these closed a candle. */
export type Round = {
  readonly all: Float64Array;
  readonly forming: Float64Array;
  readonly closed: Float64Array;
  readonly expected: number;
  readonly expectedClosed: number;
};

/** The latencies of what arrived, each from its own frame's stamp. */
export function latenciesOf(sent: RoundSent, received: Received): Pick<Round, 'all' | 'forming' | 'closed'> {
  const forming: number[] = [];
  const closed: number[] = [];
  received.numbers.forEach((number, index) => {
    const sentMs = sent.sentMs[number - sent.firstNumber];
    if (sentMs === undefined) return;
    const latency = (received.receivedMs[index] ?? Number.NaN) - sentMs;
    (received.closed[index] === 1 ? closed : forming).push(latency);
  });
  const all = Float64Array.from([...forming, ...closed]);
  return { all, forming: Float64Array.from(forming), closed: Float64Array.from(closed) };
}

/** How many listen, in words. */
export function audienceText(count: number): string {
  return count === 1 ? '1 subscriber' : `${count} subscribers`;
}

/** p50 and p99 of each round beside those of a baseline. */
function figuresOf(comparison: {
  readonly count: number;
  readonly rounds: Rounds;
  readonly state: 'all' | 'closed';
  readonly beside: 'bare' | 'storing';
  readonly aims: { readonly p50: Aim | null; readonly p99: Aim | null };
}): readonly Figure[] {
  const { count, rounds, state, beside, aims } = comparison;
  const words = state === 'all' ? 'frame' : `closed${beside === 'storing' ? ' beside storing relay' : ' beside relay'}`;
  return (['p50', 'p99'] as const).map((name) => {
    const share = name === 'p50' ? 0.5 : 0.99;
    const pairs = rounds.ours.map((round, index) => ({
      ours: quantile(round[state], share),
      bare: quantile(rounds[beside][index]?.[state] ?? [], share),
    }));
    return figureOf(pairs, { name: `${words} ${name}, ${audienceText(count)}`, unit: 'ms' }, aims[name]);
  });
}

/** How many messages of some rounds did not arrive. */
export function missingText(rounds: readonly Round[]): string {
  const sum = (read: (round: Round) => number): number => rounds.reduce((total, round) => total + read(round), 0);
  const forming = sum((round) => round.expected - round.expectedClosed - round.forming.length);
  const closed = sum((round) => round.expectedClosed - round.closed.length);
  return `${forming} forming and ${closed} closed of ${sum((round) => round.expected)}`;
}

/** What a reader must know of rounds of these sizes. */
export function notesOf(
  size: { readonly flow: number; readonly closes: number; readonly warmUp: number },
  missing: readonly string[],
): readonly string[] {
  return [
    `Frame: all frames of one symbol in the exchange's own mix, one in ${FLOW.closedEvery} closing its candle, ` +
      `${FLOW.perSecond} a second, ${size.flow} a round. Closed: the closing frames of a stream in which every ` +
      `${CLOSES.closedEvery}rd closes, ${CLOSES.perSecond} a second, ${size.closes} a round, so its p99 with 1 subscriber is the slowest.`,
    'Ours: socket, schema check, mailbox, journal, fold into six timeframes, store, bus, hub, socket. Records and candles ' +
      'are in SQLite, safe from a killed process, before a closed candle is sent. Forming candles are not held to their ' +
      '250 ms pace here.',
    'Bare, the relay: parses the frame, writes the wire message and sends it to each subscriber. It checks nothing and ' +
      'keeps nothing, so for closed candles it promises less than the product does. The storing relay first upserts each ' +
      'closed candle into SQLite (WAL, NORMAL), one commit each: the bare path of "stored, then sent".',
    `Every side runs ${size.warmUp} frames before anything is measured.`,
    `Messages that did not arrive: ${missing.join('; ')}. A forming one may be replaced by its successor, a closed one may not.`,
  ];
}
