/**
 * Orders as the simulated exchange keeps them, in the exchange's own words. The engine alone changes them; everyone
 * else reads. Executed quantity always equals the sum of the fills, and executed quote the sum of their amounts.
 */
import type { Decimal } from '../../../core/decimal.ts';
import type { EpochMs } from '../../../core/time.ts';

/** Direction of an order. */
export type SimSide = 'BUY' | 'SELL';
/** Every order type taken. */
export const SIM_ORDER_TYPES = [
  'LIMIT',
  'LIMIT_MAKER',
  'MARKET',
  'STOP_LOSS',
  'STOP_LOSS_LIMIT',
  'TAKE_PROFIT',
  'TAKE_PROFIT_LIMIT',
] as const;
/** An order type in the exchange's spelling. */
export type SimOrderType = (typeof SIM_ORDER_TYPES)[number];
/** How long a limit order stays. */
export type SimTimeInForce = 'GTC' | 'IOC' | 'FOK';
/** State of an order; the last five are final. */
export type SimOrderStatus =
  | 'PENDING_NEW'
  | 'NEW'
  | 'PARTIALLY_FILLED'
  | 'FILLED'
  | 'CANCELED'
  | 'REJECTED'
  | 'EXPIRED'
  | 'EXPIRED_IN_MATCH';
/** What happens when an account's order meets one of its own. */
export type SelfTradePrevention = 'NONE' | 'EXPIRE_MAKER' | 'EXPIRE_TAKER' | 'EXPIRE_BOTH';

/** An order before it is taken; exactly the fields its type needs are set. */
export type OrderDraft = {
  readonly account: string;
  readonly symbol: string;
  readonly side: SimSide;
  readonly type: SimOrderType;
  readonly timeInForce: SimTimeInForce;
  /** Base units; `null` when a market order names what to spend or to earn instead. */
  readonly quantity: Decimal | null;
  readonly quoteQuantity: Decimal | null;
  readonly price: Decimal | null;
  readonly stopPrice: Decimal | null;
  readonly icebergQuantity: Decimal | null;
  readonly clientOrderId: string;
  readonly selfTrade: SelfTradePrevention;
};

/** One execution. */
export type SimFill = {
  readonly tradeId: number;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly quote: Decimal;
  readonly commission: Decimal;
  readonly commissionAsset: string;
  readonly time: EpochMs;
  readonly role: 'maker' | 'taker';
};

/** Money set aside for an order, or for the orders of a list together. */
export type Reservation = { readonly asset: string; amount: Decimal; holders: number };

/** An order that was taken. */
export type SimOrder = {
  readonly draft: OrderDraft;
  readonly orderId: number;
  /** The list it belongs to, -1 for none. */
  readonly listId: number;
  readonly createdTime: EpochMs;
  status: SimOrderStatus;
  /** Base units; of an order by quote amount what was executed. */
  quantity: Decimal;
  executed: Decimal;
  executedQuote: Decimal;
  readonly fills: SimFill[];
  /** Since when it is in the book; `null` for a stop order that waits. */
  workingTime: EpochMs | null;
  updateTime: EpochMs;
  reservation: Reservation | null;
  /** Quantity of others at its price that came first. */
  ahead: Decimal;
};

/** A refusal in the exchange's words. */
export type VenueRefusal = { readonly code: number; readonly msg: string };

/** Whether the order may still be executed. */
export function isOpenOrder(order: SimOrder): boolean {
  return order.status === 'NEW' || order.status === 'PARTIALLY_FILLED' || order.status === 'PENDING_NEW';
}

/** Whether the type waits for a stop price. */
export function isStopType(type: SimOrderType): boolean {
  return type.startsWith('STOP') || type.startsWith('TAKE');
}

/** Whether the type, once it works, takes any price. */
export function isMarketType(type: SimOrderType): boolean {
  return type === 'MARKET' || type === 'STOP_LOSS' || type === 'TAKE_PROFIT';
}

/** The quantity still to be executed; zero for an order by quote amount, whose quantity is not known before. */
export function leftOf(order: SimOrder): Decimal {
  return ((order.quantity as bigint) - order.executed) as Decimal;
}

/** Whether `last` has reached the stop price of a waiting order. */
export function isTriggered(draft: OrderDraft, last: Decimal): boolean {
  const stop = draft.stopPrice;
  if (stop === null) return false;
  const waitsForRise = draft.type.startsWith('STOP') === (draft.side === 'BUY');
  return waitsForRise ? last >= stop : last <= stop;
}
