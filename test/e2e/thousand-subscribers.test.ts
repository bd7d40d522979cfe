/**
 * A thousand subscribers over the six series through ten minutes of market that cross midnight, counted from when the
 * last of them is connected, so that a candle of every timeframe closes. Nobody misses a closed candle, and the server's memory stays where it was. How late closed
 * candles are is printed beside what a bare broadcast of the same library needs in the same run; it is not judged.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { CandlesAnswer, InfoAnswer, ServerMessage, WireCandle } from '../../src/api/contract.ts';
import { siblingSeries } from '../../src/model/series.ts';
import { timeframe, timeframeMs } from '../../src/model/timeframe.ts';
import {
  type ChildAnswer,
  type ChildQuestion,
  realNow,
  SUBSCRIBED,
  SUBSCRIBED_START,
} from '../sim/subscribed-service.ts';

const SUBSCRIBERS = 1_000;
const FRAMES = ['1m', '5m', '15m', '1h', '4h', '1d'];
/** Market seconds, from when the last subscriber is connected: to the first measure of memory, and to the end. */
const WARM_AFTER_SEC = 60;
const END_AFTER_SEC = 600;
/** The midnight that the run must cross. */
const MIDNIGHT_SEC = Math.ceil(SUBSCRIBED_START / 86_400_000) * 86_400;
/** What caches and buffers may hold more at one moment than at another; twenty bytes a message would be more. */
const MEMORY_GROWTH_MAX = 8 * 1024 * 1024;

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

/** The server's process, and what it told. */
class Server {
  readonly answers: ChildAnswer[] = [];
  readonly #child: ChildProcess;

  constructor() {
    const script = fileURLToPath(new URL('../sim/subscribed-service.ts', import.meta.url));
    this.#child = fork(script, ['run'], { execArgv: ['--expose-gc'] });
    this.#child.on('message', (answer: ChildAnswer) => this.answers.push(answer));
    closers.push(() => this.#child.kill('SIGKILL'));
  }

  ask(question: ChildQuestion): void {
    this.#child.send(question);
  }

  /** The newest answer of a kind, once there are `count` of them. */
  async told<K extends ChildAnswer['kind']>(kind: K, count = 1): Promise<Extract<ChildAnswer, { kind: K }>> {
    const all = (): ChildAnswer[] => this.answers.filter((answer) => answer.kind === kind);
    await until(() => all().length >= count || this.answers.some((answer) => answer.kind === 'failed'));
    expect(this.answers.filter((answer) => answer.kind === 'failed')).toEqual([]);
    return all()[count - 1] as Extract<ChildAnswer, { kind: K }>;
  }

  /** Lets it close everything and remove its folder; resolves when the process is gone. */
  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.ask({ ask: 'stop' });
    await gone;
  }

  memory(count: number): Promise<Extract<ChildAnswer, { kind: 'memory' }>> {
    this.ask({ ask: 'memory' });
    return this.told('memory', count);
  }
}

/** One subscriber of one series; forming candles are counted only, as a thousand parsers would measure themselves. */
class Subscriber {
  readonly frame: string;
  readonly closed: WireCandle[] = [];
  readonly arrivals = new Map<number, number>();
  readonly other: string[] = [];
  forming = 0;
  readonly opened: Promise<void>;

  constructor(port: number, index: number) {
    this.frame = FRAMES[index % FRAMES.length] as string;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/market`);
    closers.push(() => socket.terminate());
    this.opened = new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () => {
        const batch = index % 2 === 0;
        const id = siblingSeries(SUBSCRIBED, timeframe(this.frame));
        socket.send(JSON.stringify({ type: 'subscribe', series_id: id, since: null, supports_batch: batch }));
        resolve();
      });
    });
    socket.on('message', (data) => this.#receive(String(data)));
    socket.on('close', (code) => this.other.push(`closed with ${code}`));
  }

  #receive(text: string): void {
    if (text.startsWith('{"type":"candle_forming"')) {
      this.forming++;
      return;
    }
    const message = JSON.parse(text) as ServerMessage;
    if (message.type === 'candles_batch') this.closed.push(...message.candles);
    else if (message.type === 'candle_closed') {
      this.closed.push(message.candle);
      this.arrivals.set(message.candle.candle_time, realNow());
    } else this.other.push(text);
  }

  get head(): number {
    return this.closed.at(-1)?.candle_time ?? 0;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

const secondsOf = (frame: string): number => timeframeMs(timeframe(frame)) / 1000;

/** Open time in seconds of the newest candle of `frame` that is over at `endSec`. */
function lastOpen(frame: string, endSec: number): number {
  return endSec - (endSec % secondsOf(frame)) - secondsOf(frame);
}

/** Market time of the server in whole seconds. */
async function marketSec(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/api/hotwick/info`);
  return ((await response.json()) as InfoAnswer).market_time;
}

async function storedCandles(port: number, frame: string): Promise<readonly WireCandle[]> {
  const query = new URLSearchParams({ series_id: siblingSeries(SUBSCRIBED, timeframe(frame)), limit: '5000' });
  const response = await fetch(`http://127.0.0.1:${port}/api/market/candles?${query}`);
  return ((await response.json()) as CandlesAnswer).candles;
}

/** How late closed minutes were for everybody, from their arrival at the service, in milliseconds. */
function closedLatencies(server: Server, subscribers: readonly Subscriber[]): readonly number[] {
  const received = new Map(
    server.answers.flatMap((answer) => (answer.kind === 'closed' ? [[answer.openSec, answer.at] as const] : [])),
  );
  return subscribers
    .filter(({ frame }) => frame === '1m')
    .flatMap(({ arrivals }) => [...arrivals])
    .flatMap(([openSec, arrivedAt]) => {
      const at = received.get(openSec);
      return at === undefined ? [] : [arrivedAt - at];
    });
}

/** Connects as many bare clients as there are subscribers to one series and hears the broadcast. */
async function bareLatencies(server: Server, port: number, clients: number): Promise<readonly number[]> {
  const latencies: number[] = [];
  const sockets = Array.from({ length: clients }, () => new WebSocket(`ws://127.0.0.1:${port}`));
  for (const socket of sockets) {
    closers.push(() => socket.terminate());
    socket.on('message', (data) => latencies.push(realNow() - (JSON.parse(String(data)) as { at: number }).at));
  }
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.on('open', resolve))));
  server.ask({ ask: 'broadcast' });
  await server.told('broadcastDone');
  return latencies;
}

function percentiles(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN).toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}

it('sends a thousand subscribers every closed candle, and its memory does not grow', async () => {
  const server = new Server();
  const { port, barePort } = await server.told('up');
  const subscribers = Array.from({ length: SUBSCRIBERS }, (_, index) => new Subscriber(port, index));
  await Promise.all(subscribers.map(({ opened }) => opened));
  const connectedSec = await marketSec(port);
  expect(connectedSec, 'everybody is connected before the midnight').toBeLessThan(MIDNIGHT_SEC);
  const haveAll = (endSec: number): boolean => subscribers.every(({ frame, head }) => head >= lastOpen(frame, endSec));
  await until(() => haveAll(connectedSec + WARM_AFTER_SEC));
  const warm = await server.memory(1);
  const endSec = Math.max(connectedSec + END_AFTER_SEC, MIDNIGHT_SEC + 60);
  await until(() => haveAll(endSec));
  const end = await server.memory(2);

  for (const frame of FRAMES) {
    const stored = await storedCandles(port, frame);
    const expected = new Map(stored.map((candle) => [candle.candle_time, JSON.stringify(candle)]));
    for (const { closed } of subscribers.filter((subscriber) => subscriber.frame === frame)) {
      const times = closed.map((candle) => candle.candle_time);
      const first = times[0] as number;
      const steps = times.map((_, index) => first + index * secondsOf(frame));
      expect(times).toEqual(steps);
      expect(times.at(-1)).toBeGreaterThanOrEqual(lastOpen(frame, endSec));
      expect(closed.map((candle) => JSON.stringify(candle))).toEqual(times.map((time) => expected.get(time)));
    }
  }
  expect(subscribers.flatMap(({ other }) => other)).toEqual([]);
  expect(end.bytes - warm.bytes).toBeLessThan(MEMORY_GROWTH_MAX);

  const forming = subscribers.reduce((sum, subscriber) => sum + subscriber.forming, 0);
  const bare = await bareLatencies(server, barePort, Math.ceil(SUBSCRIBERS / FRAMES.length));
  const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  process.stdout.write(
    `  closed minutes to subscribers: ${percentiles(closedLatencies(server, subscribers))}; ` +
      `bare ws broadcast: ${percentiles(bare)}; ${forming} forming messages; ` +
      `memory in use ${mib(warm.bytes)} warm, ${mib(end.bytes)} at the end ` +
      `(resident ${mib(warm.residentBytes)}, ${mib(end.residentBytes)})\n`,
  );
  await server.stop();
}, 150_000);
