/**
 * The watch on the whole market against a real server that misbehaves. Time is the test's own; only the sockets are real.
 */
import { afterEach, describe, expect, it } from 'vitest';
import {
  driveUntil,
  klineEvent,
  startWickedExchange,
  until,
  type WickedConnection,
  type WickedExchange,
} from '../../../test/fixtures/wicked-exchange.ts';
import { epochMs } from '../../core/time.ts';
import type { Failure } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { MarketWatch, MarketWatchEvent } from '../../ports/market-watch.ts';
import { createManualClock, type ManualClock } from '../clock/manual-clock.ts';
import { createSeededRandom } from '../memory/seeded-random.ts';
import { type BinanceAccess, openBinance } from './binance-access.ts';
import type { BinanceTimings } from './timings.ts';

const T = 1_767_225_600_000;
const TICKERS = '!miniTicker@arr';
const ABC = 'binance:spot:ABC/USDT' as InstrumentId;
const XYZ = 'binance:spot:XYZ/USDT' as InstrumentId;

type Scene = {
  readonly exchange: WickedExchange;
  readonly clock: ManualClock;
  readonly access: BinanceAccess;
  readonly watch: MarketWatch;
  readonly events: MarketWatchEvent[];
  readonly faults: Failure[];
};

const open: Scene[] = [];

async function setUp(timings: Partial<BinanceTimings> = {}): Promise<Scene> {
  const exchange = await startWickedExchange();
  const clock = createManualClock(epochMs(T));
  const events: MarketWatchEvent[] = [];
  const faults: Failure[] = [];
  const access = openBinance({
    clock,
    wallClock: clock,
    random: createSeededRandom(7),
    onFault: (fault) => faults.push(fault),
    endpoints: exchange.endpoints,
    timings,
  });
  const watch = access.openMarketWatch({ sink: (event) => events.push(event), quoteAsset: 'USDT' });
  const scene = { exchange, clock, access, watch, events, faults };
  open.push(scene);
  return scene;
}

afterEach(async () => {
  for (const { watch, access, exchange, clock } of open.splice(0)) {
    await watch.close();
    await access.close();
    clock.close();
    await exchange.close();
  }
});

function item(symbol: string, price: string, time = T): Readonly<Record<string, unknown>> {
  return { e: '24hrMiniTicker', E: time, s: symbol, c: price, o: '1', h: '9', l: '1', v: '5', q: '600000' };
}

/** The open connection that carries `stream`, the newest first. */
function carrier(scene: Scene, stream: string): WickedConnection | undefined {
  return scene.exchange.connections.filter((one) => one.isOpen() && one.subscribed.has(stream)).at(-1);
}

async function carried(scene: Scene, stream: string): Promise<WickedConnection> {
  await driveUntil(scene.clock, () => carrier(scene, stream), { message: `${stream} is carried`, limitMs: 400_000 });
  return carrier(scene, stream) as WickedConnection;
}

async function sendTickers(scene: Scene, connection: WickedConnection, price: string): Promise<void> {
  const before = scene.events.length;
  connection.send(TICKERS, [item('ABCUSDT', price, scene.clock.now())]);
  await until(() => scene.events.length > before, 'the tickers are told');
}

function prices(scene: Scene): readonly number[] {
  return scene.events.flatMap((event) => (event.kind === 'tickersReceived' ? event.tickers : [])).map((t) => t.price);
}

describe('tickers of the whole market', () => {
  it('are told as they arrive, are live with the first frame, and bad items are skipped one by one and counted', async () => {
    const scene = await setUp();
    scene.watch.start();
    const connection = await carried(scene, TICKERS);
    expect(scene.watch.status().tickers).toMatchObject({ wanted: 1, live: 0, frames: 0 });
    const bad = [null, item('ABCUSDT', 'free'), 'x'];
    connection.send(TICKERS, [...bad, item('XYZUSDT', '2.5'), item('ETHBTC', '1')]);
    await until(() => scene.events.length === 1, 'the frame is told');
    expect(prices(scene)).toEqual([2.5]);
    expect(scene.watch.status().tickers).toEqual({
      wanted: 1,
      live: 1,
      lastTime: scene.clock.now(),
      frames: 1,
      skipped: 3,
    });
    connection.sendText('{"stream":"!miniTicker@arr","data":[{');
    connection.send(TICKERS, [null]);
    await until(() => scene.watch.status().tickers.skipped === 4, 'the frame without any usable item is counted');
    expect(scene.events).toHaveLength(1);
    expect(connection.isOpen()).toBe(true);
    expect(scene.faults.map(({ code }) => code)).toContain('frame_corrupt');
  });

  it('come again over a new connection after 15 s of silence', async () => {
    const scene = await setUp();
    scene.watch.start();
    const first = await carried(scene, TICKERS);
    for (let i = 0; i < 20; i++) {
      await sendTickers(scene, first, '1.5');
      await scene.clock.advance(1_000);
    }
    await scene.clock.advance(13_000);
    expect(scene.exchange.connections).toHaveLength(1);
    const second = await carried(scene, TICKERS);
    await driveUntil(scene.clock, () => carrier(scene, TICKERS) !== first, { message: 'a new connection' });
    expect(scene.faults.map(({ code }) => code)).toContain('feed_silent');
    const next = second === first ? await carried(scene, TICKERS) : second;
    await sendTickers(scene, next, '1.6');
    expect(prices(scene).at(-1)).toBe(1.6);
    expect(scene.events.at(-1)?.receivedTime).toBeGreaterThan(T + 34_000);
  });

  it('come again after a cut with growing pauses, never at once for ever', async () => {
    const scene = await setUp();
    scene.watch.start();
    (await carried(scene, TICKERS)).cut();
    await until(() => carrier(scene, TICKERS) === undefined, 'the connection is gone');
    scene.exchange.setHandshakeStatus(503);
    await scene.clock.advance(120_000);
    const attempts = scene.faults.filter(({ code }) => code === 'venue_unreachable').length;
    expect(attempts).toBeLessThan(20);
    scene.exchange.setHandshakeStatus(null);
    await sendTickers(scene, await carried(scene, TICKERS), '2');
  });

  it('move to the successor make-before-break when the venue announces a shutdown', async () => {
    const scene = await setUp();
    scene.watch.start();
    const old = await carried(scene, TICKERS);
    await sendTickers(scene, old, '1.1');
    old.sendText(JSON.stringify({ e: 'serverShutdown', E: T }));
    await driveUntil(scene.clock, () => carrier(scene, TICKERS) !== old, { message: 'a successor' });
    const next = carrier(scene, TICKERS) as WickedConnection;
    await sendTickers(scene, old, '1.2');
    expect(old.isOpen()).toBe(true);
    await sendTickers(scene, next, '1.3');
    old.send(TICKERS, [item('ABCUSDT', '1.4', scene.clock.now())]);
    await until(() => !old.isOpen(), 'the old connection is let go');
    await sendTickers(scene, next, '1.5');
    expect(prices(scene)).toEqual([1.1, 1.2, 1.3, 1.5]);
  });
});

describe('minutes of chosen instruments', () => {
  it('are exact in quote units, and come for exactly those that are followed', async () => {
    const scene = await setUp();
    scene.watch.followMinutes([ABC, XYZ]);
    const connection = await carried(scene, 'abcusdt@kline_1m');
    connection.send('abcusdt@kline_1m', klineEvent({ symbol: 'ABCUSDT', openTime: T, state: 'closed' }));
    await until(() => scene.events.length === 1, 'the minute is told');
    expect(scene.events[0]).toMatchObject({
      kind: 'minuteReceived',
      minute: {
        instrumentId: ABC,
        openTime: T,
        state: 'closed',
        close: 101.5,
        quoteVolume: 1240.5,
        takerQuoteVolume: 610.25,
      },
    });
    expect(scene.watch.status().minutes).toMatchObject({ wanted: 2, live: 1 });
    scene.watch.followMinutes([XYZ]);
    await driveUntil(scene.clock, () => !connection.subscribed.has('abcusdt@kline_1m'), { message: 'ABC is dropped' });
    expect(connection.subscribed.has('xyzusdt@kline_1m')).toBe(true);
    expect(scene.watch.status().minutes).toMatchObject({ wanted: 1, live: 0 });
  });

  it('a coin that nobody trades for a while is no reason to replace the connection of all', async () => {
    const scene = await setUp();
    scene.watch.followMinutes([ABC, XYZ]);
    const connection = await carried(scene, 'xyzusdt@kline_1m');
    const send = async (symbol: string): Promise<void> => {
      const before = scene.events.length;
      const openTime = Math.floor(scene.clock.now() / 60_000) * 60_000;
      const event = klineEvent({ symbol, openTime, state: 'forming', eventTime: scene.clock.now() });
      connection.send(`${symbol.toLowerCase()}@kline_1m`, event);
      await until(() => scene.events.length > before, 'the minute is told');
    };
    for (let i = 0; i < 60; i++) {
      if (i < 20) await send('ABCUSDT');
      await send('XYZUSDT');
      await scene.clock.advance(2_000);
    }
    expect(scene.exchange.connections).toHaveLength(1);
    expect(scene.faults).toEqual([]);
  });

  it('spread over connections of 1,024 streams each', async () => {
    const scene = await setUp();
    scene.watch.followMinutes(Array.from({ length: 1_025 }, (_, i) => `binance:spot:C${i}/USDT` as InstrumentId));
    await carried(scene, 'c1024usdt@kline_1m');
    await carried(scene, 'c1023usdt@kline_1m');
    expect(scene.exchange.connections.map(({ subscribed }) => subscribed.size)).toEqual([1_024, 1]);
  });
});

describe('lists on request', () => {
  it('instruments are read with status, market orders and permissions; what can not be read is left out and told', async () => {
    const scene = await setUp();
    const symbols = [
      {
        symbol: 'ABCUSDT',
        status: 'TRADING',
        baseAsset: 'ABC',
        quoteAsset: 'USDT',
        quoteOrderQtyMarketAllowed: true,
        permissionSets: [['SPOT', 'X'], ['SPOT']],
      },
      { symbol: 'XYZUSDT', status: 'TRADING', baseAsset: 'XYZ', quoteAsset: 'USDT', isSpotTradingAllowed: false },
      { symbol: 'OLDUSDT', status: 'BREAK', baseAsset: 'OLD', quoteAsset: 'USDT' },
      { symbol: 'ODD', status: 'TRADING', baseAsset: 'A', quoteAsset: 'USDT' },
      7,
    ];
    scene.exchange.onRest(() => ({ body: { symbols } }));
    const answer = await scene.watch.fetchInstruments();
    expect(answer).toEqual({
      ok: true,
      value: [
        { instrumentId: ABC, status: 'trading', isMarketByQuote: true, permissions: ['SPOT', 'X'] },
        { instrumentId: XYZ, status: 'halted', isMarketByQuote: false, permissions: [] },
        { instrumentId: 'binance:spot:OLD/USDT', status: 'halted', isMarketByQuote: false, permissions: [] },
      ],
    });
    expect(scene.faults.map(({ message }) => message).join()).toContain('2 of 5');
  });

  it('announcements of listings and, every ten minutes, of delistings are read from the website within its own budget', async () => {
    const scene = await setUp();
    const articles = [
      { id: 12, code: 'x', title: 'Binance Will List Abc (ABC)', releaseDate: T },
      { id: '13', title: 'Old' },
      {},
    ];
    const gone = [{ id: 14, title: 'Binance Will Delist XYZ on 2026-12-04', releaseDate: T }];
    scene.exchange.onRest(({ query }) => {
      return { body: { data: { catalogs: [{ articles: query['catalogId'] === '161' ? gone : articles }] } } };
    });
    const listings = [
      { id: '12', title: 'Binance Will List Abc (ABC)', body: '', releaseTime: T },
      { id: '13', title: 'Old', body: '', releaseTime: null },
    ];
    const first = await scene.watch.fetchAnnouncements();
    expect(first.ok && first.value, 'no listing waits for a delisting').toEqual(listings);
    expect(scene.exchange.calls[0]).toMatchObject({
      path: '/bapi/composite/v1/public/cms/article/list/query',
      query: { type: '1', catalogId: '48', pageNo: '1', pageSize: '10' },
    });
    const asked = () => scene.exchange.calls.filter(({ query }) => query['catalogId'] === '161').length;
    await until(() => asked() === 1, 'delistings are asked for');
    let second = first;
    for (let turn = 0; turn < 6 && second.ok && second.value.length < 3; turn++) {
      await scene.clock.advance(20_000);
      second = await scene.watch.fetchAnnouncements();
    }
    const delisting = { id: '14', title: 'Binance Will Delist XYZ on 2026-12-04', body: '', releaseTime: T };
    expect(second.ok && second.value).toEqual([...listings, delisting]);
    await scene.watch.fetchAnnouncements();
    expect(asked(), 'every ten minutes').toBe(1);
    await scene.clock.advance(10 * 60_000);
    await scene.watch.fetchAnnouncements();
    await until(() => asked() === 2, 'delistings are asked for again');
  });

  it('a refusal tells its status, a page of HTML is an answer, and nothing is sent while the venue wants to be left alone', async () => {
    const scene = await setUp();
    scene.exchange.onRest(() => ({ status: 429, headers: { 'retry-after': '60' }, body: {} }));
    const limited = await scene.watch.fetchAnnouncements();
    expect(!limited.ok && limited.error).toMatchObject({ code: 'venue_rate_limited', context: { status: 429 } });
    const calls = scene.exchange.calls.length;
    const waiting = scene.watch.fetchAnnouncements();
    await scene.clock.advance(30_000);
    expect(scene.exchange.calls).toHaveLength(calls);
    scene.exchange.onRest(() => ({ body: '<html>' }));
    expect((await waiting).ok).toBe(false);
    await scene.clock.advance(60_000);
    const page = await scene.watch.fetchAnnouncements();
    expect(!page.ok && page.error.code).toBe('venue_answer_malformed');
  });

  it('A-1: the age of a coin is the open time of its first day', async () => {
    const scene = await setUp();
    scene.exchange.onRest(({ query }) => ({ body: query['symbol'] === 'ABCUSDT' ? [[T - 5 * 86_400_000, '1']] : [] }));
    expect(await scene.watch.fetchListedTime(ABC)).toEqual({ ok: true, value: T - 5 * 86_400_000 });
    expect(scene.exchange.calls.at(-1)?.query).toMatchObject({ interval: '1d', startTime: '0', limit: '1' });
    expect(await scene.watch.fetchListedTime(XYZ)).toEqual({ ok: true, value: null });
  });
});
