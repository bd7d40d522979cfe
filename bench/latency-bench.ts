/**
 * From a frame leaving the exchange to a subscriber having it: the whole product beside a bare relay of the same
 * frames, and beside one that also syncs closed candles to the disk. Source, product, relays and subscribers are four
 * processes; all stamps are of the machine's one monotonic clock.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Aim, type BenchContext, type BenchResult, type Figure, figureOf, quantile } from './bench-result.ts';
import { type Child, startChild } from './child-process.ts';
import type { RelayCommands } from './latency-relay.ts';
import type { ServiceCommands } from './latency-service.ts';
import type { RoundSent, SourceCommands } from './latency-source.ts';
import type { Received, SubscriberCommands } from './latency-subscribers.ts';

const SERIES = 'binance:futures:BTC/USDT:1m';
const PER_SECOND = 50;
const CLOSED_EVERY = 3;
const AUDIENCES = [1, 100] as const;
const SIZES = { full: { rounds: 5, frames: 150, warmUp: 90 }, quick: { rounds: 2, frames: 30, warmUp: 24 } } as const;
/** What a process may take to become ready, or the last message to arrive. */
const PATIENCE_MS = 20_000;

/** Latencies of one round in milliseconds, and how many messages were expected. */
type Round = { readonly forming: Float64Array; readonly closed: Float64Array; readonly expected: number };

type Side = { readonly sourcePath: string; readonly url: string };
type SideName = 'ours' | 'bare' | 'synced';
type Stage = {
  readonly source: Child<SourceCommands>;
  readonly subscribers: Child<SubscriberCommands>;
  readonly sides: Readonly<Record<SideName, Side>>;
};

const SIDE_NAMES: readonly SideName[] = ['ours', 'bare', 'synced'];

/** Measures. */
export async function runLatencyBench(context: BenchContext): Promise<BenchResult> {
  const source = startChild<SourceCommands>('latency-source.ts');
  const service = startChild<ServiceCommands>('latency-service.ts', context.note);
  const relay = startChild<RelayCommands>('latency-relay.ts');
  const subscribers = startChild<SubscriberCommands>('latency-subscribers.ts');
  try {
    const { port } = await source.call('start', null);
    const origin = `ws://127.0.0.1:${port}`;
    const synced = { url: `${origin}/synced`, series: SERIES, syncFile: join(context.dir, 'synced') };
    const ports = {
      ours: await service.call('start', { sourcePort: port, dir: join(context.dir, 'data'), series: SERIES }),
      bare: await relay.call('start', { url: `${origin}/bare`, series: SERIES, syncFile: null }),
      synced: await relay.call('start', synced),
    };
    const sides = {
      ours: { sourcePath: '/market/stream', url: `ws://127.0.0.1:${ports.ours.port}/ws/market` },
      bare: { sourcePath: '/bare', url: `ws://127.0.0.1:${ports.bare.port}/` },
      synced: { sourcePath: '/synced', url: `ws://127.0.0.1:${ports.synced.port}/` },
    };
    const stage: Stage = { source, subscribers, sides };
    await untilAlive(stage);
    return await measureAll(stage, context);
  } finally {
    for (const child of [subscribers, relay, service, source]) await child.close();
  }
}

/** Waits until frames come out of the product: its history is fetched by then. */
async function untilAlive(stage: Stage): Promise<void> {
  await connect(stage, { side: 'ours', count: 1 });
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    await stage.source.call('send', {
      path: stage.sides.ours.sourcePath,
      frames: 10,
      perSecond: PER_SECOND,
      closedEvery: 5,
    });
    await wait(100);
    const { numbers } = await stage.subscribers.call('take', null);
    if (numbers.length > 0) break;
    if (performance.now() > deadline) throw new Error('the service sends nothing');
  }
  await stage.subscribers.call('disconnect', null);
}

async function measureAll(stage: Stage, context: BenchContext): Promise<BenchResult> {
  const size = SIZES[context.mode];
  const figures: Figure[] = [];
  const missing: string[] = [];
  for (const count of AUDIENCES) {
    const rounds: Record<SideName, Round[]> = { ours: [], bare: [], synced: [] };
    for (const side of SIDE_NAMES) await playRound(stage, { side, count, frames: size.warmUp });
    for (let round = 0; round < size.rounds; round++) {
      for (const side of SIDE_NAMES) rounds[side].push(await playRound(stage, { side, count, frames: size.frames }));
      context.note(`${audienceText(count)}, round ${round + 1} of ${size.rounds}`);
    }
    figures.push(...figuresOf(count, rounds));
    missing.push(`${audienceText(count)}: ${missingText(rounds.ours)} (bare ${missingText(rounds.bare)})`);
  }
  return { title: 'Latency: frame sent to subscriber reached', notes: notesOf(context, missing), figures };
}

function audienceText(count: number): string {
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

function figuresOf(count: number, rounds: Readonly<Record<SideName, readonly Round[]>>): readonly Figure[] {
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

function missingText(rounds: readonly Round[]): string {
  const expected = rounds.reduce((sum, round) => sum + round.expected, 0);
  const got = rounds.reduce((sum, round) => sum + round.forming.length + round.closed.length, 0);
  return `${expected - got} of ${expected}`;
}

function notesOf(context: BenchContext, missing: readonly string[]): readonly string[] {
  const { frames } = SIZES[context.mode];
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
    `Messages that did not arrive: ${missing.join('; ')}. A forming one may be replaced by its successor.`,
  ];
}

async function connect(stage: Stage, to: { readonly side: SideName; readonly count: number }): Promise<void> {
  const { formingOpen } = await stage.source.call('status', stage.sides.ours.sourcePath);
  // From the newest closed candle on, so that no history stands before the first frame.
  const since = formingOpen / 1000 - 60;
  const subscribe = JSON.stringify({ type: 'subscribe', series_id: SERIES, since, supports_batch: true });
  const message = to.side === 'ours' ? subscribe : null;
  await stage.subscribers.call('connect', { url: stage.sides[to.side].url, count: to.count, message });
  await wait(150); // subscriptions are served at once; this only keeps their work out of the first frames
}

async function playRound(
  stage: Stage,
  round: { readonly side: SideName; readonly count: number; readonly frames: number },
): Promise<Round> {
  await connect(stage, round);
  await stage.subscribers.call('take', null);
  const { sourcePath } = stage.sides[round.side];
  const order = { path: sourcePath, frames: round.frames, perSecond: PER_SECOND, closedEvery: CLOSED_EVERY };
  const sent = await stage.source.call('send', order);
  const expected = round.frames * round.count;
  await untilArrived(stage, expected);
  const received = await stage.subscribers.call('take', null);
  await stage.subscribers.call('disconnect', null);
  return { ...latenciesOf(sent, received), expected };
}

/** Waits for the last message, or until nothing more comes: a forming one may have been replaced. */
async function untilArrived(stage: Stage, expected: number): Promise<void> {
  let before = -1;
  for (;;) {
    const count = await stage.subscribers.call('count', null);
    if (count >= expected || count === before) return;
    before = count;
    await wait(300);
  }
}

function latenciesOf(sent: RoundSent, received: Received): Pick<Round, 'forming' | 'closed'> {
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
