/**
 * What an account hears of its orders and balances. In: the engine's events. Out: executionReport, listStatus and
 * outboundAccountPosition as the exchange spells them, keys in its order.
 */
import type { EpochMs } from '../../../core/time.ts';
import type { EngineEvent, SimAccount } from '../matching/engine-state.ts';
import type { OrderList } from '../matching/order-list.ts';
import { type Json, places8 } from './order-json.ts';

type OrderEvent = Extract<EngineEvent, { kind: 'order' }>;

/** An order's event; `executionId` grows with every one. */
export function toExecutionReport(event: OrderEvent, executionId: number): Json {
  const { order, fill, execution, time } = event;
  const { draft } = order;
  const isWorking = order.workingTime !== null && (order.status === 'NEW' || order.status === 'PARTIALLY_FILLED');
  return {
    e: 'executionReport',
    E: time,
    s: draft.symbol,
    c: event.cancelId ?? draft.clientOrderId,
    S: draft.side,
    o: draft.type,
    f: draft.timeInForce,
    q: places8(draft.quantity ?? order.quantity),
    p: places8(draft.price),
    P: places8(draft.stopPrice),
    F: places8(draft.icebergQuantity),
    g: order.listId,
    C: event.cancelId === null ? '' : draft.clientOrderId,
    x: execution,
    X: order.status,
    r: 'NONE',
    i: order.orderId,
    l: places8(fill?.quantity ?? null),
    z: places8(order.executed),
    L: places8(fill?.price ?? null),
    n: fill === null ? '0' : places8(fill.commission),
    N: fill === null ? null : fill.commissionAsset,
    T: time,
    t: fill?.tradeId ?? -1,
    I: executionId,
    w: isWorking || (execution === 'NEW' && draft.stopPrice === null),
    m: fill?.role === 'maker',
    M: false,
    O: order.createdTime,
    Z: places8(order.executedQuote),
    Y: places8(fill?.quote ?? null),
    Q: places8(draft.quoteQuantity),
    ...(draft.stopPrice === null || order.workingTime !== null ? { W: order.workingTime ?? time } : {}),
    V: draft.selfTrade,
  };
}

/** A list's event. */
export function toListStatus(list: OrderList, time: EpochMs): Json {
  return {
    e: 'listStatus',
    E: time,
    s: list.symbol,
    g: list.listId,
    c: list.kind === 'OCO' ? 'OCO' : 'OTO',
    l: list.statusType,
    L: list.status,
    r: 'NONE',
    C: list.clientListId,
    T: time,
    O: list.orders.map(({ orderId, draft }) => ({ s: draft.symbol, i: orderId, c: draft.clientOrderId })),
  };
}

/** The balances that changed. */
export function toAccountPosition(account: SimAccount, assets: readonly string[], time: EpochMs): Json {
  const balances = assets.map((asset) => account.wallet.balance(asset));
  return {
    e: 'outboundAccountPosition',
    E: time,
    u: time,
    B: balances.map(({ asset, free, locked }) => ({ a: asset, f: places8(free), l: places8(locked) })),
  };
}
