/**
 * The simulated exchange's WebSocket API and its streams of trades and books, over real sockets.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createManualClock, type ManualClock } from '../../src/adapters/clock/manual-clock.ts';
import { createGeneratedMarket } from '../../src/adapters/sim/generated-market.ts';
import { type SimExchange, startSimExchange } from '../../src/adapters/sim/sim-exchange.ts';
import { epochMs } from '../../src/core/time.ts';
import { ApiClient } from '../fixtures/api-client.ts';
import { SimTrader } from '../fixtures/sim-trader.ts';

const startTime = epochMs(Date.UTC(2026, 5, 15, 9, 20));
const MINUTE = 60_000;

let clock: ManualClock;
let exchange: SimExchange;
let trader: SimTrader;
let client: ApiClient;

beforeEach(async () => {
  clock = createManualClock(startTime);
  const market = createGeneratedMarket({ seed: 7, startTime, historyMs: 86_400_000, symbols: 4, markets: ['spot'] });
  exchange = await startSimExchange({ host: '127.0.0.1', port: 0, clock, market });
  trader = new SimTrader(exchange, () => clock.now());
  client = await ApiClient.open(exchange);
});

afterEach(async () => {
  client.close();
  await exchange.close();
  clock.close();
});

async function lastPrice(): Promise<number> {
  const answer = await client.ask('ticker.price', { symbol: 'BTCUSDT' });
  return Number(answer.result?.['price']);
}

describe('the WebSocket API', () => {
  it('answers without a session: signed orders from place to cancel, with what they weigh', async () => {
    const price = (await lastPrice()) * 0.95;
    const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.001' };
    const placed = await client.askSigned('order.place', trader, {
      ...order,
      price: price.toFixed(2),
      newClientOrderId: 'a',
    });
    expect(placed).toMatchObject({ status: 200, result: { clientOrderId: 'a', status: 'NEW' } });
    expect(placed.rateLimits).toMatchObject([{ rateLimitType: 'REQUEST_WEIGHT', limit: 6_000 }]);
    const found = await client.askSigned('order.status', trader, { symbol: 'BTCUSDT', origClientOrderId: 'a' });
    expect(found.result).toMatchObject({ status: 'NEW', isWorking: true });
    const gone = await client.askSigned('order.cancel', trader, { symbol: 'BTCUSDT', origClientOrderId: 'a' });
    expect(gone.result).toMatchObject({ status: 'CANCELED', origClientOrderId: 'a' });
  });

  it.each<[string, number, () => Promise<unknown>]>([
    ['an unknown method', -1000, () => client.ask('order.wish')],
    [
      'a wrong signature',
      -1022,
      () => client.ask('account.status', { apiKey: 'hotwick-sim-key', timestamp: clock.now(), signature: 'aa' }),
    ],
    ['a session with a shared secret', -4056, () => client.askSigned('session.logon', trader)],
    ['a subscription without a session', -2015, () => client.ask('userDataStream.subscribe')],
    ['a cancel of nothing', -2011, () => client.askSigned('order.cancel', trader, { symbol: 'BTCUSDT', orderId: 5 })],
  ])('refuses %s with %i', async (_, code, ask) => {
    expect(await ask()).toMatchObject({ error: { code } });
  });

  it('opens a session for an Ed25519 key, which then needs no signatures', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const publicKeyPem = String(publicKey.export({ type: 'spki', format: 'pem' }));
    const keys = [{ kind: 'ed25519', apiKey: 'ed', publicKeyPem }] as const;
    exchange.desk.accounts.open({ id: 'ed', keys, balances: { USDT: '7' } });
    const payload = `apiKey=ed&timestamp=${clock.now()}`;
    const signature = sign(null, Buffer.from(payload), privateKey).toString('base64');
    const logon = await client.ask('session.logon', { apiKey: 'ed', timestamp: clock.now(), signature });
    expect(logon).toMatchObject({ status: 200, result: { apiKey: 'ed' } });
    const status = await client.ask('account.status', { omitZeroBalances: 'true' });
    expect(status.result?.['balances']).toEqual([{ asset: 'USDT', free: '7.00000000', locked: '0.00000000' }]);
    expect(await client.ask('userDataStream.subscribe')).toMatchObject({ result: { subscriptionId: 0 } });
  });

  it('tells an account its orders, balances and lists in order, whoever sent them', async () => {
    const subscribed = await client.askSigned('userDataStream.subscribe.signature', trader);
    expect(subscribed.result).toEqual({ subscriptionId: 0 });
    const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.001', newClientOrderId: 'm' };
    await trader.send('POST /api/v3/order', order);
    await client.until(() => client.events.length >= 4);
    const kinds = client.events.map(({ event }) => [event['e'], event['x'] ?? '', event['X'] ?? '']);
    expect(kinds).toEqual([
      ['executionReport', 'NEW', 'NEW'],
      ['outboundAccountPosition', '', ''],
      ['executionReport', 'TRADE', 'FILLED'],
      ['outboundAccountPosition', '', ''],
    ]);
    expect(client.events[2]).toMatchObject({
      subscriptionId: 0,
      event: { c: 'm', N: 'BTC', m: false, z: '0.00100000' },
    });
    const last = await lastPrice();
    const list = {
      symbol: 'BTCUSDT',
      side: 'SELL',
      quantity: '0.01',
      aboveType: 'LIMIT_MAKER',
      belowType: 'STOP_LOSS',
    };
    const prices = { abovePrice: (last * 1.05).toFixed(2), belowStopPrice: (last * 0.95).toFixed(2) };
    await client.askSigned('orderList.place.oco', trader, { ...list, ...prices });
    await client.until(() => client.events.some(({ event }) => event['e'] === 'listStatus'));
    expect(client.events.find(({ event }) => event['e'] === 'listStatus')?.event).toMatchObject({
      c: 'OCO',
      L: 'EXECUTING',
    });
  });

  it('acknowledges and stays silent when told to', async () => {
    await client.askSigned('userDataStream.subscribe.signature', trader);
    exchange.faults.silence('on');
    const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.001' };
    const placed = await client.askSigned('order.place', trader, order);
    expect(placed.result?.['status']).toBe('FILLED');
    expect(client.events).toEqual([]);
  });
});

type KlineData = { readonly k?: { readonly x: boolean } };
type Frame = { readonly stream: string; readonly data: Readonly<Record<string, never>> };

describe('the streams of trades and books', () => {
  it('trades make exactly the published candle; best prices and depth follow them', async () => {
    const names = [
      'btcusdt@trade',
      'btcusdt@aggTrade',
      'btcusdt@bookTicker',
      'btcusdt@depth@100ms',
      'btcusdt@depth5@100ms',
    ];
    const ws = new WebSocket(`${exchange.wsUrl}/stream?streams=${[...names, 'btcusdt@kline_1m'].join('/')}`);
    const frames: Frame[] = [];
    const closed = new Promise<void>((resolve) => {
      ws.on('message', (data) => {
        const frame = JSON.parse(String(data)) as Frame;
        frames.push(frame);
        if (frame.stream.endsWith('kline_1m') && (frame.data as unknown as KlineData).k?.x === true) resolve();
      });
    });
    await new Promise((resolve) => ws.once('open', resolve));
    await clock.advance(MINUTE);
    await closed;
    const of = (name: string): Frame['data'][] =>
      frames.filter((frame) => frame.stream === name).map(({ data }) => data);
    const kline = of('btcusdt@kline_1m').at(-1)?.['k'] as unknown as Record<string, string | number>;
    const aggregated = of('btcusdt@aggTrade');
    const sum = (rows: readonly Frame['data'][]): string =>
      rows.reduce((total, row) => total + Math.round(Number(row['q']) * 1e5), 0).toString();
    expect(sum(aggregated)).toBe(String(Math.round(Number(kline['v']) * 1e5)));
    expect(sum(of('btcusdt@trade'))).toBe(sum(aggregated));
    expect([aggregated[0]?.['f'], aggregated.at(-1)?.['l']]).toEqual([kline['f'], kline['L']]);
    expect(aggregated.at(-1)?.['p']).toBe(kline['c']);
    const differences = of('btcusdt@depth@100ms');
    for (const [index, update] of differences.entries()) {
      if (index > 0) expect(update['U']).toBe(Number(differences[index - 1]?.['u']) + 1);
    }
    const picture = of('btcusdt@depth5@100ms').at(-1) as unknown as { bids: string[][]; asks: string[][] };
    expect([picture.bids.length, picture.asks.length]).toEqual([5, 5]);
    const best = of('btcusdt@bookTicker').at(-1) as unknown as { b: string; a: string };
    expect([best.b, best.a]).toEqual([picture.bids[0]?.[0], picture.asks[0]?.[0]]);
    ws.terminate();
  });

  it('differences after a snapshot rebuild the book that a later snapshot shows', async () => {
    const ws = new WebSocket(`${exchange.wsUrl}/ws/ethusdt@depth@100ms`);
    type Update = { U: number; u: number; b: [string, string][]; a: [string, string][] };
    const updates: Update[] = [];
    ws.on('message', (data) => updates.push(JSON.parse(String(data)) as Update));
    await new Promise((resolve) => ws.once('open', resolve));
    const snapshot = async (): Promise<{ lastUpdateId: number; bids: [string, string][]; asks: [string, string][] }> =>
      (await fetch(`${exchange.httpUrl}/api/v3/depth?symbol=ETHUSDT&limit=1000`)).json() as never;
    const first = await snapshot();
    await clock.advance(20_000);
    const last = await snapshot();
    await expect.poll(() => updates.at(-1)?.u).toBe(last.lastUpdateId);
    const book = { bids: new Map(first.bids), asks: new Map(first.asks) };
    for (const { u, b, a } of updates.filter((update) => update.u > first.lastUpdateId)) {
      expect(u).toBeGreaterThan(first.lastUpdateId);
      for (const [price, quantity] of b) book.bids.set(price, quantity);
      for (const [price, quantity] of a) book.asks.set(price, quantity);
    }
    const kept = (side: Map<string, string>): unknown =>
      [...side].filter(([, quantity]) => Number(quantity) > 0).sort(([x], [y]) => Number(x) - Number(y));
    expect(kept(book.bids)).toEqual(kept(new Map(last.bids)));
    expect(kept(book.asks)).toEqual(kept(new Map(last.asks)));
    ws.terminate();
  });
});
