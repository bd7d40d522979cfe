/**
 * Routes of single orders: new, test, query, cancel, replace, lists of open and of all orders. In: parameters and the
 * account that signed them. Out: the exchange's answers.
 */
import { err, ok, type Result } from '../../../core/result.ts';
import type { EpochMs } from '../../../core/time.ts';
import { isOpenOrder, type OrderDraft, type SimOrder } from '../matching/sim-order.ts';
import type { RestAnswer, RestRoute } from '../rest-api.ts';
import { badRequest, type RestRefusal, readInteger, readTime } from '../rest-params.ts';
import { type Json, type ResponseType, toCancelJson, toListJson, toNewOrderJson, toOrderJson } from './order-json.ts';
import { engineRefusal, PLAIN_ORDER, readClientId, readOrder } from './order-params.ts';
import type { SpotDesk } from './spot-desk.ts';
import { type SpotCall, spotRoute } from './spot-route.ts';

const NOT_FOUND = { code: -2013, msg: 'Order does not exist.' };
const UNKNOWN = { code: -2011, msg: 'Unknown order sent.' };
const BY_ORDER = { number: 'orderId', clientId: 'origClientOrderId' };
const BY_CANCEL = { number: 'cancelOrderId', clientId: 'cancelOrigClientOrderId' };
const ORDERS_DEFAULT = 500;
const ORDERS_ANSWERED_MAX = 1_000;

/** Every route of single orders. */
export function createOrderRoutes(desk: SpotDesk): ReadonlyMap<string, RestRoute> {
  const route = spotRoute(desk);
  const openWeight = (query: URLSearchParams): number => (query.has('symbol') ? 6 : 80);
  return new Map([
    route('POST /api/v3/order', { weight: 1, orders: 1, security: 'trade', answer: placeNew }),
    route('POST /api/v3/order/test', { weight: 1, security: 'trade', answer: testNew }),
    route('GET /api/v3/order', { weight: 4, security: 'signed', answer: queryOne }),
    route('DELETE /api/v3/order', { weight: 1, security: 'trade', free: 'onSuccess', answer: cancelOne }),
    route('POST /api/v3/order/cancelReplace', { weight: 1, orders: 1, security: 'trade', answer: replaceOne }),
    route('GET /api/v3/openOrders', { weight: openWeight, security: 'signed', answer: listOpen }),
    route('DELETE /api/v3/openOrders', { weight: 1, security: 'trade', free: 'onSuccess', answer: cancelAll }),
    route('GET /api/v3/allOrders', { weight: 20, security: 'signed', answer: listAll }),
  ]);
}

function readDraft({ desk, params, account }: SpotCall): Result<OrderDraft, RestRefusal> {
  const instrument = desk.instrument(params);
  if (!instrument.ok) return instrument;
  const { symbol } = instrument.value;
  return readOrder(params, PLAIN_ORDER, { account: account.id, symbol, newId: () => desk.newId() });
}

/** How much to tell of a new order: fills for those that may have some at once, an acknowledgement for the others. */
export function readResponseType(params: URLSearchParams, type: string): Result<ResponseType, RestRefusal> {
  const text = params.get('newOrderRespType') ?? (type === 'MARKET' || type === 'LIMIT' ? 'FULL' : 'ACK');
  const known = (['ACK', 'RESULT', 'FULL'] as const).find((one) => one === text);
  return known === undefined ? badRequest(-1144, 'Invalid order response type.') : ok(known);
}

function placeNew(call: SpotCall): RestAnswer {
  const draft = readDraft(call);
  if (!draft.ok) return draft;
  const type = readResponseType(call.params, draft.value.type);
  if (!type.ok) return type;
  return placeDraft(call, draft.value, type.value);
}

function placeDraft({ desk }: SpotCall, draft: OrderDraft, type: ResponseType): Result<Json, RestRefusal> {
  const time = desk.now();
  const placed = desk.engine.place(draft, time);
  return placed.ok ? ok(toNewOrderJson(placed.value, type, time)) : engineRefusal(placed.error);
}

function testNew(call: SpotCall): RestAnswer {
  const draft = readDraft(call);
  if (!draft.ok) return draft;
  const refusal = call.desk.engine.test(draft.value);
  return refusal === null ? ok({}) : engineRefusal(refusal);
}

function queryOne({ desk, params, account }: SpotCall): RestAnswer {
  const instrument = desk.instrument(params);
  if (!instrument.ok) return instrument;
  const order = desk.findOrder(params, account, BY_ORDER);
  if (!order.ok) return order;
  return order.value === null ? engineRefusal(NOT_FOUND) : ok(toOrderJson(order.value));
}

function cancelOne(call: SpotCall): RestAnswer {
  const { desk, params, account } = call;
  const instrument = desk.instrument(params);
  if (!instrument.ok) return instrument;
  const order = desk.findOrder(params, account, BY_ORDER);
  if (!order.ok) return order;
  const cancelId = readClientId(params, 'newClientOrderId');
  if (!cancelId.ok) return cancelId;
  const restriction = findRestriction(order.value, params.get('cancelRestrictions'));
  if (restriction !== null) return engineRefusal(restriction);
  return cancelFound(call, order.value, cancelId.value ?? desk.newId());
}

function findRestriction(order: SimOrder | null, wanted: string | null): { code: number; msg: string } | null {
  const isWrong =
    (wanted === 'ONLY_NEW' && order?.status !== 'NEW') ||
    (wanted === 'ONLY_PARTIALLY_FILLED' && order?.status !== 'PARTIALLY_FILLED');
  return isWrong ? { code: -2011, msg: 'Order was not canceled due to cancel restrictions.' } : null;
}

function cancelFound({ desk }: SpotCall, order: SimOrder | null, cancelId: string): Result<Json, RestRefusal> {
  if (order === null || !isOpenOrder(order)) return engineRefusal(UNKNOWN);
  const time = desk.now();
  desk.engine.cancel({ order, time, cancelId });
  const list = desk.engine.list(order.listId);
  if (list === null) return ok(toCancelJson(order, cancelId, time));
  const orderReports = list.orders.map((member) => toCancelJson(member, cancelId, time));
  return ok({ ...toListJson(list), orderReports });
}

function replaceOne(call: SpotCall): RestAnswer {
  const { desk, params, account } = call;
  const draft = readDraft(call);
  if (!draft.ok) return draft;
  const mode = params.get('cancelReplaceMode');
  if (mode !== 'STOP_ON_FAILURE' && mode !== 'ALLOW_FAILURE') {
    return badRequest(-1102, "Mandatory parameter 'cancelReplaceMode' was not sent, was empty/null, or malformed.");
  }
  const type = readResponseType(params, draft.value.type);
  if (!type.ok) return type;
  const order = desk.findOrder(params, account, BY_CANCEL);
  if (!order.ok) return order;
  const cancelId = params.get('cancelNewClientOrderId') ?? desk.newId();
  const cancelled = cancelFound(call, order.value, cancelId);
  const isAttempted = cancelled.ok || mode === 'ALLOW_FAILURE';
  const placed = isAttempted ? placeDraft(call, draft.value, type.value) : null;
  return combine(cancelled, placed);
}

/** The answer to a cancel and a new order together: 409 when one of them was done, 400 when none was. */
function combine(cancelled: Result<Json, RestRefusal>, placed: Result<Json, RestRefusal> | null): RestAnswer {
  const part = (result: Result<Json, RestRefusal>): unknown =>
    result.ok ? result.value : { code: result.error.code, msg: result.error.msg };
  const word = (result: Result<Json, RestRefusal> | null): string =>
    result === null ? 'NOT_ATTEMPTED' : result.ok ? 'SUCCESS' : 'FAILURE';
  const data = {
    cancelResult: word(cancelled),
    newOrderResult: word(placed),
    cancelResponse: part(cancelled),
    newOrderResponse: placed === null ? null : part(placed),
  };
  if (cancelled.ok && placed?.ok === true) return ok(data);
  const isHalf = cancelled.ok || placed?.ok === true;
  return err(
    isHalf
      ? { status: 409, code: -2021, msg: 'Order cancel-replace partially failed.', data }
      : { status: 400, code: -2022, msg: 'Order cancel-replace failed.', data },
  );
}

function listOpen({ desk, params, account }: SpotCall): RestAnswer {
  if (!params.has('symbol')) {
    desk.syncOrders(account);
    return ok(desk.engine.orders.open(account.id, null).map(toOrderJson));
  }
  const instrument = desk.instrument(params);
  if (!instrument.ok) return instrument;
  return ok(desk.engine.orders.open(account.id, instrument.value.symbol).map(toOrderJson));
}

function cancelAll(call: SpotCall): RestAnswer {
  const { desk, params, account } = call;
  const instrument = desk.instrument(params);
  if (!instrument.ok) return instrument;
  const open = desk.engine.orders.open(account.id, instrument.value.symbol);
  if (open.length === 0) return engineRefusal(UNKNOWN);
  const answers: unknown[] = [];
  for (const order of open) {
    const cancelled = cancelFound(call, order, desk.newId());
    // The other members of a list were cancelled with its first.
    if (cancelled.ok) answers.push(cancelled.value);
  }
  return ok(answers);
}

function listAll({ desk, params, account }: SpotCall): RestAnswer {
  const instrument = desk.instrument(params);
  if (!instrument.ok) return instrument;
  const page = readPage(params, 'orderId');
  if (!page.ok) return page;
  const { from, startTime, endTime, limit } = page.value;
  const chosen = [...desk.engine.orders.all(account.id, instrument.value.symbol)].filter(
    (order) => order.orderId >= (from ?? 0) && order.createdTime >= startTime && order.createdTime <= endTime,
  );
  return ok((from === null ? chosen.slice(-limit) : chosen.slice(0, limit)).map(toOrderJson));
}

/** A page of a history: from a number on, or the newest of a stretch of time. */
export type Page = {
  readonly from: number | null;
  readonly startTime: number;
  readonly endTime: number;
  readonly limit: number;
};

/** Reads a page whose numbers are spelled `fromName`. */
export function readPage(params: URLSearchParams, fromName: string): Result<Page, RestRefusal> {
  const from = readInteger(params, fromName);
  if (!from.ok) return from;
  const startTime = readTime(params, 'startTime');
  if (!startTime.ok) return startTime;
  const endTime = readTime(params, 'endTime');
  if (!endTime.ok) return endTime;
  const limit = readInteger(params, 'limit');
  if (!limit.ok) return limit;
  const end: EpochMs | number = endTime.value ?? Number.MAX_SAFE_INTEGER;
  return ok({
    from: from.value,
    startTime: startTime.value ?? 0,
    endTime: end,
    limit: Math.min(limit.value ?? ORDERS_DEFAULT, ORDERS_ANSWERED_MAX),
  });
}
