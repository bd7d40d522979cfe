/**
 * The request budget of the feed against the simulated exchange over real sockets. Time is the test's own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { driveUntil } from '../../../test/fixtures/wicked-exchange.ts';
import { addMs, epochMs } from '../../core/time.ts';
import type { Failure } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import type { HistoryRequest } from '../../ports/feed.ts';
import type { RequestLedger } from '../../ports/request-ledger.ts';
import { createManualClock, type ManualClock } from '../clock/manual-clock.ts';
import { createSeededRandom } from '../memory/seeded-random.ts';
import { createGeneratedMarket } from '../sim/generated-market.ts';
import { type SimExchange, startSimExchange } from '../sim/sim-exchange.ts';
import { openSqliteDatabase } from '../sqlite/sqlite-database.ts';
import { createSqliteRequestLedger } from '../sqlite/sqlite-request-ledger.ts';
import { type BinanceFeed, createBinanceFeed } from './binance-feed.ts';

const T = 1_767_225_600_000;
const MINUTE = 60_000;
const LIMIT = 60;
const BTC = 'binance:futures:BTC/USDT:1m' as SeriesId;

type Scene = { readonly clock: ManualClock; readonly exchange: SimExchange; readonly faults: Failure[] };

const closing: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function setUp(): Promise<Scene> {
  const clock = createManualClock(epochMs(T + 10_000));
  const startTime = epochMs(T);
  const market = createGeneratedMarket({
    seed: 3,
    startTime,
    historyMs: 1_600 * MINUTE,
    markets: ['futures'],
    symbols: 2,
  });
  const weightLimit = { futures: LIMIT };
  const exchange = await startSimExchange({ host: '127.0.0.1', port: 0, clock, market, weightLimit });
  closing.push(clock.close, exchange.close);
  return { clock, exchange, faults: [] };
}

function openFeed({ clock, exchange, faults }: Scene, ledger?: RequestLedger): BinanceFeed {
  const { httpUrl, wsUrl } = exchange;
  const feed = createBinanceFeed({
    clock,
    random: createSeededRandom(1),
    sink: () => {},
    onFault: (fault) => faults.push(fault),
    endpoints: { futuresRestUrl: httpUrl, spotRestUrl: httpUrl, futuresStreamUrl: wsUrl, spotStreamUrl: wsUrl },
    ...(ledger === undefined ? {} : { ledger }),
  });
  closing.push(feed.close);
  return feed;
}

/** A page of `minutes` candles: up to 99 weigh 1, 1500 weigh 10. */
function page(purpose: HistoryRequest['purpose'], minutes: number): HistoryRequest {
  const from = addMs(epochMs(T), -minutes * MINUTE);
  return { seriesId: BTC, from, to: epochMs(T), source: 'rest', purpose };
}

/** Teaches the feed the limit of this exchange. */
async function learnLimit(feed: BinanceFeed): Promise<void> {
  expect(await feed.fetchInstruments('futures')).toMatchObject({ ok: true });
  expect(feed.requestBudget().futures).toMatchObject({ limit: LIMIT, used: 1 });
}

/** Another program behind the same address; answers the statuses it got. */
async function burn({ exchange }: Scene, weight: number): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < weight; i++) {
    const answer = await fetch(`${exchange.httpUrl}/fapi/v1/time`);
    await answer.arrayBuffer();
    statuses.push(answer.status);
  }
  return statuses;
}

function openLedger(path: string): RequestLedger {
  const database = openSqliteDatabase({ path });
  closing.push(database.close);
  return createSqliteRequestLedger(database);
}

function ledgerPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-budget-'));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'market.db');
}

describe('the request budget', () => {
  it('brings a flood of history and repairs through without one refusal, repairs first', async () => {
    const scene = await setUp();
    const feed = openFeed(scene);
    await learnLimit(feed);
    const done: string[] = [];
    const ask = async (purpose: HistoryRequest['purpose'], minutes: number): Promise<void> => {
      const answer = await feed.fetchHistory(page(purpose, minutes));
      done.push(answer.ok ? `${purpose} ${answer.value.length}` : answer.error.code);
    };
    for (let i = 0; i < 14; i++) void ask('history', 1_500);
    for (let i = 0; i < 90; i++) void ask('repair', 50);
    await driveUntil(scene.clock, () => done.length === 104, {
      message: 'all is answered',
      stepMs: 1_000,
      limitMs: 15 * MINUTE,
    });
    expect(done.filter((each) => each === 'history 1500')).toHaveLength(14);
    expect(done.filter((each) => each === 'repair 50')).toHaveLength(90);
    expect(done.slice(-8)).toEqual(Array.from({ length: 8 }, () => 'history 1500'));
    expect(scene.exchange.stats().refusals).toBe(0);
    expect(feed.requestBudget().futures).toMatchObject({ underWay: 0, blockedUntil: null });
  });

  it('makes room when another program spends the minute', async () => {
    const scene = await setUp();
    const feed = openFeed(scene);
    await learnLimit(feed);
    expect(await burn(scene, 50)).not.toContain(429);
    // The first answer brings the news; what is asked after it waits.
    expect(await feed.fetchHistory(page('repair', 5))).toMatchObject({ ok: true });
    expect(feed.requestBudget().futures.used).toBe(52);
    const asked = Array.from({ length: 20 }, () => feed.fetchHistory(page('repair', 5)));
    await scene.clock.advanceTo(epochMs(T + MINUTE - 1));
    expect(feed.requestBudget().futures.waiting.repair).toBe(20);
    expect(scene.exchange.stats().requests).toBe(52);
    const answers = Promise.all(asked);
    await scene.clock.advanceTo(epochMs(T + MINUTE));
    expect((await answers).every(({ ok }) => ok)).toBe(true);
    expect(scene.exchange.stats().refusals).toBe(0);
  });

  it('sends nothing of any kind while the venue wants a pause', async () => {
    const scene = await setUp();
    const feed = openFeed(scene);
    await learnLimit(feed);
    expect((await burn(scene, 60)).at(-1)).toBe(429);
    const limited = { ok: false, error: { code: 'venue_rate_limited', context: { status: 429 } } };
    expect(await feed.fetchHistory(page('repair', 5))).toMatchObject(limited);
    const sent = scene.exchange.stats().requests;
    expect(feed.requestBudget().futures.blockedUntil).toBe(T + MINUTE);
    await scene.clock.advanceTo(epochMs(T + MINUTE - 1));
    for (const purpose of ['history', 'repair'] as const) {
      expect(await feed.fetchHistory(page(purpose, 5))).toMatchObject(limited);
    }
    expect(await feed.fetchTime()).toMatchObject({
      ...limited,
      error: { context: { sent: false, reason: 'paused', retryAfterMs: 1 } },
    });
    expect(scene.exchange.stats().requests).toBe(sent);
    await scene.clock.advance(1);
    expect(await feed.fetchTime()).toMatchObject({ ok: true });
  });

  it('leaves the other market alone in a pause of one', async () => {
    const scene = await setUp();
    const feed = openFeed(scene);
    scene.exchange.faults.nextRequests({ answer: 418, count: 1, retryAfterS: 60 });
    expect(await feed.fetchTime()).toMatchObject({ ok: false });
    expect(feed.requestBudget().futures.blockedUntil).toBe(T + 70_000);
    expect(feed.requestBudget().spot.blockedUntil).toBeNull();
  });
});

describe('the memory of the budget', () => {
  it.each(['closed', 'killed'])('holds a ban for a feed that starts after one was %s', async (end) => {
    const scene = await setUp();
    const path = ledgerPath();
    const first = openFeed(scene, openLedger(path));
    scene.exchange.faults.nextRequests({ answer: 418, count: 1, retryAfterS: 300 });
    expect(await first.fetchTime()).toMatchObject({ ok: false, error: { context: { status: 418 } } });
    if (end === 'closed') await first.close();
    const sent = scene.exchange.stats().requests;
    await scene.clock.advance(299_999);
    const second = openFeed(scene, openLedger(path));
    expect(await second.fetchTime()).toMatchObject({
      ok: false,
      error: { code: 'venue_rate_limited', context: { status: 418, sent: false, retryAfterMs: 1 } },
    });
    expect(scene.exchange.stats().requests).toBe(sent);
    await scene.clock.advance(1);
    expect(await second.fetchTime()).toMatchObject({ ok: true });
    expect(scene.faults).toEqual([]);
  });

  it('holds the weight spent in the running minute', async () => {
    const scene = await setUp();
    const path = ledgerPath();
    const first = openFeed(scene, openLedger(path));
    await burn(scene, 40);
    expect(await first.fetchTime()).toMatchObject({ ok: true });
    await first.close();
    const second = openFeed(scene, openLedger(path));
    await scene.clock.advance(0);
    expect(second.requestBudget().futures.used).toBe(41);
    await second.close();
    await scene.clock.advance(MINUTE);
    const third = openFeed(scene, openLedger(path));
    await scene.clock.advance(0);
    expect(third.requestBudget().futures.used).toBe(0);
  });

  it('that fails is reported once for each host and stops no request', async () => {
    const scene = await setUp();
    const ledger = openLedger(ledgerPath());
    await ledger.close();
    const feed = openFeed(scene, ledger);
    for (let i = 0; i < 3; i++) expect(await feed.fetchTime()).toMatchObject({ ok: true });
    await feed.close();
    expect(scene.faults.map(({ code }) => code)).toEqual(Array(3).fill('store_unavailable'));
  });
});
