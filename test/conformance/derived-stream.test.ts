/**
 * Chapter 5 of the wire contract, with the transcripts D01 to D06: one 1m stream in, every timeframe out, seen by a
 * subscriber on a real socket of the whole service. Where the contract names a defect of the reference, the wanted
 * behaviour is what is asked for here.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServerMessage, WireCandle } from '../../src/api/contract.ts';
import { epochMs } from '../../src/core/time.ts';
import type { ClosedCandle } from '../../src/model/candle.ts';
import { ask, askCandles, settle } from '../fixtures/api-server.ts';
import { BTC_1M, closedCandle } from '../fixtures/candles.ts';
import { MarketClient } from '../fixtures/market-client.ts';
import { MarketService, type MarketServiceOptions } from '../fixtures/market-service.ts';

/** Midnight UTC: the start of a candle of every timeframe. */
const D = 1_700_006_400;
const FRAMES = ['1m', '5m', '15m', '1h', '4h', '1d'];
const of = (frame: string): string => `binance:futures:BTC/USDT:${frame}`;
const ON = {
  TRADE_CANVAS_ENABLE_WHITELIST_INGEST: '1',
  TRADE_CANVAS_ENABLE_DERIVED_TIMEFRAMES: '1',
  TRADE_CANVAS_ENABLE_DEBUG_API: '1',
  HOTWICK_HISTORY_DAYS: '1',
};
const stops: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

type Numbers = readonly [open: number, high: number, low: number, close: number, volume: number];

/** A minute of the transcripts, by its offset from midnight. */
function minute(offset: number, numbers: Numbers = [1, 2, 0.5, 1.5, 1]): ClosedCandle {
  const [open, high, low, close, volume] = numbers.map(String) as [string, string, string, string, string];
  return closedCandle({ openTime: (D + offset) * 1000, prices: [open, high, low, close], volume });
}

function wire(offset: number, [open, high, low, close, volume]: Numbers): WireCandle {
  return { candle_time: D + offset, open, high, low, close, volume };
}

const closed = (frame: string, offset: number, numbers: Numbers) => {
  return { type: 'candle_closed', series_id: of(frame), candle: wire(offset, numbers) };
};
const forming = (frame: string, offset: number, numbers: Numbers) => {
  return { type: 'candle_forming', series_id: of(frame), candle: wire(offset, numbers) };
};
const gap = (frame: string, expected: number, actual: number) => {
  return { type: 'gap', series_id: of(frame), expected_next_time: D + expected, actual_time: D + actual };
};

/** The day before, without which the service would first ask for it. */
const yesterday = Array.from({ length: 1440 }, (_, index) => minute((index - 1440) * 60));

/** A service whose pinned 1m series is up to date and whose stream is up. */
async function follow(options: MarketServiceOptions = {}): Promise<MarketService> {
  const service = await MarketService.start({
    nowSec: D,
    series: [BTC_1M],
    truth: yesterday,
    ...options,
    environment: { ...ON, ...options.environment },
  });
  stops.push(() => service.stop());
  service.playFeed('feedUp', BTC_1M);
  await service.drain();
  await service.clock.advance(2_000);
  await service.drain();
  return service;
}

/** A client that follows `frames` from midnight on. */
async function subscribe(service: MarketService, frames: readonly string[] = FRAMES): Promise<MarketClient> {
  const client = new MarketClient(service.port);
  await client.opened;
  stops.push(() => client.close());
  for (const frame of frames) client.subscribe(of(frame), { since: D - 60 });
  await settle(client);
  client.messages.length = 0;
  return client;
}

/** What the client was sent since the last look, when everything that was played is through. */
async function news(service: MarketService, client: MarketClient): Promise<ServerMessage[]> {
  await service.drain();
  await settle(client);
  return client.messages.splice(0);
}

/** Lets minutes close one after the other, each at the end of its minute. */
async function closeMinutes(service: MarketService, ...minutes: readonly ClosedCandle[]): Promise<void> {
  for (const candle of minutes) {
    const end = epochMs(candle.openTime + 60_000);
    if (end > service.clock.now()) await service.clock.advanceTo(end);
    service.playClosed(candle);
    await service.drain();
  }
}

async function stored(service: MarketService, frame: string, since = D - 1): Promise<WireCandle[]> {
  const { json } = await askCandles(service.port, { series_id: of(frame), since: String(since) });
  return (json as { candles: WireCandle[] }).candles;
}

describe('5.3 forming candles', () => {
  it('D02 go out on 1m and on every derived timeframe, as the closed minutes of the bucket and the running one', async () => {
    const service = await follow();
    const client = await subscribe(service);
    service.playForming(minute(0, [100, 101, 99, 100.5, 1]));
    const first: Numbers = [100, 101, 99, 100.5, 1];
    expect(await news(service, client)).toEqual(FRAMES.map((frame) => forming(frame, 0, first)));
    await closeMinutes(service, minute(0, [100, 106, 97, 105, 5]));
    expect(await news(service, client)).toEqual([closed('1m', 0, [100, 106, 97, 105, 5])]);
    service.playForming(minute(60, [105, 107, 104, 106, 6]));
    const both: Numbers = [100, 107, 97, 106, 11];
    expect(await news(service, client)).toEqual([
      forming('1m', 60, [105, 107, 104, 106, 6]),
      ...FRAMES.slice(1).map((frame) => forming(frame, 0, both)),
    ]);
    expect(await stored(service, '1m')).toHaveLength(1);
    expect(await stored(service, '5m')).toEqual([]);
  });

  it.each([
    ['250 ms unless told otherwise', {}, [0, 249, 1, 250]],
    ['as told', { TRADE_CANVAS_MARKET_FORMING_MIN_INTERVAL_MS: '1000' }, [0, 999, 1, 1000]],
  ] as const)('A1 are throttled on every timeframe to one in %s', async (_name, environment, pauses) => {
    const service = await follow({ environment });
    const client = await subscribe(service, ['1m', '1h']);
    const seen: number[] = [];
    for (const [index, pause] of pauses.entries()) {
      await service.clock.advance(pause);
      service.playForming(minute(0, [100, 101, 99, 100, index + 1]));
      const messages = await news(service, client);
      expect(messages.map((message) => 'series_id' in message && message.series_id)).toEqual(
        messages.length === 0 ? [] : [of('1m'), of('1h')],
      );
      seen.push(messages.length);
    }
    expect(seen).toEqual([2, 0, 2, 2]);
  });

  it('A1 of the next bucket do not disturb the one whose last minute is still to close', async () => {
    const service = await follow();
    const client = await subscribe(service, ['5m']);
    await closeMinutes(service, minute(0), minute(60), minute(120), minute(180));
    await service.clock.advanceTo(epochMs((D + 300) * 1000));
    service.playForming(minute(300));
    await closeMinutes(service, minute(240));
    service.playForming(minute(300, [7, 8, 6, 7, 3]));
    const messages = (await news(service, client)).filter(({ type }) => type !== 'candle_forming');
    expect(messages).toEqual([closed('5m', 0, [1, 2, 0.5, 1.5, 5])]);
  });
});

describe('5.2 closed candles', () => {
  const five: readonly ClosedCandle[] = [
    minute(0, [100, 106, 97, 105, 5]),
    minute(60, [105, 108, 104, 107, 7]),
    minute(120, [107, 109, 106, 108, 8]),
    minute(180, [108, 110, 107, 109, 9]),
    minute(240, [109, 111, 108, 110, 10]),
  ];

  it('D02 of 5m go out with their fifth minute, and are then what HTTP serves', async () => {
    const service = await follow();
    const client = await subscribe(service, ['1m', '5m']);
    await closeMinutes(service, ...five.slice(0, 4));
    expect((await news(service, client)).map((message) => 'series_id' in message && message.series_id)).toEqual(
      Array(4).fill(of('1m')),
    );
    await closeMinutes(service, ...five.slice(4));
    const whole: Numbers = [100, 111, 97, 110, 39];
    expect(await news(service, client)).toEqual([closed('1m', 240, [109, 111, 108, 110, 10]), closed('5m', 0, whole)]);
    expect(await stored(service, '5m')).toEqual([wire(0, whole)]);
    expect(await stored(service, '1m')).toHaveLength(5);
  });

  it('D03 wait for a minute that the stream lost: history brings it and nobody sees a gap', async () => {
    const minutes = Array.from({ length: 10 }, (_, index) => minute(index * 60));
    const service = await follow({ truth: [...yesterday, ...minutes] });
    const client = await subscribe(service, ['1m', '5m']);
    await closeMinutes(service, ...minutes.filter((_, index) => index !== 2));
    const messages = await news(service, client);
    expect(messages.filter(({ type }) => type === 'gap')).toEqual([]);
    client.messages.push(...messages);
    expect(client.closedCandles(of('1m')).map(({ candle_time: time }) => time - D)).toEqual(
      minutes.map((_, index) => index * 60),
    );
    expect(client.closedCandles(of('5m'))).toEqual([0, 300].map((offset) => wire(offset, [1, 2, 0.5, 1.5, 5])));
  });

  it('D03 go on behind a gap where history fails, and a minute that comes late mends them', async () => {
    const minutes = Array.from({ length: 12 }, (_, index) => minute(index * 60));
    const late = minute(120, [1, 9, 0.1, 1.5, 1]);
    const truth = [...yesterday, ...minutes.filter((_, index) => index !== 2), late].toSorted(
      (a, b) => a.openTime - b.openTime,
    );
    const service = await follow({ truth });
    const client = await subscribe(service, ['1m', '5m']);
    service.feed.history = 'fails';
    await closeMinutes(service, ...minutes.filter((_, index) => index !== 2));
    const before = await news(service, client);
    expect(before).toContainEqual(gap('1m', 120, 180));
    expect(before).toContainEqual(gap('5m', 0, 300));
    expect((await stored(service, '5m')).map(({ candle_time: time }) => time - D)).toEqual([300]);
    service.feed.history = 'answers';
    for (let i = 0; i < 4; i++) {
      await service.clock.advance(30_000);
      await service.drain();
    }
    const bucket = wire(0, [1, 9, 0.1, 1.5, 5]);
    expect(await stored(service, '5m')).toEqual([bucket, wire(300, [1, 2, 0.5, 1.5, 5])]);
    client.messages.push(...before, ...(await news(service, client)));
    for (const frame of ['1m', '5m']) {
      const times = client.closedCandles(of(frame)).map(({ candle_time: time }) => time);
      expect(times, '3.4 closed times only rise').toEqual([...new Set(times)].toSorted((a, b) => a - b));
    }
  });

  it('D03 behind a gap are explained once history can be had and has no more of it', async () => {
    const minutes = Array.from({ length: 12 }, (_, index) => minute(index * 60)).filter((_, index) => index !== 2);
    const service = await follow({ truth: [...yesterday, ...minutes], history: 'answers' });
    service.feed.history = 'fails';
    await closeMinutes(service, ...minutes);
    const holes = async (): Promise<unknown> => {
      const { json } = await ask(service.port, { path: `/api/market/quality?series_id=${of('1m')}&day=2023-11-15` });
      return (json as { holes: unknown }).holes;
    };
    const hole = { from_time: D + 120, to_time: D + 180 };
    expect(await holes()).toEqual([{ ...hole, reason: 'unknown' }]);
    expect(await stored(service, '5m')).toHaveLength(1);
    service.feed.history = 'answers';
    for (let i = 0; i < 4; i++) {
      await service.clock.advance(30_000);
      await service.drain();
    }
    expect(await holes()).toContainEqual({ ...hole, reason: 'exchange_gap' });
    expect((await stored(service, '5m'))[0]).toEqual(wire(0, [1, 2, 0.5, 1.5, 4]));
  });

  it('D04 are sent once: what the stream repeats, changes afterwards or forms again is ignored', async () => {
    const service = await follow();
    const client = await subscribe(service, ['1m']);
    await closeMinutes(service, minute(0), minute(60, [1, 6, 0.5, 1.61, 4]));
    service.playClosed(minute(60, [1, 7, 0.5, 1.7, 3]));
    service.playClosed(minute(0));
    service.playForming(minute(60, [1, 8, 0.5, 1.8, 3]));
    const kept: Numbers = [1, 6, 0.5, 1.61, 4];
    expect(await news(service, client)).toEqual([closed('1m', 0, [1, 2, 0.5, 1.5, 1]), closed('1m', 60, kept)]);
    expect(await stored(service, '1m')).toEqual([wire(0, [1, 2, 0.5, 1.5, 1]), wire(60, kept)]);
  });

  it('D05 of a whole 15m bucket that arrives at once all go out, in order', async () => {
    const service = await follow();
    const client = await subscribe(service, ['5m', '15m']);
    await service.clock.advanceTo(epochMs((D + 900) * 1000));
    for (let i = 0; i < 15; i++) service.playClosed(minute(i * 60, [10 + i, 20 + i, 5 + i, 11 + i, 1]));
    client.messages.push(...(await news(service, client)));
    expect(client.messages.filter(({ type }) => type === 'gap')).toEqual([]);
    expect(client.closedCandles(of('15m'))).toEqual([wire(0, [10, 34, 5, 25, 15])]);
    expect(client.closedCandles(of('5m'))).toEqual([
      wire(0, [10, 24, 5, 15, 5]),
      wire(300, [15, 29, 10, 20, 5]),
      wire(600, [20, 34, 15, 25, 5]),
    ]);
  });

  it('D06 of every timeframe come from the one job of 1m', async () => {
    const service = await follow();
    await subscribe(service);
    const { json } = await ask(service.port, { path: '/api/market/debug/ingest_state' });
    expect(json).toMatchObject({ jobs: [{ series_id: of('1m'), refcount: -1, running: true }] });
    expect([...service.feed.watched]).toEqual([BTC_1M]);
  });
});

describe('5.4 a restart', () => {
  function dataDir(): string {
    const dir = mkdtempSync(join(tmpdir(), 'hotwick-restart-'));
    stops.push(() => rmSync(dir, { recursive: true, force: true }));
    return dir;
  }

  it('in the middle of a bucket loses none: stored minutes go on, missed ones come by history before anything new', async () => {
    const dir = dataDir();
    const minutes = Array.from({ length: 10 }, (_, index) => minute(index * 60, [1 + index, 20, 0.5, 2 + index, 1]));
    const first = await follow({ dataDir: dir });
    await closeMinutes(first, ...minutes.slice(0, 3));
    await stops.pop()?.();
    // Minute 3 was missed; the stream is back in minute 4.
    const second = await MarketService.start({
      nowSec: D + 250,
      series: [BTC_1M],
      truth: [...yesterday, ...minutes],
      history: 'fails',
      environment: ON,
      dataDir: dir,
    });
    stops.push(() => second.stop());
    const client = await subscribe(second, ['1m', '5m', '1d']);
    second.playFeed('feedUp', BTC_1M);
    second.playForming(minute(240, [5, 5, 5, 5, 0.5]));
    expect(await news(second, client), 'nothing new while minute 3 is missing').toEqual([]);
    second.feed.history = 'answers';
    await second.clock.advance(10_000);
    second.playForming(minute(240, [5, 7, 5, 6, 0.5]));
    const messages = await news(second, client);
    expect(messages).toContainEqual(forming('5m', 0, [1, 20, 0.5, 6, 4.5]));
    expect(messages).toContainEqual(forming('1d', 0, [1, 20, 0.5, 6, 4.5]));
    await closeMinutes(second, ...minutes.slice(4));
    client.messages.push(...messages, ...(await news(second, client)));
    expect(client.messages.filter(({ type }) => type === 'gap')).toEqual([]);
    expect(client.closedCandles(of('5m'))).toEqual([wire(0, [1, 20, 0.5, 6, 5]), wire(300, [6, 20, 0.5, 11, 5])]);
    expect(await stored(second, '1m')).toHaveLength(10);
  });

  it('remembers an outage of the exchange as its own gap for ever, and asks for it no more', async () => {
    const dir = dataDir();
    const minutes = Array.from({ length: 10 }, (_, index) => minute(index * 60));
    const truth = [...yesterday, ...minutes.filter((_, index) => index < 2 || index > 3)];
    const first = await follow({ dataDir: dir, truth });
    await closeMinutes(first, ...minutes.slice(0, 2));
    await first.clock.advanceTo(epochMs((D + 300) * 1000));
    await closeMinutes(first, ...minutes.slice(4));
    const quality = async (service: MarketService, frame: string): Promise<unknown> => {
      const path = `/api/market/quality?series_id=${of(frame)}&day=2023-11-15`;
      return (await ask(service.port, { path })).json;
    };
    const holes = { holes: [{ from_time: D + 120, to_time: D + 240, reason: 'exchange_gap' }], unexplained: 0 };
    expect(await quality(first, '1m')).toMatchObject({ ...holes, present: 8 });
    expect(await quality(first, '5m')).toMatchObject({ present: 2, by_status: { exchange_gap: 1, final: 1 } });
    await stops.pop()?.();
    const second = await follow({ dataDir: dir, truth, nowSec: D + 600 });
    const asked = second.feed.requests.filter(({ from, to }) => from < (D + 240) * 1000 && to > (D + 120) * 1000);
    expect(asked).toEqual([]);
    expect(await quality(second, '1m')).toMatchObject(holes);
  });
});

describe('5.5 the history of a derived series', () => {
  it('D01 is made of everything stored of 1m, not of its newest 2000', async () => {
    const service = await MarketService.start({
      nowSec: D,
      environment: { ...ON, TRADE_CANVAS_ENABLE_WHITELIST_INGEST: '0' },
    });
    stops.push(() => service.stop());
    const days = Array.from({ length: 3 * 1440 }, (_, index) => minute((index - 3 * 1440) * 60));
    await service.service.store.save({ candles: days, gaps: [] });
    const client = new MarketClient(service.port);
    await client.opened;
    stops.push(() => client.close());
    client.subscribe(of('1d'));
    await settle(client);
    expect(client.closedCandles(of('1d')).map(({ candle_time: time, volume }) => [time - D, volume])).toEqual(
      [-3, -2, -1].map((day) => [day * 86_400, 1440]),
    );
    expect((await askCandles(service.port, { series_id: of('5m'), limit: '5000' })).json).toMatchObject({
      candles: { length: 864 },
    });
  });

  it('is whole also where derivation is switched on over years of 1m that are followed', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'hotwick-switch-'));
    stops.push(() => rmSync(dir, { recursive: true, force: true }));
    const off = { ...ON, TRADE_CANVAS_ENABLE_DERIVED_TIMEFRAMES: '0', HOTWICK_HISTORY_DAYS: '3' };
    const days = Array.from({ length: 3 * 1440 }, (_, index) => minute((index - 3 * 1440) * 60));
    const without = await follow({ dataDir: dir, truth: days, environment: off });
    expect(await without.service.store.listSeries()).toEqual([BTC_1M]);
    await stops.pop()?.();
    const on = await follow({ dataDir: dir, truth: days });
    await closeMinutes(on, ...Array.from({ length: 5 }, (_, index) => minute(index * 60)));
    expect((await askCandles(on.port, { series_id: of('5m'), limit: '5000' })).json).toMatchObject({
      candles: { length: 865 },
    });
    expect((await askCandles(on.port, { series_id: of('1d') })).json).toMatchObject({ candles: { length: 3 } });
  });
});
