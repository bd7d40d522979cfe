/**
 * A venue with one filled order of ours in each of many coins, which answers what trading asks at its start and every
 * order at once, and whose price frames come when told to. It checks no signature.
 */
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { serveCommands } from './child-process.ts';

/** What this process can be asked. */
export type ExitServerCommands = {
  /** Starts the server; answers its port. */
  readonly start: (nothing: null) => Promise<number>;
  /** Begins anew: a position of this generation in each of so many coins, and nothing else. */
  readonly hold: (held: { readonly generation: number; readonly coins: number }) => Promise<void>;
  /** Sends one price of one coin to every stream. */
  readonly price: (told: { readonly coin: number; readonly price: string }) => Promise<void>;
};

type Params = Readonly<Record<string, string | number>>;
type ApiCall = { readonly id: string; readonly method: string; readonly params: Params };
type Order = {
  readonly symbol: string;
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly side: 'BUY' | 'SELL';
  readonly origQty: string;
  status: 'NEW' | 'FILLED' | 'CANCELED';
};

/** What each position was bought at, and how much of it. */
const ENTRY = { price: '100.00', quantity: '10.000' } as const;
/** Limits that nobody reaches, so that the way of an exit and not its pacing is measured. */
const LIMIT = { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 1_000_000_000 };

const orders = new Map<string, Order>();
const streams = new Set<WebSocket>();
let coins = 0;
let numbers = 0;

const baseOf = (coin: number): string => `COIN${coin}`;

function describeOrder(order: Order): Order & { readonly fills: readonly object[] } {
  const isFilled = order.status === 'FILLED';
  const { quantity, price } = ENTRY;
  return {
    ...order,
    ...{ orderListId: -1, executedQty: isFilled ? order.origQty : '0.000', updateTime: Date.now() },
    fills: isFilled
      ? [{ tradeId: order.orderId, price, qty: quantity, commission: '0.0', commissionAsset: 'BNB' }]
      : [],
  };
}

function exchangeInfo(): unknown {
  const symbols = Array.from({ length: coins }, (_, coin) => ({
    ...{ symbol: `${baseOf(coin)}USDT`, status: 'TRADING', baseAsset: baseOf(coin), quoteAsset: 'USDT' },
    ...{ quoteAssetPrecision: 8, orderTypes: ['LIMIT', 'MARKET', 'STOP_LOSS'], ocoAllowed: true },
    ...{ quoteOrderQtyMarketAllowed: true, isSpotTradingAllowed: true },
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: '0.01', maxPrice: '1000000', tickSize: '0.01' },
      { filterType: 'LOT_SIZE', minQty: '0.001', maxQty: '9000', stepSize: '0.001' },
    ],
  }));
  return { rateLimits: [LIMIT], symbols };
}

function account(): unknown {
  const held = Array.from({ length: coins }, (_, coin) => ({
    ...{ asset: baseOf(coin), free: ENTRY.quantity, locked: '0' },
  }));
  const balances = [{ asset: 'USDT', free: '1000000', locked: '0' }, ...held];
  return { canTrade: true, canWithdraw: false, balances };
}

/** Answers by path; what is not known is an empty list. */
const ROUTES: Readonly<Record<string, (query: URLSearchParams) => unknown>> = {
  '/api/v3/time': () => ({ serverTime: Date.now() }),
  '/api/v3/exchangeInfo': exchangeInfo,
  '/api/v3/account': account,
  '/api/v3/openOrders': () => [...orders.values()].filter(({ status }) => status === 'NEW').map(describeOrder),
  '/api/v3/allOrders': (query) => ofSymbol(query).map(describeOrder),
  '/api/v3/myTrades': (query) =>
    ofSymbol(query).flatMap((order) =>
      describeOrder(order).fills.map((fill) => ({ ...fill, id: order.orderId, time: Date.now() })),
    ),
};

function ofSymbol(query: URLSearchParams): readonly Order[] {
  const orderId = query.get('orderId');
  return [...orders.values()].filter(
    (order) => order.symbol === query.get('symbol') && (orderId === null || orderId === String(order.orderId)),
  );
}

function place(params: Params): Order {
  const order: Order = {
    ...{ symbol: String(params['symbol']), orderId: ++numbers, clientOrderId: String(params['newClientOrderId']) },
    ...{ side: params['side'] === 'BUY' ? 'BUY' : 'SELL', origQty: String(params['quantity']) },
    status: params['type'] === 'MARKET' ? 'FILLED' : 'NEW',
  };
  orders.set(order.clientOrderId, order);
  return order;
}

function cancel(id: unknown): unknown {
  const order = orders.get(String(id));
  if (order === undefined) return {};
  order.status = 'CANCELED';
  return describeOrder(order);
}

function answerCall({ method, params }: ApiCall): unknown {
  if (method === 'order.place') return describeOrder(place(params));
  if (method === 'order.cancel') return cancel(params['origClientOrderId']);
  if (method !== 'order.cancelReplace') return { subscriptionId: 0 };
  const cancelResponse = cancel(params['cancelOrigClientOrderId']);
  const newOrderResponse = describeOrder(place(params));
  return { cancelResult: 'SUCCESS', newOrderResult: 'SUCCESS', cancelResponse, newOrderResponse };
}

function serveApi(socket: WebSocket): void {
  socket.on('message', (data) => {
    const call = JSON.parse(String(data)) as ApiCall;
    const rateLimits = [{ ...LIMIT, count: 1 }];
    socket.send(JSON.stringify({ id: call.id, status: 200, result: answerCall(call), rateLimits }));
  });
}

function serveStream(socket: WebSocket): void {
  streams.add(socket);
  socket.on('close', () => streams.delete(socket));
  socket.on('message', (data) => {
    const { id } = JSON.parse(String(data)) as { readonly id: unknown };
    socket.send(JSON.stringify({ result: null, id }));
  });
}

const commands: ExitServerCommands = {
  start: async () => {
    const http = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(ROUTES[pathname]?.(searchParams) ?? []));
    });
    new WebSocketServer({ server: http }).on('connection', (socket, request) => {
      if (request.url?.startsWith('/ws-api') === true) serveApi(socket);
      else serveStream(socket);
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const address = http.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    return address.port;
  },
  hold: async (held) => {
    orders.clear();
    coins = held.coins;
    for (let coin = 0; coin < coins; coin++) {
      const order = place({
        ...{ symbol: `${baseOf(coin)}USDT`, side: 'BUY', type: 'MARKET', quantity: ENTRY.quantity },
        newClientOrderId: `hw-g${held.generation}c${coin}-o1`,
      });
      order.status = 'FILLED';
    }
  },
  price: async ({ coin, price }) => {
    const ticker = {
      e: '24hrMiniTicker',
      E: Date.now(),
      s: `${baseOf(coin)}USDT`,
      c: price,
      o: '100',
      h: '100',
      l: price,
    };
    const frame = JSON.stringify({ stream: '!miniTicker@arr', data: [{ ...ticker, v: '1000', q: '100000' }] });
    for (const socket of streams) socket.send(frame);
  },
};

serveCommands(commands);
