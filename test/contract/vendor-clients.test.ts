/**
 * The exchange's official clients against the simulated exchange: what they read must be what the simulator's market
 * says, which proves that the simulator speaks the protocol and not merely our own idea of it.
 */
import {
  DerivativesTradingUsdsFutures,
  DerivativesTradingUsdsFuturesRestAPI,
} from '@binance/derivatives-trading-usds-futures';
import { Spot, SpotRestAPI } from '@binance/spot';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAcceleratedClock } from '../../src/adapters/clock/accelerated-clock.ts';
import { createGeneratedMarket } from '../../src/adapters/sim/generated-market.ts';
import { type SimExchange, startSimExchange } from '../../src/adapters/sim/sim-exchange.ts';
import { toKlineArray, wirePlaces } from '../../src/adapters/sim/wire-frames.ts';
import { epochMs } from '../../src/core/time.ts';
import type { Clock } from '../../src/ports/clock.ts';

const SPEED = 60;
const startTime = epochMs(Date.UTC(2026, 5, 15, 9, 20));
const market = createGeneratedMarket({
  seed: 21,
  startTime,
  historyMs: 86_400_000,
  symbols: 3,
  markets: ['spot', 'futures'],
});

let clock: Clock;
let exchange: SimExchange;

beforeAll(async () => {
  // The clients report their connections on the console and offer no other place for it.
  vi.spyOn(console, 'info').mockImplementation(() => undefined);
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  clock = createAcceleratedClock({ start: startTime, speed: SPEED });
  exchange = await startSimExchange({ host: '127.0.0.1', port: 0, clock, market, speed: SPEED });
});

afterAll(async () => {
  await exchange.close();
  clock.close();
  vi.restoreAllMocks();
});

/** The rows a client should have read: the hour of history that ends at the start. */
function expectedRows(id: string): unknown {
  const instrument = market.instruments.find((one) => one.instrumentId === id);
  if (instrument === undefined) throw new Error(`no ${id}`);
  const period = { from: epochMs(startTime - 60 * 60_000), to: startTime };
  const rows = market.candles(instrument.instrumentId, '1m', period);
  return rows.map((row) => toKlineArray(row, '1m', wirePlaces(instrument)));
}

type StreamedKline = {
  e?: string;
  s?: string;
  k?: { t?: number | bigint; i?: string; x?: boolean; f?: number | bigint };
};

/** Resolves with the first closed kline of a vendor stream. */
function firstClosed(stream: {
  on: (event: 'message', take: (data: StreamedKline) => void) => void;
}): Promise<StreamedKline> {
  return new Promise((resolve) => {
    stream.on('message', (data) => {
      if (data.k?.x === true) resolve(data);
    });
  });
}

describe('the official spot client', () => {
  it('reads time, exchange information and klines', async () => {
    const client = new Spot({ configurationRestAPI: { apiKey: '', apiSecret: '', basePath: exchange.httpUrl } });
    const time = await (await client.restAPI.time()).data();
    expect(Number(time.serverTime)).toBeGreaterThanOrEqual(startTime);
    const info = await (await client.restAPI.exchangeInfo({ symbol: 'BTCUSDT' })).data();
    expect(info.symbols?.map((symbol) => [symbol.symbol, symbol.status])).toEqual([['BTCUSDT', 'TRADING']]);
    const interval = SpotRestAPI.KlinesIntervalEnum.INTERVAL_1m;
    const period = { startTime: startTime - 60 * 60_000, endTime: startTime - 1 };
    const answer = await client.restAPI.klines({ symbol: 'BTCUSDT', interval, ...period });
    expect(await answer.data()).toEqual(expectedRows('binance:spot:BTC/USDT'));
    expect(answer.rateLimits?.[0]).toMatchObject({ interval: 'MINUTE', intervalNum: 1 });
  });

  it('receives the refusals of the exchange', async () => {
    const client = new Spot({ configurationRestAPI: { apiKey: '', apiSecret: '', basePath: exchange.httpUrl } });
    const interval = SpotRestAPI.KlinesIntervalEnum.INTERVAL_1m;
    await expect(client.restAPI.klines({ symbol: 'NOUSDT', interval })).rejects.toThrow('Invalid symbol.');
  });

  it('streams klines', async () => {
    const client = new Spot({ configurationWebsocketStreams: { wsURL: exchange.wsUrl } });
    const connection = await client.websocketStreams.connect();
    const kline = await firstClosed(connection.kline({ symbol: 'BTCUSDT', interval: '1m' as never }));
    expect(kline).toMatchObject({ e: 'kline', s: 'BTCUSDT', k: { i: '1m', x: true } });
    await connection.disconnect();
  });
});

describe('the official futures client', () => {
  it('reads time, exchange information and klines', async () => {
    const options = { apiKey: '', apiSecret: '', basePath: exchange.httpUrl };
    const client = new DerivativesTradingUsdsFutures({ configurationRestAPI: options });
    const time = await (await client.restAPI.checkServerTime()).data();
    expect(Number(time.serverTime)).toBeGreaterThanOrEqual(startTime);
    const info = await (await client.restAPI.exchangeInformation()).data();
    expect(info.symbols?.map((symbol) => symbol.symbol)).toEqual(['BTCUSDT', 'ETHUSDT', 'SOLUSDT']);
    const interval = DerivativesTradingUsdsFuturesRestAPI.KlineCandlestickDataIntervalEnum.INTERVAL_1m;
    const period = { startTime: startTime - 60 * 60_000, endTime: startTime - 1 };
    const answer = await client.restAPI.klineCandlestickData({ symbol: 'BTCUSDT', interval, ...period });
    expect(await answer.data()).toEqual(expectedRows('binance:futures:BTC/USDT'));
  });

  it('streams klines through the market path it routes them to', async () => {
    const client = new DerivativesTradingUsdsFutures({ configurationWebsocketStreams: { wsURL: exchange.wsUrl } });
    const connection = await client.websocketStreams.connect();
    const kline = await firstClosed(connection.klineCandlestickStreams({ symbol: 'BTCUSDT', interval: '1m' as never }));
    expect(kline).toMatchObject({ e: 'kline', s: 'BTCUSDT', k: { i: '1m', x: true } });
    await connection.disconnect();
  });
});
