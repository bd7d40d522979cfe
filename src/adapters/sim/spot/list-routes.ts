/**
 * Routes of order lists: OCO, OTO and OTOCO, query, cancel, open and all. In: parameters with a prefix for each leg.
 * Out: the exchange's answers with a report of every leg.
 */
import { ok, type Result } from '../../../core/result.ts';
import type { ListKind, OrderList } from '../matching/order-list.ts';
import type { OrderDraft, SimOrderType } from '../matching/sim-order.ts';
import type { RestAnswer, RestRoute } from '../rest-api.ts';
import { badRequest, type RestRefusal, readInteger } from '../rest-params.ts';
import { type Json, type ResponseType, toCancelJson, toListJson, toNewOrderJson } from './order-json.ts';
import { engineRefusal, type LegSpelling, readClientId, readOrder } from './order-params.ts';
import { readPage } from './order-routes.ts';
import type { SpotDesk } from './spot-desk.ts';
import { type SpotCall, spotRoute } from './spot-route.ts';

const STOPS: readonly SimOrderType[] = ['STOP_LOSS', 'STOP_LOSS_LIMIT'];
const PROFITS: readonly SimOrderType[] = ['LIMIT_MAKER', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT'];
const PAIRED: readonly SimOrderType[] = [...STOPS, ...PROFITS];
const WORKING: readonly SimOrderType[] = ['LIMIT', 'LIMIT_MAKER'];

const SINGLE = { sideName: 'side', quantityName: 'quantity', types: PAIRED };
const PENDING = { sideName: 'pendingSide', quantityName: 'pendingQuantity' };
const FIRST: LegSpelling = {
  prefix: 'working',
  sideName: 'workingSide',
  quantityName: 'workingQuantity',
  types: WORKING,
};

/** The legs of each kind of list as requests spell them, the one above before the one below. */
const LEGS: Readonly<Record<ListKind, readonly LegSpelling[]>> = {
  OCO: [
    { prefix: 'above', ...SINGLE },
    { prefix: 'below', ...SINGLE },
  ],
  OTO: [FIRST, { prefix: 'pending', ...PENDING }],
  OTOCO: [
    FIRST,
    { prefix: 'pendingAbove', ...PENDING, types: PAIRED },
    { prefix: 'pendingBelow', ...PENDING, types: PAIRED },
  ],
};

const UNKNOWN = { code: -2011, msg: 'Unknown order list sent.' };

/** Every route of order lists. */
export function createListRoutes(desk: SpotDesk): ReadonlyMap<string, RestRoute> {
  const route = spotRoute(desk);
  const place = { weight: 1, security: 'trade' } as const;
  return new Map([
    route('POST /api/v3/orderList/oco', { ...place, orders: 2, answer: (call) => placeNewList(call, 'OCO') }),
    route('POST /api/v3/orderList/oto', { ...place, orders: 2, answer: (call) => placeNewList(call, 'OTO') }),
    route('POST /api/v3/orderList/otoco', { ...place, orders: 3, answer: (call) => placeNewList(call, 'OTOCO') }),
    route('GET /api/v3/orderList', { weight: 4, security: 'signed', answer: queryList }),
    route('DELETE /api/v3/orderList', { ...place, free: 'onSuccess', answer: cancelList }),
    route('GET /api/v3/openOrderList', { weight: 6, security: 'signed', answer: listOpen }),
    route('GET /api/v3/allOrderList', { weight: 20, security: 'signed', answer: listAll }),
  ]);
}

function placeNewList(call: SpotCall, kind: ListKind): RestAnswer {
  const { desk, params, account } = call;
  const instrument = desk.instrument(params);
  if (!instrument.ok) return instrument;
  const legs: OrderDraft[] = [];
  for (const spelling of LEGS[kind]) {
    const context = { account: account.id, symbol: instrument.value.symbol, newId: () => desk.newId() };
    const leg = readOrder(params, spelling, context);
    if (!leg.ok) return leg;
    legs.push(leg.value);
  }
  const clientListId = readClientId(params, 'listClientOrderId');
  if (!clientListId.ok) return clientListId;
  const type = readListResponse(params);
  if (!type.ok) return type;
  if (kind !== 'OTO' && !isPair(legs.slice(-2))) return badRequest(-1158, 'Order list legs are not a valid pair.');
  const time = desk.now();
  const placed = desk.engine.placeList({ kind, clientListId: clientListId.value ?? desk.newId(), legs, time });
  if (!placed.ok) return engineRefusal(placed.error);
  return ok(withReports(placed.value, (order) => toNewOrderJson(order, type.value, time)));
}

/** A pair is one leg that takes a profit and one that stops a loss. */
function isPair(legs: readonly OrderDraft[]): boolean {
  return legs.filter((leg) => STOPS.includes(leg.type)).length === 1;
}

function readListResponse(params: URLSearchParams): Result<ResponseType, RestRefusal> {
  const text = params.get('newOrderRespType') ?? 'RESULT';
  const known = (['ACK', 'RESULT', 'FULL'] as const).find((one) => one === text);
  return known === undefined ? badRequest(-1144, 'Invalid order response type.') : ok(known);
}

function withReports(list: OrderList, report: (order: OrderList['orders'][number]) => Json): Json {
  return { ...toListJson(list), orderReports: list.orders.map(report) };
}

function findList({ desk, params, account }: SpotCall, clientName: string): Result<OrderList | null, RestRefusal> {
  const number = readInteger(params, 'orderListId');
  if (!number.ok) return number;
  const clientId = params.get(clientName);
  if (number.value === null && clientId === null) {
    return badRequest(-1102, `Param '${clientName}' or 'orderListId' must be sent, but both were empty/null!`);
  }
  const own = desk.engine.lists(account.id);
  const isMeant = (list: OrderList): boolean =>
    number.value === null ? list.clientListId === clientId : list.listId === number.value;
  return ok(own.findLast(isMeant) ?? null);
}

function queryList(call: SpotCall): RestAnswer {
  call.desk.syncOrders(call.account);
  const list = findList(call, 'origClientOrderId');
  if (!list.ok) return list;
  return list.value === null
    ? engineRefusal({ code: -2018, msg: 'Order list does not exist.' })
    : ok(toListJson(list.value));
}

function cancelList(call: SpotCall): RestAnswer {
  const { desk, params } = call;
  const instrument = desk.instrument(params);
  if (!instrument.ok) return instrument;
  const list = findList(call, 'listClientOrderId');
  if (!list.ok) return list;
  const cancelId = readClientId(params, 'newClientOrderId');
  if (!cancelId.ok) return cancelId;
  if (list.value === null || list.value.symbol !== instrument.value.symbol) return engineRefusal(UNKNOWN);
  const [time, id] = [desk.now(), cancelId.value ?? desk.newId()];
  const cancelled = desk.engine.cancelList(list.value, { time, cancelId: id });
  if (!cancelled.ok) return engineRefusal(UNKNOWN);
  return ok(withReports(cancelled.value, (order) => toCancelJson(order, id, time)));
}

function listOpen({ desk, account }: SpotCall): RestAnswer {
  desk.syncOrders(account);
  const open = desk.engine.lists(account.id).filter((list) => list.status === 'EXECUTING');
  return ok(open.map(toListJson));
}

function listAll({ desk, params, account }: SpotCall): RestAnswer {
  desk.syncOrders(account);
  const page = readPage(params, 'fromId');
  if (!page.ok) return page;
  const { from, startTime, endTime, limit } = page.value;
  const chosen = desk.engine
    .lists(account.id)
    .filter(({ listId, createdTime: at }) => listId >= (from ?? 0) && at >= startTime && at <= endTime);
  return ok((from === null ? chosen.slice(-limit) : chosen.slice(0, limit)).map(toListJson));
}
