/**
 * The fault switchboard of the simulated exchange over real sockets: orders, the WebSocket API, events of accounts and
 * market data alike, aimed at routes, methods, streams and symbols, counted and timed.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiClient } from '../fixtures/api-client.ts';
import { type DrivenExchange, driveExchange } from '../fixtures/driven-exchange.ts';
import { runHotwick } from '../fixtures/hotwick-process.ts';
import type { Answer } from '../fixtures/sim-trader.ts';

const SECOND = 1_000;

let driven: DrivenExchange;
let client: ApiClient;

beforeEach(async () => {
  driven = await driveExchange();
  client = await ApiClient.open(driven.exchange);
});

afterEach(async () => {
  client.close();
  await driven.close();
});

async function order(fault: unknown): Promise<unknown> {
  const url = `${driven.exchange.httpUrl}/sim/faults`;
  return (await fetch(url, { method: 'POST', body: JSON.stringify(fault) })).json();
}

async function standing(): Promise<unknown> {
  return ((await driven.get('/sim/faults')) as { faults: unknown }).faults;
}

async function openIds(): Promise<readonly unknown[]> {
  const open = await driven.trader.send('GET /api/v3/openOrders', { symbol: 'BTCUSDT' });
  return (open.body as unknown as readonly { clientOrderId: string }[]).map((one) => one.clientOrderId);
}

async function resting(id: string): Promise<Record<string, string>> {
  const { price } = (await driven.get('/api/v3/ticker/price?symbol=BTCUSDT')) as { price: string };
  const terms = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.001' };
  return { ...terms, price: (Number(price) * 0.9).toFixed(2), newClientOrderId: id };
}

const askOrder = async (id: string): ReturnType<ApiClient['ask']> =>
  client.askSigned('order.place', driven.trader, await resting(id));
const sendOrder = async (id: string): Promise<Answer> => driven.trader.send('POST /api/v3/order', await resting(id));

describe('a request fault', () => {
  it('meets the route whichever way it comes in, and only one way when it says so', async () => {
    await order({ kind: 'request', answer: 503, path: '/order', method: 'POST', count: 2 });
    expect([(await askOrder('a')).status, (await sendOrder('b')).status]).toEqual([503, 503]);
    await order({ kind: 'request', answer: 503, path: '/order', method: 'POST', over: 'socket' });
    expect([(await sendOrder('c')).status, (await askOrder('d')).status]).toEqual([200, 503]);
    await order({ kind: 'request', answer: 'timeout', path: 'order.place' });
    expect(await askOrder('e')).toMatchObject({ status: 504, error: { code: -1007 } });
    expect((await openIds()).toSorted()).toEqual(['c', 'e']);
  });

  it('meets one symbol and lets others pass', async () => {
    await order({ kind: 'request', answer: 418, path: '/ticker/price', symbol: 'ETHUSDT' });
    const status = async (symbol: string): Promise<number> =>
      (await driven.trader.raw('GET /api/v3/ticker/price', `symbol=${symbol}`)).status;
    expect([await status('BTCUSDT'), await status('ETHUSDT'), await status('ETHUSDT')]).toEqual([200, 418, 200]);
  });

  it('over the WebSocket API loses a request, an answer, or with half an answer the connection', async () => {
    await order({ kind: 'request', answer: 'dropRequest', path: 'order.place' });
    void askOrder('lost');
    await order({ kind: 'request', answer: 'dropResponse', path: 'order.place' });
    void askOrder('unheard');
    await expect.poll(openIds).toEqual(['unheard']);
    const closed = new Promise((resolve) => client.ws.once('close', resolve));
    await order({ kind: 'request', answer: 'cut', path: 'order.place' });
    void askOrder('cut');
    await closed;
    expect((await openIds()).toSorted()).toEqual(['cut', 'unheard']);
  });

  it('over the WebSocket API lets the next request overtake', async () => {
    await order({ kind: 'request', answer: 'reorder', path: 'order.place' });
    const answered: string[] = [];
    const first = askOrder('first').then(() => answered.push('first'));
    await expect.poll(standing).toEqual([]);
    const second = askOrder('second').then(() => answered.push('second'));
    await Promise.all([first, second]);
    expect(answered).toEqual(['second', 'first']);
  });
});

describe('a fault of frames', () => {
  it('skips, doubles and delays events of an account, by symbol', async () => {
    await client.askSigned('userDataStream.subscribe.signature', driven.trader);
    const told = (): unknown[] => client.events.map(({ event }) => `${event['x'] ?? event['e']} ${event['c'] ?? ''}`);
    await order({ kind: 'frame', fault: 'skip', stream: 'userData', symbol: 'BTCUSDT' });
    await order({ kind: 'frame', fault: 'duplicate', stream: 'userData', symbol: 'BTCUSDT' });
    await order({ kind: 'frame', fault: 'skip', stream: 'userData', symbol: 'ETHUSDT' });
    await askOrder('a');
    await askOrder('b');
    await driven.exchange.delivered();
    const position = 'outboundAccountPosition ';
    expect(told()).toEqual([position, 'NEW b', 'NEW b', position]);
    await order({ kind: 'frame', fault: 'delay', stream: 'userData', symbol: 'BTCUSDT', delayMs: 3 * SECOND });
    await askOrder('c');
    await driven.pass(2 * SECOND);
    expect(told().slice(4)).toEqual([position]);
    await driven.pass(SECOND);
    expect(told().slice(4)).toEqual([position, 'NEW c']);
  });

  it('meets mini tickers as it meets klines', async () => {
    const { frames } = await driven.listen(['btcusdt@miniTicker', 'ethusdt@miniTicker']);
    await order({ kind: 'frame', fault: 'skip', symbol: 'BTCUSDT', count: 60 });
    await driven.pass(10 * SECOND);
    expect(new Set(frames.map((frame) => frame.stream))).toEqual(new Set(['ethusdt@miniTicker']));
  });
});

describe('a silence', () => {
  it('of 15 s acknowledges, pushes nothing, and ends by itself', async () => {
    const { ws, frames } = await driven.listen(['btcusdt@trade']);
    await driven.pass(5 * SECOND);
    expect(frames.length).toBeGreaterThan(0);
    await order({ kind: 'silence', forMs: 15 * SECOND });
    frames.length = 0;
    ws.send(JSON.stringify({ method: 'SUBSCRIBE', params: ['ethusdt@trade'], id: 1 }));
    await driven.pass(14 * SECOND);
    expect(frames).toEqual([{ result: null, id: 1 }]);
    await driven.pass(6 * SECOND);
    expect(frames.length).toBeGreaterThan(1);
  });

  it('can be that of one stream, one symbol, or the events of accounts', async () => {
    const { frames } = await driven.listen(['btcusdt@trade', 'btcusdt@aggTrade', 'ethusdt@trade']);
    await client.askSigned('userDataStream.subscribe.signature', driven.trader);
    await order({ kind: 'silence', stream: 'btcusdt@trade' });
    await order({ kind: 'silence', symbol: 'ETHUSDT' });
    await order({ kind: 'silence', stream: 'userData' });
    await askOrder('a');
    await driven.pass(10 * SECOND);
    expect(new Set(frames.map((frame) => frame.stream))).toEqual(new Set(['btcusdt@aggTrade']));
    expect(client.events).toEqual([]);
    expect(await standing()).toHaveLength(3);
  });
});

describe('the exchange as a whole', () => {
  it('drops the connections of the WebSocket API and leaves streams, or the other way round', async () => {
    const { ws } = await driven.listen(['btcusdt@trade']);
    const apiClosed = new Promise((resolve) => client.ws.once('close', resolve));
    expect(await order({ kind: 'dropSockets', sockets: 'api' })).toEqual({ sockets: 1 });
    await apiClosed;
    expect(ws.readyState).toBe(ws.OPEN);
    const streamClosed = new Promise((resolve) => ws.once('close', resolve));
    expect(await order({ kind: 'cutSockets', sockets: 'streams' })).toEqual({ sockets: 1 });
    expect(await streamClosed).toBe(1001);
  });

  it('refuses all with 429 for a while, over REST and the WebSocket API, and then no more', async () => {
    await order({ kind: 'ban', status: 429, seconds: 30 });
    const refused = await driven.trader.send('GET /api/v3/account');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
    expect(await client.ask('time')).toMatchObject({ status: 429, error: { code: -1003 } });
    await driven.pass(30 * SECOND);
    expect((await driven.trader.send('GET /api/v3/account')).status).toBe(200);
  });

  it('lists what is in force, and ends what was ordered for a time', async () => {
    await order({ kind: 'request', answer: 'hang', path: '/klines', count: 3 });
    await order({ kind: 'frame', fault: 'corrupt', stream: 'btcusdt@kline_1m' });
    await order({ kind: 'refuseSockets', forMs: 5 * SECOND });
    await order({ kind: 'maintenance', forMs: 5 * SECOND });
    await order({ kind: 'skew', ms: -700, forMs: 5 * SECOND });
    await order({ kind: 'halt', symbol: 'ETHUSDT', forMs: 5 * SECOND });
    const lasting = [
      { kind: 'request', answer: 'hang', path: '/klines', left: 3 },
      { kind: 'frame', fault: 'corrupt', stream: 'btcusdt@kline_1m', left: 1 },
    ];
    const timed = [{ kind: 'refuseSockets' }, { kind: 'maintenance' }, { kind: 'skew', ms: -700 }];
    expect(await standing()).toEqual([...lasting, ...timed, { kind: 'halt', symbol: 'ETHUSDT' }]);
    await driven.pass(6 * SECOND);
    expect(await standing()).toEqual(lasting);
    await order({ kind: 'clear' });
    expect(await standing()).toEqual([]);
  });
});

it('the command line orders, and says what would be right', async () => {
  const url = ['--url', driven.exchange.httpUrl];
  const fault = ['sim', 'fault'];
  const [ordered, wrong] = await Promise.all([
    runHotwick([...fault, 'request', 'drop-response', '--path', '/order', '--count', '2', ...url]),
    runHotwick([...fault, 'halt', 'NOPEUSDT', ...url]),
  ]);
  expect(ordered).toMatchObject({ code: 0, stdout: 'done\n', stderr: '' });
  expect(wrong).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('there is no symbol NOPEUSDT') });
  expect(await standing()).toEqual([{ kind: 'request', path: '/order', answer: 'dropResponse', left: 2 }]);
});
