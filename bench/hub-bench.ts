/**
 * What the desk costs the process that trades: a real run of trading with open positions on a simulated exchange, a second
 * of its market at a time, and after each second one look of the hub that tells every subscriber of every topic what
 * changed. Beside it a bare broadcast of the same bytes by the same library in the same process.
 */
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { createManualClock, type ManualClock } from '../src/adapters/clock/manual-clock.ts';
import { DESK_TOPICS } from '../src/api/contract.ts';
import { DeskHub } from '../src/api/desk/desk-hub.ts';
import type { DeskRunner } from '../src/api/desk/desk-ports.ts';
import { TopicLog } from '../src/api/desk/desk-topic.ts';
import { readTopic } from '../src/api/desk/desk-topics.ts';
import { epochMs } from '../src/core/time.ts';
import { viewPortfolio } from '../src/portfolio/index.ts';
import { burstsMarket } from '../test/fixtures/burst-market.ts';
import { TradingRun } from '../test/fixtures/trading-run.ts';
import {
  type Aim,
  type BenchContext,
  type BenchResult,
  type Figure,
  figureOf,
  type Pair,
  spreadOf,
} from './bench-result.ts';
import { type Child, startChild } from './child-process.ts';
import type { HubSubscriberCommands } from './hub-subscribers.ts';

const SIZES = { full: { rounds: 7, updates: 60 }, quick: { rounds: 1, updates: 10 } } as const;
const AUDIENCES = [1, 10, 100] as const;
const MOST = 100;
const AIM: Aim = { of: 'ratio', direction: 'at most', value: 2 };
const COINS = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF', 'GGG', 'HHH'];
const POSITIONS = 4;
const LOOK_MS = 250;
const SECOND_MS = 1_000;
/** Until the coins burst and are bought. */
const BOUGHT_WITHIN_SECONDS = 25 * 60;

type Stage = {
  readonly run: TradingRun;
  readonly runner: DeskRunner;
  readonly subscribers: Child<HubSubscriberCommands>;
  readonly hub: DeskHub;
  /** Paces the hub: it looks when this is told to go on. */
  readonly pace: ManualClock;
  readonly hubUrl: string;
  readonly bare: WebSocketServer;
  readonly bareUrl: string;
  /** The same topics, read beside the hub, so that the bytes are known that it sends. */
  readonly logs: readonly TopicLog[];
  bytes: number;
};

/** Measures. */
export async function runHubBench(context: BenchContext): Promise<BenchResult> {
  const run = await TradingRun.start({
    scenario: burstsMarket(COINS.map((name) => ({ symbol: `${name}USDT`, minute: 15 }))),
    settings: { execution: { max_concurrent_positions: POSITIONS } },
    desk: 'served',
  });
  const subscribers = startChild<HubSubscriberCommands>('hub-subscribers.ts');
  const servers: WebSocketServer[] = [];
  try {
    await hold(run);
    const stage = await openStage(run, subscribers, servers);
    const figures = [await measureNobody(context, stage), await measureViews(context, stage)];
    const pairs = new Map<number, readonly Pair[]>();
    for (const count of AUDIENCES) pairs.set(count, await measure(context, stage, count));
    stage.hub.close();
    stage.pace.close();
    figures.push(...[...pairs].map(([count, each]) => audienceFigure(count, each)), furtherFigure(pairs));
    return { title: 'The hub of the desk', notes: notesOf(context, stage), figures };
  } finally {
    await subscribers.close();
    for (const server of servers) server.close();
    await run.close();
  }
}

async function hold(run: TradingRun): Promise<void> {
  const count = (): number => viewPortfolio(run.trading.portfolio).positions.length;
  const what = `${POSITIONS} positions are open`;
  await run.passUntil(() => count() === POSITIONS, { limitMs: BOUGHT_WITHIN_SECONDS * SECOND_MS, what });
}

async function openStage(
  run: TradingRun,
  subscribers: Child<HubSubscriberCommands>,
  servers: WebSocketServer[],
): Promise<Stage> {
  const runner = run.desk.ports().runner();
  if (runner === null) throw new Error('the desk shows no engine');
  const pace = createManualClock(epochMs(1));
  const hub = new DeskHub({
    ...{ runner: () => runner, run: 'bench', clock: run.clock, wallClock: pace },
    onError: (reason) => {
      throw new Error(reason);
    },
  });
  const served = await listen(servers);
  served.on('connection', (socket: WebSocket) => hub.accept(socket));
  const bare = await listen(servers);
  const logs = DESK_TOPICS.map((topic) => new TopicLog(topic, 'bench'));
  return { run, runner, subscribers, hub, pace, hubUrl: urlOf(served), bare, bareUrl: urlOf(bare), logs, bytes: 0 };
}

async function listen(servers: WebSocketServer[]): Promise<WebSocketServer> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return server;
}

function urlOf(server: WebSocketServer): string {
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A second of trading, and the messages of what it changed. */
async function trade({ run, runner, logs }: Stage): Promise<readonly Buffer[]> {
  await run.pass(SECOND_MS);
  const now = run.now();
  return logs.flatMap((log) => log.look(readTopic(log.topic, runner, now), now) ?? []);
}

/** Microseconds of a look of the hub, until nothing waits to be written. */
async function look(stage: Stage): Promise<number> {
  const before = process.hrtime.bigint();
  await stage.pace.advance(LOOK_MS);
  await drained(stage);
  return Number(process.hrtime.bigint() - before) / 1_000;
}

/** Microseconds of sending the same messages to as many sockets. */
async function broadcast(stage: Stage, messages: readonly Buffer[]): Promise<number> {
  const { bare } = stage;
  const before = process.hrtime.bigint();
  for (const bytes of messages) for (const client of bare.clients) client.send(bytes, { binary: false });
  await drained(stage);
  return Number(process.hrtime.bigint() - before) / 1_000;
}

function measureNobody(context: BenchContext, stage: Stage): Promise<Figure> {
  return measureAlone(context, stage, { name: 'an update, nobody looks', spend: () => look(stage) });
}

/** What any hub has to pay once, whoever listens: the answers that trading makes for the desk. */
function measureViews(context: BenchContext, stage: Stage): Promise<Figure> {
  const { run, runner } = stage;
  const spend = async (): Promise<number> => {
    const before = process.hrtime.bigint();
    for (const topic of DESK_TOPICS) readTopic(topic, runner, run.now());
    return Number(process.hrtime.bigint() - before) / 1_000;
  };
  return measureAlone(context, stage, { name: 'of an update: what trading answers, made once', spend });
}

async function measureAlone(
  context: BenchContext,
  stage: Stage,
  { name, spend }: { readonly name: string; readonly spend: () => Promise<number> },
): Promise<Figure> {
  const { rounds, updates } = SIZES[context.mode];
  const means: number[] = [];
  for (let round = -1; round < rounds; round++) {
    let spent = 0;
    for (let update = 0; update < updates; update++) {
      await trade(stage);
      spent += await spend();
    }
    if (round >= 0) means.push(spent / updates);
  }
  return { name, unit: 'µs', ours: spreadOf(means), bare: null, ratio: null, aim: null };
}

async function measure(context: BenchContext, stage: Stage, count: number): Promise<readonly Pair[]> {
  const { rounds, updates } = SIZES[context.mode];
  const { subscribers, hubUrl, bareUrl } = stage;
  const message = JSON.stringify({ type: 'subscribe', topics: DESK_TOPICS });
  await subscribers.call('connect', { url: hubUrl, count, message });
  await subscribers.call('connect', { url: bareUrl, count, message: null });
  await trade(stage);
  await look(stage);
  // Hello and a snapshot of each.
  await subscribers.call('collect', { url: hubUrl, each: 1 + DESK_TOPICS.length });
  const pairs: Pair[] = [];
  for (let round = -1; round < rounds; round++) {
    const spent = { ours: 0, bare: 0 };
    globalThis.gc?.();
    for (let update = 0; update < updates; update++) {
      const messages = await trade(stage);
      stage.bytes = messages.reduce((sum, { length }) => sum + length, 0);
      spent.ours += await look(stage);
      spent.bare += await broadcast(stage, messages);
    }
    if (round >= 0) pairs.push({ ours: spent.ours / updates, bare: spent.bare / updates });
    context.note(`${count} subscribers, round ${round + 1} of ${rounds}`);
  }
  await subscribers.call('disconnect', null);
  return pairs;
}

function audienceFigure(count: number, pairs: readonly Pair[]): Figure {
  const name = `an update, ${count} subscriber${count === 1 ? '' : 's'} of all topics`;
  return figureOf(pairs, { name, unit: 'µs' }, count === MOST ? AIM : null);
}

/** What one subscriber more costs: the difference between the largest audience and one, round by round. */
function furtherFigure(pairs: ReadonlyMap<number, readonly Pair[]>): Figure {
  const one = pairs.get(1) ?? [];
  const each = (pairs.get(MOST) ?? []).map(({ ours, bare }, round) => ({
    ours: (ours - (one[round]?.ours ?? Number.NaN)) / (MOST - 1),
    bare: (bare - (one[round]?.bare ?? Number.NaN)) / (MOST - 1),
  }));
  return figureOf(each, { name: 'an update, each further subscriber', unit: 'µs' }, AIM);
}

/** Until nothing waits in this process. */
async function drained({ hub, bare }: Stage): Promise<void> {
  const isWaiting = (): boolean =>
    hub.stats().waitingBytes > 0 || [...bare.clients].some(({ bufferedAmount }) => bufferedAmount > 0);
  do await new Promise((resolve) => setImmediate(resolve));
  while (isWaiting());
}

function notesOf({ mode }: BenchContext, { bytes }: Stage): readonly string[] {
  const { rounds, updates } = SIZES[mode];
  return [
    `Ours: trading on paper over the simulated exchange with ${POSITIONS} open positions and ${COINS.length} coins that burst; after each ` +
      'second of its market one look of the hub: every topic is read, compared with what it was, written and encoded once, ' +
      `and sent to every subscriber. The time of the thread until nothing waits, mean of ${updates} updates, ${rounds} rounds.`,
    `Bare: the same messages (${bytes.toLocaleString('en')} bytes in the last update) sent to as many sockets of the same library, encoded ` +
      'once beforehand; nothing is read or compared. So the ratio of one subscriber is mostly what the answers themselves ' +
      'cost, which is paid once; the last line is what does grow with the audience.',
    'Without subscribers the hub does not look; what is measured is the clock. In use the hub looks four times a second.',
    'Clients are in another process and parse nothing. Everything goes over the loopback interface.',
  ];
}
