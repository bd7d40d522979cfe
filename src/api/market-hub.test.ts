import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket as FrameClient } from 'ws';
import {
  ApiServer,
  type ApiServerOptions,
  candleAt,
  freshSeries,
  minutesFrom,
  settle,
} from '../../test/fixtures/api-server.ts';
import { MarketClient } from '../../test/fixtures/market-client.ts';
import { createManualClock } from '../adapters/clock/manual-clock.ts';
import { fromEpochSec } from '../core/time.ts';
import type { ServerMessage } from './contract.ts';
import { SLOW_CLIENT_CODE } from './market-hub.ts';

const T = 1_700_000_040;
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(options: ApiServerOptions = {}): Promise<ApiServer> {
  const server = await new ApiServer(options).start();
  stops.push(() => server.stop());
  return server;
}

async function connect(server: ApiServer): Promise<MarketClient> {
  const client = new MarketClient(server.port);
  await client.opened;
  return client;
}

/** A client whose frames can be left unread and whose pongs can be left out. */
class Reader {
  readonly messages: ServerMessage[] = [];
  readonly socket: FrameClient;
  readonly opened: Promise<void>;
  readonly closed: Promise<number>;

  constructor(server: ApiServer, options: { readonly autoPong: boolean } = { autoPong: true }) {
    this.socket = new FrameClient(`ws://127.0.0.1:${server.port}/ws/market`, options);
    this.opened = new Promise((resolve) => this.socket.once('open', resolve));
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.on('message', (data) => this.messages.push(JSON.parse(String(data))));
  }
}

function closedTimes(messages: readonly ServerMessage[]): number[] {
  return messages.flatMap((message) => {
    if (message.type === 'candle_closed') return [message.candle.candle_time];
    return message.type === 'candles_batch' ? message.candles.map(({ candle_time: time }) => time) : [];
  });
}

function risesByMinutes(times: readonly number[]): boolean {
  return times.every((time, index) => index === 0 || time === (times[index - 1] ?? 0) + 60);
}

describe('limits', () => {
  it('refuses a series too many on one socket, by name, and takes it when another went', async () => {
    const server = await start({ limits: { subscriptionsMax: 2 } });
    const [a, b, c] = [freshSeries('A'), freshSeries('B'), freshSeries('C')];
    const client = await connect(server);
    for (const id of [a, b, c, b]) client.subscribe(id);
    await settle(client);
    const message = 'too many subscriptions on this socket';
    expect(client.messages).toEqual([{ type: 'error', code: 'capacity', message, series_id: c }]);
    await server.close(candleAt(c, T));
    client.send({ type: 'unsubscribe', series_id: a });
    client.subscribe(c);
    await settle(client);
    expect(closedTimes(client.messages)).toEqual([T]);
    await client.close();
  });

  it('closes a client too many with 1013 and takes one when another went', async () => {
    const server = await start({ limits: { clientsMax: 1 } });
    const first = await connect(server);
    const second = await connect(server);
    expect(await second.closed).toEqual({ code: 1013, reason: 'too many clients' });
    await settle(first);
    await first.close();
    while (server.hub.stats().clients > 0) await nextTurn();
    const third = await connect(server);
    await settle(third);
    expect(server.hub.stats()).toEqual({ clients: 1, series: 0 });
    await third.close();
  });

  it('closes a message of more than 64 KiB with 1009, and not one of 64 KiB', async () => {
    const server = await start();
    const client = await connect(server);
    client.send('x'.repeat(65_536));
    await client.until(() => client.messages.length > 0);
    expect(client.messages).toEqual([{ type: 'error', code: 'bad_request', message: 'invalid message envelope' }]);
    client.send('x'.repeat(65_537));
    expect(await client.closed).toMatchObject({ code: 1009 });
  });

  it('survives a refused client that breaks the protocol', async () => {
    const server = await start({ limits: { clientsMax: 0 } });
    const refused = new Reader(server);
    await refused.opened;
    refused.socket.send('x'.repeat(70_000));
    await refused.closed;
    expect(server.hub.stats().clients).toBe(0);
  });

  it('forgets the subscriptions of a client that is gone', async () => {
    const server = await start();
    const client = await connect(server);
    client.subscribe(freshSeries('GONE'));
    await settle(client);
    expect(server.hub.stats()).toEqual({ clients: 1, series: 1 });
    await client.close();
    while (server.hub.stats().clients > 0) await nextTurn();
    expect(server.hub.stats()).toEqual({ clients: 0, series: 0 });
  });
});

describe('a client that stops reading', () => {
  const limits = { formingBacklogBytes: 64 * 1024, closedBacklogBytes: 2 * 1024 * 1024 };
  const ID = freshSeries('SLOW');
  const BATCH = 2000;

  /** Publishes a batch and a forming candle; a million bytes for about five of them. */
  async function publishRound(server: ApiServer, round: number): Promise<void> {
    const from = T + round * BATCH * 60;
    await server.announce(...minutesFrom(ID, from, BATCH));
    await server.form(candleAt(ID, from + BATCH * 60));
  }

  it('loses forming candles, then the connection, but no closed candle before, and delays nobody', async () => {
    const server = await start({ limits });
    const slow = new Reader(server);
    const quick = await connect(server);
    await slow.opened;
    slow.socket.send(JSON.stringify({ type: 'subscribe', series_id: ID, supports_batch: true }));
    quick.subscribe(ID);
    await settle(quick);
    await publishRound(server, 0);
    while (slow.messages.length < 2) await nextTurn();
    slow.socket.pause();
    let rounds = 1;
    while (server.hub.stats().clients === 2) {
      await publishRound(server, rounds++);
      await quick.until(() => quick.ofType('candle_forming', ID).length === rounds);
    }
    expect(closedTimes(quick.messages)).toHaveLength(rounds * BATCH);
    slow.socket.resume();
    expect(await slow.closed).toBe(SLOW_CLIENT_CODE);
    const batches = slow.messages.filter(({ type }) => type === 'candles_batch');
    const forming = slow.messages.filter(({ type }) => type === 'candle_forming');
    expect(risesByMinutes(closedTimes(slow.messages)), 'what it got is whole up to the end').toBe(true);
    expect(batches.length).toBeLessThan(rounds);
    expect(forming.length).toBeLessThan(batches.length);
    await quick.close();
  });

  it('is cut off as well when it only sends what can not be used', async () => {
    const server = await start({ limits: { closedBacklogBytes: 64 * 1024, formingBacklogBytes: 1024 } });
    const rude = new Reader(server);
    await rude.opened;
    rude.socket.pause();
    const flood = JSON.stringify({ type: '\u0001'.repeat(100) });
    while (server.hub.stats().clients > 0) {
      for (let i = 0; i < 200; i++) rude.socket.send(flood);
      await nextTurn();
    }
    rude.socket.send(JSON.stringify({ type: 'subscribe', series_id: ID }));
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    expect(server.hub.stats(), 'what it says after it was sent away is not heard').toEqual({ clients: 0, series: 0 });
    rude.socket.resume();
    expect(await rude.closed).toBe(SLOW_CLIENT_CODE);
  });
});

describe('long history', () => {
  const limits = { formingBacklogBytes: 64 * 1024, closedBacklogBytes: 512 * 1024, catchUpLimit: 1000 };
  const ID = freshSeries('LONG');

  it('of more than may wait unsent reaches a client that reads, however slowly', async () => {
    const server = await start({ limits });
    for (let part = 0; part < 20; part++) await server.save(...minutesFrom(ID, T + part * 600_000, 10_000));
    const reader = new Reader(server);
    await reader.opened;
    reader.socket.send(JSON.stringify({ type: 'subscribe', series_id: ID, since: 0, supports_batch: true }));
    reader.socket.on('message', () => {
      reader.socket.pause();
      setImmediate(() => reader.socket.resume());
    });
    while (reader.messages.length < 3) await nextTurn();
    await server.close(candleAt(ID, T + 200_000 * 60));
    while (reader.messages.length < 201) await nextTurn();
    const times = closedTimes(reader.messages);
    expect(times).toHaveLength(200_001);
    expect(risesByMinutes(times)).toBe(true);
    reader.socket.close();
    await reader.closed;
  });

  it('gives everyone else a turn between two pages', async () => {
    const clock = createManualClock(fromEpochSec(T));
    const server = await start({ limits, pingClock: clock });
    await server.save(...minutesFrom(ID, T, 2500));
    const client = await connect(server);
    client.subscribe(ID, { since: 0 });
    await settle(client);
    expect(client.closedCandles(ID), 'the second page waits for its turn').toHaveLength(1000);
    await clock.advance(0);
    await settle(client);
    expect(client.closedCandles(ID)).toHaveLength(2500);
    await client.close();
  });

  it('of many series goes out in turns, a page of each', async () => {
    const server = await start({ limits: { ...limits, catchUpLimit: 100 } });
    const ids = ['X', 'Y', 'Z'].map((name) => freshSeries(name));
    for (const id of ids) await server.save(...minutesFrom(id, T, 1000));
    const client = await connect(server);
    for (const id of ids) client.subscribe(id, { since: 0 });
    await client.until(() => ids.every((id) => client.closedCandles(id).length === 1000));
    const order = client.messages.map((message) => ('series_id' in message ? message.series_id : ''));
    expect(new Set(order.slice(-3))).toEqual(new Set(ids));
    await client.close();
  });
});

describe('liveness', () => {
  it('drops a client that answered none of two pings and keeps one that does', async () => {
    const clock = createManualClock(fromEpochSec(T));
    const server = await start({ pingClock: clock });
    const silent = new Reader(server, { autoPong: false });
    await silent.opened;
    const alive = await connect(server);
    for (let pings = 1; pings <= 2; pings++) {
      await clock.advance(20_000);
      await settle(alive);
      expect(server.hub.stats().clients).toBe(2);
    }
    await clock.advance(20_000);
    expect(await silent.closed).toBe(1006);
    for (let pings = 0; pings < 5; pings++) {
      await settle(alive);
      await clock.advance(20_000);
    }
    await settle(alive);
    expect(server.hub.stats().clients).toBe(1);
    await alive.close();
  });
});

describe('the end', () => {
  it('of the server is told to every client with 1001 and its reason', async () => {
    const server = await new ApiServer().start();
    const clients = [await connect(server), await connect(server)];
    clients[0]?.subscribe(freshSeries('END'));
    const { port } = server;
    await server.stop();
    for (const client of clients) expect(await client.closed).toEqual({ code: 1001, reason: 'server_shutdown' });
    await expect(new MarketClient(port).opened).rejects.toThrow('refused');
    expect(server.errors).toEqual([]);
  });

  it('of the hub refuses a socket that comes late with 1001', async () => {
    const server = await start();
    server.hub.close();
    const late = await connect(server);
    expect(await late.closed).toEqual({ code: 1001, reason: 'server_shutdown' });
  });

  it('of the store ends a client that wants history with 1011', async () => {
    const server = await start();
    const client = await connect(server);
    await server.store.close();
    client.subscribe(freshSeries('BROKEN'));
    expect(await client.closed).toEqual({ code: 1011, reason: 'history can not be read' });
    expect(server.errors).toEqual([expect.stringContaining('store_unavailable')]);
  });
});

describe('the joint over real sockets', () => {
  const script = fc.record({
    stored: fc.nat(10),
    sizes: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 12 }),
    pauses: fc.array(fc.nat(3), { minLength: 1, maxLength: 6 }),
    wishes: fc.array(
      fc.record({ since: fc.option(fc.nat(15)), batch: fc.constantFrom('yes' as const, 'no' as const) }),
      {
        minLength: 1,
        maxLength: 5,
      },
    ),
  });

  it('has neither a hole nor a repeat, however publications and subscriptions interleave', async () => {
    let turns: readonly number[] = [0];
    let pauses = 0;
    const pace = async (): Promise<void> => {
      const length = turns[pauses++ % turns.length] ?? 0;
      for (let turn = 0; turn < length; turn++) await nextTurn();
    };
    const server = await start({ pace, limits: { catchUpLimit: 4 } });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(script, async ({ stored, sizes, pauses: drawn, wishes }) => {
        turns = drawn;
        const id = freshSeries(`RUN${run++}`);
        const total = stored + sizes.reduce((sum, size) => sum + size, 0);
        const all = minutesFrom(id, T, total);
        const end = T + (total - 1) * 60;
        if (stored > 0) await server.save(...all.slice(0, stored));
        const publishing = (async () => {
          let next = stored;
          for (const size of sizes) {
            await pace();
            await server.close(...all.slice(next, next + size));
            next += size;
          }
        })();
        const watching = wishes.map(async ({ since, batch }) => {
          const client = await connect(server);
          await pace();
          client.subscribe(id, { since: since === null ? null : T + since * 60, batch });
          await publishing;
          const isBeyond = since !== null && T + since * 60 >= end;
          if (!isBeyond) await client.until(() => closedTimes(client.messages).at(-1) === end);
          await settle(client);
          const times = closedTimes(client.messages);
          expect(times[0]).toBe(isBeyond ? undefined : since === null ? times[0] : T + since * 60 + 60);
          expect(risesByMinutes(times)).toBe(true);
          expect(client.ofType('gap', id)).toEqual([]);
          await client.close();
        });
        await Promise.all([publishing, ...watching]);
      }),
      { numRuns: 60 },
    );
  });
});
