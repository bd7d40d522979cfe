/**
 * The client over real sockets: against a scripted server that is cut, restarted and slow, against the real program,
 * and as the package that a stranger installs.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import type { ServerMessage } from '../../src/api/contract.ts';
import {
  type Candle,
  type Client,
  createClient,
  type StreamEvent,
  type StreamOptions,
} from '../../src/client/index.ts';
import { buildClient } from '../../tools/build-server.ts';
import { walkCandles } from '../fixtures/candle-walk.ts';
import { ChartServer } from '../fixtures/chart-server.ts';
import { HotwickProcess } from '../fixtures/hotwick-process.ts';
import { dataFile, describeWithData } from '../fixtures/shared-data.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MINUTE = 'binance:futures:BTC/USDT:1m';
const FIVE = 'binance:futures:BTC/USDT:5m';
const minutes = walkCandles({ seed: 5, from: 1_700_006_400, count: 2200 });
const fives = walkCandles({ seed: 6, from: 1_700_006_400, count: 200 }, 300);
const soon = { timeout: 30_000, interval: 10 };

/** Everything a stream says, collected until it is stopped. */
class Collected {
  readonly events: StreamEvent[] = [];
  readonly ended: Promise<void>;

  constructor(client: Client, seriesId: string, options: StreamOptions) {
    this.ended = this.#collect(client.stream(seriesId, options));
  }

  async #collect(stream: AsyncIterable<StreamEvent>): Promise<void> {
    for await (const event of stream) this.events.push(event);
  }

  get closed(): Candle[] {
    return this.events.flatMap((event) => (event.kind === 'closed' ? [event.candle] : []));
  }

  get last(): number | undefined {
    return this.closed.at(-1)?.candle_time;
  }

  get gaps(): StreamEvent[] {
    return this.events.filter(({ kind }) => kind === 'gap');
  }

  get state(): string | undefined {
    return this.events.findLast((event) => event.kind === 'link')?.state;
  }
}

async function gather(candles: AsyncIterable<Candle>): Promise<Candle[]> {
  const gathered: Candle[] = [];
  for await (const candle of candles) gathered.push(candle);
  return gathered;
}

type Answer = {
  readonly send: (message: ServerMessage) => void;
  readonly sendText: (text: string) => void;
  readonly close: (code: number) => void;
};
type Answering = (request: { readonly series_id: string; readonly since: number }, answer: Answer) => void;

/** Market sockets that answer every subscription as told, and the class that connects to them whatever the address. */
async function openSockets(answering: Answering) {
  const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(sockets, 'listening');
  const { port } = sockets.address() as AddressInfo;
  sockets.on('connection', (socket) => {
    const sendText = (text: string): void => socket.send(text);
    const send = (message: ServerMessage): void => sendText(JSON.stringify(message));
    socket.on('message', (data) => {
      const request = JSON.parse(String(data));
      if (request.type === 'subscribe') answering(request, { send, sendText, close: (code) => socket.close(code) });
    });
  });
  class Connection extends WebSocket {
    constructor() {
      super(`ws://127.0.0.1:${port}/`);
    }
  }
  const close = async (): Promise<void> => {
    for (const socket of sockets.clients) socket.terminate();
    await new Promise((closed) => sockets.close(closed));
  };
  return { Connection, close };
}

describe('the client over a scripted server', () => {
  let server: ChartServer;
  let client: Client;

  beforeEach(async () => {
    server = new ChartServer('.');
    server.desk.putSilently(MINUTE, minutes.slice(0, 1000));
    server.desk.putSilently(FIVE, fives.slice(0, 100));
    await server.start();
    client = createClient({ url: server.address });
  });

  afterEach(async () => {
    client.close();
    await server.stop();
  });

  it('follows two series over one socket through a cut and a restart', async () => {
    const one = new Collected(client, MINUTE, { history: 500 });
    const five = new Collected(client, FIVE, { since: fives[89]!.candle_time });
    await expect.poll(() => [one.state, five.state], soon).toEqual(['live', 'live']);
    expect(server.clients).toBe(1);
    for (const candle of minutes.slice(1000, 1010)) server.desk.close(MINUTE, candle);
    await expect.poll(() => one.last, soon).toBe(minutes[1009]?.candle_time);
    server.cut();
    server.desk.putSilently(MINUTE, minutes.slice(1010, 1030));
    server.desk.putSilently(FIVE, fives.slice(100, 110));
    await expect.poll(() => [one.last, five.last], soon).toEqual([minutes[1029]?.candle_time, fives[109]?.candle_time]);
    await server.stop();
    await expect.poll(() => one.state, soon).toBe('lost');
    server.desk.putSilently(MINUTE, minutes.slice(1030, 1040));
    await server.start();
    await expect.poll(() => one.last, soon).toBe(minutes[1039]?.candle_time);
    expect(one.closed).toEqual(minutes.slice(500, 1040));
    expect(five.closed).toEqual(fives.slice(90, 110));
    expect([...one.gaps, ...five.gaps]).toEqual([]);
  });

  /** A stream that is attached and has read where it stands; attached alone it may still begin with what comes next. */
  async function standing(): Promise<Collected> {
    const one = new Collected(client, MINUTE, { history: 1 });
    await expect.poll(() => [one.state, one.last], soon).toEqual(['live', minutes[999]?.candle_time]);
    return one;
  }

  it('delivers missing candles before it goes on, also when the answer is slow', async () => {
    const one = await standing();
    server.history = 'held';
    const reads = server.historyReads;
    server.desk.putSilently(MINUTE, minutes.slice(1000, 1005));
    for (const candle of minutes.slice(1005, 1008)) server.desk.close(MINUTE, candle);
    await expect.poll(() => server.historyReads, soon).toBeGreaterThan(reads);
    expect(one.closed).toEqual(minutes.slice(999, 1000));
    server.release();
    await expect.poll(() => one.last, soon).toBe(minutes[1007]?.candle_time);
    expect(one.closed).toEqual(minutes.slice(999, 1008));
    expect(one.gaps).toEqual([
      { kind: 'gap', from: minutes[1000]?.candle_time, to: minutes[1005]?.candle_time, filled: true },
    ]);
  });

  it('names a hole that nobody can fill, and goes on behind it', async () => {
    const one = await standing();
    server.desk.close(MINUTE, minutes[1003]!);
    await expect.poll(() => one.closed.length, soon).toBe(2);
    expect(one.events.slice(-2)).toEqual([
      { kind: 'gap', from: minutes[1000]?.candle_time, to: minutes[1003]?.candle_time, filled: false },
      { kind: 'closed', candle: minutes[1003] },
    ]);
  });

  it('joins a server that is started after it', async () => {
    await server.stop();
    const one = new Collected(client, MINUTE, { history: 3 });
    await expect.poll(() => one.state, soon).toBe('lost');
    await server.start();
    await expect.poll(() => one.closed, soon).toEqual(minutes.slice(997, 1000));
  });

  it('lets the socket go when the last stream ends, and opens a new one for the next', async () => {
    const stop = new AbortController();
    const one = new Collected(client, MINUTE, { signal: stop.signal });
    await expect.poll(() => one.state, soon).toBe('live');
    stop.abort();
    await one.ended;
    await expect.poll(() => server.clients, soon).toBe(0);
    const again = new Collected(client, MINUTE, { history: 1 });
    await expect.poll(() => again.closed, soon).toEqual([minutes[999]]);
  });

  it('gives pages, the whole history and typed refusals over HTTP', async () => {
    const page = await client.candles({ seriesId: MINUTE, since: minutes[9]!.candle_time, limit: 5 });
    expect(page.candles).toEqual(minutes.slice(10, 15));
    expect(page.server_head_time).toBe(minutes[999]?.candle_time);
    expect(await gather(client.history({ seriesId: MINUTE, pageSize: 300 }))).toEqual(minutes.slice(0, 1000));
    await expect(client.info()).rejects.toMatchObject({ code: 'unreachable' });
    server.history = 'refused';
    await expect(client.candles({ seriesId: MINUTE })).rejects.toMatchObject({ code: 'refused' });
    await expect(new Collected(client, MINUTE, {}).ended).rejects.toMatchObject({ code: 'refused' });
    await expect(client.candles({ seriesId: MINUTE, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
    });
    await server.stop();
    await expect(client.candles({ seriesId: MINUTE })).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('resumes after close code 4008 with the shortest wait, however often it comes', async () => {
    const asked: number[] = [];
    const sockets = await openSockets((request, answer) => {
      asked.push(request.since);
      answer.send({ type: 'candle_closed', series_id: MINUTE, candle: minutes[999 + asked.length]! });
      answer.close(4008);
    });
    const slow = createClient({ url: server.address, WebSocket: sockets.Connection });
    const one = new Collected(slow, MINUTE, {});
    await expect.poll(() => asked.length, soon).toBe(4);
    slow.close();
    await one.ended;
    await sockets.close();
    expect(asked).toEqual([999, 1000, 1001, 1002].map((index) => minutes[index]?.candle_time));
    const waits = one.events.flatMap((event) => (event.kind === 'link' ? (event.retryInMs ?? []) : []));
    expect(Math.max(...waits)).toBeLessThanOrEqual(500);
  });

  it('ends only the streams of a series that the server can not take', async () => {
    const sockets = await openSockets((request, answer) => {
      const refusal = { type: 'error', code: 'capacity', message: 'too many subscriptions', series_id: FIVE } as const;
      if (request.series_id === FIVE) answer.send(refusal);
      else answer.send({ type: 'candle_closed', series_id: MINUTE, candle: minutes[1000]! });
    });
    const crowded = createClient({ url: server.address, WebSocket: sockets.Connection });
    const one = new Collected(crowded, MINUTE, {});
    await expect(new Collected(crowded, FIVE, {}).ended).rejects.toMatchObject({ code: 'capacity' });
    await expect.poll(() => one.closed, soon).toEqual([minutes[1000]]);
    expect(one.state).toBe('live');
    crowded.close();
    await sockets.close();
  });

  it('takes nothing from messages that break the contract', async () => {
    const sockets = await openSockets((_, answer) => {
      const broken = { candle_time: minutes[1000]!.candle_time, open: '1' };
      for (const message of ['no JSON', '[]', '{"type":"candle_closed"}']) answer.sendText(message);
      answer.sendText(JSON.stringify({ type: 'candle_closed', series_id: MINUTE, candle: broken }));
      answer.send({ type: 'candle_closed', series_id: MINUTE, candle: minutes[1000]! });
    });
    const strict = createClient({ url: server.address, WebSocket: sockets.Connection });
    const one = new Collected(strict, MINUTE, {});
    await expect.poll(() => one.closed, soon).toEqual([minutes[1000]]);
    strict.close();
    await sockets.close();
  });
});

describe('the client on the real program', () => {
  it('holds exactly the closed candles that the program serves', async () => {
    const program = new HotwickProcess(['demo', '--port', '0', '--speed', '600']);
    const url = `http://127.0.0.1:${await program.port()}`;
    const client = createClient({ url });
    const info = await client.info();
    expect(info.series).toContain(MINUTE);
    const start = (await client.candles({ seriesId: FIVE, limit: 20 })).candles[0]?.candle_time ?? 0;
    const streams = [
      new Collected(client, MINUTE, { since: start }),
      new Collected(client, FIVE, { since: start }),
      new Collected(client, MINUTE, { history: 100 }),
    ];
    const live = (stream: Collected) => stream.events.filter(({ kind }) => kind === 'forming').length;
    await expect.poll(() => streams.every((stream) => live(stream) >= 5), soon).toBe(true);
    const [one, five, recent] = streams;
    const goal = (one?.last ?? 0) + 20 * 60;
    await expect.poll(() => Math.min(one?.last ?? 0, recent?.last ?? 0) >= goal, soon).toBe(true);
    client.close();
    await Promise.all(streams.map(({ ended }) => ended));
    const reader = createClient({ url });
    for (const [stream, seriesId] of [
      [one, MINUTE],
      [recent, MINUTE],
      [five, FIVE],
    ] as const) {
      const first = stream?.closed[0]?.candle_time ?? 0;
      const served = await gather(reader.history({ seriesId, since: first - 1 }));
      expect(stream?.closed).toEqual(served.slice(0, stream?.closed.length));
      expect(stream?.gaps).toEqual([]);
    }
    expect(await program.end()).toMatchObject({ code: 0, stderr: '' });
  });
});

describeWithData('the client and a program that is killed', () => {
  it('goes on with the program that is started again on its data', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'hotwick-client-'));
    const replay = dataFile('klines/spot-vision/BTCUSDT-1m-20240301-20240430.csv.gz');
    const args = ['demo', '--replay', replay, '--speed', '600', '--data-dir', dataDir];
    let program = new HotwickProcess([...args, '--port', '0']);
    const port = await program.port();
    const client = createClient({ url: `http://127.0.0.1:${port}` });
    try {
      const one = new Collected(client, MINUTE, { history: 10 });
      await expect.poll(() => one.closed.length, soon).toBeGreaterThan(20);
      await program.end('SIGKILL');
      await expect.poll(() => one.state, soon).toBe('lost');
      program = new HotwickProcess([...args, '--port', String(port)]);
      await program.port();
      const goal = (one.last ?? 0) + 30 * 60;
      await expect.poll(() => (one.last ?? 0) >= goal, soon).toBe(true);
      client.close();
      await one.ended;
      const times = one.closed.map(({ candle_time }) => candle_time);
      expect(times).toEqual(times.map((_, index) => (times[0] ?? 0) + 60 * index));
    } finally {
      client.close();
      await program.end('SIGKILL');
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

/** The code blocks of a document in one language. */
function snippets(path: string, language: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, code]) => code ?? '',
  );
}

const CONSUMER = `
import { createClient, type Candle, HotwickClientError } from 'hotwick/client';
const client = createClient({ url: 'http://127.0.0.1:18080' });
export async function last(): Promise<Candle | undefined> {
  for await (const event of client.stream('a:b:c:1m', { history: 1 })) {
    if (event.kind === 'closed') return event.candle;
    if (event.kind === 'gap') { const from: number = event.from; console.log(from, event.filled); }
  }
  return undefined;
}
export const time = async (): Promise<number | undefined> => (await client.candles({ seriesId: 'a:b:c:1m' })).candles[0]?.candle_time;
export const isRefusal = (error: unknown): boolean => error instanceof HotwickClientError && error.code === 'refused';
// @ts-expect-error a series id is no number
client.stream(5);
`;

describe('the published client', () => {
  let home: string;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'hotwick-package-'));
    const target = join(home, 'node_modules/hotwick');
    mkdirSync(target, { recursive: true });
    copyFileSync(join(ROOT, 'package.json'), join(target, 'package.json'));
    await buildClient(join(target, 'dist/client'));
  });

  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('runs the recipe against a server, without any other package', async () => {
    const server = new ChartServer('.');
    server.desk.putSilently(MINUTE, minutes.slice(0, 20));
    await server.start();
    const program = join(home, 'follow.mjs');
    writeFileSync(program, snippets('docs/recipes/follow-candles.md', 'js')[0] ?? '');
    const child = spawn(process.execPath, [program, server.address, MINUTE], { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'close');
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    try {
      await expect.poll(() => [lines.length, server.clients], soon).toEqual([10, 1]);
      await expect.poll(() => server.requests.length, soon).toBe(1);
      server.desk.close(MINUTE, minutes[20]!);
      await expect.poll(() => lines.length, soon).toBe(11);
      const expected = minutes.slice(10, 21).map(({ candle_time, open, high, low, close, volume }) => {
        return ['closed', new Date(candle_time * 1000).toISOString(), open, high, low, close, volume].join(' ');
      });
      expect(lines).toEqual(expected);
    } finally {
      child.kill();
      await ended;
      await server.stop();
    }
  });

  it('has types that a strict program can use, in Node and in a browser', async () => {
    // The contract's types are written with zod, which npm installs beside the package.
    symlinkSync(join(ROOT, 'node_modules/zod'), join(home, 'node_modules/zod'));
    writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(home, 'consumer.ts'), CONSUMER);
    for (const place of [
      { module: 'NodeNext', types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')], lib: ['ES2024'] },
      { module: 'ESNext', moduleResolution: 'Bundler', types: [], lib: ['ES2024', 'DOM'] },
    ]) {
      const compilerOptions = { ...place, strict: true, noEmit: true, target: 'ES2022' };
      writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
      const child = spawn(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', home]);
      const said: string[] = [];
      child.stdout.on('data', (text: Buffer) => said.push(String(text)));
      const [code] = await once(child, 'close');
      expect({ code, said: said.join('') }).toEqual({ code: 0, said: '' });
    }
  }, 240_000);
});
