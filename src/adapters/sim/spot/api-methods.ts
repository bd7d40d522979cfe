/**
 * The WebSocket API's methods by the REST routes that answer them: both speak of the same orders, so they share every
 * check and every answer.
 */

/** Method names and the routes behind them. */
export const API_METHODS: ReadonlyMap<string, string> = new Map([
  ['ping', 'GET /api/v3/ping'],
  ['time', 'GET /api/v3/time'],
  ['exchangeInfo', 'GET /api/v3/exchangeInfo'],
  ['depth', 'GET /api/v3/depth'],
  ['trades.recent', 'GET /api/v3/trades'],
  ['trades.aggregate', 'GET /api/v3/aggTrades'],
  ['klines', 'GET /api/v3/klines'],
  ['avgPrice', 'GET /api/v3/avgPrice'],
  ['ticker.24hr', 'GET /api/v3/ticker/24hr'],
  ['ticker.price', 'GET /api/v3/ticker/price'],
  ['ticker.book', 'GET /api/v3/ticker/bookTicker'],
  ['order.place', 'POST /api/v3/order'],
  ['order.test', 'POST /api/v3/order/test'],
  ['order.status', 'GET /api/v3/order'],
  ['order.cancel', 'DELETE /api/v3/order'],
  ['order.cancelReplace', 'POST /api/v3/order/cancelReplace'],
  ['openOrders.status', 'GET /api/v3/openOrders'],
  ['openOrders.cancelAll', 'DELETE /api/v3/openOrders'],
  ['orderList.place.oco', 'POST /api/v3/orderList/oco'],
  ['orderList.place.oto', 'POST /api/v3/orderList/oto'],
  ['orderList.place.otoco', 'POST /api/v3/orderList/otoco'],
  ['orderList.status', 'GET /api/v3/orderList'],
  ['orderList.cancel', 'DELETE /api/v3/orderList'],
  ['openOrderLists.status', 'GET /api/v3/openOrderList'],
  ['account.status', 'GET /api/v3/account'],
  ['account.commission', 'GET /api/v3/account/commission'],
  ['account.rateLimits.orders', 'GET /api/v3/rateLimit/order'],
  ['allOrders', 'GET /api/v3/allOrders'],
  ['allOrderLists', 'GET /api/v3/allOrderList'],
  ['myTrades', 'GET /api/v3/myTrades'],
]);

/** A request of the WebSocket API. */
export type ApiRequest = {
  readonly id: number | string | null;
  readonly method: string;
  readonly params: URLSearchParams;
};

/** A request, or the message that refuses it. */
export type ParsedApiRequest =
  | { readonly ok: true; readonly request: ApiRequest }
  | { readonly ok: false; readonly id: number | string | null; readonly msg: string };

const ID_LENGTH_MAX = 36;

/** Reads one message. */
export function parseApiRequest(text: string): ParsedApiRequest {
  const body = parseObject(text);
  if (body === null) return { ok: false, id: null, msg: 'JSON parsing error.' };
  const id = body['id'] ?? null;
  const isId = id === null || Number.isInteger(id) || (typeof id === 'string' && id.length <= ID_LENGTH_MAX);
  if (!isId) return { ok: false, id: null, msg: 'Invalid request ID.' };
  const known = id as ApiRequest['id'];
  const { method, params } = body as { readonly method?: unknown; readonly params?: unknown };
  if (typeof method !== 'string') return { ok: false, id: known, msg: "Mandatory field 'method' is missing." };
  if (params !== undefined && !isPlain(params))
    return { ok: false, id: known, msg: "Field 'params' is not an object." };
  return { ok: true, request: { id: known, method, params: toParams(isPlain(params) ? params : {}) } };
}

type Plain = Readonly<Record<string, unknown>>;

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toParams(values: Plain): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined) continue;
    params.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  return params;
}

function parseObject(text: string): Plain | null {
  try {
    const value: unknown = JSON.parse(text);
    return isPlain(value) ? value : null;
  } catch {
    // Text that is no JSON is refused by the caller.
    return null;
  }
}
