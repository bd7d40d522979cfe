import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type EpochMs, epochMs } from '../../core/time.ts';
import { FailureError } from '../../model/failure.ts';
import { createManualClock, type ManualClock } from '../clock/manual-clock.ts';
import { createGeneratedMarket } from './generated-market.ts';
import { type SimExchange, startSimExchange } from './sim-exchange.ts';
import type { SimInterval } from './sim-interval.ts';
import type { SimInstrument, SimMarket } from './sim-market.ts';
import type { SimExchangeOptions } from './sim-options.ts';
import { toKlineArray, wirePlaces } from './wire-frames.ts';

const startTime = epochMs(Date.UTC(2026, 5, 15, 9, 20));
const MINUTE = 60_000;

type Table = { readonly exchange: SimExchange; readonly market: SimMarket; readonly clock: ManualClock };
type KlineEvent = { e: string; E: number; s: string; k: Record<string, string | number | boolean> };

/** What a test opened, closed after it. */
const opened: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function setTable(overrides: Partial<SimExchangeOptions> = {}): Promise<Table> {
  const market = createGeneratedMarket({
    seed: 5,
    startTime,
    historyMs: 2 * 86_400_000,
    symbols: 40,
    markets: ['spot', 'futures'],
  });
  const clock = createManualClock(startTime);
  const exchange = await startSimExchange({ host: '127.0.0.1', port: 0, clock, market, ...overrides });
  opened.push(() => exchange.close());
  return { exchange, market, clock };
}

function pick(market: SimMarket, id: string): SimInstrument {
  const found = market.instruments.find((instrument) => instrument.instrumentId === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}

async function get(table: Table, path: string): Promise<{ status: number; body: unknown; headers: Headers }> {
  const response = await fetch(`${table.exchange.httpUrl}${path}`);
  return { status: response.status, body: await response.json(), headers: response.headers };
}

/** A socket whose messages are kept; `until` resolves when the condition over them holds. */
type Listener = {
  readonly ws: WebSocket;
  readonly texts: string[];
  readonly until: (condition: () => boolean) => Promise<void>;
  readonly ask: (message: unknown) => Promise<unknown>;
  readonly closed: Promise<number>;
};

async function listen(table: Table, path: string): Promise<Listener> {
  const ws = new WebSocket(`${table.exchange.wsUrl}${path}`);
  const texts: string[] = [];
  const waiting = new Set<() => void>();
  ws.on('message', (data) => {
    texts.push(String(data));
    for (const check of [...waiting]) check();
  });
  const closed = new Promise<number>((resolve) => ws.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    ws.once('open', () => resolve());
    ws.once('error', reject);
  });
  opened.push(() => ws.terminate());
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const ask = async (message: unknown): Promise<unknown> => {
    const at = texts.length;
    ws.send(typeof message === 'string' ? message : JSON.stringify(message));
    await until(() => texts.length > at);
    return JSON.parse(texts[at] as string);
  };
  return { ws, texts, until, ask, closed };
}

function klines(listener: Listener, interval: string): readonly KlineEvent[] {
  const events = listener.texts.map((text) => (JSON.parse(text) as { data: KlineEvent }).data);
  return events.filter((event) => event.k['i'] === interval);
}

function toArray(event: KlineEvent): readonly unknown[] {
  return ['t', 'o', 'h', 'l', 'c', 'v', 'T', 'q', 'n', 'V', 'Q', 'B'].map((key) => event.k[key]);
}

describe('live klines', () => {
  for (const [prefix, id] of [
    ['', 'binance:spot:BTC/USDT'],
    ['/market', 'binance:futures:PIVX/USDT'],
  ] as const) {
    it(`close each candle of ${id} once, at its end, as the market's truth has it`, async () => {
      const table = await setTable();
      const instrument = pick(table.market, id);
      const name = instrument.symbol.toLowerCase();
      const intervals: readonly SimInterval[] = ['1m', '5m', '15m'];
      const streams = intervals.map((interval) => `${name}@kline_${interval}`).join('/');
      const listener = await listen(table, `${prefix}/stream?streams=${streams}`);
      await table.clock.advance(30 * MINUTE);
      const closedOf = (interval: SimInterval): readonly KlineEvent[] =>
        klines(listener, interval).filter((event) => event.k['x'] === true);
      await listener.until(
        () => closedOf('1m').length >= 30 && closedOf('5m').length >= 6 && closedOf('15m').length >= 2,
      );
      for (const interval of intervals) {
        const to = epochMs(startTime + 30 * MINUTE);
        const from = interval === '15m' ? epochMs(startTime - 5 * MINUTE) : startTime;
        const truth = table.market.candles(instrument.instrumentId, interval, { from, to });
        const expected = truth
          .map((row) => toKlineArray(row, interval, wirePlaces(instrument)))
          .filter((row) => Number(row[6]) < to);
        expect(closedOf(interval).map(toArray)).toEqual(expected);
        for (const event of closedOf(interval)) expect(event.E).toBe(Number(event.k['T']) + 1);
      }
    });
  }

  it('push forming candles only when something was traded, at the pace of the market', async () => {
    const table = await setTable();
    const listener = await listen(table, '/market/stream?streams=btcusdt@kline_1m');
    await table.clock.advance(5 * MINUTE);
    await listener.until(() => klines(listener, '1m').filter((event) => event.k['x'] === true).length === 5);
    const forming = klines(listener, '1m').filter((event) => event.k['x'] === false);
    expect(forming.length).toBeGreaterThan(200);
    expect(forming.length).toBeLessThanOrEqual(5 * 240);
    for (const [i, event] of forming.entries()) {
      expect(event.E % 250).toBe(0);
      if (i > 0) expect(Number(event.k['L'])).toBeGreaterThan(Number(forming[i - 1]?.k['L']));
    }
  });

  it('keep a wall-time distance between forming frames when time runs fast', async () => {
    const table = await setTable({ speed: 600, minFrameWallMs: 40 });
    const listener = await listen(table, '/stream?streams=btcusdt@kline_1m');
    await table.clock.advance(10 * MINUTE);
    await listener.until(() => klines(listener, '1m').filter((event) => event.k['x'] === true).length === 10);
    const times = klines(listener, '1m')
      .filter((event) => event.k['x'] === false)
      .map((event) => event.E);
    expect(times.length).toBeGreaterThan(10);
    for (const [i, time] of times.entries())
      if (i > 0) expect(time - (times[i - 1] as number)).toBeGreaterThanOrEqual(24_000);
  });

  it('publish a minute without trades at its end, flat, with ids -1', async () => {
    const table = await setTable();
    const instrument = pick(table.market, 'binance:spot:PIVX/USDT');
    const period = { from: startTime, to: epochMs(startTime + 20 * MINUTE) };
    const idle = table.market.minutes(instrument.instrumentId, period).filter((row) => row.trades === 0);
    expect(idle.length).toBeGreaterThan(0);
    const listener = await listen(table, '/stream?streams=pivxusdt@kline_1m');
    await table.clock.advance(20 * MINUTE);
    await listener.until(() => klines(listener, '1m').filter((event) => event.k['x'] === true).length === 20);
    for (const row of idle) {
      const frames = klines(listener, '1m').filter((event) => event.k['t'] === row.openTime);
      expect(frames).toMatchObject([{ k: { x: true, n: 0, f: -1, L: -1, v: '0.00000000' } }]);
    }
  });

  it('never arrive on the public and private futures paths, which acknowledge all the same', async () => {
    const table = await setTable();
    const alive = await listen(table, '/market/ws/btcusdt@kline_1m');
    const quiet = await listen(table, '/public/ws');
    const subscribe = { method: 'SUBSCRIBE', params: ['btcusdt@kline_1m'], id: 1 };
    expect(await quiet.ask(subscribe)).toEqual({ result: null, id: 1 });
    await table.clock.advance(2 * MINUTE);
    await alive.until(() => alive.texts.length > 10);
    expect(await quiet.ask({ method: 'LIST_SUBSCRIPTIONS', id: 2 })).toEqual({ result: ['btcusdt@kline_1m'], id: 2 });
    expect(quiet.texts.length).toBe(2);
  });
});

describe('mini tickers', () => {
  it('carry the rolling day of every coin that traded', async () => {
    const table = await setTable();
    const listener = await listen(table, '/ws/!miniTicker@arr');
    await table.clock.advance(5_000);
    await listener.until(() => listener.texts.length >= 3);
    const symbols = new Set<string>();
    for (const text of listener.texts) {
      for (const ticker of JSON.parse(text) as { e: string; s: string }[]) symbols.add(ticker.s);
    }
    expect(symbols.has('BTCUSDT')).toBe(true);
    const { body } = await get(table, '/api/v3/ticker/24hr?symbol=BTCUSDT');
    const period = { from: epochMs(startTime - 1_439 * MINUTE), to: startTime };
    const truth = table.market.minutes(pick(table.market, 'binance:spot:BTC/USDT').instrumentId, period);
    expect(body).toMatchObject({ symbol: 'BTCUSDT', openTime: period.from, firstId: truth[0]?.firstTradeId });
  });
});

describe('sockets', () => {
  it('list, end and envelope subscriptions on request', async () => {
    const table = await setTable();
    const listener = await listen(table, '/ws');
    expect(await listener.ask({ method: 'SUBSCRIBE', params: ['btcusdt@kline_1m', 'x@y'], id: 'a' })).toEqual({
      result: null,
      id: 'a',
    });
    expect(await listener.ask({ method: 'UNSUBSCRIBE', params: ['x@y'], id: null })).toEqual({
      result: null,
      id: null,
    });
    await table.clock.advance(1000);
    expect(await listener.ask({ method: 'LIST_SUBSCRIPTIONS', id: 3 })).toEqual({
      result: ['btcusdt@kline_1m'],
      id: 3,
    });
    expect(await listener.ask({ method: 'GET_PROPERTY', params: ['combined'], id: 4 })).toEqual({
      result: false,
      id: 4,
    });
    expect(await listener.ask({ method: 'SET_PROPERTY', params: ['combined', true], id: 5 })).toEqual({
      result: null,
      id: 5,
    });
    const at = listener.texts.length;
    await table.clock.advance(MINUTE);
    await listener.until(() => listener.texts.length > at);
    expect(JSON.parse(listener.texts[at] as string)).toMatchObject({
      stream: 'btcusdt@kline_1m',
      data: { e: 'kline' },
    });
  });

  it('are closed when they send more control messages in a second than the market allows', async () => {
    const table = await setTable();
    const listener = await listen(table, '/ws');
    for (let id = 1; id <= 6; id++) listener.ws.send(JSON.stringify({ method: 'LIST_SUBSCRIPTIONS', id }));
    expect(await listener.closed).toBe(1008);
    expect(listener.texts.length).toBe(5);
  });

  it('refuse more streams than a connection may have', async () => {
    const table = await setTable();
    const listener = await listen(table, '/market/ws');
    const params = Array.from({ length: 201 }, (_, i) => `s${i}@kline_1m`);
    expect(await listener.ask({ method: 'SUBSCRIBE', params, id: 1 })).toMatchObject({ code: 2, id: 1 });
  });

  it('are told of a shutdown, cut after 24 hours, and refused on unknown paths', async () => {
    const table = await setTable();
    const listener = await listen(table, '/stream?streams=');
    expect(table.exchange.shutdownNotice()).toBe(1);
    await listener.until(() => listener.texts.length === 1);
    expect(JSON.parse(listener.texts[0] as string)).toEqual({
      stream: '!serverShutdown',
      data: { e: 'serverShutdown', E: startTime },
    });
    expect(table.exchange.cutSockets()).toBe(1);
    expect(await listener.closed).toBe(1001);
    await expect(listen(table, '/elsewhere')).rejects.toThrow('404');
  });
});

describe('REST', () => {
  it('pages klines by start, by end and by newest, and marks the running minute by its close time', async () => {
    const table = await setTable();
    await table.clock.advance(30_000);
    const instrument = pick(table.market, 'binance:spot:BTC/USDT');
    const opens = async (query: string): Promise<readonly number[]> => {
      const { body } = await get(table, `/api/v3/klines?symbol=BTCUSDT&interval=1m&${query}`);
      return (body as [number][]).map((row) => row[0]);
    };
    const from = instrument.historyFrom;
    expect(await opens('startTime=0&limit=2')).toEqual([from, from + MINUTE]);
    expect(await opens(`startTime=${from + 1}&limit=1`)).toEqual([from + MINUTE]);
    expect(await opens(`endTime=${from + 5 * MINUTE}&limit=2`)).toEqual([from + 4 * MINUTE, from + 5 * MINUTE]);
    expect(await opens(`startTime=${from}&endTime=${from + MINUTE - 1}`)).toEqual([from]);
    expect(await opens('limit=2')).toEqual([startTime - MINUTE, startTime]);
    expect((await opens('')).length).toBe(500);
    expect((await opens('limit=5000')).length).toBe(1000);
    expect(await opens(`startTime=${startTime + MINUTE}`)).toEqual([]);
  });

  it('answers rows exactly as the market published them', async () => {
    const table = await setTable();
    for (const [path, id] of [
      ['/api/v3', 'binance:spot:NKN/USDT'],
      ['/fapi/v1', 'binance:futures:NKN/USDT'],
    ] as const) {
      const instrument = pick(table.market, id);
      const period = { from: instrument.historyFrom, to: epochMs(startTime - (startTime % 3_600_000)) as EpochMs };
      const truth = table.market.candles(instrument.instrumentId, '1h', period);
      const { body } = await get(table, `${path}/klines?symbol=NKNUSDT&interval=1h&endTime=${period.to - 1}`);
      expect(body).toEqual(truth.map((row) => toKlineArray(row, '1h', wirePlaces(instrument))));
    }
  });

  it('refuses bad requests in the words of the exchange', async () => {
    const table = await setTable();
    const refusals = [
      ['/api/v3/klines?interval=1m', -1102],
      ['/api/v3/klines?symbol=BTCUSDT', -1102],
      ['/api/v3/klines?symbol=NOUSDT&interval=1m', -1121],
      ['/api/v3/klines?symbol=BTCUSDT&interval=7m', -1120],
      ['/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=x', -1100],
      ['/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=1501', -1130],
      ['/fapi/v1/klines?symbol=BTCUSDT&interval=1m&startTime=5&endTime=4', -1023],
    ] as const;
    for (const [path, code] of refusals) {
      expect(await get(table, path), path).toMatchObject({ status: 400, body: { code } });
    }
    expect((await get(table, '/api/v3/nothing')).status).toBe(404);
  });

  it('counts weights and refuses with 429, then 418', async () => {
    const table = await setTable({ weightLimit: { futures: 14 } });
    const klines = (limit: number) => get(table, `/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=${limit}`);
    const used: (string | null)[] = [];
    for (const limit of [99, 100, 499, 500]) used.push((await klines(limit)).headers.get('x-mbx-used-weight-1m'));
    expect(used).toEqual(['1', '3', '5', '10']);
    const refused = await klines(1001);
    expect(refused).toMatchObject({ status: 429, body: { code: -1003 } });
    expect(refused.headers.get('retry-after')).toBe('60');
    for (let i = 0; i < 9; i++) expect((await klines(1)).status).toBe(429);
    expect((await klines(1)).status).toBe(418);
    expect((await get(table, '/api/v3/ping')).status).toBe(200);
    await table.clock.advance(2 * MINUTE);
    expect((await klines(1)).status).toBe(200);
  });

  it('describes both markets', async () => {
    const table = await setTable();
    const spot = await get(table, '/api/v3/exchangeInfo?symbol=BTCUSDT');
    expect(spot.headers.get('x-mbx-used-weight-1m')).toBe('20');
    expect(spot.body).toMatchObject({
      serverTime: startTime,
      symbols: [
        {
          symbol: 'BTCUSDT',
          status: 'TRADING',
          filters: expect.arrayContaining([
            expect.objectContaining({ filterType: 'PRICE_FILTER', tickSize: '0.01000000' }),
            expect.objectContaining({ filterType: 'LOT_SIZE', stepSize: '0.00001000' }),
            expect.objectContaining({ filterType: 'NOTIONAL', minNotional: '5.00000000' }),
          ]),
        },
      ],
    });
    const futures = (await get(table, '/fapi/v1/exchangeInfo')).body as { symbols: unknown[] };
    expect(futures.symbols.length).toBe(40);
    expect(futures.symbols[0]).toMatchObject({ contractType: 'PERPETUAL', status: 'TRADING', pricePrecision: 2 });
  });
});

describe('faults', () => {
  it('skip, double, swap and cut frames as ordered', async () => {
    const table = await setTable();
    const listener = await listen(table, '/ws/btcusdt@kline_1m');
    const { faults } = table.exchange;
    const closed = { phase: 'closed', stream: 'btcusdt@kline_1m' } as const;
    faults.nextFrames({ kind: 'skip', ...closed });
    faults.nextFrames({ kind: 'duplicate', ...closed });
    faults.nextFrames({ kind: 'corrupt', ...closed });
    faults.nextFrames({ kind: 'skip', phase: 'forming', count: 10_000 });
    faults.nextFrames({ kind: 'reorder', ...closed });
    await table.clock.advance(6 * MINUTE);
    await listener.until(() => listener.texts.length === 6);
    const minutes = listener.texts.map((text) => /"t":(\d+).*\}$/.exec(text)?.[1] ?? 'cut');
    const minute = (index: number): string => String(startTime + index * MINUTE);
    expect(minutes).toEqual([minute(1), minute(1), 'cut', minute(4), minute(3), minute(5)]);
  });

  it('delay a frame by market time', async () => {
    const table = await setTable();
    const listener = await listen(table, '/ws/btcusdt@kline_1m');
    table.exchange.faults.nextFrames({ kind: 'delay', phase: 'closed', delayMs: 90_000 });
    await table.clock.advance(3 * MINUTE);
    const closes = (): readonly number[] =>
      listener.texts
        .map((text) => JSON.parse(text) as KlineEvent)
        .filter((one) => one.k['x'] === true)
        .map((one) => Number(one.k['t']));
    await listener.until(() => closes().length === 3);
    expect(closes()).toEqual([1, 0, 2].map((index) => startTime + index * MINUTE));
  });

  it('silence, drop and refuse sockets', async () => {
    const table = await setTable();
    const { faults } = table.exchange;
    const listener = await listen(table, '/ws/btcusdt@kline_1m');
    faults.silence('on');
    await table.clock.advance(2 * MINUTE);
    expect(await listener.ask({ method: 'LIST_SUBSCRIPTIONS', id: 1 })).toEqual({
      result: ['btcusdt@kline_1m'],
      id: 1,
    });
    expect(listener.texts.length).toBe(1);
    faults.refuseSockets('on');
    await expect(listen(table, '/ws')).rejects.toThrow('503');
    expect(faults.dropSockets()).toBe(1);
    expect(await listener.closed).toBe(1006);
    faults.clear();
    const again = await listen(table, '/ws/btcusdt@kline_1m');
    await table.clock.advance(MINUTE);
    await again.until(() => again.texts.length > 0);
    expect(table.exchange.stats()).toMatchObject({ sockets: 1, subscriptions: 1 });
  });

  it('answer requests as ordered and leave some without an answer', async () => {
    const table = await setTable();
    const { faults } = table.exchange;
    faults.nextRequests({ answer: 429, count: 1, retryAfterS: 7 });
    faults.nextRequests({ answer: 500, count: 1, path: '/time' });
    const limited = await get(table, '/api/v3/ping');
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    expect((await get(table, '/api/v3/ping')).status).toBe(200);
    expect((await get(table, '/api/v3/time')).status).toBe(500);
    faults.nextRequests({ answer: 'hang', count: 1 });
    const hanging = get(table, '/api/v3/ping');
    expect((await get(table, '/api/v3/ping')).status).toBe(200);
    await table.exchange.close();
    await expect(hanging).rejects.toThrow();
  });
});

describe('starting', () => {
  it('is refused on an occupied port', async () => {
    const table = await setTable();
    const second = startSimExchange({
      host: '127.0.0.1',
      port: table.exchange.port,
      clock: table.clock,
      market: table.market,
    });
    const failed: unknown = await second.catch((thrown: unknown) => thrown);
    expect(failed instanceof FailureError ? failed.failure.code : failed).toBe('port_occupied');
  });
});
