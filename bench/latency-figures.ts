/**
 * The latency benchmark's arithmetic: what left and what arrived become latencies, and rounds of three sides become
 * figures. Latencies are in milliseconds.
 */
import { type Aim, type Figure, figureOf, quantile } from './bench-result.ts';
import type { RoundSent } from './latency-source.ts';
import type { Received } from './latency-subscribers.ts';

/** The product, the relay, and the relay that syncs closed candles to the disk. */
export type SideName = 'ours' | 'bare' | 'synced';

/** Every side, in the order of a round. */
export const SIDE_NAMES: readonly SideName[] = ['ours', 'bare', 'synced'];

/** Frames the source sends in a second. */
export const PER_SECOND = 50;
/** Every so many frames one closes its candle. */
export const CLOSED_EVERY = 3;

/** Latencies of one round, how many messages were expected, and how many of these closed a candle. */
export type Round = {
  readonly forming: Float64Array;
  readonly closed: Float64Array;
  readonly expected: number;
  readonly expectedClosed: number;
};

/** The latencies of what arrived, each from its own frame's stamp. */
export function latenciesOf(sent: RoundSent, received: Received): Pick<Round, 'forming' | 'closed'> {
  const forming: number[] = [];
  const closed: number[] = [];
  received.numbers.forEach((number, index) => {
    const sentMs = sent.sentMs[number - sent.firstNumber];
    if (sentMs === undefined) return;
    const latency = (received.receivedMs[index] ?? Number.NaN) - sentMs;
    (received.closed[index] === 1 ? closed : forming).push(latency);
  });
  return { forming: Float64Array.from(forming), closed: Float64Array.from(closed) };
}

/** How many listen, in words. */
export function audienceText(count: number): string {
  return count === 1 ? '1 subscriber' : `${count} subscribers`;
}

type Comparison = {
  readonly state: 'forming' | 'closed';
  readonly beside: 'bare' | 'synced';
  readonly aim: Aim | null;
};

const AIM: Aim = { of: 'ratio', direction: 'at most', value: 2 };
const COMPARISONS: readonly Comparison[] = [
  { state: 'forming', beside: 'bare', aim: AIM },
  { state: 'closed', beside: 'bare', aim: AIM },
  { state: 'closed', beside: 'synced', aim: null },
];

/** The figures of one audience: p50 and p99 of each round, beside those of the baselines. */
export function figuresOf(count: number, rounds: Readonly<Record<SideName, readonly Round[]>>): readonly Figure[] {
  return COMPARISONS.flatMap(({ state, beside, aim }) =>
    [0.5, 0.99].map((share) => {
      const pairs = rounds.ours.map((round, index) => ({
        ours: quantile(round[state], share),
        bare: quantile(rounds[beside][index]?.[state] ?? [], share),
      }));
      const name = `${state}${beside === 'synced' ? ' beside synced' : ''} p${share * 100}, ${audienceText(count)}`;
      return figureOf(pairs, { name, unit: 'ms' }, aim);
    }),
  );
}

/** How many messages of some rounds did not arrive. */
export function missingText(rounds: readonly Round[]): string {
  const sum = (read: (round: Round) => number): number => rounds.reduce((total, round) => total + read(round), 0);
  const forming = sum((round) => round.expected - round.expectedClosed - round.forming.length);
  const closed = sum((round) => round.expectedClosed - round.closed.length);
  return `${forming} forming and ${closed} closed of ${sum((round) => round.expected)}`;
}

/** What a reader must know; a round has `frames` frames. */
export function notesOf(frames: number, missing: readonly string[]): readonly string[] {
  return [
    `${PER_SECOND} frames a second of one symbol, every ${CLOSED_EVERY}rd closing its candle, which is 1,000 times as often ` +
      'as in a real market; the product derives five timeframes from each.',
    'Ours: socket, schema check, mailbox, journal, fold, store, bus, hub, socket. A closed candle is recorded with a full ' +
      'disk sync and stored in SQLite before it is sent; a forming one is neither. Forming candles are not held to their ' +
      '250 ms pace here.',
    'Bare: a relay that parses the frame, writes the wire message and sends it to each subscriber. It checks nothing and ' +
      'keeps nothing, so for closed candles it promises less than the product does.',
    'Beside synced: the same relay, which appends each closed candle to a file and waits for the disk (fdatasync) before ' +
      'it sends it: the floor of any service that does not announce what it could lose.',
    `A round has ${frames} frames; with 1 subscriber its p99 is the slowest or second slowest message.`,
    `Messages that did not arrive: ${missing.join('; ')}. A forming one may be replaced by its successor, a closed one may not.`,
  ];
}
