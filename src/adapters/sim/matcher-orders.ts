/**
 * Orders between the model's words and the matching engine's: terms to drafts, rules to rules, engine orders to
 * reports. A pair of a stop and a take-profit order is two legs in the engine and one order outside.
 */
import { assertNever } from '../../core/assert.ts';
import { type Decimal, decimal } from '../../core/decimal.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Price, Quantity } from '../../model/money.ts';
import type { ApprovedOrder, ClientOrderId, OrderReport, OrderStatus, VenueOrderId } from '../../model/order.ts';
import type { TradingRules } from '../../model/trading-rules.ts';
import { ORDERS_MAX } from './matching/order-archive.ts';
import type { OrderDraft, SimOrder, SimOrderStatus } from './matching/sim-order.ts';
import type { SymbolRules } from './matching/symbol-rules.ts';

/** The engine's only account. */
export const TRADER = 'trader';
const LARGEST = decimal('1000000000000000000');
/** A character that no client order id of ours has. */
const TAKE_LEG_SUFFIX = ':t';

/** Whether the engine's order is the take-profit leg of a pair. */
export function isTakeLeg(order: SimOrder): boolean {
  return order.draft.clientOrderId.endsWith(TAKE_LEG_SUFFIX);
}

/** The rules as the engine holds them. */
export function toSymbolRules(rules: TradingRules): SymbolRules {
  return {
    symbol: rules.instrumentId,
    base: rules.baseAsset,
    quote: rules.quoteAsset,
    price: { min: rules.priceMin, max: orLargest(rules.priceMax), step: rules.priceTick },
    lot: rules.lot,
    marketLot: rules.marketLot,
    minNotional: rules.minNotional,
    maxNotional: rules.maxNotional ?? LARGEST,
    appliesToMarket: rules.appliesToMarket,
    percentPrice: rules.percentPrice,
    ordersMax: rules.ordersMax,
    algoOrdersMax: rules.algoOrdersMax,
    icebergPartsMax: 1,
    listsMax: ORDERS_MAX,
  };
}

function orLargest(bound: Decimal): Decimal {
  return bound === 0n ? LARGEST : bound;
}

/** What a draft holds besides names; nothing of it is set. */
type DraftTerms = Omit<OrderDraft, 'account' | 'symbol' | 'clientOrderId' | 'selfTrade' | 'icebergQuantity'>;

const UNSET = { timeInForce: 'GTC', quantity: null, quoteQuantity: null, price: null, stopPrice: null } as const;

/** The engine's orders for an order: one, or of a pair the take-profit leg, which is above, and the stop below. */
export function toDrafts(order: ApprovedOrder): readonly OrderDraft[] {
  const { terms, clientOrderId } = order;
  if (terms.type !== 'oco') return [draftOf(order, clientOrderId, draftTerms(order))];
  const { quantity, takePrice } = terms;
  const take = { ...UNSET, side: 'SELL', type: 'LIMIT_MAKER', quantity, price: takePrice } as const;
  return [
    draftOf(order, `${clientOrderId}${TAKE_LEG_SUFFIX}`, take),
    draftOf(order, clientOrderId, stopTerms(terms.quantity, terms)),
  ];
}

function draftOf({ instrumentId }: ApprovedOrder, clientOrderId: string, terms: DraftTerms): OrderDraft {
  return {
    account: TRADER,
    symbol: instrumentId,
    ...terms,
    icebergQuantity: null,
    clientOrderId,
    selfTrade: 'EXPIRE_MAKER',
  };
}

function draftTerms({ terms }: ApprovedOrder): DraftTerms {
  const side = terms.side === 'buy' ? 'BUY' : 'SELL';
  switch (terms.type) {
    case 'market':
      return { ...UNSET, side, type: 'MARKET', quantity: terms.quantity };
    case 'marketByQuote':
      return { ...UNSET, side, type: 'MARKET', quoteQuantity: terms.quoteAmount };
    case 'limit': {
      const { quantity, price, timeInForce } = terms;
      return { ...UNSET, side, type: 'LIMIT', quantity, price, timeInForce };
    }
    case 'stop':
    case 'oco':
      return stopTerms(terms.quantity, terms);
    default:
      return assertNever(terms);
  }
}

function stopTerms(
  quantity: Quantity,
  { stopPrice, limitPrice }: { readonly stopPrice: Price; readonly limitPrice: Price | null },
): DraftTerms {
  const type = limitPrice === null ? 'STOP_LOSS' : 'STOP_LOSS_LIMIT';
  return { ...UNSET, side: 'SELL', type, quantity, price: limitPrice, stopPrice };
}

/** What is said of one of the engine's orders, in the model's words. */
export function toReport(order: SimOrder): OrderReport {
  return {
    clientOrderId: order.draft.clientOrderId as ClientOrderId,
    instrumentId: order.draft.symbol as InstrumentId,
    venueOrderId: String(order.orderId) as VenueOrderId,
    side: order.draft.side === 'BUY' ? 'buy' : 'sell',
    status: toStatus(order.status),
    orderedQuantity: order.draft.quantity as Quantity | null,
    filledQuantity: order.executed as Quantity,
    fills: order.fills.map((fill) => ({
      tradeId: String(fill.tradeId),
      price: fill.price as Price,
      quantity: fill.quantity as Quantity,
      fee: fill.commission,
      feeAsset: fill.commissionAsset,
      eventTime: fill.time,
    })),
    updateTime: order.updateTime,
  };
}

const STATUS: Readonly<Record<SimOrderStatus, OrderStatus>> = {
  PENDING_NEW: 'open',
  NEW: 'open',
  PARTIALLY_FILLED: 'partiallyFilled',
  FILLED: 'filled',
  CANCELED: 'cancelled',
  REJECTED: 'rejected',
  EXPIRED: 'expired',
  EXPIRED_IN_MATCH: 'expired',
};

/** The engine's status in the model's words. */
export function toStatus(status: SimOrderStatus): OrderStatus {
  return STATUS[status];
}
