/**
 * A venue that does nothing but answer: the requests a venue adapter begins with over HTTP, and orders over the
 * WebSocket API, every one taken at once with the same words. It checks no signature and keeps no order.
 */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { serveCommands } from './child-process.ts';

/** What this process can be asked. */
export type OrderServerCommands = {
  /** Starts the server; answers its port. */
  readonly start: (nothing: null) => Promise<number>;
};

type ApiCall = {
  readonly id: string;
  readonly method: string;
  readonly params: Readonly<Record<string, string | number>>;
};

/** Limits that nobody reaches, so that the requests and not their pacing are measured. */
const LIMIT = { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 1_000_000_000 };

function exchangeInfo(): unknown {
  return {
    rateLimits: [LIMIT],
    symbols: [
      {
        symbol: 'BTCUSDT',
        status: 'TRADING',
        baseAsset: 'BTC',
        quoteAsset: 'USDT',
        quoteAssetPrecision: 8,
        orderTypes: ['LIMIT', 'MARKET', 'STOP_LOSS', 'STOP_LOSS_LIMIT'],
        ocoAllowed: true,
        quoteOrderQtyMarketAllowed: true,
        isSpotTradingAllowed: true,
        filters: [
          { filterType: 'PRICE_FILTER', minPrice: '0.01', maxPrice: '1000000', tickSize: '0.01' },
          { filterType: 'LOT_SIZE', minQty: '0.00001', maxQty: '9000', stepSize: '0.00001' },
        ],
      },
    ],
  };
}

function answerHttp(path: string): unknown {
  if (path.startsWith('/api/v3/time')) return { serverTime: Date.now() };
  return path.startsWith('/api/v3/exchangeInfo') ? exchangeInfo() : [];
}

function answerCall({ method, params }: ApiCall, orderId: number): unknown {
  if (method !== 'order.place') return { subscriptionId: 0 };
  const quantity = String(params['quantity']);
  return {
    symbol: 'BTCUSDT',
    orderId,
    orderListId: -1,
    clientOrderId: params['newClientOrderId'],
    transactTime: Date.now(),
    origQty: quantity,
    executedQty: quantity,
    status: 'FILLED',
    side: params['side'],
    fills: [{ tradeId: orderId, price: '60000.00', qty: quantity, commission: '0.00000100', commissionAsset: 'BTC' }],
  };
}

const commands: OrderServerCommands = {
  start: async () => {
    const http = createServer((request, response) => {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(answerHttp(request.url ?? '')));
    });
    let orders = 0;
    new WebSocketServer({ server: http }).on('connection', (socket) => {
      socket.on('message', (data) => {
        const call = JSON.parse(String(data)) as ApiCall;
        const result = answerCall(call, ++orders);
        socket.send(JSON.stringify({ id: call.id, status: 200, result, rateLimits: [{ ...LIMIT, count: 1 }] }));
      });
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const address = http.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    return address.port;
  },
};

serveCommands(commands);
