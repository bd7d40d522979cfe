/**
 * Third-party clients trade on the simulated exchange with nothing but their base addresses changed: ccxt, the
 * exchange's official connector, and the `binance` package. What they did is looked up in the exchange's own books.
 */
import { Spot } from '@binance/spot';
import { MainClient, WebsocketAPIClient, WebsocketClient } from 'binance';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createWallClock } from '../../src/adapters/clock/wall-clock.ts';
import { createGeneratedMarket } from '../../src/adapters/sim/generated-market.ts';
import type { SimOrder } from '../../src/adapters/sim/matching/sim-order.ts';
import { type SimExchange, startSimExchange } from '../../src/adapters/sim/sim-exchange.ts';
import { toDecimalText } from '../../src/core/decimal.ts';
import { bucketOpen } from '../../src/model/timeframe.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { HotwickProcess } from '../fixtures/hotwick-process.ts';

const KEY = 'hotwick-sim-key';
const SECRET = 'hotwick-sim-secret';
const SYMBOL = 'BTCUSDT';

type Row = Readonly<Record<string, unknown>>;
/** What is used of a ccxt exchange; its own declarations take the compiler as long as everything else together. */
type CcxtClient = {
  readonly urls: Record<string, unknown>;
  readonly loadMarkets: () => Promise<unknown>;
  readonly loadHttpProxyAgent: () => Promise<unknown>;
  readonly close: () => Promise<void>;
  readonly market: (symbol: string) => Row;
  readonly fetchBalance: () => Promise<Row>;
  readonly fetchOHLCV: (...request: readonly unknown[]) => Promise<readonly Row[]>;
  readonly fetchOrderBook: (symbol: string, limit: number) => Promise<Book>;
  readonly fetchOpenOrders: (symbol: string) => Promise<readonly CcxtOrder[]>;
  readonly createOrder: (...order: readonly unknown[]) => Promise<CcxtOrder>;
  readonly cancelOrder: (id: string, symbol: string) => Promise<CcxtOrder>;
  readonly cancelAllOrders: (symbol: string) => Promise<unknown>;
  readonly privatePostOrderListOco: (params: Row) => Promise<Row>;
  readonly privateDeleteOrderList: (params: Row) => Promise<Row>;
  readonly watchOrders: (symbol: string) => Promise<readonly CcxtOrder[]>;
  readonly watchOHLCV: (symbol: string, timeframe: string) => Promise<readonly Row[]>;
  readonly watchTrades: (symbol: string) => Promise<readonly Row[]>;
  readonly watchOrderBook: (symbol: string) => Promise<Book>;
};
type CcxtOrder = Row & { readonly id: string; readonly average: number };
type Book = { readonly bids: readonly number[][]; readonly asks: readonly number[][] };
type CcxtConstructor = new (options: Row) => CcxtClient;
type Ccxt = {
  readonly binance: CcxtConstructor;
  readonly pro: { readonly binance: CcxtConstructor };
  readonly InsufficientFunds: new () => Error;
};

const ccxt = ((await import('ccxt' as string)) as { readonly default: Ccxt }).default;

let clock: Clock;
let exchange: SimExchange;

// A wallet of its own for each test, so that their order does not matter.
beforeEach(async () => {
  // The clients report their connections on the console and offer no other place for it.
  for (const level of ['info', 'warn', 'log', 'error'] as const) vi.spyOn(console, level).mockReturnValue(undefined);
  clock = createWallClock();
  const startTime = bucketOpen(clock.now(), 60_000);
  const market = createGeneratedMarket({
    seed: 7,
    startTime,
    historyMs: 3 * 86_400_000,
    symbols: 5,
    markets: ['spot', 'futures'],
  });
  const balances = { USDT: '100000', BTC: '1', BNB: '5' };
  const accounts = [{ id: 'trader', keys: [{ kind: 'hmac', apiKey: KEY, secret: SECRET }], balances }] as const;
  exchange = await startSimExchange({ host: '127.0.0.1', port: 0, clock, market, accounts });
});

afterEach(async () => {
  await exchange.close();
  clock.close();
  vi.restoreAllMocks();
});

/** The exchange's own record of an order. */
function recorded(orderId: number | string): SimOrder {
  const order = exchange.desk.engine.orders.byNumber('trader', SYMBOL, Number(orderId));
  if (order === null) throw new Error(`no order ${orderId}`);
  return order;
}

function lastPrice(): number {
  return Math.round(Number(toDecimalText(exchange.desk.engine.book(SYMBOL)?.lastPrice ?? (0n as never))));
}

/** Legs around the market for an OCO that sells. */
function pairAround(price: number): { abovePrice: number; belowStopPrice: number } {
  return { abovePrice: Math.round(price * 1.05), belowStopPrice: Math.round(price * 0.95) };
}

function rehost<T>(urls: T, address: string): T {
  if (typeof urls === 'string') return urls.replace(/^\w+:\/\/[^/]+/, address) as T;
  const entries = Object.entries(urls as object).map(([name, value]) => [name, rehost(value as unknown, address)]);
  return Object.fromEntries(entries) as T;
}

describe('ccxt', () => {
  function open(client: CcxtClient): CcxtClient {
    const { ws = {}, ...rest } = client.urls['api'] as Record<string, unknown>;
    const streams = { ...rehost(ws as object, exchange.wsUrl), spot: `${exchange.wsUrl}/stream.binance.com/ws` };
    client.urls['api'] = { ...rehost(rest, exchange.httpUrl), ws: streams };
    return client;
  }

  it('reads markets, candles, balances and books', async () => {
    const client = open(new ccxt.binance({ apiKey: KEY, secret: SECRET }));
    await client.loadMarkets();
    expect(client.market('BTC/USDT')).toMatchObject({ spot: true, active: true, limits: { cost: { min: 5 } } });
    const candles = await client.fetchOHLCV('BTC/USDT', '5m', undefined, 20);
    expect(candles.length).toBe(20);
    expect((await client.fetchBalance())['total']).toMatchObject({ BTC: 1, BNB: 5 });
    const book = await client.fetchOrderBook('BTC/USDT', 5);
    expect(Number(book.bids[0]?.[0])).toBeLessThan(Number(book.asks[0]?.[0]));
  });

  it('places, finds and cancels orders of every kind', async () => {
    const client = open(new ccxt.binance({ apiKey: KEY, secret: SECRET }));
    const bought = await client.createOrder('BTC/USDT', 'market', 'buy', 0.002);
    expect(bought).toMatchObject({ status: 'closed', filled: 0.002, fee: { currency: 'BTC', cost: 0.000002 } });
    expect(recorded(bought.id).status).toBe('FILLED');
    const price = Math.round(Number(bought.average) * 0.97);
    const resting = await client.createOrder('BTC/USDT', 'limit', 'buy', 0.001, price);
    expect((await client.fetchOpenOrders('BTC/USDT')).map((order) => order.id)).toContain(resting.id);
    expect(await client.cancelOrder(resting.id, 'BTC/USDT')).toMatchObject({ status: 'canceled' });
    const stopPrice = Math.round(Number(bought.average) * 0.95);
    const stop = await client.createOrder('BTC/USDT', 'limit', 'sell', 0.001, stopPrice - 100, { stopPrice });
    expect(recorded(stop.id).draft.type).toBe('STOP_LOSS_LIMIT');
    await client.cancelAllOrders('BTC/USDT');
    expect(recorded(stop.id).status).toBe('CANCELED');
    const oco = { symbol: SYMBOL, side: 'SELL', quantity: '0.001', aboveType: 'LIMIT_MAKER', belowType: 'STOP_LOSS' };
    const list = await client.privatePostOrderListOco({ ...oco, ...pairAround(lastPrice()) });
    expect(list).toMatchObject({ contingencyType: 'OCO', listOrderStatus: 'EXECUTING' });
    await client.privateDeleteOrderList({ symbol: SYMBOL, orderListId: list['orderListId'] });
    // By the price, which depends on the hour: more than the wallet holds, and less than the largest order allowed.
    const tooMuch = Math.ceil(200_000 / price);
    await expect(client.createOrder('BTC/USDT', 'limit', 'buy', tooMuch, price)).rejects.toThrow(
      ccxt.InsufficientFunds,
    );
  });

  it('hears orders, candles, trades and books over sockets', async () => {
    const client = open(new ccxt.pro.binance({ apiKey: KEY, secret: SECRET }));
    await client.loadHttpProxyAgent();
    const orders = client.watchOrders('BTC/USDT');
    await vi.waitUntil(() => exchange.stats().userStreams > 0);
    const placed = await client.createOrder('BTC/USDT', 'market', 'buy', 0.001);
    expect((await orders).at(-1)).toMatchObject({ id: placed.id, symbol: 'BTC/USDT' });
    expect((await client.watchOHLCV('BTC/USDT', '1m')).length).toBeGreaterThan(0);
    expect((await client.watchTrades('BTC/USDT')).length).toBeGreaterThan(0);
    expect((await client.watchOrderBook('BTC/USDT')).bids.length).toBeGreaterThan(0);
    await client.close();
  });
});

describe('the official connector', () => {
  const keys = { apiKey: KEY, apiSecret: SECRET };

  it('trades over REST', async () => {
    const { restAPI } = new Spot({ configurationRestAPI: { ...keys, basePath: exchange.httpUrl } });
    const account = await (await restAPI.getAccount()).data();
    expect(account.balances?.find((balance) => balance.asset === 'BNB')?.free).toBe('5.00000000');
    const order = { symbol: SYMBOL, side: 'BUY' as never, quantity: 0.001 };
    const bought = await (await restAPI.newOrder({ ...order, type: 'MARKET' as never })).data();
    expect(bought.status).toBe('FILLED');
    const price = Math.round(lastPrice() * 0.97);
    const limit = { ...order, type: 'LIMIT' as never, timeInForce: 'GTC' as never, price };
    const resting = await (await restAPI.newOrder(limit)).data();
    const orderId = Number(resting.orderId);
    expect(recorded(orderId).status).toBe('NEW');
    expect((await (await restAPI.getOrder({ symbol: SYMBOL, orderId })).data()).isWorking).toBe(true);
    expect((await (await restAPI.deleteOrder({ symbol: SYMBOL, orderId })).data()).status).toBe('CANCELED');
    const legs = { aboveType: 'LIMIT_MAKER' as never, belowType: 'STOP_LOSS' as never, ...pairAround(lastPrice()) };
    const list = await (await restAPI.orderListOco({ ...order, side: 'SELL' as never, ...legs })).data();
    expect(list.listOrderStatus).toBe('EXECUTING');
    const orderListId = Number(list.orderListId);
    await restAPI.deleteOrderList({ symbol: SYMBOL, orderListId });
    const trades = await (await restAPI.myTrades({ symbol: SYMBOL, limit: 500 })).data();
    expect(trades.map((trade) => Number(trade.orderId))).toContain(Number(bought.orderId));
    await expect(restAPI.newOrder({ ...order, type: 'MARKET' as never, quantity: 99 })).rejects.toThrow('insufficient');
  });

  it('trades and listens over the WebSocket API', async () => {
    const client = new Spot({ configurationWebsocketAPI: { ...keys, wsURL: `${exchange.wsUrl}/ws-api/v3` } });
    const connection = await client.websocketAPI.connect();
    const { stream } = await connection.userDataStreamSubscribeSignature();
    const heard: { e?: string; X?: string }[] = [];
    stream.on('message', (event: unknown) => {
      heard.push(event as { e?: string; X?: string });
    });
    const order = { symbol: SYMBOL, side: 'BUY' as never, type: 'MARKET' as never, quantity: 0.001 };
    const placed = await connection.orderPlace(order);
    expect(placed.data.status).toBe('FILLED');
    await vi.waitUntil(() => heard.some((event) => event.X === 'FILLED'));
    expect(heard.map((event) => event.e)).toContain('outboundAccountPosition');
    await connection.disconnect();
  });
});

describe('the binance package', () => {
  const keys = { api_key: KEY, api_secret: SECRET };

  it('trades over REST', async () => {
    const client = new MainClient({ ...keys, baseUrl: exchange.httpUrl });
    expect((await client.getKlines({ symbol: SYMBOL, interval: '1m', limit: 3 })).length).toBe(3);
    expect((await client.getExchangeInfo({ symbol: SYMBOL })).symbols).toMatchObject([{ symbol: SYMBOL }]);
    const { balances } = await client.getAccountInformation();
    expect(balances).toContainEqual({ asset: 'BNB', free: '5.00000000', locked: '0.00000000' });
    const order = { symbol: SYMBOL, side: 'BUY', quantity: 0.001 } as const;
    const bought = await client.submitNewOrder({ ...order, type: 'MARKET', newOrderRespType: 'FULL' });
    expect(bought.status).toBe('FILLED');
    const price = Math.round(lastPrice() * 0.97);
    const limit = { ...order, type: 'LIMIT', timeInForce: 'GTC', price, newOrderRespType: 'RESULT' } as const;
    const { orderId } = await client.submitNewOrder(limit);
    expect((await client.getOpenOrders({ symbol: SYMBOL })).map((open) => open.orderId)).toContain(orderId);
    expect(await client.cancelOrder({ symbol: SYMBOL, orderId })).toMatchObject({ status: 'CANCELED' });
    const legs = { aboveType: 'LIMIT_MAKER', belowType: 'STOP_LOSS', ...pairAround(lastPrice()) } as const;
    const list = await client.submitNewOrderList({ ...order, side: 'SELL', ...legs } as never);
    expect(list).toMatchObject({ listOrderStatus: 'EXECUTING' });
    await client.cancelAllSymbolOrders({ symbol: SYMBOL });
  });

  it('trades and listens over sockets', async () => {
    const quiet = { trace: () => undefined, info: () => undefined, error: () => undefined };
    const options = { ...keys, wsUrl: exchange.wsUrl, attachEventListeners: false };
    const api = new WebsocketAPIClient(options, quiet);
    const heard: unknown[] = [];
    api.getWSClient().on('message', (event) => heard.push(event));
    await api.subscribeUserDataStream('mainWSAPI');
    const order = { symbol: SYMBOL, side: 'BUY', type: 'MARKET', quantity: '0.001' } as const;
    const placed = await api.submitNewSpotOrder({ ...order, timestamp: Date.now() } as never);
    expect(placed.result).toMatchObject({ status: 'FILLED' });
    await vi.waitUntil(() => heard.some((event) => JSON.stringify(event).includes('"X":"FILLED"')));
    api.getWSClient().closeAll(true);
    const streams = new WebsocketClient({ wsUrl: exchange.wsUrl }, quiet);
    const trade = new Promise<unknown>((resolve) => streams.on('message', resolve));
    void streams.subscribe(['btcusdt@trade'], 'main');
    expect(await trade).toMatchObject({ e: 'trade', s: SYMBOL });
    streams.closeAll(true);
  });
});

describe('hotwick sim', () => {
  it('is traded on by all three with nothing but its address', async () => {
    const sim = new HotwickProcess(['sim', '--port', '0', '--seed', '7', '--scenario', 'quiet']);
    onTestFinished(async () => {
      await sim.end();
    });
    const [, address = ''] = await sim.match(/REST +(http:\S+)\/api\/v3/);
    const client = new ccxt.binance({ apiKey: KEY, secret: SECRET });
    client.urls['api'] = rehost(client.urls['api'], address);
    await client.loadMarkets();
    expect(await client.createOrder('BTC/USDT', 'market', 'buy', 0.002)).toMatchObject({ status: 'closed' });
    const { restAPI } = new Spot({ configurationRestAPI: { apiKey: KEY, apiSecret: SECRET, basePath: address } });
    const order = { symbol: SYMBOL, side: 'BUY' as never, type: 'MARKET' as never, quantity: 0.001 };
    expect((await (await restAPI.newOrder(order)).data()).status).toBe('FILLED');
    const other = new MainClient({ api_key: KEY, api_secret: SECRET, baseUrl: address });
    const sold = { symbol: SYMBOL, side: 'SELL', type: 'MARKET', quantity: 0.001, newOrderRespType: 'RESULT' } as const;
    expect(await other.submitNewOrder(sold)).toMatchObject({ status: 'FILLED' });
    expect((await other.getAccountTradeList({ symbol: SYMBOL })).length).toBeGreaterThanOrEqual(3);
  });
});
