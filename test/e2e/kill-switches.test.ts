/**
 * The three kill-switches of the first seed: off, the service behaves as if derived timeframes did not exist; on, off
 * and on again on one data directory leaves nothing behind and nothing missing. The suites of the contract with them in
 * each position are in `switches-*.test.ts`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { fromEpochSec } from '../../src/core/time.ts';
import type { ClosedCandle } from '../../src/model/candle.ts';
import { type SeriesId, siblingSeries } from '../../src/model/series.ts';
import { type Timeframe, timeframeMs } from '../../src/model/timeframe.ts';
import { ask, askCandles, freshSeries, minutesFrom, settle, wireAt } from '../fixtures/api-server.ts';
import { formingOf } from '../fixtures/candles.ts';
import { HotwickProcess } from '../fixtures/hotwick-process.ts';
import { MarketClient } from '../fixtures/market-client.ts';
import { MarketService, type MarketServiceOptions } from '../fixtures/market-service.ts';
import { SWITCHES } from '../fixtures/switches.ts';

const START = 1_700_006_400; // the beginning of a UTC day, 2023-11-15
const BASE = freshSeries('SWITCH');
const FIVE = siblingSeries(BASE, '5m' as Timeframe);
const DERIVED = ['5m', '15m', '1h', '4h', '1d'].map((timeframe) => siblingSeries(BASE, timeframe as Timeframe));
const FOLLOW = { TRADE_CANVAS_ENABLE_WHITELIST_INGEST: '1', HOTWICK_HISTORY_DAYS: '3' };
const stops: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function start(options: MarketServiceOptions): Promise<MarketService> {
  const service = await MarketService.start(options);
  stops.push(() => service.stop());
  return service;
}

async function connect(port: number): Promise<MarketClient> {
  const client = new MarketClient(port);
  await client.opened;
  stops.push(() => client.close());
  return client;
}

/** Lets the service bring the base series up to date with its venue. */
async function caughtUp(service: MarketService, newest: ClosedCandle): Promise<void> {
  const { store } = service.service;
  while ((await store.extent(newest.seriesId)).head !== newest.openTime) await nextTurn();
}

const offs = Object.entries(SWITCHES).filter(([name]) => name !== 'on');

describe.each(offs)('with the switches %s, derived timeframes do not exist', (_name, switches) => {
  const minutes = minutesFrom(BASE, START, 45);
  const environment = { ...switches, ...FOLLOW };

  it('nothing is derived, stored or sent, closed or forming, while 1m lives on', async () => {
    const truth = minutes.slice(0, 31);
    const service = await start({ environment, series: [BASE], truth, nowSec: START + 31 * 60 });
    await caughtUp(service, truth.at(-1) as ClosedCandle);
    const client = await connect(service.port);
    for (const id of [BASE, ...DERIVED]) client.subscribe(id);
    await settle(client);
    const receivedTime = fromEpochSec(START + 31 * 60);
    const [running, next] = minutes.slice(31) as [ClosedCandle, ClosedCandle];
    service.feed.play({ kind: 'feedUp', receivedTime, seriesId: BASE, reason: 'first frame' });
    const times = { receivedTime, eventTime: receivedTime };
    service.feed.play({ kind: 'formingReceived', ...times, candle: formingOf(running) });
    service.feed.play({ kind: 'closedReceived', ...times, candle: running });
    service.feed.play({ kind: 'formingReceived', ...times, candle: formingOf(next) });
    await client.until(() => client.ofType('candle_forming', BASE).length === 2);
    expect(client.ofType('candle_closed', BASE)).toHaveLength(1);
    expect(client.messages.filter((message) => 'series_id' in message && message.series_id !== BASE)).toEqual([]);
    expect(await service.service.store.listSeries()).toEqual([BASE]);
    for (const series_id of DERIVED) {
      const { json } = await askCandles(service.port, { series_id });
      expect(json).toEqual({ series_id, server_head_time: null, candles: [] });
    }
  });

  it('a subscription to 5m is followed as itself, not as 1m', async () => {
    const onDemand = { TRADE_CANVAS_ENABLE_ONDEMAND_INGEST: '1', TRADE_CANVAS_ENABLE_DEBUG_API: '1' };
    const service = await start({ environment: { ...switches, ...onDemand }, nowSec: START });
    const client = await connect(service.port);
    client.subscribe(FIVE);
    await settle(client);
    const { json } = await ask(service.port, { path: '/api/market/debug/ingest_state' });
    expect(json).toMatchObject({ jobs: [{ series_id: FIVE, refcount: 1 }] });
    while (service.feed.watched.size === 0) await nextTurn();
    expect([...service.feed.watched]).toEqual([FIVE]);
  });

  it('5m candles that are posted are served and sent as they are', async () => {
    const service = await start({ environment: switches });
    const client = await connect(service.port);
    client.subscribe(FIVE);
    await settle(client);
    const body = JSON.stringify({ series_id: FIVE, candle: wireAt(START, 7) });
    const headers = { 'content-type': 'application/json' };
    await ask(service.port, { path: '/api/market/ingest/candle_closed', method: 'POST', headers, body });
    await settle(client);
    expect(client.closedCandles(FIVE)).toEqual([wireAt(START, 7)]);
    expect((await askCandles(service.port, { series_id: FIVE })).json).toMatchObject({ candles: [wireAt(START, 7)] });
  });
});

describe('on, off and on again over one data directory', () => {
  const dataDirs: string[] = [];
  const dir = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'hotwick-switches-'));
    dataDirs.push(made);
    return made;
  };
  afterEach(() => {
    for (const made of dataDirs.splice(0)) rmSync(made, { recursive: true, force: true });
  });

  type Run = { readonly switches: Readonly<Record<string, string>>; readonly minutes: number };

  /** One run after the other, each until it has all of its minutes; answers what is stored of every timeframe. */
  async function play(truth: readonly ClosedCandle[], runs: readonly Run[]): Promise<Map<SeriesId, object[]>> {
    const dataDir = dir();
    const stored = new Map<SeriesId, object[]>();
    for (const { switches, minutes } of runs) {
      const environment = { ...switches, ...FOLLOW };
      const nowSec = START + minutes * 60;
      const service = await MarketService.start({ environment, series: [BASE], truth, nowSec, dataDir });
      await caughtUp(service, truth[minutes - 1] as ClosedCandle);
      for (const id of [BASE, ...DERIVED]) {
        const to = fromEpochSec(nowSec);
        const candles = await service.service.store.read({
          seriesId: id,
          from: fromEpochSec(START),
          to,
          limit: 100_000,
          take: 'oldest',
        });
        stored.set(
          id,
          candles.map(({ certificate: { baseCount, baseExpected }, ...columns }) => {
            return { ...columns, baseCount, baseExpected };
          }),
        );
      }
      expect(service.warnings).toEqual([]);
      await service.stop();
    }
    return stored;
  }

  const { on, off } = SWITCHES;
  // Minutes into the day: within one span of all timeframes, and with more than a whole one while they were off.
  it.each([
    ['an hour', [7, 66, 130]],
    ['two days', [7, 2 * 1440 + 333, 2 * 1440 + 400]],
  ])('%s off leaves what a run that was never off has', { timeout: 120_000 }, async (_name, [first, second, third]) => {
    const minutes = third as number;
    const truth = minutesFrom(BASE, START, minutes);
    const interrupted = await play(truth, [
      { switches: on, minutes: first as number },
      { switches: off, minutes: second as number },
      { switches: on, minutes },
    ]);
    const never = await play(truth, [{ switches: on, minutes }]);
    for (const id of [BASE, ...DERIVED]) {
      const lengthMs = timeframeMs((id.split(':').at(-1) ?? '') as Timeframe);
      expect(never.get(id), id).toHaveLength(Math.floor((minutes * 60_000) / lengthMs));
      expect(interrupted.get(id), id).toEqual(never.get(id));
    }
  });

  it('switched on for the first time over old minutes, every timeframe is complete', async () => {
    const minutes = 1440 + 70;
    const truth = minutesFrom(BASE, START, minutes);
    const runs = [
      { switches: off, minutes: minutes - 10 },
      { switches: on, minutes },
    ];
    const stored = await play(truth, runs);
    expect(stored.get(FIVE)).toHaveLength(Math.floor(minutes / 5));
    expect(stored.get(DERIVED[4] as SeriesId)).toHaveLength(1);
  });

  it('while off, what was derived before is still served and grows no further', async () => {
    const dataDir = dir();
    const truth = minutesFrom(BASE, START, 30);
    const first = await MarketService.start({
      environment: { ...on, ...FOLLOW },
      series: [BASE],
      truth,
      nowSec: START + 600,
      dataDir,
    });
    await caughtUp(first, truth[9] as ClosedCandle);
    await first.stop();
    const second = await start({
      environment: { ...off, ...FOLLOW },
      series: [BASE],
      truth,
      nowSec: START + 1800,
      dataDir,
    });
    await caughtUp(second, truth[29] as ClosedCandle);
    const { json } = await askCandles(second.port, { series_id: FIVE });
    expect(json).toMatchObject({ server_head_time: START + 300, candles: { length: 2 } });
  });
});

describe('the program', () => {
  it.each([
    ['', '0'],
    ['contract', undefined],
  ])('of the first seed follows 1m alone with HOTWICK_DEFAULTS=%j and the switch %j', async (defaults, value) => {
    const environment = {
      HOTWICK_DEFAULTS: defaults,
      TRADE_CANVAS_ENABLE_WHITELIST_INGEST: '1',
      ...(value === undefined ? {} : { TRADE_CANVAS_ENABLE_DERIVED_TIMEFRAMES: value }),
    };
    const program = new HotwickProcess(['demo', '--port', '0', '--speed', '1200'], environment);
    const port = await program.port();
    const client = new MarketClient(port);
    await client.opened;
    const [one, five] = ['binance:futures:BTC/USDT:1m', 'binance:futures:BTC/USDT:5m'];
    client.subscribe(five);
    client.subscribe(one);
    await client.until(() => client.ofType('candle_closed', one).length >= 7);
    expect(client.messages.filter((message) => 'series_id' in message && message.series_id === five)).toEqual([]);
    expect((await askCandles(port, { series_id: five })).json).toMatchObject({ server_head_time: null, candles: [] });
    await client.close();
    expect(await program.end()).toMatchObject({ code: 0, stderr: '' });
  });
});
