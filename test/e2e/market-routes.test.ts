/**
 * Every market route but history and ingest, asked of the whole service over real connections: gates, on-demand
 * subscriptions, derived series, lists, health and the end. Facts are those of the wire contract and its transcripts.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decimal } from '../../src/core/decimal.ts';
import { ok } from '../../src/core/result.ts';
import {
  type Answer,
  ApiServer,
  ask,
  askCandles,
  freshSeries,
  minutesFrom,
  settle,
  wireAt,
} from '../fixtures/api-server.ts';
import { MarketClient } from '../fixtures/market-client.ts';
import { MarketService, type MarketServiceOptions } from '../fixtures/market-service.ts';

const T = 1_700_000_040;
const CLOSED = '/api/market/ingest/candle_closed';
const FORMING = '/api/market/ingest/candle_forming';
const BATCH = '/api/dev/market/ingest/candles_closed_batch';
const OPEN = {
  TRADE_CANVAS_ENABLE_DEBUG_API: '1',
  TRADE_CANVAS_ENABLE_DEV_API: '1',
  TRADE_CANVAS_ENABLE_RUNTIME_METRICS: '1',
};
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** A service of the running test's own. */
async function startOwn(options: MarketServiceOptions): Promise<MarketService> {
  const own = await MarketService.start(options);
  stops.push(() => own.stop());
  return own;
}

async function connect(port: number): Promise<MarketClient> {
  const client = new MarketClient(port);
  await client.opened;
  stops.push(() => client.close());
  return client;
}

function post(port: number, path: string, body: unknown): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ask(port, { path, method: 'POST', headers: { 'content-type': 'application/json' }, body: text });
}

const numbers = { open: 100, high: 102, low: 98, close: 101, volume: 10 };
const candle = { candle_time: T, ...numbers };

let service: MarketService;

beforeAll(async () => {
  service = await MarketService.start({ environment: OPEN });
});
afterAll(() => service.stop());

describe('routes behind gates', () => {
  const gated: readonly [string, string][] = [
    ['POST', FORMING],
    ['POST', BATCH],
    ['GET', '/api/market/health?series_id=binance:futures:A/B:1m'],
    ['GET', '/api/market/debug/ingest_state'],
    ['GET', '/api/market/debug/series_health'],
    ['GET', '/api/market/debug/metrics'],
    ['GET', '/metrics'],
    ['GET', '/ws/debug'],
  ];
  let plain: MarketService;

  beforeAll(async () => {
    plain = await MarketService.start({ environment: { HOTWICK_DEFAULTS: 'contract' } });
  });
  afterAll(() => plain.stop());

  it.each(gated)('%s %s is not found unless switched on, whatever is sent', async (method, path) => {
    for (const body of method === 'POST' ? ['{bad', '{}'] : ['']) {
      const { status, json } = await ask(plain.port, { path, method, body });
      expect([status, json]).toEqual([404, { detail: 'not_found' }]);
    }
  });

  it('a closed candle needs no gate', async () => {
    expect((await post(plain.port, CLOSED, { series_id: freshSeries('FREE'), candle })).status).toBe(200);
  });

  it('health is there for who sets nothing, and a 0 takes it away', async () => {
    const path = '/api/market/health?series_id=binance:futures:A/B:1m';
    const newcomer = await startOwn({ environment: {} });
    expect((await ask(newcomer.port, { path })).status).toBe(200);
    const off = await startOwn({ environment: { TRADE_CANVAS_ENABLE_KLINE_HEALTH_V2: '0' } });
    expect(await ask(off.port, { path })).toMatchObject({ status: 404, json: { detail: 'not_found' } });
  });

  it('health has a gate of its own, and metrics for the debug page need both', async () => {
    const health = await startOwn({ environment: { TRADE_CANVAS_ENABLE_KLINE_HEALTH_V2: '1' } });
    const path = '/api/market/health?series_id=binance:futures:A/B:1m';
    expect((await ask(health.port, { path })).status).toBe(200);
    const debug = await startOwn({ environment: { TRADE_CANVAS_ENABLE_DEBUG_API: '1' } });
    expect((await ask(debug.port, { path })).status).toBe(200);
    expect((await ask(debug.port, { path: '/api/market/debug/metrics' })).status).toBe(404);
  });
});

describe('a subscription that is followed on demand', () => {
  const environment = {
    TRADE_CANVAS_ENABLE_ONDEMAND_INGEST: '1',
    TRADE_CANVAS_ONDEMAND_MAX_JOBS: '1',
    TRADE_CANVAS_ENABLE_DEBUG_API: '1',
    TRADE_CANVAS_ENABLE_DERIVED_TIMEFRAMES: '1',
  };
  const [A, A5, B] = [freshSeries('CAA'), freshSeries('CAA', '5m'), freshSeries('CAB')];

  async function jobs(own: MarketService): Promise<unknown> {
    const { json } = await ask(own.port, { path: '/api/market/debug/ingest_state' });
    const list = (json as { jobs: { series_id: string; refcount: number; source: string }[] }).jobs;
    return list.map(({ series_id, refcount }) => [series_id, refcount]);
  }

  it('beyond the capacity is refused by name and not registered; the timeframes of one symbol share a job', async () => {
    const own = await startOwn({ environment });
    const [first, second] = [await connect(own.port), await connect(own.port)];
    first.subscribe(A);
    await settle(first);
    second.subscribe(B);
    second.subscribe(A5);
    second.subscribe('kraken:spot:BTC/EUR:1m');
    await second.until(() => second.messages.length === 2);
    const refusal = { type: 'error', code: 'capacity', message: 'ondemand_ingest_capacity' };
    expect(second.messages).toEqual([
      { ...refusal, series_id: B },
      { ...refusal, series_id: 'kraken:spot:BTC/EUR:1m' },
    ]);
    expect(await jobs(own)).toEqual([[A, 2]]);
    await post(own.port, CLOSED, { series_id: B, candle });
    await settle(second);
    expect(second.messages.filter(({ type }) => type === 'candle_closed')).toEqual([]);
  });

  it('counts once however often it is renewed, and ends with unsubscribing or disconnecting', async () => {
    const own = await startOwn({ environment });
    const [first, second] = [await connect(own.port), await connect(own.port)];
    for (let i = 0; i < 3; i++) first.subscribe(A);
    second.subscribe(A);
    for (const client of [first, second]) await settle(client);
    expect(await jobs(own)).toEqual([[A, 2]]);
    first.send({ type: 'unsubscribe', series_id: A });
    first.send({ type: 'unsubscribe', series_id: A });
    await settle(first);
    expect(await jobs(own)).toEqual([[A, 1]]);
    await second.close();
    while (JSON.stringify(await jobs(own)) !== JSON.stringify([[A, 0]])) await nextTurn();
    first.subscribe(B);
    await settle(first);
    expect(await jobs(own)).toEqual([[B, 1]]);
    expect([...own.feed.watched]).toEqual([B]);
  });
});

describe('a derived series that was never stored', () => {
  const start = 1_700_000_100;
  const base = freshSeries('PAB');
  const five = freshSeries('PAB', '5m');

  async function withMinutes(derived: '0' | '1'): Promise<MarketService> {
    const own = await startOwn({ environment: { TRADE_CANVAS_ENABLE_DERIVED_TIMEFRAMES: derived } });
    await own.service.store.save({ candles: minutesFrom(base, start, 10), gaps: [] });
    return own;
  }

  it('is made from its base on the first subscription and sent', async () => {
    const own = await withMinutes('1');
    const client = await connect(own.port);
    client.subscribe(five);
    await settle(client);
    expect(client.closedCandles(five).map(({ candle_time: time }) => time)).toEqual([start, start + 300]);
    expect((await own.service.store.extent(five)).count).toBe(2);
  });

  it('is made on the first read as well, also by a chart', async () => {
    const own = await withMinutes('1');
    expect((await askCandles(own.port, { series_id: five })).json).toMatchObject({ candles: { length: 2 } });
    const other = await withMinutes('1');
    const path = `/udf/history?symbol=PABUSDT&resolution=5&from=0&to=${start + 9999}`;
    expect((await ask(other.port, { path })).json).toMatchObject({ s: 'ok', t: [start, start + 300] });
  });

  it('stays empty with derivation off, for subscribers and readers alike', async () => {
    const own = await withMinutes('0');
    const client = await connect(own.port);
    client.subscribe(five);
    await settle(client);
    await post(own.port, CLOSED, { series_id: base, candle: wireAt(start + 600) });
    await settle(client);
    expect(client.messages).toEqual([]);
    expect((await askCandles(own.port, { series_id: five })).json).toEqual({
      series_id: five,
      server_head_time: null,
      candles: [],
    });
    expect(await own.service.store.listSeries()).toEqual([base]);
  });
});

describe('missing newest candles', () => {
  const now = 1_700_001_000;
  const id = freshSeries('TAIL');
  const truth = minutesFrom(id, now - 1_200, 30);
  const environment = { TRADE_CANVAS_ENABLE_MARKET_AUTO_TAIL_BACKFILL: '1', TRADE_CANVAS_ENABLE_DEBUG_API: '1' };

  async function health(own: MarketService): Promise<{ status_reason: string; backfill: { state: string } }> {
    const { json } = await ask(own.port, { path: `/api/market/health?series_id=${id}` });
    return json as { status_reason: string; backfill: { state: string } };
  }

  it('are fetched after a read without a cursor, so that the next one has them', async () => {
    const own = await startOwn({ environment, nowSec: now, truth });
    await askCandles(own.port, { series_id: id, since: '0' });
    expect((await health(own)).backfill.state).toBe('idle');
    expect((await askCandles(own.port, { series_id: id, limit: '10' })).json).toMatchObject({ candles: [] });
    while ((await health(own)).backfill.state !== 'succeeded') await nextTurn();
    const { json } = await askCandles(own.port, { series_id: id });
    expect(json).toMatchObject({ candles: { length: 10 } });
    expect((await health(own)).status_reason).toBe('up_to_date');
  });

  it('are left alone unless that is switched on', async () => {
    const own = await startOwn({ environment: { TRADE_CANVAS_ENABLE_DEBUG_API: '1' }, nowSec: now, truth });
    await askCandles(own.port, { series_id: id });
    expect((await health(own)).backfill.state).toBe('idle');
    expect(own.feed.requests).toEqual([]);
  });
});

describe('what is shown of the service', () => {
  it('the whitelist is what the command line names', async () => {
    const ids = [freshSeries('W1'), freshSeries('W2')];
    const own = await startOwn({ series: ids });
    const { status, json } = await ask(own.port, { path: '/api/market/whitelist' });
    expect([status, json]).toEqual([200, { series_ids: ids }]);
  });

  it('the ingest state has every field of the contract', async () => {
    const { json } = await ask(service.port, { path: '/api/market/debug/ingest_state' });
    expect(json).toEqual({
      jobs: [],
      whitelist_series_ids: [],
      ondemand_max_jobs: 0,
      whitelist_ingest_enabled: false,
      ingest_role_guard_enabled: false,
      ingest_role: 'hybrid',
      ingest_jobs_enabled: true,
      loop_guardrail_enabled: false,
    });
  });

  it('a pinned job has a refcount of -1', async () => {
    const id = freshSeries('PIN');
    const environment = { TRADE_CANVAS_ENABLE_WHITELIST_INGEST: '1', TRADE_CANVAS_ENABLE_DEBUG_API: '1' };
    const own = await startOwn({ environment, series: [id] });
    const { json } = await ask(own.port, { path: '/api/market/debug/ingest_state' });
    expect(json).toMatchObject({
      jobs: [{ series_id: id, source: 'binance_ws', refcount: -1, running: true, guardrail: null }],
    });
  });

  it('metrics are served for Prometheus and for the debug page', async () => {
    await ask(service.port, { path: '/healthz' });
    const { text, headers } = await ask(service.port, { path: '/metrics' });
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toMatch(/^# TYPE hotwick_engine_inputs_total counter\nhotwick_engine_inputs_total \d+$/m);
    expect(text).toMatch(/^hotwick_http_request_seconds_count\{method="GET",route="\/healthz",status="200"\} \d+$/m);
    const { json } = await ask(service.port, { path: '/api/market/debug/metrics' });
    expect(json).toMatchObject({
      enabled: true,
      counters: { engine_inputs_total: expect.any(Number) },
      gauges: { socket_clients: expect.any(Number) },
      timers: {
        'http_request{method=GET,route=/healthz,status=200}': { count: expect.any(Number), max_ms: expect.any(Number) },
      },
    });
  });

  it('the process is alive while its storage answers', async () => {
    const api = await new ApiServer().start();
    stops.push(() => api.stop());
    const ask1 = () => ask(api.port, { path: '/healthz' });
    expect(await ask1()).toMatchObject({ status: 200, json: { status: 'ok' } });
    await api.store.close();
    expect(await ask1()).toMatchObject({ status: 503, json: { status: 'unavailable' } });
  });

  it('the documents describe every route', async () => {
    const { json, text } = await ask(service.port, { path: '/openapi.json' });
    const { paths, components } = json as { paths: Record<string, object>; components: { schemas: object } };
    const routes = [
      ...[CLOSED, FORMING, BATCH, '/api/market/candles', '/api/market/whitelist', '/api/market/quality'],
      ...['/api/market/top_markets', '/api/market/top_markets/stream', '/api/market/health', '/healthz', '/metrics'],
      ...['/api/market/debug/series_health', '/api/market/debug/ingest_state', '/api/market/debug/metrics'],
      ...['/udf/config', '/udf/symbols', '/udf/search', '/udf/history', '/udf/time', '/ws/market', '/ws/debug'],
    ];
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(routes));
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      expect(components.schemas).toHaveProperty(name ?? '');
    }
  });
});

describe('the quality of a day', () => {
  it('counts its candles by certificate and names its holes', async () => {
    const id = freshSeries('QUAL');
    const day = 1_699_920_000;
    await service.service.store.save({
      candles: minutesFrom(id, day, 1440).filter((_, index) => index !== 5 && index !== 6),
      gaps: [],
    });
    await post(service.port, CLOSED, { series_id: id, candle: wireAt(day, 7) });
    const { status, json } = await ask(service.port, { path: `/api/market/quality?series_id=${id}&day=2023-11-14` });
    expect([status, json]).toMatchObject([
      200,
      {
        series_id: id,
        day: '2023-11-14',
        expected: 1440,
        present: 1438,
        missing: 2,
        unexplained: 2,
        revised: 1,
        by_source: { ingest: 1 },
        holes: [{ from_time: day + 300, to_time: day + 420, reason: 'unrecorded' }],
      },
    ]);
  });

  it.each(['2023-02-30', '2023-1-1', 'today', '1969-12-31'])('is refused for %s', async (day) => {
    const { status, json } = await ask(service.port, { path: `/api/market/quality?series_id=a:b:c:1m&day=${day}` });
    const msg = 'Input should be a valid date in the format YYYY-MM-DD';
    expect([status, json]).toEqual([
      422,
      { detail: [{ type: 'date_parsing', loc: ['query', 'day'], msg, input: day }] },
    ]);
  });

  it('expects nothing of a day to come', async () => {
    const { json } = await ask(service.port, { path: '/api/market/quality?series_id=a:b:c:1m&day=2999-01-01' });
    expect(json).toMatchObject({ expected: 0, present: 0, missing: 0, holes: [] });
  });
});

describe('the end of the service', () => {
  it('is told to subscribers with 1001, to waiting requests with 503, and afterwards nobody is served', async () => {
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const { promise: never, resolve: free } = Promise.withResolvers<void>();
    const api = await new ApiServer({
      pace: () => {
        reach();
        return never;
      },
    }).start();
    const client = new MarketClient(api.port);
    await client.opened;
    const id = freshSeries('WAIT');
    await api.save(...minutesFrom(id, T, 1));
    const waiting = askCandles(api.port, { series_id: id });
    await reached;
    const stopped = api.stop();
    expect(await waiting).toMatchObject({ status: 503, json: { detail: 'server_shutting_down' } });
    expect(await client.closed).toEqual({ code: 1001, reason: 'server_shutdown' });
    free();
    await stopped;
  });

  it('refuses a post with 503 once the engine takes nothing more', async () => {
    const own = await startOwn({ environment: OPEN });
    await own.service.engine.stop();
    const id = freshSeries('LATE');
    for (const path of [CLOSED, FORMING]) {
      const { status, json } = await post(own.port, path, { series_id: id, candle });
      expect([status, json]).toEqual([503, { detail: 'server_shutting_down' }]);
    }
  });

  it('a store that fails is told with the step and the series', async () => {
    const api = await new ApiServer().start();
    stops.push(() => api.stop());
    await api.store.close();
    const id = freshSeries('BROKEN');
    const { status, json } = await post(api.port, CLOSED, { series_id: id, candle });
    expect([status, json]).toEqual([500, { detail: `ingest_pipeline_failed:store.upsert_many_closed:${id}` }]);
  });
});

describe('markets by volume', () => {
  const row = {
    symbol: 'BTCUSDT',
    base: 'BTC',
    quote: 'USDT',
    lastPrice: decimal('68000.1'),
    changePercent: decimal('1.23'),
  };

  it('are served over HTTP', async () => {
    const own = await startOwn({ fetchTopMarkets: async () => ok([{ ...row, quoteVolume: decimal('123456789') }]) });
    const { status, json } = await ask(own.port, { path: '/api/market/top_markets?market=futures' });
    const names = { exchange: 'binance', market: 'futures', quote_asset: 'USDT' };
    const figures = { last_price: 68000.1, quote_volume: 123456789, price_change_percent: 1.23 };
    const item = { ...names, symbol: 'BTC/USDT', symbol_id: 'BTCUSDT', base_asset: 'BTC', ...figures };
    const list = { ...names, limit: 20, generated_at_ms: expect.any(Number), cached: false, items: [item] };
    expect([status, json]).toEqual([200, list]);
  });

  it('without an upstream are answered 502', async () => {
    const { status, json } = await ask(service.port, { path: '/api/market/top_markets?market=spot' });
    expect([status, json]).toEqual([502, { detail: 'upstream_error:the venue did not answer: there is none' }]);
  });
});

describe('markets by volume as a stream', () => {
  const rows = [
    {
      symbol: 'BTCUSDT',
      base: 'BTC',
      quote: 'USDT',
      lastPrice: null,
      changePercent: null,
      quoteVolume: decimal('1'),
    },
  ];
  const STREAM = '/api/market/top_markets/stream';

  it('is made of server-sent events and ends after as many as were asked for', async () => {
    const own = await startOwn({ fetchTopMarkets: async () => ok(rows) });
    const origin = 'http://localhost:5173';
    const path = `${STREAM}?market=spot&max_events=1`;
    const { status, headers, text } = await ask(own.port, { path, headers: { origin } });
    expect([status, headers]).toMatchObject([
      200,
      {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
        'x-accel-buffering': 'no',
        'access-control-allow-origin': origin,
      },
    ]);
    expect(text).toMatch(
      /^id: (\d+)\nevent: top_markets\ndata: \{"cached":false,.*"generated_at_ms":\1,.*\}\n\n: ping \d+\n\n$/,
    );
  });

  it('tells that there is no list as events, which count', async () => {
    const { text } = await ask(service.port, { path: `${STREAM}?market=spot&max_events=2&interval_s=0.2` });
    expect(text.match(/^event: error$/gm)).toHaveLength(2);
    expect(text).toMatch(/^data: \{"at_ms":\d+,"message":"the venue did not answer: there is none","type":"error"\}$/m);
  });

  it('ends in order when the service does', async () => {
    const own = await MarketService.start({ fetchTopMarkets: async () => ok(rows) });
    const response = await fetch(`http://127.0.0.1:${own.port}${STREAM}?market=spot`);
    const reader = response.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    await own.stop();
    while ((await reader?.read())?.done === false);
  });

  const refused: readonly [string, number, unknown][] = [
    ['market=margin', 422, [{ type: 'literal_error', loc: ['query', 'market'] }]],
    ['', 422, [{ type: 'missing', loc: ['query', 'market'] }]],
    ['market=spot&limit=0', 422, [{ type: 'greater_than_equal', ctx: { ge: 1 } }]],
    ['market=spot&limit=201', 422, [{ type: 'less_than_equal', ctx: { le: 200 } }]],
    ['market=spot&quote_asset=', 422, [{ type: 'string_too_short' }]],
    ['market=spot&quote_asset=ABCDEFGHIJKLM', 422, [{ type: 'string_too_long', ctx: { max_length: 12 } }]],
    ['market=spot&force=maybe', 422, [{ type: 'bool_parsing' }]],
    ['market=spot&exchange=kraken', 400, 'unsupported exchange'],
  ];

  it.each(refused)('and the list refuse %s with %i', async (query, status, detail) => {
    for (const path of ['/api/market/top_markets', STREAM]) {
      const answer = await ask(service.port, { path: `${path}?${query}` });
      expect(answer).toMatchObject({ status, json: { detail } });
    }
  });

  it.each([
    ['interval_s=0.1', 'greater_than_equal'],
    ['interval_s=31', 'less_than_equal'],
    ['max_events=1001', 'less_than_equal'],
    ['max_events=-1', 'greater_than_equal'],
  ])('refuses %s', async (query, type) => {
    const { status, json } = await ask(service.port, { path: `${STREAM}?market=spot&${query}` });
    expect([status, json]).toMatchObject([422, { detail: [{ type }] }]);
  });

  it('and the list may be forced once in two seconds together', async () => {
    const own = await startOwn({ fetchTopMarkets: async () => ok(rows) });
    const force = async (path: string) =>
      (await ask(own.port, { path: `${path}?market=spot&force=1&max_events=1` })).status;
    expect(await force('/api/market/top_markets')).toBe(200);
    expect(await force('/api/market/top_markets')).toBe(429);
    expect(await force(STREAM)).toBe(429);
  });
});
