/**
 * From a frame leaving the exchange to a subscriber having it: the whole product beside a bare relay of the same
 * frames. Source, product, relay and subscribers are four processes; all stamps are of the machine's one monotonic clock.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type BenchContext, type BenchResult, type Figure, figureOf, quantile, spreadOf } from './bench-result.ts';
import { type Child, startChild } from './child-process.ts';
import type { RelayCommands } from './latency-relay.ts';
import type { ServiceCommands } from './latency-service.ts';
import type { RoundSent, SourceCommands } from './latency-source.ts';
import type { Received, SubscriberCommands } from './latency-subscribers.ts';

const SERIES = 'binance:futures:BTC/USDT:1m';
const PER_SECOND = 50;
const CLOSED_EVERY = 5;
const AUDIENCES = [1, 100] as const;
const SIZES = { full: { pairs: 5, frames: 250, warmUp: 150 }, quick: { pairs: 2, frames: 50, warmUp: 50 } } as const;
/** What a process may take to become ready, or the last message to arrive. */
const PATIENCE_MS = 20_000;

/** Latencies of one round in milliseconds, and how many messages were expected. */
type Round = { readonly forming: Float64Array; readonly closed: Float64Array; readonly expected: number };

type Side = { readonly sourcePath: string; readonly url: string };
type Stage = {
  readonly source: Child<SourceCommands>;
  readonly subscribers: Child<SubscriberCommands>;
  readonly ours: Side;
  readonly bare: Side;
};

/** Measures. */
export async function runLatencyBench(context: BenchContext): Promise<BenchResult> {
  const source = startChild<SourceCommands>('latency-source.ts');
  const service = startChild<ServiceCommands>('latency-service.ts', context.note);
  const relay = startChild<RelayCommands>('latency-relay.ts');
  const subscribers = startChild<SubscriberCommands>('latency-subscribers.ts');
  try {
    const { port } = await source.call('start', null);
    const ours = await service.call('start', { sourcePort: port, dir: join(context.dir, 'data'), series: SERIES });
    const bare = await relay.call('start', { url: `ws://127.0.0.1:${port}/relay`, series: SERIES });
    const stage: Stage = {
      source,
      subscribers,
      ours: { sourcePath: '/market/stream', url: `ws://127.0.0.1:${ours.port}/ws/market` },
      bare: { sourcePath: '/relay', url: `ws://127.0.0.1:${bare.port}/` },
    };
    await untilAlive(stage);
    return await measureAll(stage, context);
  } finally {
    for (const child of [subscribers, relay, service, source]) await child.close();
  }
}

/** Waits until frames come out of the product: its history is fetched by then. */
async function untilAlive(stage: Stage): Promise<void> {
  await connect(stage, { side: stage.ours, count: 1 });
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    await stage.source.call('send', { path: stage.ours.sourcePath, frames: 10, perSecond: PER_SECOND, closedEvery: 5 });
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
  const sync: number[] = [];
  for (const count of AUDIENCES) {
    const ours: Round[] = [];
    const bare: Round[] = [];
    for (const side of [stage.ours, stage.bare]) await playRound(stage, { side, count, frames: size.warmUp });
    for (let pair = 0; pair < size.pairs; pair++) {
      ours.push(await playRound(stage, { side: stage.ours, count, frames: size.frames }));
      bare.push(await playRound(stage, { side: stage.bare, count, frames: size.frames }));
      sync.push(...timeSyncs(context.dir));
      context.note(`${count} subscribers, pair ${pair + 1} of ${size.pairs}`);
    }
    figures.push(...figuresOf(count, ours, bare));
    missing.push(`${count}: ${missingText(ours)} (bare ${missingText(bare)})`);
  }
  return { title: 'Latency: frame sent to subscriber reached', notes: notesOf(missing, sync), figures };
}

function figuresOf(count: number, ours: readonly Round[], bare: readonly Round[]): readonly Figure[] {
  const audience = count === 1 ? '1 subscriber' : `${count} subscribers`;
  const aim = { of: 'ratio', direction: 'at most', value: 2 } as const;
  return (['forming', 'closed'] as const).flatMap((state) =>
    [0.5, 0.99].map((share) => {
      const pairs = ours.map((round, index) => ({
        ours: quantile(round[state], share),
        bare: quantile(bare[index]?.[state] ?? [], share),
      }));
      return figureOf(pairs, { name: `${state} p${share * 100}, ${audience}`, unit: 'ms' }, aim);
    }),
  );
}

function missingText(rounds: readonly Round[]): string {
  const expected = rounds.reduce((sum, round) => sum + round.expected, 0);
  const got = rounds.reduce((sum, round) => sum + round.forming.length + round.closed.length, 0);
  return `${expected - got} of ${expected}`;
}

function notesOf(missing: readonly string[], sync: readonly number[]): readonly string[] {
  const { median, max } = spreadOf(sync);
  return [
    `${PER_SECOND} frames a second of one symbol, every ${CLOSED_EVERY}th closing its candle; the product derives five timeframes from each.`,
    'Ours: socket, schema check, mailbox, journal, fold, store, bus, hub, socket. A closed candle is recorded with a full ' +
      'disk sync and stored in SQLite before it is sent; a forming one is neither. Forming candles are not throttled here (250 ms in production).',
    'Bare: a relay that parses the frame, writes the wire message and sends it to each subscriber. It checks nothing and writes nothing.',
    `One appended 4 KiB block with fdatasync on the same disk, between the rounds: median ${median.toFixed(2)} ms, worst ` +
      `${max.toFixed(2)} ms. A closed candle can not be faster than bare plus that.`,
    `Messages that did not arrive, by number of subscribers: ${missing.join('; ')}. A forming one may be replaced by its successor.`,
  ];
}

async function connect(stage: Stage, to: { readonly side: Side; readonly count: number }): Promise<void> {
  const { formingOpen } = await stage.source.call('status', stage.ours.sourcePath);
  // From the newest closed candle on, so that no history stands before the first frame.
  const since = formingOpen / 1000 - 60;
  const subscribe = JSON.stringify({ type: 'subscribe', series_id: SERIES, since, supports_batch: true });
  const message = to.side === stage.ours ? subscribe : null;
  await stage.subscribers.call('connect', { url: to.side.url, count: to.count, message });
  await wait(150); // subscriptions are served at once; this only keeps their work out of the first frames
}

async function playRound(
  stage: Stage,
  round: { readonly side: Side; readonly count: number; readonly frames: number },
): Promise<Round> {
  await connect(stage, round);
  await stage.subscribers.call('take', null);
  const { sourcePath } = round.side;
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

/** Milliseconds of 20 appends of one block, each synced. */
function timeSyncs(dir: string): readonly number[] {
  const file = openSync(join(dir, 'sync'), 'a');
  const block = Buffer.alloc(4096, 1);
  try {
    return Array.from({ length: 20 }, () => {
      const before = performance.now();
      writeSync(file, block);
      fdatasyncSync(file);
      return performance.now() - before;
    });
  } finally {
    closeSync(file);
  }
}
