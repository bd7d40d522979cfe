/**
 * From a frame leaving the exchange to a subscriber having it: the whole product beside a bare relay of the same
 * frames, and beside one that also stores closed candles. Source, product, relays and subscribers are four
 * processes; all stamps are of the machine's one monotonic clock.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { BenchContext, BenchResult, Figure } from './bench-result.ts';
import { type Child, startChild } from './child-process.ts';
import {
  audienceText,
  CLOSES,
  FLOW,
  latenciesOf,
  missingText,
  notesOf,
  type Pace,
  type Round,
  type SideName,
  WARM_UP,
} from './latency-figures.ts';
import type { RelayCommands } from './latency-relay.ts';
import type { ServiceCommands } from './latency-service.ts';
import type { SourceCommands } from './latency-source.ts';
import type { SubscriberCommands } from './latency-subscribers.ts';

const SERIES = 'binance:futures:BTC/USDT:1m';
const AUDIENCES = [1, 100] as const;
const SIZES = {
  full: { rounds: 5, flow: 480, closes: 240, warmUp: 2_000 },
  quick: { rounds: 2, flow: 48, closes: 30, warmUp: 48 },
} as const;
/** What the product may take until it sends its first candle: two pages of history come first. */
const PATIENCE_MS = 20_000;
/** How often arrivals are counted at a round's end, and the silence after which no more are expected. */
const POLL_MS = 25;
const QUIET_MS_MAX = 1_000;

type Side = { readonly sourcePath: string; readonly url: string };
type RoundPlan = {
  readonly side: SideName;
  readonly count: number;
  readonly frames: number;
  readonly pace: Pace;
};
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
    const storing = { url: `${origin}/storing`, series: SERIES, storeFile: join(context.dir, 'relay.db') };
    const ports = {
      ours: await service.call('start', { sourcePort: port, dir: join(context.dir, 'data'), series: SERIES }),
      bare: await relay.call('start', { url: `${origin}/bare`, series: SERIES, storeFile: null }),
      storing: await relay.call('start', storing),
    };
    const sides = {
      ours: { sourcePath: '/market/stream', url: `ws://127.0.0.1:${ports.ours.port}/ws/market` },
      bare: { sourcePath: '/bare', url: `ws://127.0.0.1:${ports.bare.port}/` },
      storing: { sourcePath: '/storing', url: `ws://127.0.0.1:${ports.storing.port}/` },
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
      perSecond: WARM_UP.perSecond,
      closedEvery: 5,
    });
    await wait(100);
    const { numbers } = await stage.subscribers.call('take', null);
    if (numbers.length > 0) break;
    if (performance.now() > deadline) throw new Error('the service sends nothing');
  }
  await stage.subscribers.call('disconnect', null);
}

/** For each audience the exchange's own mix first, then closes close together. */
async function measureAll(stage: Stage, context: BenchContext): Promise<BenchResult> {
  const size = SIZES[context.mode];
  const figures: Figure[] = [];
  const missing: string[] = [];
  // What runs for weeks has been compiled; so has what is measured.
  for (const side of CLOSES.sides) await playRound(stage, { side, count: 1, frames: size.warmUp, pace: WARM_UP });
  for (const count of AUDIENCES) {
    for (const [pace, frames] of [[FLOW, size.flow] as const, [CLOSES, size.closes] as const]) {
      const title = `${pace.name}, ${audienceText(count)}`;
      const note = (round: number): void => context.note(`${title}, round ${round} of ${size.rounds}`);
      const rounds = await playRounds(stage, { count, frames, pace, times: size.rounds, note });
      figures.push(...pace.figures(count, rounds));
      missing.push(`${title}: ${missingText(rounds.ours)} (bare ${missingText(rounds.bare)})`);
    }
  }
  return { title: 'Latency: frame sent to subscriber reached', notes: notesOf(size, missing), figures };
}

/** Alternating rounds of every side. */
async function playRounds(
  stage: Stage,
  plan: Omit<RoundPlan, 'side'> & { readonly times: number; readonly note: (round: number) => void },
): Promise<Record<SideName, Round[]>> {
  const rounds: Record<SideName, Round[]> = { ours: [], bare: [], storing: [] };
  for (let round = 1; round <= plan.times; round++) {
    for (const side of plan.pace.sides) rounds[side].push(await playRound(stage, { ...plan, side }));
    plan.note(round);
  }
  return rounds;
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

async function playRound(stage: Stage, round: RoundPlan): Promise<Round> {
  await connect(stage, round);
  await stage.subscribers.call('take', null);
  const { sourcePath } = stage.sides[round.side];
  const { frames, pace } = round;
  const order = { path: sourcePath, frames, perSecond: pace.perSecond, closedEvery: pace.closedEvery };
  const sent = await stage.source.call('send', order);
  const expected = frames * round.count;
  await untilArrived(stage, expected);
  const received = await stage.subscribers.call('take', null);
  await stage.subscribers.call('disconnect', null);
  const expectedClosed = Math.floor(frames / pace.closedEvery) * round.count;
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
