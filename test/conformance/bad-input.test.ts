/**
 * Bad input on the wire: each is answered with the error the contract names, the connection is kept or closed as the
 * contract says, and everybody else is served as if nothing had happened.
 */
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket as FrameClient } from 'ws';
import { ApiServer, ask, askCandles, candleAt, freshSeries, settle, wireAt } from '../fixtures/api-server.ts';
import { MarketClient } from '../fixtures/market-client.ts';

const T = 1_700_000_040;
const MIB = 1024 * 1024;
const BYSTANDER = freshSeries('BYSTANDER');

let server: ApiServer;
let bystander: MarketClient;
let minutes = 0;
const clients: MarketClient[] = [];

beforeAll(async () => {
  server = await new ApiServer().start();
  bystander = new MarketClient(server.port);
  await bystander.opened;
  bystander.subscribe(BYSTANDER);
  await settle(bystander);
});
afterAll(async () => {
  await bystander.close();
  await server.stop();
});

/** After every test: the server answers, nothing was reported to the operator, and others get every candle. */
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  const time = T + minutes++ * 60;
  await server.close(candleAt(BYSTANDER, time));
  await settle(bystander);
  expect(bystander.closedCandles(BYSTANDER).at(-1)?.candle_time).toBe(time);
  expect(bystander.ofType('gap', BYSTANDER)).toEqual([]);
  expect((await ask(server.port, { path: '/healthz' })).json).toEqual({ status: 'ok' });
  while (server.hub.stats().clients > 1) await nextTurn();
  expect(server.hub.stats()).toEqual({ clients: 1, series: 1 });
});

async function open(): Promise<MarketClient> {
  const client = new MarketClient(server.port);
  clients.push(client);
  await client.opened;
  return client;
}

const badRequest = (message: string) => ({ type: 'error', code: 'bad_request', message });

describe('3.1 a message that is none', () => {
  it.each([
    ['text that is not JSON', 'not json'],
    ['half an object', '{"type":"subscribe",'],
    ['nothing', ''],
    ['brackets 60,000 deep', '['.repeat(60_000)],
    ['a lone surrogate', '{"type":"\\ud800'],
  ])('%s is answered as no envelope, and the connection goes on', async (name, text) => {
    const client = await open();
    client.send(text);
    const id = freshSeries(`AFTER${name.length}`);
    client.subscribe(id);
    await client.until(() => client.messages.length > 0);
    await settle(client);
    await server.announce(candleAt(id, T));
    await settle(client);
    expect(client.messages).toEqual([
      badRequest('invalid message envelope'),
      { type: 'candle_closed', series_id: id, candle: wireAt(T) },
    ]);
  });

  it('binary frames are answered as no envelope, however many', async () => {
    const client = await open();
    for (let i = 0; i < 100; i++) client.socket.send(new Uint8Array(i * 10));
    await client.until(() => client.messages.length === 100);
    expect(client.messages).toEqual(Array(100).fill(badRequest('invalid message envelope')));
  });

  it('ten thousand of them at once are answered or end this connection, and no other', async () => {
    const client = await open();
    for (let i = 0; i < 10_000; i++) client.send('x');
    await client.until(() => client.messages.length === 10_000);
    expect(new Set(client.messages.map((message) => JSON.stringify(message))).size).toBe(1);
  });
});

describe('3.5 a frame against the rules', () => {
  /** The close code of a client that sends `frames`. */
  async function codeAfter(send: (socket: FrameClient) => void): Promise<number> {
    const socket = new FrameClient(`ws://127.0.0.1:${server.port}/ws/market`);
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('open', resolve));
    const code = new Promise<number>((resolve) => socket.once('close', resolve));
    send(socket);
    return code;
  }

  it.each([
    ['text', (socket: FrameClient) => socket.send('x'.repeat(MIB))],
    ['binary', (socket: FrameClient) => socket.send(new Uint8Array(MIB))],
    [
      'a message in pieces',
      (socket: FrameClient) => {
        for (let i = 0; i < 16; i++) socket.send('x'.repeat(MIB / 16), { fin: i === 15 });
      },
    ],
  ])('of 1 MiB as %s ends the connection with 1009', async (_name, send) => {
    expect(await codeAfter(send)).toBe(1009);
    server.errors.length = 0; // told to the operator
  });

  it('with text that is no UTF-8 ends the connection with 1007', async () => {
    const code = await codeAfter((socket) => socket.send(Buffer.from([0xc3, 0x28]), { binary: false }));
    expect(code).toBe(1007);
    server.errors.length = 0;
  });

  it('that is not masked ends the connection with 1002', async () => {
    const code = await codeAfter((socket) => socket.send('{}', { mask: false }));
    expect(code).toBe(1002);
    server.errors.length = 0;
  });
});

describe('3.3 subscriptions', () => {
  it('beyond a thousand of ten thousand on one socket are refused by name, and the thousand are served', async () => {
    const client = await open();
    const ids = Array.from({ length: 10_000 }, (_, index) => freshSeries(`MANY${index}`));
    for (const id of ids) client.subscribe(id);
    await client.until(() => client.messages.length === 9_000);
    const refusal = { type: 'error', code: 'capacity', message: 'too many subscriptions on this socket' };
    expect(client.messages).toEqual(ids.slice(1_000).map((series_id) => ({ ...refusal, series_id })));
    expect(server.hub.stats().series).toBe(1_001);
    client.messages.length = 0;
    for (const id of [...ids.slice(0, 1_000), ids[9_999] ?? BYSTANDER]) await server.announce(candleAt(id, T));
    await settle(client);
    expect(client.messages.map((message) => 'series_id' in message && message.series_id)).toEqual(ids.slice(0, 1_000));
  });

  it('of a series that nobody knows are silence', async () => {
    const client = await open();
    for (const id of ['kraken:margin:NO/WHERE:7m', 'binance:futures:NO/WHERE:1m']) client.subscribe(id);
    await settle(client);
    expect(client.messages).toEqual([]);
  });

  it.each([-1, -1e300, -(2 ** 53), 1e300, 2 ** 53, 1.7e308, -0])('may be since %d', async (since) => {
    const id = freshSeries('SINCE');
    await server.save(candleAt(id, T));
    const client = await open();
    client.subscribe(id, { since });
    await settle(client);
    expect(client.closedCandles(id).map(({ candle_time: time }) => time)).toEqual(since > 0 ? [] : [T]);
    expect(client.ofType('error', id)).toEqual([]);
  });
});

describe('2 a request', () => {
  it.each([
    ['-1', 422],
    ['-99999999999999999999', 422],
    ['99999999999999999999', 200],
    ['9'.repeat(4_000), 200],
    ['0x10', 422],
    ['NaN', 422],
    ['Infinity', 422],
    ['1e3', 422],
  ])('2.1 since=%s is answered %i', async (since, status) => {
    const answer = await askCandles(server.port, { series_id: BYSTANDER, since });
    expect(answer.status).toBe(status);
    if (status === 422) expect(answer.json).toMatchObject({ detail: [{ loc: ['query', 'since'] }] });
  });

  it.each([
    ['a candle nested 100,000 deep', `{"series_id":"a:b:c:1m","candle":${'['.repeat(100_000)}`],
    ['1 MiB of letters', 'x'.repeat(MIB)],
    ['1 MiB inside a text', `{"series_id":"${'x'.repeat(MIB)}"`],
    ['a number of 1 MiB', `{"candle":${'9'.repeat(MIB)}}`],
  ])('2.2 with %s as its body is answered 422', async (_name, body) => {
    const headers = { 'content-type': 'application/json' };
    const { status, json } = await ask(server.port, {
      path: '/api/market/ingest/candle_closed',
      method: 'POST',
      headers,
      body,
    });
    expect(status).toBe(422);
    expect(json).toMatchObject({ detail: expect.any(Array) });
    expect(JSON.stringify(json).length, 'does not send the client its megabyte back').toBeLessThan(100_000);
  });

  it('2.2 with a candle whose number has a million digits is answered 422', async () => {
    const candle = `{"candle_time":${T},"open":${'9'.repeat(MIB)},"high":1,"low":1,"close":1,"volume":1}`;
    const { status, text } = await ask(server.port, {
      path: '/api/market/ingest/candle_closed',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"series_id":"${BYSTANDER}","candle":${candle}}`,
    });
    expect(status).toBe(422);
    expect(text.length).toBeLessThan(100_000);
  });

  /** Sends bytes as they are and gives back everything until the server closed. */
  function talk(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes));
      socket.setEncoding('utf8').on('data', (part) => (text += part));
      socket.on('close', () => resolve(text)).on('error', reject);
    });
  }

  it.each([
    ['is no HTTP', 'HELLO\r\n\r\n', 400],
    ['has a header line too long', `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['has a path too long', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ['has a body of no length', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n', 400],
  ])('that %s is answered with a detail', async (_name, bytes, status) => {
    const answer = await talk(bytes);
    expect(answer.split('\r\n')[0]).toContain(` ${status} `);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toEqual({ detail: expect.any(String) });
  });

  it('with a path of 1 MiB ends its own connection', async () => {
    // The answer may be lost to the reset that the unread rest brings about.
    const answer = await talk(`GET /${'a'.repeat(MIB)} HTTP/1.1\r\nHost: x\r\n\r\n`).catch(() => '');
    expect(['', 'HTTP/1.1 431 Request Header Fields Too Large']).toContain(answer.split('\r\n')[0]);
  });
});
