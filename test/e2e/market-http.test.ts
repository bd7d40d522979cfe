/**
 * The HTTP half of the wire contract, asked of the real server over real connections: the rules of history, every
 * refusal to the letter, cross-origin pages, and documents that describe what is served.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiServer, ask, askCandles, candleAt, freshSeries, wireAt } from '../fixtures/api-server.ts';
import { closedCandle } from '../fixtures/candles.ts';

const T = 1_700_000_040;
const SIX = freshSeries('SIX');
const TIMES = [T, T + 60, T + 120, T + 180, T + 240, T + 300];
const CANDLES = '/api/market/candles';

let server: ApiServer;

beforeAll(async () => {
  server = await new ApiServer().start();
  await server.save(...TIMES.map((time) => candleAt(SIX, time)));
});

afterAll(() => server.stop());

describe('windows of history', () => {
  const windows: readonly [Record<string, string>, readonly number[]][] = [
    [{}, TIMES],
    [{ limit: '2' }, [T + 240, T + 300]],
    [{ limit: '5000' }, TIMES],
    [{ since: `${T}`, limit: '2' }, [T + 60, T + 120]],
    [{ since: `${T + 1}`, limit: '1' }, [T + 60]],
    [{ since: `${T - 1}`, limit: '1' }, [T]],
    [{ since: `${T + 300}` }, []],
    [{ since: `${T + 99_999}` }, []],
    [{ since: '0', limit: '1' }, [T]],
    [{ since: '9'.repeat(400) }, []],
  ];

  it.each(windows)('%j gives the candles at %j', async (query, times) => {
    const { status, json } = await askCandles(server.port, { series_id: SIX, ...query });
    expect(status).toBe(200);
    expect(json).toEqual({ series_id: SIX, server_head_time: T + 300, candles: times.map((time) => wireAt(time)) });
  });

  it('is empty without a head for a series that nobody stored', async () => {
    const id = 'binance:spot:NONE/USDT:1m';
    const { status, json } = await askCandles(server.port, { series_id: id });
    expect([status, json]).toEqual([200, { series_id: id, server_head_time: null, candles: [] }]);
  });

  it('gives 500 candles unless told otherwise', async () => {
    const id = freshSeries('MANY');
    await server.save(...Array.from({ length: 501 }, (_, index) => candleAt(id, T + index * 60)));
    const { json } = await askCandles(server.port, { series_id: id });
    expect(json).toMatchObject({ candles: { length: 500, 0: { candle_time: T + 60 } } });
  });

  it('never contains a forming candle', async () => {
    const id = freshSeries('FORMING');
    await server.form(candleAt(id, T));
    const { json } = await askCandles(server.port, { series_id: id });
    expect(json).toEqual({ series_id: id, server_head_time: null, candles: [] });
  });

  it('shows a corrected candle with its new numbers', async () => {
    const id = freshSeries('CORRECTED');
    await server.close(candleAt(id, T, 100));
    await server.close(candleAt(id, T, 999));
    const { json } = await askCandles(server.port, { series_id: id });
    expect(json).toMatchObject({ candles: [wireAt(T, 999)] });
  });

  it('keeps every digit of prices and volumes', async () => {
    const seriesId = freshSeries('EXACT');
    const prices = ['0.1', '123456789.123456789', '0.000000000000000001', '100.50'] as const;
    await server.save(
      closedCandle({ seriesId, openTime: T * 1000, prices, volume: '9007199254740993.000000000000000001' }),
    );
    const { text, headers } = await askCandles(server.port, { series_id: seriesId });
    expect(text).toBe(
      `{"series_id":"${seriesId}","server_head_time":${T},"candles":[{"candle_time":${T},"open":0.1,` +
        '"high":123456789.123456789,"low":0.000000000000000001,"close":100.5,' +
        '"volume":9007199254740993.000000000000000001}]}',
    );
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
  });
});

describe('candles ahead of the clock', () => {
  const m = 1_795_229_100;
  let near: ApiServer;

  beforeAll(async () => {
    near = await new ApiServer({ nowSec: m + 24 }).start();
    for (const offset of [-180, -120, -60, 0]) await near.save(candleAt(SIX, m + offset));
  });
  afterAll(() => near.stop());

  const times = async (query: Record<string, string>): Promise<unknown> => {
    const { json } = await askCandles(near.port, { series_id: SIX, ...query });
    const { candles, server_head_time: head } = json as {
      candles: { candle_time: number }[];
      server_head_time: number;
    };
    return { candles: candles.map(({ candle_time: time }) => time - m), head: head - m };
  };

  it('are hidden within two periods, while the head stays what is stored', async () => {
    expect(await times({})).toEqual({ candles: [-180, -120, -60], head: 0 });
    expect(await times({ since: `${m - 120}` })).toEqual({ candles: [-60], head: 0 });
  });

  it('are hidden from a window by its own newest candle', async () => {
    expect(await times({ limit: '2' })).toEqual({ candles: [-60], head: 0 });
    expect(await times({ since: '0', limit: '2' })).toEqual({ candles: [-180, -120], head: 0 });
  });

  it('are hidden again when a cursor stands on one of them', async () => {
    expect(await times({ since: `${m}` })).toEqual({ candles: [], head: 0 });
    expect(await times({ since: `${m + 60}` })).toEqual({ candles: [], head: 0 });
  });

  it('leave a cursor farther ahead as it is', async () => {
    expect(await times({ since: `${m + 600}` })).toEqual({ candles: [], head: 0 });
  });

  it('are shown when they are too far ahead to be of this market, with all before them', async () => {
    const id = freshSeries('FUTURE');
    await near.save(candleAt(id, m - 60), candleAt(id, m), candleAt(id, m + 86_400));
    const { json } = await askCandles(near.port, { series_id: id });
    expect(json).toMatchObject({ server_head_time: m + 86_400, candles: { length: 3 } });
  });

  it.each([
    [120, 3],
    [60, 1],
  ])('at %i s after the running minute leave %i visible', async (offset, visible) => {
    const id = freshSeries(`EDGE${offset}`);
    await near.save(candleAt(id, m - 60), candleAt(id, m), candleAt(id, m + offset));
    const { json } = await askCandles(near.port, { series_id: id });
    expect((json as { candles: unknown[] }).candles).toHaveLength(visible);
  });
});

describe('parameters that break a rule', () => {
  const parsing = 'Input should be a valid integer, unable to parse string as an integer';
  const int = (name: string, input: string) => ({ type: 'int_parsing', loc: ['query', name], msg: parsing, input });
  const atLeast = (name: string, input: string, ge: number) => {
    const msg = `Input should be greater than or equal to ${ge}`;
    return { type: 'greater_than_equal', loc: ['query', name], msg, input, ctx: { ge } };
  };
  const atMost = (input: string) => {
    const msg = 'Input should be less than or equal to 5000';
    return { type: 'less_than_equal', loc: ['query', 'limit'], msg, input, ctx: { le: 5000 } };
  };
  const missing = { type: 'missing', loc: ['query', 'series_id'], msg: 'Field required', input: null };
  const empty = {
    type: 'string_too_short',
    loc: ['query', 'series_id'],
    msg: 'String should have at least 1 character',
    input: '',
    ctx: { min_length: 1 },
  };
  const known = `series_id=${encodeURIComponent(SIX)}`;
  const refused: readonly [string, readonly object[]][] = [
    [`${known}&limit=0`, [atLeast('limit', '0', 1)]],
    [`${known}&limit=-1`, [atLeast('limit', '-1', 1)]],
    [`${known}&limit=5001`, [atMost('5001')]],
    [`${known}&limit=abc`, [int('limit', 'abc')]],
    [`${known}&limit=`, [int('limit', '')]],
    [`${known}&limit=1.5`, [int('limit', '1.5')]],
    [`${known}&since=-1`, [atLeast('since', '-1', 0)]],
    [`${known}&since=abc`, [int('since', 'abc')]],
    [`${known}&since=`, [int('since', '')]],
    [`${known}&since=1.5`, [int('since', '1.5')]],
    [`${known}&since=null`, [int('since', 'null')]],
    [`${known}&since=1e3`, [int('since', '1e3')]],
    [`${known}&limit=2&limit=x`, [int('limit', 'x')]],
    ['', [missing]],
    ['series_id=', [empty]],
    ['series_id=&since=x&limit=0', [empty, int('since', 'x'), atLeast('limit', '0', 1)]],
    [`series_id=foo&since=1&limit=0`, [atLeast('limit', '0', 1)]],
  ];

  it.each(refused)('%s is answered 422 with what, where and why', async (query, detail) => {
    const { status, json, headers } = await ask(server.port, { path: `${CANDLES}?${query}` });
    expect([status, json]).toEqual([422, { detail }]);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
  });

  const taken: readonly [string, number][] = [
    [`${known}&foo=1`, 6],
    [`${known}&limit=1&limit=2`, 2],
    [`series_id=${SIX}&limit=1`, 1],
    [`${known}&limit=+3`, 3],
    [`${known}&limit=2.0`, 2],
  ];

  it.each(taken)('%s is fine and gives %i candles', async (query, count) => {
    const { status, json } = await ask(server.port, { path: `${CANDLES}?${query}` });
    expect(status).toBe(200);
    expect(json).toMatchObject({ candles: { length: count } });
  });
});

describe('a malformed series', () => {
  const form = "series_id must be '{exchange}:{market}:{symbol}:{timeframe}'";
  const malformed: readonly [string, string][] = [
    ['foo', form],
    ['binance:futures:BTC/USDT', form],
    ['binance:futures:BTC/USDT:', 'invalid series_id (empty component)'],
    ['binance::BTC/USDT:1m', 'invalid series_id (empty component)'],
    ['binance:futures:BTC/USDT:7x', "unsupported timeframe unit: 'x'"],
    ['binance:futures:BTC/USDT:1w', "unsupported timeframe unit: 'w'"],
    ['binance:futures:BTC/USDT:0m', "invalid timeframe: '0m'"],
  ];

  it.each(malformed)('%s with a cursor is answered 400: %s', async (id, detail) => {
    const { status, json } = await askCandles(server.port, { series_id: id, since: '0' });
    expect([status, json]).toEqual([400, { detail }]);
  });

  it.each(malformed)('%s without a cursor is an empty one', async (id) => {
    const { status, json } = await askCandles(server.port, { series_id: id });
    expect([status, json]).toEqual([200, { series_id: id, server_head_time: null, candles: [] }]);
  });
});

describe('paths and methods', () => {
  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    '%s on the candles is answered 405 with what is allowed',
    async (method) => {
      const { status, json, headers } = await ask(server.port, { path: CANDLES, method });
      expect([status, json, headers.allow]).toEqual([405, { detail: 'Method Not Allowed' }, 'GET']);
    },
  );

  it.each([
    ['application/json', '{'],
    ['application/x-www-form-urlencoded', 'a=1'],
  ])('a wrong method with a body of %s is answered the same', async (type, body) => {
    const { status, json } = await ask(server.port, {
      path: CANDLES,
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect([status, json]).toEqual([405, { detail: 'Method Not Allowed' }]);
  });

  it('HEAD on the candles is answered 405 without a body', async () => {
    const { status, text, headers } = await ask(server.port, { path: `${CANDLES}?series_id=x`, method: 'HEAD' });
    expect([status, text, headers.allow]).toEqual([405, '', 'GET']);
  });

  it.each(['GET', 'POST'])('%s with a slash too many is sent to the path without it, query kept', async (method) => {
    const { status, headers } = await ask(server.port, { path: `${CANDLES}/?series_id=a&since=1?2`, method });
    expect(status).toBe(307);
    expect(new URL(headers.location ?? '', `http://127.0.0.1:${server.port}`).href).toBe(
      `http://127.0.0.1:${server.port}${CANDLES}?series_id=a&since=1?2`,
    );
  });

  it.each(['/api/market/nope', '/api/market/nope/', '/nope', '//evil.test/', `${CANDLES}//`])(
    '%s is answered 404',
    async (path) => {
      const { status, json } = await ask(server.port, { path });
      expect([status, json]).toEqual([404, { detail: 'Not Found' }]);
    },
  );

  it('a path that can not be decoded is answered 400 with a detail', async () => {
    const { status, json } = await ask(server.port, { path: '/api/%zz' });
    expect([status, json]).toEqual([400, { detail: expect.stringContaining('%zz') }]);
  });

  it('keeps its refusals beside a web page', async () => {
    const webDir = mkdtempSync(join(tmpdir(), 'hotwick-page-'));
    writeFileSync(join(webDir, 'index.html'), '<title>page</title>');
    const paged = await new ApiServer({ webDir }).start();
    const status = async (path: string, method = 'GET') => (await ask(paged.port, { path, method })).status;
    for (const path of ['/', '/live', '/replay', '/backtest', '/settings']) {
      const page = await ask(paged.port, { path });
      expect([path, page.status, page.text]).toEqual([path, 200, '<title>page</title>']);
    }
    expect(await status('/api/market/nope')).toBe(404);
    expect(await status(`${CANDLES}/`)).toBe(307);
    expect(await status(CANDLES, 'HEAD')).toBe(405);
    expect(await status(CANDLES, 'POST')).toBe(405);
    await paged.stop();
    rmSync(webDir, { recursive: true });
  });
});

describe('pages of other origins', () => {
  const origin = 'http://localhost:5173';
  const preflight = (from: string) =>
    ask(server.port, {
      path: CANDLES,
      method: 'OPTIONS',
      headers: {
        origin: from,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });

  it.each([`${CANDLES}?series_id=x`, CANDLES, '/nope'])('may read %s when their origin is allowed', async (path) => {
    const { headers } = await ask(server.port, { path, headers: { origin } });
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    });
  });

  it.each(['http://evil.test', 'http://localhost:5174', 'null'])('may not when it is %s', async (other) => {
    const { status, headers } = await ask(server.port, { path: `${CANDLES}?series_id=x`, headers: { origin: other } });
    expect([status, headers['access-control-allow-origin']]).toEqual([200, undefined]);
    expect(headers['access-control-allow-credentials']).toBe('true');
  });

  it('concern no request without an origin', async () => {
    const { headers } = await ask(server.port, { path: `${CANDLES}?series_id=x` });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('are told in advance that they may', async () => {
    const { status, text, headers } = await preflight(origin);
    expect([status, text]).toEqual([200, 'OK']);
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
      'access-control-allow-headers': 'content-type',
      vary: 'Origin',
    });
  });

  it('are told in advance that they may not', async () => {
    const { status, text, headers } = await preflight('http://evil.test');
    expect([status, text]).toEqual([400, 'Disallowed CORS origin']);
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers).toMatchObject({ 'access-control-allow-credentials': 'true', vary: 'Origin' });
  });
});

describe('the documents', () => {
  it('describe the routes with their schemas, each reference resolved', async () => {
    const { status, json, text } = await ask(server.port, { path: '/openapi.json' });
    expect(status).toBe(200);
    expect(json).toMatchObject({ openapi: '3.1.0', info: { title: 'Hotwick', version: '9.8.7' } });
    const { paths, components } = json as { paths: Record<string, unknown>; components: { schemas: object } };
    expect(Object.keys(paths).sort()).toEqual(expect.arrayContaining([CANDLES, '/api/hotwick/info', '/ws/market']));
    expect(components.schemas).toMatchObject({
      Candle: { required: ['candle_time', 'open', 'high', 'low', 'close', 'volume'] },
      Candles: { required: ['series_id', 'server_head_time', 'candles'] },
      Error: { required: ['detail'] },
    });
    const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(components.schemas).toHaveProperty(name ?? '');
  });

  it('state the rules of the query and every status of the candles', async () => {
    const { json } = await ask(server.port, { path: '/openapi.json' });
    const { get } =
      (json as { paths: Record<string, { get: { parameters: object[]; responses: object } }> }).paths[CANDLES] ?? {};
    expect(get?.parameters).toMatchObject([
      { name: 'series_id', in: 'query', required: true, schema: { type: 'string', minLength: 1 } },
      { name: 'since', in: 'query', required: false, schema: { type: 'integer', minimum: 0 } },
      {
        name: 'limit',
        in: 'query',
        required: false,
        schema: { type: 'integer', minimum: 1, maximum: 5000, default: 500 },
      },
    ]);
    expect(Object.keys(get?.responses ?? {})).toEqual(['200', '400', '422']);
  });

  it('are readable as a page', async () => {
    const { status, text, headers } = await ask(server.port, { path: '/docs' });
    expect([status, headers['content-type']]).toEqual([200, expect.stringContaining('text/html')]);
    expect(text).toContain('swagger');
  });

  it('include what runs here', async () => {
    const { status, json } = await ask(server.port, { path: '/api/hotwick/info' });
    expect([status, json]).toMatchObject([200, { name: 'hotwick', version: '9.8.7' }]);
  });
});

describe('upgrades and failures', () => {
  /** Sends bytes as they are and gives back everything that came until the server closed. */
  const talk = (port: number, lines: readonly string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => socket.write([...lines, 'Host: x', '', ''].join('\r\n')));
      socket.setEncoding('utf8').on('data', (part) => (text += part));
      socket.on('end', () => resolve(text)).on('error', reject);
    });

  it('a request that offers HTTP/2 is answered like any other', async () => {
    const request = [`GET ${CANDLES}?series_id=x HTTP/1.1`, 'Connection: Upgrade, close', 'Upgrade: h2c'];
    expect(await talk(server.port, request)).toMatch(/^HTTP\/1.1 200 OK.*"candles":\[\]/s);
  });

  it('a socket anywhere but at /ws/market is refused', async () => {
    const request = ['GET /ws/other HTTP/1.1', 'Connection: Upgrade', 'Upgrade: websocket'];
    expect(await talk(server.port, request)).toMatch(/^HTTP\/1.1 404 Not Found.*\{"detail":"Not Found"\}$/s);
  });

  it('a client that breaks off while it is refused harms nobody', async () => {
    for (let i = 0; i < 20; i++) {
      await new Promise<void>((resolve) => {
        const lines = ['GET /ws/other HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket', '', ''];
        const socket = connect(server.port, '127.0.0.1', () => {
          socket.write(lines.join('\r\n'));
          socket.resetAndDestroy();
        });
        socket.on('close', () => resolve()).on('error', () => resolve());
      });
    }
    expect((await ask(server.port, { path: '/api/hotwick/info' })).status).toBe(200);
  });

  it('a request for /ws/market that does not upgrade is told to', async () => {
    const { status, json, headers } = await ask(server.port, { path: '/ws/market' });
    expect([status, json, headers.upgrade]).toEqual([426, { detail: 'upgrade_required' }, 'websocket']);
  });

  it('a store that fails is an internal error to the client and its reason to the operator', async () => {
    const broken = await new ApiServer().start();
    await broken.store.close();
    const { status, json } = await askCandles(broken.port, { series_id: SIX });
    expect([status, json]).toEqual([500, { detail: 'internal_error' }]);
    expect(broken.errors).toEqual([expect.stringContaining('store_unavailable')]);
    await broken.stop();
  });

  it('an occupied port is a typed failure', async () => {
    const second = new ApiServer();
    await expect(second.start(server.port)).rejects.toThrow('port_occupied');
    await second.stop();
  });
});
