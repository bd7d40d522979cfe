/**
 * Tables of the wire contract that are about one answer each: times (1.3), the whitelist (2.5), health (2.8), the debug
 * routes (2.9), the size of catch-up (3.3) and who may connect (3.5), asked of the whole service over real sockets.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket as OriginClient } from 'ws';
import type { SeriesId } from '../../src/model/series.ts';
import { ask, askCandles, candleAt, freshSeries, minutesFrom, settle, wireAt } from '../fixtures/api-server.ts';
import { MarketClient } from '../fixtures/market-client.ts';
import { MarketService, type MarketServiceOptions } from '../fixtures/market-service.ts';

const NOW = 1_700_000_960;
const T = 1_700_000_100;
const stops: (() => Promise<void> | void)[] = [];

let service: MarketService;

beforeAll(async () => {
  service = await MarketService.start({ nowSec: NOW, environment: { TRADE_CANVAS_ENABLE_DEBUG_API: '1' } });
});
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});
afterAll(() => service.stop());

async function startOwn(options: MarketServiceOptions): Promise<MarketService> {
  const own = await MarketService.start(options);
  stops.push(() => own.stop());
  return own;
}

async function save(id: SeriesId, ...times: readonly number[]): Promise<void> {
  await service.service.store.save({ candles: times.map((time) => candleAt(id, time)), gaps: [] });
}

async function get(path: string): Promise<readonly [status: number, json: unknown]> {
  const { status, json } = await ask(service.port, { path });
  return [status, json];
}

async function subscriber(port: number, id: string, since: number | null = null): Promise<MarketClient> {
  const client = new MarketClient(port);
  await client.opened;
  stops.push(() => client.close());
  client.subscribe(id, { since });
  await settle(client);
  return client;
}

const rangeProblem = (name: string, input: string, rule: { readonly ge?: number; readonly le?: number }) => {
  const type = rule.ge === undefined ? 'less_than_equal' : 'greater_than_equal';
  const words = rule.ge === undefined ? `less than or equal to ${rule.le}` : `greater than or equal to ${rule.ge}`;
  const msg = `Input should be ${words}`;
  return [422, { detail: [{ type, loc: ['query', name], msg, input, ctx: rule }] }];
};

const MALFORMED: readonly [string, string][] = [
  ['foo', "series_id must be '{exchange}:{market}:{symbol}:{timeframe}'"],
  ['a:b::1m', 'invalid series_id (empty component)'],
  ['a:b:c:1w', "unsupported timeframe unit: 'w'"],
  ['a:b:c:0m', "invalid timeframe: '0m'"],
];

describe('1.3 candle times', () => {
  it.each([
    ['off the minute', [100, 160, 220]],
    ['from the first minute on', [0, 60, 120]],
    ['of the far future', [1_900_000_020, 1_900_000_080, 2_069_971_200]],
    ['of the last year there is', [253_402_300_740]],
  ])('%s are taken, served and sent', async (name, times) => {
    const id = freshSeries(`TIME${name.length}`);
    const client = await subscriber(service.port, id);
    for (const time of times) {
      const body = JSON.stringify({ series_id: id, candle: wireAt(time) });
      const { json } = await ask(service.port, { path: '/api/market/ingest/candle_closed', method: 'POST', body });
      expect(json).toEqual({ ok: true, series_id: id, candle_time: time });
    }
    await settle(client);
    const candles = times.map((time) => wireAt(time));
    const answer = { series_id: id, server_head_time: times.at(-1), candles };
    expect((await askCandles(service.port, { series_id: id })).json).toEqual(answer);
    expect(client.closedCandles(id)).toEqual(candles);
  });
});

describe('2.5 the whitelist', () => {
  async function whitelistOf(content: string | null): Promise<unknown> {
    const dir = mkdtempSync(join(tmpdir(), 'hotwick-whitelist-'));
    stops.push(() => rmSync(dir, { recursive: true, force: true }));
    const path = join(dir, 'whitelist.json');
    if (content !== null) writeFileSync(path, content);
    const own = await startOwn({ environment: { TRADE_CANVAS_WHITELIST_PATH: path } });
    return (await ask(own.port, { path: '/api/market/whitelist' })).json;
  }

  it('is that of its file, blanks and what is no text left out, each series once and in order', async () => {
    const [one, two] = [freshSeries('WL1'), freshSeries('WL2')];
    const listed = [two, '', one, 5, null, two, '  '];
    expect(await whitelistOf(JSON.stringify({ series_ids: listed }))).toEqual({ series_ids: [two, one] });
  });

  it('is empty where the file is missing', async () => {
    expect(await whitelistOf(null)).toEqual({ series_ids: [] });
  });
});

describe('2.8 GET /api/market/health', () => {
  const five = (name: string): SeriesId => freshSeries(name, '5m');
  const path = (id: string, more = ''): string => `/api/market/health?series_id=${encodeURIComponent(id)}${more}`;

  it('answers the example of the contract to the letter, with our word on its age beside it', async () => {
    const id = five('HEALTH');
    await save(id, T);
    expect(await get(path(id))).toEqual([
      200,
      {
        series_id: id,
        timeframe_seconds: 300,
        now_time: NOW,
        expected_latest_closed_time: 1_700_000_400,
        head_time: T,
        lag_seconds: 860,
        missing_seconds: 300,
        missing_candles: 1,
        status: 'red',
        status_reason: 'lagging_no_recent_backfill',
        freshness: 'stale',
        backfill: {
          state: 'idle',
          progress_pct: 100,
          started_at: null,
          updated_at: null,
          reason: null,
          note: null,
          error: null,
          recent: false,
          start_missing_seconds: 0,
          start_missing_candles: 0,
          current_missing_seconds: 0,
          current_missing_candles: 0,
        },
      },
    ]);
  });

  const latest = 1_700_000_400;
  const decisions: readonly [string, number | null, string, object][] = [
    ['no candle', null, 'red/missing_head', { head_time: null, lag_seconds: null, missing_candles: null }],
    ['a candle ahead', latest + 300, 'yellow/head_ahead_of_closed_window', { missing_seconds: 0, missing_candles: 0 }],
    ['the newest candle', latest, 'green/up_to_date', { missing_seconds: 0, lag_seconds: NOW - latest }],
    ['two candles missing', latest - 600, 'red/lagging_no_recent_backfill', { missing_candles: 2 }],
  ];

  it.each(decisions)('with %s (%j) is %s', async (name, head, verdict, figures) => {
    const id = five(`HEALTH${name.length}`);
    if (head !== null) await save(id, head);
    const [status, json] = await get(path(id));
    expect([status, json]).toMatchObject([200, figures]);
    const { status: colour, status_reason: reason } = json as Record<string, string>;
    expect(`${colour}/${reason}`).toBe(verdict);
  });

  it('is told as of another time, also the first', async () => {
    const id = five('HEALTHNOW');
    await save(id, T);
    expect((await get(path(id, '&now_time=1700000700')))[1]).toMatchObject({
      now_time: 1_700_000_700,
      expected_latest_closed_time: 1_700_000_400,
    });
    expect((await get(path(id, '&now_time=0')))[1]).toMatchObject({
      now_time: 0,
      expected_latest_closed_time: 0,
      lag_seconds: 0,
      status_reason: 'head_ahead_of_closed_window',
    });
  });

  it.each(MALFORMED)('of %s is answered 400: %s', async (id, detail) => {
    expect(await get(path(id))).toEqual([400, { detail }]);
  });

  it('refuses a time before 1970, what is no time, and no series', async () => {
    expect(await get(path(five('X'), '&now_time=-1'))).toEqual(rangeProblem('now_time', '-1', { ge: 0 }));
    expect(await get(path(five('X'), '&now_time=x'))).toMatchObject([422, { detail: [{ type: 'int_parsing' }] }]);
    expect(await get('/api/market/health')).toMatchObject([422, { detail: [{ type: 'missing' }] }]);
  });
});

describe('2.9 GET /api/market/debug/series_health', () => {
  const path = (id: string, more = ''): string =>
    `/api/market/debug/series_health?series_id=${encodeURIComponent(id)}${more}`;

  it('tells the gaps of a series, newest first, and how complete the buckets of its base are', async () => {
    const [base, five] = [freshSeries('GAPPY'), freshSeries('GAPPY', '5m')];
    await save(base, ...[0, 60, 120, 180, 240, 300, 420].map((offset) => T + offset));
    await save(five, T - 900, T - 300, T);
    const bucket = (open: number, actual: number) => {
      const counts = { expected_minutes: 5, actual_minutes: actual, missing_minutes: 5 - actual };
      return { bucket_open_time: open, ...counts };
    };
    expect(await get(path(five))).toEqual([
      200,
      {
        series_id: five,
        timeframe_seconds: 300,
        now_time: NOW,
        first_time: T - 900,
        head_time: T,
        lag_seconds: 860,
        candle_count: 3,
        gap_count: 1,
        max_gap_seconds: 600,
        recent_gaps: [{ prev_time: T - 900, next_time: T - 300, delta_seconds: 600, missing_candles: 1 }],
        base_series_id: base,
        base_bucket_completeness: [bucket(T, 5), bucket(T + 300, 2)],
      },
    ]);
    expect(await get(path(five, '&recent_base_buckets=1'))).toMatchObject([
      200,
      { base_bucket_completeness: [bucket(T + 300, 2)] },
    ]);
    expect(await get(path(base, '&max_recent_gaps=1'))).toMatchObject([
      200,
      {
        candle_count: 7,
        recent_gaps: [{ prev_time: T + 300, next_time: T + 420, delta_seconds: 120, missing_candles: 1 }],
        base_bucket_completeness: [],
      },
    ]);
  });

  it.each([
    ['max_recent_gaps', '0', { ge: 1 }],
    ['max_recent_gaps', '51', { le: 50 }],
    ['recent_base_buckets', '0', { ge: 1 }],
    ['recent_base_buckets', '49', { le: 48 }],
  ] as const)('refuses %s=%s', async (name, value, rule) => {
    expect(await get(path(freshSeries('X'), `&${name}=${value}`))).toEqual(rangeProblem(name, value, rule));
  });

  it.each(MALFORMED)('of %s is answered 400: %s', async (id, detail) => {
    expect(await get(path(id))).toEqual([400, { detail }]);
  });
});

describe('3.3 the size of catch-up', () => {
  it('L01 is the newest candles of one page without a cursor, and page after page to the newest with one', async () => {
    const own = await startOwn({ environment: { TRADE_CANVAS_MARKET_WS_CATCHUP_LIMIT: '100' } });
    const id = freshSeries('L01');
    await own.service.store.save({ candles: minutesFrom(id, T, 250), gaps: [] });
    const times = (from: number, count: number) => Array.from({ length: count }, (_, index) => T + (from + index) * 60);
    const newest = await subscriber(own.port, id);
    expect(newest.messages.map(({ type }) => type)).toEqual(['candles_batch']);
    expect(newest.closedCandles(id).map(({ candle_time: time }) => time)).toEqual(times(150, 100));
    const all = await subscriber(own.port, id, T);
    expect(all.messages.map(({ type }) => type)).toEqual(Array(3).fill('candles_batch'));
    expect(all.closedCandles(id).map(({ candle_time: time }) => time)).toEqual(times(1, 249));
    const body = JSON.stringify({ series_id: id, candle: wireAt(T + 250 * 60) });
    await ask(own.port, { path: '/api/market/ingest/candle_closed', method: 'POST', body });
    for (const client of [newest, all]) {
      await settle(client);
      expect(client.messages.at(-1)).toEqual({ type: 'candle_closed', series_id: id, candle: wireAt(T + 250 * 60) });
      expect(client.ofType('gap', id)).toEqual([]);
    }
  });
});

describe('4.6 posts of one series', () => {
  it('at the same time are all stored, and a subscriber sees closed times that only rise', async () => {
    const id = freshSeries('PARALLEL');
    const client = await subscriber(service.port, id);
    const times = Array.from({ length: 60 }, (_, index) => T + ((index * 37) % 60) * 60);
    const answers = await Promise.all(
      times.map((time) => {
        const body = JSON.stringify({ series_id: id, candle: wireAt(time) });
        return ask(service.port, { path: '/api/market/ingest/candle_closed', method: 'POST', body });
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const rising = times.toSorted((a, b) => a - b);
    expect((await askCandles(service.port, { series_id: id })).json).toEqual({
      series_id: id,
      server_head_time: rising.at(-1),
      candles: rising.map((time) => wireAt(time)),
    });
    await settle(client);
    const sent = client.closedCandles(id).map(({ candle_time: time }) => time);
    expect(sent).toEqual([...new Set(sent)].toSorted((a, b) => a - b));
    expect(sent.at(-1)).toBe(rising.at(-1));
  });
});

describe('3.5 a connection', () => {
  it.each(['http://localhost:5173', 'http://evil.test', 'null'])('W19 from a page of %s is taken', async (origin) => {
    const socket = new OriginClient(`ws://127.0.0.1:${service.port}/ws/market?any=query`, { origin });
    const answer = new Promise<string>((resolve) => socket.once('message', (data) => resolve(String(data))));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.send('{}');
    expect(JSON.parse(await answer)).toEqual({ type: 'error', code: 'bad_request', message: 'missing message type' });
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    socket.close(1000);
    expect(await closed).toBe(1000);
  });
});
