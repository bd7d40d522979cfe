/**
 * From a frame leaving the exchange to a subscriber having it: the whole product beside a bare relay of the same
 * frames, and beside one that also syncs closed candles to the disk. Source, product, relays and subscribers are four
 * processes; all stamps are of the machine's one monotonic clock.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { BenchContext, BenchResult, Figure } from './bench-result.ts';
import { type Child, startChild } from './child-process.ts';
import {
  audienceText,
  CLOSED_EVERY,
  figuresOf,
  latenciesOf,
  missingText,
  notesOf,
  PER_SECOND,
  type Round,
  SIDE_NAMES,
  type SideName,
} from './latency-figures.ts';
import type { RelayCommands } from './latency-relay.ts';
import type { ServiceCommands } from './latency-service.ts';
import type { SourceCommands } from './latency-source.ts';
import type { SubscriberCommands } from './latency-subscribers.ts';

const SERIES = 'binance:futures:BTC/USDT:1m';
const AUDIENCES = [1, 100] as const;
const SIZES = { full: { rounds: 5, frames: 150, warmUp: 90 }, quick: { rounds: 2, frames: 30, warmUp: 24 } } as const;
/** What the product may take until it sends its first candle: two pages of history come first. */
const PATIENCE_MS = 20_000;
/** How often arrivals are counted at a round's end, and the silence after which no more are expected. */
const POLL_MS = 25;
const QUIET_MS_MAX = 1_000;

type Side = { readonly sourcePath: string; readonly url: string };
type Stage = {
  readonly source: Child<SourceCommands>;
  readonly subscribers: Child<SubscriberCommands>;
  readonly sides: Readonly<Record<SideName, Side>>;
};

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
  return { title: 'Latency: frame sent to subscriber reached', notes: notesOf(size.frames, missing), figures };
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
  const expectedClosed = Math.floor(round.frames / CLOSED_EVERY) * round.count;
  return { ...latenciesOf(sent, received), expected, expectedClosed };
}

/** Waits for the last message, or until none has come for a while: a forming one may have been replaced. */
async function untilArrived(stage: Stage, expected: number): Promise<void> {
  let count = await stage.subscribers.call('count', null);
  for (let quietMs = 0; count < expected && quietMs < QUIET_MS_MAX; quietMs += POLL_MS) {
    await wait(POLL_MS);
    const now = await stage.subscribers.call('count', null);
    if (now > count) quietMs = 0;
    count = now;
  }
}
