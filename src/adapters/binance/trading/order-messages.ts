/**
 * Orders as the venue tells them, parsed. In: answers about orders, lists and trades, and events of the user stream,
 * all untrusted. Out: facts of one venue order each, or the reason why a message is not usable.
 */
import { z } from 'zod';
import { type Decimal, parseDecimal } from '../../../core/decimal.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import { type EpochMs, isVenueMs } from '../../../core/time.ts';
import type { Price, Quantity } from '../../../model/money.ts';
import type { Fill, OrderStatus, Side } from '../../../model/order.ts';
import { describeIssue } from '../schema-issue.ts';

/** What a message says of one of the venue's orders. */
export type OrderFacts = {
  readonly symbol: string;
  readonly orderId: number;
  /** The list it belongs to, -1 for none. */
  readonly listId: number;
  readonly clientOrderId: string;
  readonly side: Side;
  /** `null` for an order by quote amount. */
  readonly ordered: Quantity | null;
  readonly executed: Quantity;
  readonly status: OrderStatus;
  /** Fills the message names; possibly not all there are. */
  readonly fills: readonly Fill[];
  readonly updateTime: EpochMs;
};

const decimalText = z.string().transform((text, context): Decimal => {
  const value = parseDecimal(text);
  if (value !== null) return value;
  context.addIssue({ code: 'custom', message: `not a decimal number: ${text.slice(0, 40)}` });
  return z.NEVER;
});
const time = z.custom<EpochMs>((value) => typeof value === 'number' && isVenueMs(value), 'not a time in milliseconds');
const sideWord = z.enum(['BUY', 'SELL']).transform((word): Side => (word === 'BUY' ? 'buy' : 'sell'));

/** `PENDING_CANCEL` is not used by the venue, and a status we do not know is no end. */
function toStatus(word: string): OrderStatus {
  switch (word) {
    case 'PARTIALLY_FILLED':
      return 'partiallyFilled';
    case 'FILLED':
      return 'filled';
    case 'CANCELED':
      return 'cancelled';
    case 'REJECTED':
      return 'rejected';
    case 'EXPIRED':
    case 'EXPIRED_IN_MATCH':
      return 'expired';
    default:
      return 'open';
  }
}
const statusWord = z.string().transform(toStatus);

const fillShape = z.object({
  tradeId: z.number(),
  price: decimalText,
  qty: decimalText,
  commission: decimalText,
  commissionAsset: z.string(),
});
const orderShape = z.object({
  symbol: z.string(),
  orderId: z.number(),
  orderListId: z.number().default(-1),
  clientOrderId: z.string(),
  /** In the answer to a cancel, where `clientOrderId` names the request. */
  origClientOrderId: z.string().optional(),
  side: sideWord,
  status: statusWord,
  origQty: decimalText,
  executedQty: decimalText,
  origQuoteOrderQty: decimalText.optional(),
  fills: z.array(fillShape).default([]),
  transactTime: time.optional(),
  updateTime: time.optional(),
});

/** An order of an answer to a request that placed, cancelled or asked for it. */
export function parseOrder(body: unknown): Result<OrderFacts, string> {
  const parsed = orderShape.safeParse(body);
  if (!parsed.success) return err(describeIssue(parsed.error));
  const order = parsed.data;
  const updateTime = order.updateTime ?? order.transactTime;
  if (updateTime === undefined) return err('it names no time');
  const { symbol, orderId, side, status } = order;
  return ok({
    symbol,
    orderId,
    listId: order.orderListId,
    clientOrderId: order.origClientOrderId ?? order.clientOrderId,
    side,
    ordered: orderedOf(order.origQty, order.origQuoteOrderQty),
    executed: order.executedQty as Quantity,
    status,
    fills: order.fills.map((fill) => toFill({ ...fill, id: fill.tradeId, time: updateTime })),
    updateTime,
  });
}

function orderedOf(quantity: Decimal, quoteAmount: Decimal | undefined): Quantity | null {
  return quoteAmount !== undefined && quoteAmount > 0n ? null : (quantity as Quantity);
}

type VenueTrade = {
  readonly id: number;
  readonly price: Decimal;
  readonly qty: Decimal;
  readonly commission: Decimal;
  readonly commissionAsset: string;
  readonly time: EpochMs;
};

function toFill(trade: VenueTrade): Fill {
  return {
    tradeId: String(trade.id),
    price: trade.price as Price,
    quantity: trade.qty as Quantity,
    fee: trade.commission,
    feeAsset: trade.commissionAsset,
    eventTime: trade.time,
  };
}

const listShape = z.object({ orderReports: z.array(z.unknown()) });

/** The orders of an answer that may be one order, or a list with a report of each leg. */
export function parseOrders(body: unknown): Result<readonly OrderFacts[], string> {
  const list = listShape.safeParse(body);
  return parseEach(list.success ? list.data.orderReports : [body]);
}

/** The orders of an answer that is an array of them. */
export function parseOrderArray(body: unknown): Result<readonly OrderFacts[], string> {
  return Array.isArray(body) ? parseEach(body) : err('it is no array of orders');
}

function parseEach(entries: readonly unknown[]): Result<readonly OrderFacts[], string> {
  const orders: OrderFacts[] = [];
  for (const entry of entries) {
    const order = parseOrder(entry);
    if (!order.ok) return order;
    orders.push(order.value);
  }
  return ok(orders);
}

const tradesShape = z.array(
  z.object({
    id: z.number(),
    price: decimalText,
    qty: decimalText,
    commission: decimalText,
    commissionAsset: z.string(),
    time,
  }),
);

/** Own trades, oldest first. */
export function parseTrades(body: unknown): Result<readonly Fill[], string> {
  const parsed = tradesShape.safeParse(body);
  return parsed.success ? ok(parsed.data.map(toFill)) : err(describeIssue(parsed.error));
}

const reportShape = z.object({
  e: z.literal('executionReport'),
  s: z.string(),
  c: z.string(),
  /** Of an order that was cancelled: its own id, while `c` names the request. */
  C: z.string(),
  S: sideWord,
  q: decimalText,
  Q: decimalText.optional(),
  g: z.number(),
  i: z.number(),
  x: z.string(),
  X: statusWord,
  /** Of the last execution: quantity, price, commission and its asset, trade number. */
  l: decimalText,
  L: decimalText,
  n: decimalText.nullable(),
  N: z.string().nullable(),
  t: z.number(),
  /** Executed so far. */
  z: decimalText,
  T: time,
});

/** An `executionReport` of the user stream. */
export function parseExecutionReport(event: unknown): Result<OrderFacts, string> {
  const parsed = reportShape.safeParse(event);
  if (!parsed.success) return err(describeIssue(parsed.error));
  const report = parsed.data;
  const fill = {
    id: report.t,
    price: report.L,
    qty: report.l,
    commission: report.n ?? (0n as Decimal),
    commissionAsset: report.N ?? '',
    time: report.T,
  };
  return ok({
    symbol: report.s,
    orderId: report.i,
    listId: report.g,
    clientOrderId: report.C === '' ? report.c : report.C,
    side: report.S,
    ordered: orderedOf(report.q, report.Q),
    executed: report.z as Quantity,
    status: report.X,
    fills: report.x === 'TRADE' && report.l > 0n ? [toFill(fill)] : [],
    updateTime: report.T,
  });
}
