/**
 * Trading on the simulated exchange over real sockets: signatures, refusals, orders of every kind, limits and faults,
 * in the words and status codes of the exchange.
 */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../src/adapters/clock/manual-clock.ts';
import { createGeneratedMarket } from '../../src/adapters/sim/generated-market.ts';
import { type SimExchange, startSimExchange } from '../../src/adapters/sim/sim-exchange.ts';
import { epochMs } from '../../src/core/time.ts';
import { type Answer, type Params, RIVAL_KEY, SimTrader } from '../fixtures/sim-trader.ts';

const startTime = epochMs(Date.UTC(2026, 5, 15, 9, 20));
const MINUTE = 60_000;
const ORDER = 'POST /api/v3/order';

let clock: ManualClock;
let exchange: SimExchange;
let trader: SimTrader;

beforeEach(async () => {
  clock = createManualClock(startTime);
  const market = createGeneratedMarket({
    seed: 7,
    startTime,
    historyMs: 86_400_000,
    symbols: 8,
    markets: ['spot', 'futures'],
  });
  exchange = await startSimExchange({ host: '127.0.0.1', port: 0, clock, market });
  trader = new SimTrader(exchange, () => clock.now());
});

afterEach(async () => {
  await exchange.close();
  clock.close();
});

/** The best price of a side, moved by `ticks` cents. */
async function priceOf(side: 'bidPrice' | 'askPrice', ticks = 0): Promise<string> {
  const best = await trader.raw('GET /api/v3/ticker/bookTicker', 'symbol=BTCUSDT');
  return (Number(best.body[side]) + ticks / 100).toFixed(2);
}

async function limit(params: Params): Promise<Answer> {
  return trader.send(ORDER, { symbol: 'BTCUSDT', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.001', ...params });
}

async function balance(asset: string): Promise<{ free: number; locked: number }> {
  const { body } = await trader.send('GET /api/v3/account');
  const rows = body['balances'] as readonly { asset: string; free: string; locked: string }[];
  const row = rows.find((one) => one.asset === asset);
  return { free: Number(row?.free), locked: Number(row?.locked) };
}

describe('who may trade', () => {
  it('is who signs with the secret of the key, in query or body, percent-encoded', async () => {
    expect((await trader.send('GET /api/v3/account')).status).toBe(200);
    const query = trader.query({ symbol: 'BTCUSDT', newClientOrderId: 'a:b/c', side: 'BUY', type: 'MARKET' });
    const body = 'quoteOrderQty=50';
    const response = await fetch(`${exchange.httpUrl}/api/v3/order?${query}`, {
      method: 'POST',
      headers: { 'X-MBX-APIKEY': 'hotwick-sim-key', 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `${body}&signature=${trader.signature(query + body)}`,
    });
    expect([response.status, await response.json()]).toMatchObject([200, { clientOrderId: 'a:b/c', status: 'FILLED' }]);
  });

  it('may sign with an Ed25519 key that was registered', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' });
    const account = { id: 'ed', keys: [{ kind: 'ed25519', apiKey: 'ed-key', publicKeyPem }], balances: { USDT: '7' } };
    const opened = await fetch(`${exchange.httpUrl}/sim/accounts`, { method: 'POST', body: JSON.stringify(account) });
    expect(opened.status).toBe(200);
    const ed = new SimTrader(exchange, () => clock.now(), { apiKey: 'ed-key', secret: privateKey });
    const { body } = await ed.send('GET /api/v3/account', { omitZeroBalances: 'true' });
    expect(body['balances']).toEqual([{ asset: 'USDT', free: '7.00000000', locked: '0.00000000' }]);
  });

  it.each<[string, number, number, () => Promise<Answer>]>([
    [
      'no key',
      401,
      -2014,
      () => new SimTrader(exchange, () => 0, { apiKey: '', secret: 'x' }).send('GET /api/v3/account'),
    ],
    [
      'an unknown key',
      401,
      -2015,
      () => new SimTrader(exchange, () => 0, { apiKey: 'x', secret: 'x' }).send('GET /api/v3/account'),
    ],
    [
      'a wrong secret',
      400,
      -1022,
      () =>
        new SimTrader(exchange, () => clock.now(), { apiKey: 'hotwick-sim-key', secret: 'x' }).send(
          'GET /api/v3/account',
        ),
    ],
    ['no signature', 400, -1102, () => trader.raw('GET /api/v3/account', trader.query({}))],
    ['no timestamp', 400, -1102, () => trader.raw('GET /api/v3/account', 'signature=00')],
    ['an old timestamp', 400, -1021, () => trader.send('GET /api/v3/account', { timestamp: clock.now() - 5_001 })],
    ['a timestamp ahead', 400, -1021, () => trader.send('GET /api/v3/account', { timestamp: clock.now() + 1_001 })],
    ['a window too wide', 400, -1131, () => trader.send('GET /api/v3/account', { recvWindow: 60_001 })],
    ['an order without a symbol', 400, -1102, () => trader.send(ORDER, { side: 'BUY' })],
    ['an unknown symbol', 400, -1121, () => trader.send(ORDER, { symbol: 'NOUSDT' })],
    ['an unknown side', 400, -1117, () => limit({ side: 'HOLD', price: '1' })],
    ['an unknown type', 400, -1116, () => limit({ side: 'BUY', type: 'ICEBERG' })],
    ['a price at the market', 400, -1106, () => limit({ side: 'BUY', type: 'MARKET', price: '1' })],
    ['too much precision', 400, -1111, () => limit({ side: 'BUY', price: '1.000000001' })],
    ['letters as a price', 400, -1100, () => limit({ side: 'BUY', price: '1e5' })],
    ['a price off the tick', 400, -1013, () => limit({ side: 'BUY', price: '90000.001' })],
    ['more than there is', 400, -2010, () => limit({ side: 'SELL', price: '99000', quantity: '5' })],
    ['a cancel of nothing', 400, -2011, () => trader.send('DELETE /api/v3/order', { symbol: 'BTCUSDT', orderId: 99 })],
    [
      'a query of nothing',
      400,
      -2013,
      () => trader.send('GET /api/v3/order', { symbol: 'BTCUSDT', origClientOrderId: 'x' }),
    ],
  ])('%s is answered %i with %i', async (_, status, code, ask) => {
    const answer = await ask();
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });
});

describe('orders', () => {
  it('at the market: filled at what the book shows, commission from what was bought', async () => {
    const ask = await priceOf('askPrice');
    const answer = await trader.send(ORDER, { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.001' });
    expect(answer.body).toMatchObject({
      status: 'FILLED',
      executedQty: '0.00100000',
      fills: [{ price: `${ask}000000`, qty: '0.00100000', commission: '0.00000100', commissionAsset: 'BTC' }],
    });
    expect(answer.headers.get('x-mbx-order-count-10s')).toBe('1');
    expect((await balance('BTC')).free).toBe(0.100999);
    const trades = await trader.send('GET /api/v3/myTrades', { symbol: 'BTCUSDT' });
    expect(trades.body).toMatchObject([{ price: `${ask}000000`, isBuyer: true, isMaker: false }]);
  });

  it('resting: seen in the book, locked, found by both ids, cancelled, and its id used again', async () => {
    const price = await priceOf('bidPrice', -1);
    const placed = await limit({ side: 'BUY', price, newClientOrderId: 'rest' });
    expect(placed.body).toMatchObject({ status: 'NEW', clientOrderId: 'rest', fills: [] });
    expect((await balance('USDT')).locked).toBe(Number((Number(price) * 0.001).toFixed(8)));
    const again = await limit({ side: 'BUY', price, newClientOrderId: 'rest' });
    expect([again.status, again.body]).toEqual([400, { code: -2010, msg: 'Duplicate order sent.' }]);
    const byNumber = await trader.send('GET /api/v3/order', {
      symbol: 'BTCUSDT',
      orderId: Number(placed.body['orderId']),
    });
    expect(byNumber.body).toMatchObject({ clientOrderId: 'rest', isWorking: true, price: `${price}000000` });
    const open = await trader.send('GET /api/v3/openOrders', { symbol: 'BTCUSDT' });
    expect(open.body).toEqual([byNumber.body]);
    const depth = await trader.raw('GET /api/v3/depth', 'symbol=BTCUSDT&limit=5');
    expect((depth.body['bids'] as unknown as string[][]).map(([at]) => at)).toContain(`${price}000000`);
    const gone = await trader.send('DELETE /api/v3/order', { symbol: 'BTCUSDT', origClientOrderId: 'rest' });
    expect(gone.body).toMatchObject({ status: 'CANCELED', origClientOrderId: 'rest' });
    expect((await balance('USDT')).locked).toBe(0);
    expect((await limit({ side: 'BUY', price, newClientOrderId: 'rest' })).status).toBe(200);
    const all = await trader.send('GET /api/v3/allOrders', { symbol: 'BTCUSDT' });
    expect((all.body as unknown as Answer['body'][]).map((one) => one['status'])).toEqual(['CANCELED', 'NEW']);
  });

  it('resting near the market: filled as it moves, the same for the same seed', async () => {
    await limit({ side: 'BUY', price: await priceOf('bidPrice', -500), newClientOrderId: 'wait' });
    await clock.advance(30 * MINUTE);
    const order = await trader.send('GET /api/v3/order', { symbol: 'BTCUSDT', origClientOrderId: 'wait' });
    expect(order.body).toMatchObject({ status: 'FILLED', executedQty: '0.00100000' });
    const trades = await trader.send('GET /api/v3/myTrades', { symbol: 'BTCUSDT' });
    expect(trades.body).toMatchSnapshot();
  });

  it('of two accounts meet each other', async () => {
    const rival = new SimTrader(exchange, () => clock.now(), RIVAL_KEY);
    const [bid, ask] = [Number(await priceOf('bidPrice')), Number(await priceOf('askPrice'))];
    const price = ((bid + ask) / 2).toFixed(2);
    const order = { symbol: 'BTCUSDT', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.002', price };
    await rival.send(ORDER, { ...order, side: 'SELL' });
    const taken = await trader.send(ORDER, { ...order, side: 'BUY' });
    expect(taken.body).toMatchObject({ status: 'FILLED', fills: [{ price: `${price}000000`, qty: '0.00200000' }] });
    const sold = await rival.send('GET /api/v3/myTrades', { symbol: 'BTCUSDT' });
    expect(sold.body).toMatchObject([{ isMaker: true, isBuyer: false, commissionAsset: 'USDT' }]);
  });

  it('are replaced in one request, and 409 tells that only half was done', async () => {
    const price = await priceOf('bidPrice', -100);
    await limit({ side: 'BUY', price, newClientOrderId: 'old' });
    const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price, quantity: '0.002' };
    const replace = { ...order, cancelReplaceMode: 'STOP_ON_FAILURE', cancelOrigClientOrderId: 'old' };
    const done = await trader.send('POST /api/v3/order/cancelReplace', { ...replace, newClientOrderId: 'new' });
    expect(done.body).toMatchObject({ cancelResult: 'SUCCESS', newOrderResult: 'SUCCESS' });
    const none = await trader.send('POST /api/v3/order/cancelReplace', replace);
    expect([none.status, none.body]).toMatchObject([400, { code: -2022, data: { newOrderResult: 'NOT_ATTEMPTED' } }]);
    const tooMuch = { ...replace, cancelOrigClientOrderId: 'new', quantity: '99' };
    const half = await trader.send('POST /api/v3/order/cancelReplace', tooMuch);
    expect([half.status, half.body]).toMatchObject([409, { code: -2021, data: { cancelResult: 'SUCCESS' } }]);
  });

  it('in lists: OCO and OTOCO are taken, found and cancelled whole', async () => {
    const last = Number((await trader.raw('GET /api/v3/ticker/price', 'symbol=BTCUSDT')).body['price']);
    const at = (factor: number): string => (last * factor).toFixed(2);
    const pair = { abovePrice: at(1.05), aboveType: 'LIMIT_MAKER', belowType: 'STOP_LOSS', belowStopPrice: at(0.95) };
    const oco = { symbol: 'BTCUSDT', side: 'SELL', quantity: '0.01', ...pair };
    const placed = await trader.send('POST /api/v3/orderList/oco', oco);
    expect(placed.body).toMatchObject({
      contingencyType: 'OCO',
      listOrderStatus: 'EXECUTING',
      orderReports: [{ type: 'LIMIT_MAKER' }, { type: 'STOP_LOSS' }],
    });
    expect((await balance('BTC')).locked).toBe(0.01);
    const otoco = await trader.send('POST /api/v3/orderList/otoco', {
      symbol: 'BTCUSDT',
      workingType: 'LIMIT',
      workingSide: 'BUY',
      workingPrice: at(0.97),
      workingQuantity: '0.001',
      workingTimeInForce: 'GTC',
      pendingSide: 'SELL',
      pendingQuantity: '0.001',
      pendingAboveType: 'LIMIT_MAKER',
      pendingAbovePrice: at(1.02),
      pendingBelowType: 'STOP_LOSS_LIMIT',
      pendingBelowStopPrice: at(0.95),
      pendingBelowPrice: at(0.94),
      pendingBelowTimeInForce: 'GTC',
    });
    expect(otoco.body).toMatchObject({
      contingencyType: 'OTO',
      orderReports: [{ status: 'NEW' }, { status: 'PENDING_NEW' }, {}],
    });
    const open = await trader.send('GET /api/v3/openOrderList');
    expect((open.body as unknown as unknown[]).length).toBe(2);
    const cancel = { symbol: 'BTCUSDT', orderListId: Number(placed.body['orderListId']) };
    const gone = await trader.send('DELETE /api/v3/orderList', cancel);
    expect(gone.body).toMatchObject({ listOrderStatus: 'ALL_DONE', orderReports: [{ status: 'CANCELED' }, {}] });
    expect((await balance('BTC')).locked).toBe(0);
  });
});

describe('limits', () => {
  it('new orders cost no weight, count against the account, and are too many at 101 in ten seconds', async () => {
    const price = await priceOf('bidPrice', -100);
    const first = await limit({ side: 'BUY', price });
    const used = Number(first.headers.get('x-mbx-used-weight-1m'));
    for (let order = 0; order < 49; order++) {
      await limit({ side: 'BUY', price });
      await trader.send('DELETE /api/v3/openOrders', { symbol: 'BTCUSDT' });
      await limit({ side: 'BUY', price });
    }
    const hundredth = await limit({ side: 'BUY', price });
    expect(Number(hundredth.headers.get('x-mbx-used-weight-1m'))).toBe(used);
    const refused = await limit({ side: 'BUY', price });
    expect([refused.status, refused.body['code'], refused.headers.get('retry-after')]).toEqual([429, -1015, '10']);
    await clock.advance(10_000);
    expect((await limit({ side: 'BUY', price })).status).toBe(200);
  });
});

describe('faults that are ordered over HTTP', () => {
  async function order(fault: unknown): Promise<number> {
    const response = await fetch(`${exchange.httpUrl}/sim/faults`, { method: 'POST', body: JSON.stringify(fault) });
    return response.status;
  }
  const orders = async (): Promise<number> => {
    const all = await trader.send('GET /api/v3/allOrders', { symbol: 'BTCUSDT' });
    return (all.body as unknown as unknown[]).length;
  };
  const request = { kind: 'request', path: '/order', method: 'POST' };

  it('a lost answer leaves the order, a lost request does not, and -1007 tells neither', async () => {
    const price = await priceOf('bidPrice', -100);
    expect(await order({ ...request, answer: 'dropResponse' })).toBe(200);
    await expect(limit({ side: 'BUY', price, newClientOrderId: 'a' })).rejects.toThrow();
    expect(await orders()).toBe(1);
    await order({ ...request, answer: 'dropRequest' });
    await expect(limit({ side: 'BUY', price, newClientOrderId: 'b' })).rejects.toThrow();
    expect(await orders()).toBe(1);
    await order({ ...request, answer: 'timeout' });
    const unknown = await limit({ side: 'BUY', price, newClientOrderId: 'c' });
    expect([unknown.status, unknown.body['code']]).toEqual([504, -1007]);
    expect(await orders()).toBe(2);
  });

  it('a doubled request makes one order of one client order id', async () => {
    await order({ ...request, answer: 'duplicate' });
    const answer = await limit({ side: 'BUY', price: await priceOf('bidPrice', -100), newClientOrderId: 'a' });
    expect([answer.status, answer.body['code']]).toEqual([400, -2010]);
    expect(await orders()).toBe(1);
  });

  it('a skewed clock, a halt, a ban and maintenance are answered as the exchange does', async () => {
    await order({ kind: 'skew', ms: 10_000 });
    expect((await trader.send('GET /api/v3/account')).body['code']).toBe(-1021);
    expect((await trader.raw('GET /api/v3/time', '')).body['serverTime']).toBe(clock.now() + 10_000);
    await order({ kind: 'clear' });
    await order({ kind: 'halt', symbol: 'BTCUSDT' });
    expect((await limit({ side: 'BUY', price: '90000' })).body).toEqual({ code: -1013, msg: 'Market is closed.' });
    await order({ kind: 'clear' });
    await order({ kind: 'ban', seconds: 120 });
    const banned = await trader.send('GET /api/v3/account');
    expect([banned.status, banned.body['code'], banned.headers.get('retry-after')]).toEqual([418, -1003, '120']);
    await order({ kind: 'clear' });
    await order({ kind: 'maintenance' });
    expect((await trader.send('GET /api/v3/account')).status).toBe(503);
    expect((await trader.raw('GET /api/v3/ping', '')).status).toBe(200);
  });

  it('what is not understood is refused', async () => {
    for (const fault of [
      {},
      { kind: 'request' },
      { kind: 'skew', ms: 'x' },
      { kind: 'request', answer: 418, cuont: 2 },
    ]) {
      expect(await order(fault)).toBe(400);
    }
  });
});
