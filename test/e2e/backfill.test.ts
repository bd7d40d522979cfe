/**
 * What is fetched beside following series (wire contract 6.2 to 6.6), over the whole service: holes that a subscriber
 * meets, newest candles that a reader misses, the sync at the start, and the settings of each.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../../src/adapters/clock/manual-clock.ts';
import { ok } from '../../src/core/result.ts';
import { fromEpochSec } from '../../src/core/time.ts';
import { type SeriesId, siblingSeries } from '../../src/model/series.ts';
import type { Timeframe } from '../../src/model/timeframe.ts';
import { ask, askCandles, candleAt, freshSeries, minutesFrom, settle } from '../fixtures/api-server.ts';
import { MarketClient } from '../fixtures/market-client.ts';
import { MarketService, type MarketServiceOptions } from '../fixtures/market-service.ts';

const T = 1_700_000_100; // the beginning of five minutes
const NOW = T + 36_000;
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function start(options: MarketServiceOptions): Promise<MarketService> {
  const service = await MarketService.start({ nowSec: NOW, ...options });
  stops.push(() => service.stop());
  return service;
}

/** A client that has everything up to `T` and was sent what it lacks. */
async function subscribe(port: number, id: string, batch: 'yes' | 'no' = 'no'): Promise<MarketClient> {
  const client = new MarketClient(port);
  await client.opened;
  stops.push(() => client.close());
  client.subscribe(id, { since: T, batch });
  await settle(client);
  return client;
}

async function post(port: number, id: string, time: number): Promise<void> {
  const { candle_time, ...rest } = { candle_time: time, open: 100, high: 102, low: 98, close: 101, volume: 10 };
  const body = JSON.stringify({ series_id: id, candle: { candle_time, ...rest } });
  const headers = { 'content-type': 'application/json' };
  const answer = await ask(port, { path: '/api/market/ingest/candle_closed', method: 'POST', headers, body });
  expect(answer.status).toBe(200);
}

/** What a client was told, short: times of candles relative to `T`, holes as `from-to`. */
function told(client: MarketClient): readonly unknown[] {
  return client.messages.flatMap((message): readonly unknown[] => {
    if (message.type === 'candle_closed') return [message.candle.candle_time - T];
    if (message.type === 'candles_batch') return message.candles.map(({ candle_time: time }) => time - T);
    return message.type === 'gap' ? [`${message.expected_next_time - T}-${message.actual_time - T}`] : [];
  });
}

const GAP = { TRADE_CANVAS_ENABLE_MARKET_GAP_BACKFILL: '1' };

describe('a hole before a closed candle of a series that nobody follows (6.3)', () => {
  const id = freshSeries('HOLE');
  const truth = minutesFrom(id, T, 300);

  it.each(['yes', 'no'] as const)('is filled before it is told, batches %s', async (batch) => {
    const service = await start({ environment: GAP, truth });
    await post(service.port, id, T);
    const client = await subscribe(service.port, id, batch);
    await post(service.port, id, T + 180);
    await client.until(() => told(client).length >= 3);
    await post(service.port, id, T + 240);
    await settle(client);
    expect(told(client)).toEqual([60, 120, 180, 240]);
  });

  it('is told as it was where that is not switched on, may not ask the exchange, or the exchange is away', async () => {
    const off = await start({ truth });
    const local = await start({ environment: { ...GAP, TRADE_CANVAS_ENABLE_CCXT_BACKFILL: '0' }, truth });
    const away = await start({ environment: GAP, truth });
    away.feed.history = 'fails';
    for (const service of [off, local, away]) {
      await post(service.port, id, T);
      const client = await subscribe(service.port, id);
      await post(service.port, id, T + 180);
      await client.until(() => told(client).length >= 2);
      expect(told(client)).toEqual(['60-180', 180]);
    }
    expect([off.feed.requests, local.feed.requests]).toEqual([[], []]);
    expect(away.feed.requests).toHaveLength(1);
  });

  it('of which the exchange lacks a part is told as that part', async () => {
    const lacking = truth.filter((_, index) => index !== 2);
    const service = await start({ environment: GAP, truth: lacking });
    await post(service.port, id, T);
    const client = await subscribe(service.port, id, 'yes');
    await post(service.port, id, T + 240);
    await client.until(() => told(client).length >= 4);
    expect(told(client)).toEqual([60, '120-180', 180, 240]);
  });

  it('is filled once for all who meet it, and not asked for again at once', async () => {
    const service = await start({ environment: GAP, truth: truth.slice(0, 1) });
    await post(service.port, id, T);
    const clients = await Promise.all([1, 2, 3].map(() => subscribe(service.port, id)));
    await post(service.port, id, T + 180);
    for (const client of clients) await client.until(() => told(client).length >= 2);
    expect(service.feed.requests).toHaveLength(1);
    const late = await subscribe(service.port, id);
    expect(told(late)).toEqual(['60-180', 180]);
    expect(service.feed.requests).toHaveLength(1);
  });

  it('is filled on the way to the first history as well', async () => {
    const service = await start({ environment: GAP, truth });
    await service.service.store.save({ candles: [candleAt(id, T + 180)], gaps: [] });
    const client = await subscribe(service.port, id, 'yes');
    await client.until(() => told(client).length >= 3);
    expect(told(client)).toEqual([60, 120, 180]);
  });

  it('that is longer than the limit is filled from its oldest end', async () => {
    const environment = { ...GAP, TRADE_CANVAS_MARKET_GAP_BACKFILL_READ_LIMIT: '100' };
    const service = await start({ environment, truth });
    await post(service.port, id, T);
    const client = await subscribe(service.port, id);
    await post(service.port, id, T + 9_000);
    await client.until(() => told(client).includes(9_000));
    expect(told(client).slice(-3)).toEqual([6_000, '6060-9000', 9_000]);
  });

  it('of a followed series is left to its job', async () => {
    const environment = { ...GAP, TRADE_CANVAS_ENABLE_WHITELIST_INGEST: '1' };
    const service = await start({ environment, series: [id] });
    const asked = () => service.feed.requests.length;
    while (asked() === 0) await nextTurn();
    const client = await subscribe(service.port, id);
    await post(service.port, id, T + 180);
    await settle(client);
    expect(told(client)).toEqual(['60-180', 180]);
    expect(service.feed.requests.every(({ to }) => to > (T + 180) * 1000)).toBe(true);
  });
});

const TAIL = { TRADE_CANVAS_ENABLE_MARKET_AUTO_TAIL_BACKFILL: '1', TRADE_CANVAS_ENABLE_DEBUG_API: '1' };

describe('candles that a read misses (6.4)', () => {
  const id = freshSeries('TAILS');
  const truth = minutesFrom(id, NOW - 3_600, 60);

  async function covered(service: MarketService, series: SeriesId, limit: number): Promise<object> {
    await askCandles(service.port, { series_id: series, limit: String(limit) });
    for (;;) {
      const { json } = await ask(service.port, { path: `/api/market/health?series_id=${series}` });
      const { backfill } = json as { backfill: { state: string } };
      if (backfill.state !== 'running' && backfill.state !== 'idle') return backfill;
      await nextTurn();
    }
  }

  it('are fetched where they are missing, between stored ones as well, and no others', async () => {
    const service = await start({ environment: TAIL, truth });
    await service.service.store.save({ candles: truth.filter((_, index) => index % 20 !== 5), gaps: [] });
    expect(await covered(service, id, 60)).toMatchObject({
      state: 'succeeded',
      note: 'tail_coverage_done',
      progress_pct: 100,
      start_missing_candles: 3,
      current_missing_candles: 0,
    });
    expect(service.feed.requests.map(({ from, to }) => (to - from) / 60_000)).toEqual([1, 1, 1]);
    expect((await service.service.store.extent(id)).count).toBe(60);
  });

  it('are no more than the limit of the settings', async () => {
    const environment = { ...TAIL, TRADE_CANVAS_MARKET_AUTO_TAIL_BACKFILL_MAX_CANDLES: '7' };
    const service = await start({ environment, truth });
    await covered(service, id, 60);
    expect((await service.service.store.extent(id)).count).toBe(7);
  });

  it('that the exchange does not have are asked for once', async () => {
    const service = await start({ environment: TAIL, truth: truth.slice(30) });
    const note = { note: 'tail_coverage_partial', current_missing_candles: 30 };
    expect(await covered(service, id, 60)).toMatchObject(note);
    const asked = service.feed.requests.length;
    await service.clock.advance(2_000);
    await covered(service, id, 60);
    expect(service.feed.requests.length).toBe(asked);
  });

  it('of a derived timeframe are made of stored minutes first; the exchange is for the rest, if it may be asked', async () => {
    const five = siblingSeries(id, '5m' as Timeframe);
    const environment = { ...TAIL, TRADE_CANVAS_ENABLE_DERIVED_TIMEFRAMES: '1' };
    const local = { ...environment, TRADE_CANVAS_ENABLE_CCXT_BACKFILL_ON_READ: '0' };
    for (const each of [local, environment]) {
      const service = await start({ environment: each });
      await service.service.store.save({ candles: [...truth, candleAt(five, NOW - 300)], gaps: [] });
      const note = { note: 'tail_coverage_partial', current_missing_candles: 8 };
      expect(await covered(service, five, 20)).toMatchObject(note);
      expect((await service.service.store.extent(five)).count).toBe(12);
      expect(service.feed.requests.length > 0).toBe(each === environment);
    }
  });

  it('that can not be fetched are a failure with its reason', async () => {
    const service = await start({ environment: TAIL, truth });
    service.feed.history = 'fails';
    expect(await covered(service, id, 60)).toMatchObject({
      state: 'failed',
      note: 'tail_coverage_best_effort_failed',
      error: expect.stringContaining('down'),
    });
  });
});

describe('the sync at the start (6.6)', () => {
  const [a, b] = [freshSeries('SYNCA'), freshSeries('SYNCB')];
  const truth = [...minutesFrom(a, NOW - 12_000, 200), ...minutesFrom(b, NOW - 12_000, 200)];
  const SYNC = {
    TRADE_CANVAS_ENABLE_STARTUP_KLINE_SYNC: '1',
    TRADE_CANVAS_STARTUP_KLINE_SYNC_TARGET_CANDLES: '120',
    HOTWICK_HISTORY_DAYS: '1',
  };

  it('completes what nobody follows up to its target before anybody is served', async () => {
    const service = await start({ environment: SYNC, series: [b, a], truth });
    for (const id of [a, b]) {
      const { count, head } = await service.service.store.extent(id);
      expect([count, head]).toEqual([120, (NOW - 60) * 1000]);
    }
    const [first] = service.feed.requests;
    expect(first?.seriesId, 'in the order of their names').toBe(a);
  });

  it('waits for the jobs of what is followed', async () => {
    const environment = { ...SYNC, TRADE_CANVAS_ENABLE_WHITELIST_INGEST: '1' };
    const service = await start({ environment, series: [a], truth });
    expect(await service.service.store.extent(a)).toMatchObject({ count: 200, head: (NOW - 60) * 1000 });
  });

  it('that fails is told and does not stop the start', async () => {
    const environment = { ...SYNC, TRADE_CANVAS_ENABLE_CCXT_BACKFILL: '0', TRADE_CANVAS_ENABLE_DEBUG_API: '1' };
    const service = await start({ environment, series: [a], truth });
    expect(service.feed.requests).toEqual([]);
    expect((await ask(service.port, { path: '/healthz' })).status).toBe(200);
  });

  it('is off unless it is switched on', async () => {
    const service = await start({ series: [a], truth });
    expect(service.feed.requests).toEqual([]);
  });
});

describe('settings of answers', () => {
  it('a series is fresh, stale or degraded by the windows of the settings (6.2)', async () => {
    const id = freshSeries('FRESH');
    const windows = { TRADE_CANVAS_MARKET_FRESH_WINDOW_CANDLES: '3', TRADE_CANVAS_MARKET_STALE_WINDOW_CANDLES: '4' };
    const service = await start({ environment: { TRADE_CANVAS_ENABLE_KLINE_HEALTH_V2: '1', ...windows } });
    const freshness = async (now: number): Promise<unknown> => {
      const { json } = await ask(service.port, { path: `/api/market/health?series_id=${id}&now_time=${now}` });
      return (json as { freshness: string }).freshness;
    };
    expect(await freshness(T)).toBe('missing');
    await post(service.port, id, T);
    const seen = [180, 181, 240, 241].map((age) => freshness(T + age));
    expect(await Promise.all(seen)).toEqual(['fresh', 'stale', 'stale', 'degraded']);
  });

  it.each([3, 60])(
    'the figures of the top markets are fresh for the %i s of the settings, not longer (2.6)',
    async (ttl) => {
      let asked = 0;
      const fetchTopMarkets = async () => {
        asked++;
        return ok([]);
      };
      const wallClock = createManualClock(fromEpochSec(NOW));
      const environment = { TRADE_CANVAS_BINANCE_TICKER_TTL_S: String(ttl) };
      const service = await start({ fetchTopMarkets, environment, wallClock });
      const path = '/api/market/top_markets?market=spot';
      const cached = async () => ((await ask(service.port, { path })).json as { cached: boolean }).cached;
      expect([await cached(), await cached(), asked]).toEqual([false, true, 1]);
      await wallClock.advance(ttl * 1_000 - 1);
      expect([await cached(), asked]).toEqual([true, 1]);
      await wallClock.advance(1);
      expect([await cached(), asked]).toEqual([false, 2]);
    },
  );
});
