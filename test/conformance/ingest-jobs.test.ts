/**
 * Chapters 4.3 to 4.5 of the wire contract, with the transcripts C01 and C02: which series are followed, for whom and
 * for how long, as sockets and the debug routes of the whole service show it.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../src/adapters/clock/manual-clock.ts';
import { epochMs } from '../../src/core/time.ts';
import type { SeriesId } from '../../src/model/series.ts';
import { ask, freshSeries, minutesFrom, settle, wireAt } from '../fixtures/api-server.ts';
import { MarketClient } from '../fixtures/market-client.ts';
import { MarketService, type MarketServiceOptions } from '../fixtures/market-service.ts';

const T = 1_700_006_400;
const [A, B, C] = [freshSeries('JOBA'), freshSeries('JOBB'), freshSeries('JOBC')];
const ON_DEMAND = { TRADE_CANVAS_ENABLE_ONDEMAND_INGEST: '1' };
const PINNED = { TRADE_CANVAS_ENABLE_WHITELIST_INGEST: '1' };
const GUARDED = { TRADE_CANVAS_ENABLE_INGEST_LOOP_GUARDRAIL: '1' };
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

type Running = { readonly service: MarketService; readonly wallClock: ManualClock };

async function start(environment: Readonly<Record<string, string>>, more: MarketServiceOptions = {}): Promise<Running> {
  const wallClock = createManualClock(epochMs(T * 1000));
  const options = { nowSec: T, ...more, wallClock };
  const debug = { TRADE_CANVAS_ENABLE_DEBUG_API: '1', HOTWICK_HISTORY_DAYS: '1' };
  const service = await MarketService.start({ ...options, environment: { ...debug, ...environment } });
  stops.push(() => service.stop());
  return { service, wallClock };
}

async function connect({ service }: Running): Promise<MarketClient> {
  const client = new MarketClient(service.port);
  await client.opened;
  stops.push(() => client.close());
  return client;
}

async function subscribe(client: MarketClient, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) client.subscribe(id);
  await settle(client);
}

type Job = Readonly<Record<string, unknown>>;

async function state({ service }: Running): Promise<{ readonly jobs: readonly Job[] } & Job> {
  return (await ask(service.port, { path: '/api/market/debug/ingest_state' })).json as never;
}

async function refcounts(running: Running): Promise<unknown> {
  return (await state(running)).jobs.map(({ series_id, refcount }) => [series_id, refcount]);
}

/** Lets real time pass in steps that leave the clients time to answer the pings. */
async function pass({ wallClock }: Running, seconds: number, ...clients: readonly MarketClient[]): Promise<void> {
  for (let left = seconds; left > 0; left -= 10) {
    await wallClock.advance(Math.min(10, left) * 1000);
    for (const client of clients) await settle(client);
  }
}

const watched = ({ service }: Running): readonly SeriesId[] => [...service.feed.watched];

describe('4.3 a pinned job', () => {
  it('runs from the start, is counted -1, and outlives its subscribers', async () => {
    const running = await start({ ...PINNED, ...ON_DEMAND }, { series: [A] });
    const client = await connect(running);
    await subscribe(client, A);
    client.send({ type: 'unsubscribe', series_id: A });
    await settle(client);
    await pass(running, 120, client);
    expect((await state(running)).jobs).toEqual([
      {
        series_id: A,
        source: 'binance_ws',
        refcount: -1,
        last_zero_at: null,
        started_at: T,
        crashes: 0,
        last_crash_at: null,
        running: true,
        guardrail: null,
      },
    ]);
    expect(watched(running)).toEqual([A]);
  });

  it('is never the one that makes room', async () => {
    const running = await start({ ...PINNED, ...ON_DEMAND, TRADE_CANVAS_ONDEMAND_MAX_JOBS: '1' }, { series: [A] });
    const client = await connect(running);
    await subscribe(client, A, B, C);
    expect(client.messages).toMatchObject([{ code: 'capacity', series_id: C }]);
    expect(await refcounts(running)).toEqual([
      [A, -1],
      [B, 1],
    ]);
  });

  it('is a job like any other where the whitelist is not followed', async () => {
    const running = await start({ ...ON_DEMAND, TRADE_CANVAS_ENABLE_WHITELIST_INGEST: '0' }, { series: [A] });
    expect((await state(running)).jobs).toEqual([]);
    await subscribe(await connect(running), A);
    expect(await refcounts(running)).toEqual([[A, 1]]);
  });
});

describe('4.3 a job on demand', () => {
  it('ends after the time it may be idle, and starts again without a hole for the next subscriber', async () => {
    const truth = minutesFrom(A, T - 86_400, 1_450);
    const running = await start({ ...ON_DEMAND, TRADE_CANVAS_ONDEMAND_IDLE_TTL_S: '5' }, { truth });
    const { service } = running;
    const client = await connect(running);
    await subscribe(client, A);
    service.playFeed('feedUp', A);
    await service.drain();
    client.send({ type: 'unsubscribe', series_id: A });
    await settle(client);
    expect((await state(running)).jobs).toMatchObject([{ refcount: 0, last_zero_at: T, running: true }]);
    await pass(running, 4, client);
    expect(watched(running)).toEqual([A]);
    await pass(running, 3, client);
    expect([(await state(running)).jobs, watched(running)]).toEqual([[], []]);
    await service.clock.advanceTo(epochMs((T + 300) * 1000));
    client.messages.length = 0;
    client.subscribe(A, { since: T - 120 });
    await settle(client);
    await pass(running, 1, client); // pages of history take turns in real time
    service.playFeed('feedUp', A);
    await service.drain();
    await service.clock.advance(2_000);
    await service.drain();
    await settle(client);
    expect(client.closedCandles(A).map(({ candle_time: time }) => time - T)).toEqual([-60, 0, 60, 120, 180, 240]);
    expect(client.ofType('gap', A)).toEqual([]);
  });

  it('C01 beyond the capacity is refused; a job that nobody uses makes room', async () => {
    const running = await start({ ...ON_DEMAND, TRADE_CANVAS_ONDEMAND_MAX_JOBS: '2' });
    const client = await connect(running);
    await subscribe(client, A, B, C);
    const refusal = { type: 'error', code: 'capacity', message: 'ondemand_ingest_capacity', series_id: C };
    expect(client.messages).toEqual([refusal]);
    client.send({ type: 'unsubscribe', series_id: A });
    await subscribe(client, C);
    expect(client.messages).toEqual([refusal]);
    expect(await refcounts(running)).toEqual([
      [B, 1],
      [C, 1],
    ]);
  });

  it('C02 of another exchange is refused as a matter of capacity, and the socket stays', async () => {
    const running = await start(ON_DEMAND);
    const client = await connect(running);
    await subscribe(client, 'kraken:spot:BTC/EUR:1m', A);
    expect(client.messages).toMatchObject([{ code: 'capacity', series_id: 'kraken:spot:BTC/EUR:1m' }]);
    expect(await refcounts(running)).toEqual([[A, 1]]);
  });

  it.each([
    ['another market', 'binance:margin:BTC/USDT:1m'],
    ['no pair', 'binance:spot:BTCUSDT:1m'],
    ['a timeframe that the exchange does not have', 'binance:spot:BTC/USDT:7m'],
    ['more than one day', 'binance:spot:BTC/USDT:3d'],
  ])('4.1 of %s takes no place from what can be followed', async (_name, id) => {
    const running = await start({ ...ON_DEMAND, TRADE_CANVAS_ONDEMAND_MAX_JOBS: '1' });
    const client = await connect(running);
    await subscribe(client, id, A);
    expect(client.messages).toMatchObject([{ code: 'capacity', series_id: id }]);
    expect(await refcounts(running)).toEqual([[A, 1]]);
  });

  it.each(['binance:futures:BTC/USDT:USDT:1m', 'binance:spot:BTC/USDT:3m'])('4.1 of %s is followed', async (id) => {
    const running = await start(ON_DEMAND);
    const client = await connect(running);
    await subscribe(client, id);
    expect([client.messages, watched(running)]).toEqual([[], [id]]);
  });

  it('is none where the role of the process is to read, and a subscriber is served all the same', async () => {
    const guard = { TRADE_CANVAS_ENABLE_INGEST_ROLE_GUARD: '1', TRADE_CANVAS_INGEST_ROLE: 'read' };
    const running = await start({ ...PINNED, ...ON_DEMAND, ...guard }, { series: [A] });
    const client = await connect(running);
    await subscribe(client, A, B);
    const body = JSON.stringify({ series_id: B, candle: wireAt(T) });
    await ask(running.service.port, { path: '/api/market/ingest/candle_closed', method: 'POST', body });
    await settle(client);
    expect(client.messages).toEqual([{ type: 'candle_closed', series_id: B, candle: wireAt(T) }]);
    expect(await state(running)).toMatchObject({
      jobs: [],
      ingest_role_guard_enabled: true,
      ingest_role: 'read',
      ingest_jobs_enabled: false,
    });
  });
});

describe('4.4 a job whose upstream fails', () => {
  it('is counted, and goes on, without the guard', async () => {
    const running = await start(PINNED, { series: [A] });
    for (let i = 0; i < 7; i++) running.service.playFeed('feedDown', A);
    await running.service.drain();
    const job = { crashes: 7, last_crash_at: T, running: true, guardrail: null };
    expect((await state(running)).jobs).toMatchObject([job]);
    expect(watched(running)).toEqual([A]);
  });

  it('is paused by the guard at the fifth failure in a minute, and tried again after thirty seconds', async () => {
    const running = await start({ ...PINNED, ...GUARDED }, { series: [A] });
    const { service } = running;
    for (let i = 0; i < 4; i++) service.playFeed('feedDown', A);
    expect((await state(running)).jobs).toMatchObject([{ running: true, guardrail: { state: 'closed' } }]);
    service.playFeed('feedDown', A);
    await service.drain();
    const [job] = (await state(running)).jobs;
    expect(job).toMatchObject({ running: false, crashes: 5 });
    expect(job?.['guardrail']).toEqual({
      enabled: true,
      state: 'open',
      window_failures: 5,
      consecutive_failures: 5,
      last_failure_at: T,
      last_error: 'the test says so',
      last_backoff_s: expect.any(Number),
      next_retry_in_s: 30,
      config: {
        crash_budget: 5,
        budget_window_s: 60,
        backoff_initial_s: 1,
        backoff_max_s: 15,
        open_cooldown_s: 30,
      },
    });
    expect(watched(running)).toEqual([]);
    await pass(running, 29);
    expect(watched(running)).toEqual([]);
    await pass(running, 2);
    await service.drain();
    expect(watched(running)).toEqual([A]);
    expect((await state(running)).jobs).toMatchObject([{ running: true, guardrail: { state: 'half_open' } }]);
    service.playFeed('feedUp', A);
    expect((await state(running)).jobs).toMatchObject([{ guardrail: { state: 'closed', window_failures: 0 } }]);
  });

  it('serves a subscriber that comes while it is paused, and keeps its place', async () => {
    const running = await start({ ...ON_DEMAND, ...GUARDED, TRADE_CANVAS_ONDEMAND_MAX_JOBS: '1' });
    const [first, second] = [await connect(running), await connect(running)];
    await subscribe(first, A);
    for (let i = 0; i < 5; i++) running.service.playFeed('feedDown', A);
    await running.service.drain();
    await subscribe(second, A, B);
    expect(second.messages).toMatchObject([{ code: 'capacity', series_id: B }]);
    expect((await state(running)).jobs).toMatchObject([{ series_id: A, refcount: 2, running: false }]);
    await pass(running, 31, first, second);
    expect(watched(running)).toEqual([A]);
  });

  it('is paused again at once when the one attempt fails', async () => {
    const running = await start({ ...PINNED, ...GUARDED }, { series: [A] });
    for (let i = 0; i < 5; i++) running.service.playFeed('feedDown', A);
    await pass(running, 31);
    running.service.playFeed('feedDown', A);
    await running.service.drain();
    expect((await state(running)).jobs).toMatchObject([{ running: false, guardrail: { state: 'open' } }]);
  });
});

describe('4.5 the end', () => {
  it('stores and sends what had come in, then tells the clients, then ends the jobs for good', async () => {
    const truth = minutesFrom(A, T - 86_400, 1_440);
    const running = await start(PINNED, { series: [A], truth });
    const { service } = running;
    service.playFeed('feedUp', A);
    await service.drain();
    const client = await connect(running);
    client.subscribe(A, { since: T - 60 });
    await settle(client);
    await service.clock.advanceTo(epochMs((T + 180) * 1000));
    for (const minute of minutesFrom(A, T, 3)) service.playClosed(minute);
    stops.length = 0;
    await service.stop();
    expect(client.closedCandles(A).map(({ candle_time: time }) => time - T)).toEqual([0, 60, 120]);
    expect(await client.closed).toEqual({ code: 1001, reason: 'server_shutdown' });
    expect(watched(running)).toEqual([]);
  });
});
