/**
 * Scenarios on the running exchange over real sockets: every market event that trading is tested with, seen alike in
 * klines, tickers, trades and answers. The numbers in brackets are those of the end-to-end scenarios they are for.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createScenarioMarket } from '../../src/adapters/sim/scenario/scenario-market.ts';
import { startSim } from '../../src/app/modes/sim.ts';
import { BUILT_IN_SCENARIOS } from '../../src/app/scenarios/built-in-scenarios.ts';
import { parseScenario } from '../../src/app/scenarios/scenario-text.ts';
import { toFloat } from '../../src/core/decimal.ts';
import { addMs, epochMs } from '../../src/core/time.ts';
import { instrumentId } from '../../src/model/instrument.ts';
import { timeframe, timeframeMs } from '../../src/model/timeframe.ts';
import { createSignalWorker, deriveSignal, findSignalProfile, foldPlainCandle } from '../../src/signals/index.ts';
import { ApiClient } from '../fixtures/api-client.ts';
import { type ArrivedFrame, type DrivenExchange, driveExchange } from '../fixtures/driven-exchange.ts';
import { runHotwick } from '../fixtures/hotwick-process.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

async function play(scenario: string): Promise<DrivenExchange> {
  const driven = await driveExchange({ scenario });
  onTestFinished(driven.close);
  return driven;
}

/** A scenario with one coin without noise, and these events. */
function hot(events: string, more = ''): string {
  const coins = 'coins: [{ symbol: HOTUSDT, price: 1.25, volume: 50000, noise: 0% }]';
  return `name: hot\nabout: one coin\ncast: 0\nhistory: 2d\nmarkets: [spot]\n${more}${coins}\nevents:\n${events}`;
}

type Row = readonly [number, string, string, string, string, string, number, string, number, ...unknown[]];

async function klines(driven: DrivenExchange, query: string, symbol = 'HOTUSDT'): Promise<readonly Row[]> {
  return (await driven.get(`/api/v3/klines?symbol=${symbol}&interval=1m&${query}`)) as readonly Row[];
}

const closed = (frames: readonly ArrivedFrame[]): Readonly<Record<string, string>>[] =>
  frames.map(({ data }) => data['k'] as never).filter((k: { x?: boolean } | undefined) => k?.x === true);
const on = (frames: readonly ArrivedFrame[], stream: string): readonly ArrivedFrame[] =>
  frames.filter((frame) => frame.stream === stream);
const sum = (values: readonly unknown[]): number =>
  Math.round(values.reduce<number>((all, one) => all + Number(one) * 10, 0)) / 10;

describe('a burst of 8 times the volume and +4 % in 5 minutes (2)', () => {
  it('is exactly that in klines, mini tickers, trades and REST alike', async () => {
    const driven = await play(hot('  - { at: 2m, move: { symbols: HOTUSDT, price: +4%, volume: 8x, for: 5m } }'));
    const { frames } = await driven.listen(['hotusdt@kline_1m', 'hotusdt@miniTicker', 'hotusdt@trade']);
    await driven.pass(8 * MINUTE + 2 * SECOND);
    const minutes = closed(on(frames, 'hotusdt@kline_1m'));
    const [usual = 0] = minutes.map((k) => Number(k['v']));
    expect(minutes.map((k) => Number(k['v']) / usual)).toEqual([1, 1, 8, 8, 8, 8, 8, 1]);
    expect([minutes[1], minutes[6], minutes[7]].map((k) => Number(k?.['c']))).toEqual([1.25, 1.3, 1.3]);
    const trades = on(frames, 'hotusdt@trade').map(({ data }) => data);
    for (const k of minutes) {
      const own = trades.filter(({ T }) => Number(T) >= Number(k['t']) && Number(T) <= Number(k['T']));
      expect([sum(own.map(({ q }) => q)), Number(own.at(-1)?.['p'])]).toEqual([sum([k['v']]), Number(k['c'])]);
    }
    const tickers = on(frames, 'hotusdt@miniTicker').map(({ data }) => data);
    const grown = Number(tickers.at(-1)?.['v']) - Number(tickers[0]?.['v']);
    expect([Number(tickers[0]?.['c']), Number(tickers.at(-1)?.['c'])]).toEqual([1.25, 1.3]);
    expect(grown / usual).toBeGreaterThan(35 - 1);
    expect(grown / usual).toBeLessThan(35 + 1);
    const asked = await klines(driven, 'limit=9');
    expect(asked.slice(0, 8).map((row) => [row[0], row[5], row[4], row[8]])).toEqual(
      minutes.map((k) => [k['t'], k['v'], k['c'], k['n']]),
    );
  });

  it('is met by orders: the book stands where trades are', async () => {
    const driven = await play(hot('  - { at: 1m, move: { symbols: HOTUSDT, price: +4%, volume: 8x, for: 5m } }'));
    await driven.pass(7 * MINUTE);
    const order = { symbol: 'HOTUSDT', side: 'BUY', type: 'MARKET', quoteOrderQty: '100' };
    const { body } = await driven.trader.send('POST /api/v3/order', order);
    const price = Number(body['cummulativeQuoteQty']) / Number(body['executedQty']);
    expect(price).toBeGreaterThan(1.299);
    expect(price).toBeLessThan(1.305);
  });
});

it('the built-in burst turns all timeframes to long, under any seed and start (2)', () => {
  const opinion = (seed: number, start: number): unknown => {
    const startTime = epochMs(Date.UTC(2026, 5, 15, 9, start));
    const scenario = parseScenario(BUILT_IN_SCENARIOS.get('pump-and-dump') ?? '', 'pump-and-dump');
    const profile = findSignalProfile('seed');
    if (!scenario.ok || profile === null) throw new Error('unreadable');
    const market = createScenarioMarket(scenario.value, { seed, startTime });
    const now = addMs(startTime, 30 * MINUTE);
    const worker = createSignalWorker('binance:spot:HOT/USDT', profile);
    for (const frame of ['1m', '5m', '15m', '1h'] as const) {
      const length = timeframeMs(timeframe(frame));
      const period = { from: addMs(now, -240 * length), to: epochMs(now - (now % length)) };
      for (const row of market.candles(
        instrumentId({ venue: 'binance', market: 'spot', base: 'HOT', quote: 'USDT' }),
        frame,
        period,
      )) {
        const { openTime, ...columns } = row;
        const [open, high, low, close, volume] = [
          columns.open,
          columns.high,
          columns.low,
          columns.close,
          columns.volume,
        ].map(toFloat) as [number, number, number, number, number];
        foldPlainCandle(worker, timeframe(frame), { openTime, open, high, low, close, volume });
      }
    }
    const { action, reason } = deriveSignal(worker, { at: now, traceId: 'test' });
    return [action, reason];
  };
  const long = ['BUY', expect.stringMatching(/15m, 1h agree: long$/)];
  expect([opinion(7, 20), opinion(1, 45)]).toEqual([long, long]);
});

it('a gap of 12 % (4) and a fall of 22 % in 15 minutes (5) are where they were put', async () => {
  const driven = await play(
    hot(`  - { at: 1m, move: { symbols: HOTUSDT, price: +12% } }
  - { at: 2m, move: { symbols: HOTUSDT, price: -22%, for: 15m } }`),
  );
  await driven.pass(18 * MINUTE);
  const rows = await klines(driven, 'limit=19');
  expect([rows[0], rows[1], rows[16]].map((row) => [row?.[1], row?.[4]].map(Number))).toEqual([
    [1.25, 1.25],
    [1.4, 1.4],
    [expect.any(Number), 1.092],
  ]);
});

it('the same seed plays the same scenario, to the last digit', async () => {
  const runs: unknown[] = [];
  for (const _ of [1, 2]) {
    const driven = await play('pump-and-dump');
    const { frames } = await driven.listen(['hotusdt@kline_1m', 'btcusdt@trade', 'hotusdt@depth20@100ms']);
    await driven.pass(2 * MINUTE);
    runs.push([frames, await klines(driven, 'limit=60'), await klines(driven, 'limit=60', 'BTCUSDT')]);
  }
  expect(runs[0]).toEqual(runs[1]);
});

describe('the exchange', () => {
  it('is silent for 15 s and then speaks again (9)', async () => {
    const driven = await play(hot('  - { at: 10s, fault: { kind: silence, forMs: 15000 } }'));
    const { frames } = await driven.listen(['hotusdt@trade']);
    await driven.pass(40 * SECOND);
    const seconds = new Set(
      frames.map(({ data }) => Math.floor((Number(data['T']) - driven.market.startTime) / SECOND)),
    );
    expect([...seconds].filter((second) => second >= 10 && second < 25)).toEqual([]);
    expect([...seconds].some((second) => second < 10) && [...seconds].some((second) => second >= 25)).toBe(true);
  });

  it('is gone for 60 minutes, which never existed, and comes back without a burst (9)', async () => {
    const driven = await play(hot('  - { at: 1m, outage: { for: 60m, minutes: missing } }'));
    const { ws } = await driven.listen(['hotusdt@trade']);
    const lost = new Promise((resolve) => ws.once('close', resolve));
    await driven.pass(2 * MINUTE);
    await lost;
    expect((await driven.trader.send('GET /api/v3/account')).status).toBe(503);
    await expect(driven.listen(['hotusdt@trade'])).rejects.toThrow(/503/);
    await driven.clock.advance(60 * MINUTE);
    await driven.listen(['hotusdt@trade']);
    const rows = await klines(driven, 'limit=3');
    expect(rows.map((row) => (row[0] - driven.market.startTime) / MINUTE)).toEqual([0, 61, 62].slice(0, rows.length));
    expect(new Set(rows.slice(0, 2).map((row) => row[5])).size).toBe(1);
  });

  it('halts a coin, takes it off, and tells of it', async () => {
    const driven = await play(
      hot(`  - { at: 1m, halt: { symbols: HOTUSDT, for: 2m } }
  - { at: 1m, announce: { title: Binance Will Delist HOT } }
  - { at: 5m, delist: { symbols: HOTUSDT } }`),
    );
    const order = { symbol: 'HOTUSDT', side: 'BUY', type: 'MARKET', quoteOrderQty: '100' };
    const status = async (): Promise<unknown> => {
      const info = (await driven.get('/api/v3/exchangeInfo')) as { symbols: readonly { status: string }[] };
      return info.symbols.map((symbol) => symbol.status);
    };
    const seen: unknown[] = [];
    for (const wait of [0, 90 * SECOND, 2 * MINUTE, 2 * MINUTE]) {
      await driven.pass(wait);
      seen.push([await status(), (await driven.trader.send('POST /api/v3/order', order)).body['code'] ?? 'filled']);
    }
    expect(seen).toEqual([
      [['TRADING'], 'filled'],
      [['BREAK'], -1013],
      [['TRADING'], 'filled'],
      [[], -1121],
    ]);
  });
});

it('a coin that leaves the exchange gives back what its orders had set aside, and tells', async () => {
  const driven = await play(hot('  - { at: 2m, delist: { symbols: HOTUSDT } }'));
  const client = await ApiClient.open(driven.exchange);
  onTestFinished(() => client.close());
  await client.askSigned('userDataStream.subscribe.signature', driven.trader);
  const order = { symbol: 'HOTUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '100', price: '1' };
  await driven.trader.send('POST /api/v3/order', { ...order, newClientOrderId: 'rest' });
  await driven.pass(4 * MINUTE);
  expect(client.events.map(({ event }) => event['X']).filter((status) => status !== undefined)).toEqual([
    'NEW',
    'CANCELED',
  ]);
  const { body } = await driven.trader.send('GET /api/v3/account', { omitZeroBalances: 'true' });
  expect(body['balances']).toContainEqual({ asset: 'USDT', free: '10000.00000000', locked: '0.00000000' });
});

it('a listing trades from its minute on, with 10 bars after 10 minutes (18)', async () => {
  const driven = await play(hot('  - { at: 3m, list: { symbol: NEWUSDT, price: 0.4, volume: 9000 } }'));
  await driven.pass(2 * MINUTE);
  expect(await klines(driven, 'limit=500', 'NEWUSDT')).toEqual([]);
  await driven.pass(11 * MINUTE);
  const rows = await klines(driven, 'limit=500', 'NEWUSDT');
  expect(rows.filter((row) => row[6] < driven.clock.now())).toHaveLength(10);
});

it('a busy hour of yesterday leaves the rolling day while nothing happens (17)', async () => {
  const driven = await play(hot('  - { at: -24h, move: { symbols: HOTUSDT, volume: 40x, for: 60m } }'));
  const days: number[] = [];
  for (let step = 0; step < 4; step++) {
    const { quoteVolume } = (await driven.get('/api/v3/ticker/24hr?symbol=HOTUSDT')) as { quoteVolume: string };
    days.push(Number(quoteVolume));
    await driven.clock.advance(15 * MINUTE);
  }
  const [, second = 0, third = 0] = days;
  expect(days.toSorted((a, b) => b - a)).toEqual(days);
  expect((second - third) / 50_000).toBeCloseTo(15 * 39, -1);
  expect(new Set((await klines(driven, 'limit=60')).slice(0, 59).map((row) => row[5])).size).toBe(1);
});

it('a thin book costs more than a usual one', async () => {
  const driven = await play(hot('  - { at: 1m, move: { symbols: HOTUSDT, volume: 0.02x, for: 60m } }'));
  const spread = async (): Promise<number> => {
    const best = (await driven.get('/api/v3/ticker/bookTicker?symbol=HOTUSDT')) as Record<string, string>;
    return Number(best['askPrice']) - Number(best['bidPrice']);
  };
  await driven.pass(SECOND);
  const usual = await spread();
  await driven.clock.advance(10 * MINUTE);
  expect(await spread()).toBeGreaterThan(3 * usual);
});

describe('hotwick sim --scenario', () => {
  it('plays on a recording: its prices, moved', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hotwick-scenario-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const replay = join(folder, 'BTCUSDT-1m.csv');
    const start = Date.UTC(2024, 2, 1);
    const lines = Array.from({ length: 20 }, (_, i) => `${start + i * MINUTE},100,101,99,100,5`);
    writeFileSync(replay, `open_time,open,high,low,close,volume\n${lines.join('\n')}\n`);
    const file = join(folder, 'mine.yaml');
    writeFileSync(file, 'name: mine\nabout: a gap\nevents: [{ at: 5m, move: { symbols: BTCUSDT, price: +10% } }]\n');
    const plan = { host: '127.0.0.1', port: 0, seed: 1, speed: 1, symbol: 'BTC/USDT', market: 'spot' } as const;
    const refusals: string[] = [];
    const sim = await startSim({ ...plan, replay, scenario: file, onWarning: (reason) => refusals.push(reason) });
    if (!sim.ok) throw new Error(sim.error.message);
    onTestFinished(sim.value.close);
    const { market, startTime, instrumentId } = sim.value.source;
    const rows = market.candles(instrumentId, '1m', { from: startTime, to: (startTime + 10 * MINUTE) as never });
    expect(rows.map((row) => Number(row.open / 10n ** 18n))).toEqual([...Array(5).fill(100), ...Array(5).fill(110)]);
    expect(refusals).toEqual([]);
  });

  it('says which line of a file is wrong', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hotwick-scenario-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'mine.yaml');
    writeFileSync(file, 'name: mine\nabout: x\nevents:\n  - at: 1m\n    move: { symbols: BTCUSDT, price: 4 }\n');
    const wrong = await runHotwick(['sim', '--port', '0', '--scenario', file]);
    expect(wrong).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('mine.yaml:5: events[0].move.price: write'),
    });
  });
});
