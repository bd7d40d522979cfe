/**
 * Orders and lists in the exchange's words, for REST and the WebSocket API. In: orders as the engine keeps them. Out:
 * objects whose decimals are strings of eight places, with the fields of the documentation in its order.
 */
import { type Decimal, ZERO } from '../../../core/decimal.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { OrderList } from '../matching/order-list.ts';
import { isStopType, type SimFill, type SimOrder } from '../matching/sim-order.ts';
import { toPaddedText } from '../sim-grid.ts';

/** An object of an answer. */
export type Json = Readonly<Record<string, unknown>>;
/** How much a client wants to be told of a new order. */
export type ResponseType = 'ACK' | 'RESULT' | 'FULL';

/** A decimal with the eight places of spot. */
export function places8(value: Decimal | null): string {
  return toPaddedText(value ?? ZERO, 8);
}

/** The answer to a new order. */
export function toNewOrderJson(order: SimOrder, type: ResponseType, time: EpochMs): Json {
  const ack = { ...identity(order), transactTime: time };
  if (type === 'ACK') return ack;
  const result = {
    ...ack,
    ...amounts(order),
    ...manner(order),
    ...(order.workingTime === null ? {} : { workingTime: order.workingTime }),
  };
  if (type === 'RESULT') return { ...result, selfTradePreventionMode: order.draft.selfTrade };
  return { ...result, fills: order.fills.map(toFillJson), selfTradePreventionMode: order.draft.selfTrade };
}

function identity(order: SimOrder): Json {
  const { symbol, clientOrderId } = order.draft;
  return { symbol, orderId: order.orderId, orderListId: order.listId, clientOrderId };
}

function amounts(order: SimOrder): Json {
  return {
    price: places8(order.draft.price),
    origQty: places8(order.draft.quantity ?? order.quantity),
    executedQty: places8(order.executed),
    origQuoteOrderQty: places8(order.draft.quoteQuantity),
    cummulativeQuoteQty: places8(order.executedQuote),
  };
}

function manner(order: SimOrder): Json {
  const { timeInForce, type, side, stopPrice, icebergQuantity } = order.draft;
  return {
    status: order.status,
    timeInForce,
    type,
    side,
    ...(isStopType(type) ? { stopPrice: places8(stopPrice) } : {}),
    ...(icebergQuantity === null ? {} : { icebergQty: places8(icebergQuantity) }),
  };
}

function toFillJson(fill: SimFill): Json {
  return {
    price: places8(fill.price),
    qty: places8(fill.quantity),
    commission: places8(fill.commission),
    commissionAsset: fill.commissionAsset,
    tradeId: fill.tradeId,
  };
}

/** The answer to a query. */
export function toOrderJson(order: SimOrder): Json {
  const { draft } = order;
  return {
    ...identity(order),
    price: places8(draft.price),
    origQty: places8(draft.quantity ?? order.quantity),
    executedQty: places8(order.executed),
    cummulativeQuoteQty: places8(order.executedQuote),
    status: order.status,
    timeInForce: draft.timeInForce,
    type: draft.type,
    side: draft.side,
    stopPrice: places8(draft.stopPrice),
    icebergQty: places8(draft.icebergQuantity),
    time: order.createdTime,
    updateTime: order.updateTime,
    isWorking: order.workingTime !== null,
    workingTime: order.workingTime ?? -1,
    origQuoteOrderQty: places8(draft.quoteQuantity),
    selfTradePreventionMode: draft.selfTrade,
  };
}

/** The answer to a cancel; `cancelId` is the id of the request. */
export function toCancelJson(order: SimOrder, cancelId: string, time: EpochMs): Json {
  const { symbol, clientOrderId } = order.draft;
  return {
    symbol,
    origClientOrderId: clientOrderId,
    orderId: order.orderId,
    orderListId: order.listId,
    clientOrderId: cancelId,
    transactTime: time,
    ...amounts(order),
    ...manner(order),
    selfTradePreventionMode: order.draft.selfTrade,
  };
}

/** A list without its orders' reports. */
export function toListJson(list: OrderList): Json {
  return {
    orderListId: list.listId,
    contingencyType: list.kind === 'OCO' ? 'OCO' : 'OTO',
    listStatusType: list.statusType,
    listOrderStatus: list.status,
    listClientOrderId: list.clientListId,
    transactionTime: list.createdTime,
    symbol: list.symbol,
    orders: list.orders.map(({ orderId, draft }) => ({
      symbol: draft.symbol,
      orderId,
      clientOrderId: draft.clientOrderId,
    })),
  };
}

/** A trade of `GET /api/v3/myTrades`. */
export function toTradeJson(order: SimOrder, fill: SimFill): Json {
  return {
    symbol: order.draft.symbol,
    id: fill.tradeId,
    orderId: order.orderId,
    orderListId: order.listId,
    price: places8(fill.price),
    qty: places8(fill.quantity),
    quoteQty: places8(fill.quote),
    commission: places8(fill.commission),
    commissionAsset: fill.commissionAsset,
    time: fill.time,
    isBuyer: order.draft.side === 'BUY',
    isMaker: fill.role === 'maker',
    isBestMatch: true,
  };
}
