/**
 * `/ws/debug` over real sockets: a snapshot on connecting and on asking, then every event as it happens; refused where
 * the debug routes are off.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { DebugEvent, DebugMessage } from '../../src/api/contract.ts';
import { ApiServer, type ApiServerOptions, ask, askCandles, freshSeries, wireAt } from '../fixtures/api-server.ts';

const T = 1_700_000_040;
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function start(options: ApiServerOptions = {}): Promise<ApiServer> {
  const server = await new ApiServer(options).start();
  stops.push(() => server.stop());
  return server;
}

/** A client that remembers what it was sent. */
class DebugClient {
  readonly messages: DebugMessage[] = [];
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  #watcher: () => void = () => {};

  constructor(port: number) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/ws/debug`);
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.on('message', (data) => {
      this.messages.push(JSON.parse(String(data)) as DebugMessage);
      this.#watcher();
    });
  }

  /** Waits for so many messages. */
  async until(count: number): Promise<readonly DebugMessage[]> {
    while (this.messages.length < count) await new Promise<void>((resolve) => (this.#watcher = resolve));
    return this.messages;
  }
}

function post(port: number, seriesId: string, time: number): Promise<unknown> {
  const body = JSON.stringify({ series_id: seriesId, candle: wireAt(time) });
  return ask(port, { path: '/api/market/ingest/candle_closed', method: 'POST', body });
}

function codes(events: readonly DebugEvent[]): readonly string[] {
  return events.map(({ event }) => event);
}

const DONE = 'write.http.ingest_candle_closed_done';

describe('a debug socket', () => {
  it('gets what happened before, then what happens', async () => {
    const server = await start();
    const id = freshSeries('DEBUG');
    await post(server.port, id, T);
    const client = new DebugClient(server.port);
    const [first] = await client.until(1);
    expect(first?.type === 'debug_snapshot' && codes(first.events)).toEqual([
      'write.http.ingest_candle_closed_start',
      DONE,
    ]);
    await askCandles(server.port, { series_id: id });
    const [, second] = await client.until(2);
    expect(second).toEqual({
      type: 'debug_event',
      event: {
        ts_ms: expect.any(Number),
        source: 'backend',
        pipe: 'read',
        event: 'read.http.market_candles',
        series_id: id,
        level: 'info',
        message: 'candles read',
        data: { since: null, limit: 500, count: 1 },
      },
    });
  });

  it('gets the newest two thousand events whenever it subscribes, and nothing for other words', async () => {
    const server = await start();
    const id = freshSeries('RING');
    const client = new DebugClient(server.port);
    await client.until(1);
    for (let i = 0; i < 1_001; i++) await post(server.port, id, T + i * 60);
    await client.until(1 + 2 * 1_001);
    for (const text of ['{"type":"other"}', 'no json', 'null', '{"type":"subscribe"}']) client.socket.send(text);
    const snapshot = (await client.until(2 + 2 * 1_001)).at(-1);
    const events = snapshot?.type === 'debug_snapshot' ? snapshot.events : [];
    expect(events).toHaveLength(2_000);
    expect(events[0]?.data).toMatchObject({ candle_time: T + 60 });
    expect(events.at(-1)).toMatchObject({ event: DONE, data: { candle_time: T + 1_000 * 60 } });
  });

  it('is told of failures as errors', async () => {
    const server = await start();
    const client = new DebugClient(server.port);
    await client.until(1);
    await server.store.close();
    await post(server.port, freshSeries('FAIL'), T);
    const last = (await client.until(3)).at(-1);
    expect(last).toMatchObject({ event: { event: 'write.http.ingest_candle_closed_error', level: 'error' } });
  });

  it('ends with 1001 when the server does', async () => {
    const server = await start();
    const client = new DebugClient(server.port);
    await client.until(1);
    await server.stop();
    stops.length = 0;
    expect(await client.closed).toBe(1001);
  });

  it('beyond fifty is closed with 1013', async () => {
    const server = await start();
    const clients = Array.from({ length: 50 }, () => new DebugClient(server.port));
    for (const client of clients) await client.until(1);
    expect(await new DebugClient(server.port).closed).toBe(1013);
  });

  it('is refused with 403 where the debug routes are off', async () => {
    const server = await start({ gates: { debug: 'off' } });
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws/debug`);
    const reason = await new Promise<string>((resolve) => socket.once('error', (error) => resolve(error.message)));
    expect(reason).toBe('Unexpected server response: 403');
  });

  it('that does not upgrade is told to', async () => {
    const server = await start();
    const { status, json } = await ask(server.port, { path: '/ws/debug' });
    expect([status, json]).toEqual([426, { detail: 'upgrade_required' }]);
  });
});
