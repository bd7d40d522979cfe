/**
 * What the venue would refuse, found before anything is sent. In come order terms on the grid and the instrument's
 * rules, out comes the first code that applies, or none. Values are estimated with the prices at hand: no check asks
 * the venue for one.
 */
import { type Decimal, multiply } from '../core/decimal.ts';
import type { Money, Price, Quantity } from '../model/money.ts';
import type { OrderTerms } from '../model/order.ts';
import type { TradingRules } from '../model/trading-rules.ts';
import { notionalOf, quantityMax, quantityMin } from './quantize.ts';

/** Codes of the seed and those that it lacks. */
export type PrecheckCode =
  | 'BUY_INVALID_QUOTE_QTY'
  | 'BUY_INVALID_QTY'
  | 'BUY_MIN_QTY'
  | 'BUY_MIN_NOTIONAL'
  | 'BUY_MAX_QTY'
  | 'BUY_MAX_NOTIONAL'
  | 'BUY_INSUFFICIENT_BALANCE'
  | 'SELL_INVALID_QTY'
  | 'SELL_MIN_QTY'
  | 'SELL_MIN_NOTIONAL'
  | 'SELL_MAX_QTY'
  | 'LIMIT_BUY_INVALID_QTY'
  | 'LIMIT_BUY_INVALID_PRICE'
  | 'LIMIT_BUY_MIN_QTY'
  | 'LIMIT_BUY_MIN_NOTIONAL'
  | 'LIMIT_BUY_MAX_QTY'
  | 'LIMIT_BUY_MAX_NOTIONAL'
  | 'SYMBOL_NOT_TRADING'
  | 'MAX_NUM_ORDERS'
  | 'MAX_NUM_ALGO_ORDERS';

/** What is known beside the terms. */
export type PrecheckContext = {
  readonly rules: TradingRules;
  /** Current price as far as it is known; without one values are not checked. */
  readonly estimate: Price | null;
};

/** Why an order of these terms would be refused, `null` when nothing speaks against it. */
export function precheck(terms: OrderTerms, context: PrecheckContext): PrecheckCode | null {
  if (terms.side === 'sell') return checkSale(terms, context);
  if (context.rules.status !== 'trading' || !context.rules.isSpotAllowed) return 'SYMBOL_NOT_TRADING';
  if (terms.type === 'marketByQuote') return checkSpending(terms.quoteAmount, context.rules);
  return terms.type === 'limit' ? checkLimitBuy(terms, context) : checkMarketBuy(terms.quantity, context);
}

function checkSpending(
  amount: Money,
  { minNotional, maxNotional, appliesToMarket }: TradingRules,
): PrecheckCode | null {
  if (amount <= 0n) return 'BUY_INVALID_QUOTE_QTY';
  if (appliesToMarket && amount < minNotional) return 'BUY_MIN_NOTIONAL';
  return maxNotional !== null && amount > maxNotional ? 'BUY_MAX_NOTIONAL' : null;
}

function checkMarketBuy(quantity: Quantity, { rules, estimate }: PrecheckContext): PrecheckCode | null {
  if (quantity <= 0n) return 'BUY_INVALID_QTY';
  if (quantity < quantityMin(rules, 'market')) return 'BUY_MIN_QTY';
  if (isAbove(quantity, quantityMax(rules, 'market'))) return 'BUY_MAX_QTY';
  const isSmall = estimate !== null && rules.appliesToMarket && notionalOf(quantity, estimate) < rules.minNotional;
  return isSmall ? 'BUY_MIN_NOTIONAL' : null;
}

function checkLimitBuy(
  { quantity, price }: Extract<OrderTerms, { type: 'limit' }>,
  { rules, estimate }: PrecheckContext,
): PrecheckCode | null {
  if (quantity <= 0n) return 'LIMIT_BUY_INVALID_QTY';
  if (price <= 0n || !isPriceAllowed(price, { rules, estimate })) return 'LIMIT_BUY_INVALID_PRICE';
  if (quantity < quantityMin(rules, 'lot')) return 'LIMIT_BUY_MIN_QTY';
  if (isAbove(quantity, quantityMax(rules, 'lot'))) return 'LIMIT_BUY_MAX_QTY';
  const notional = notionalOf(quantity, price);
  if (notional < rules.minNotional) return 'LIMIT_BUY_MIN_NOTIONAL';
  return rules.maxNotional !== null && notional > rules.maxNotional ? 'LIMIT_BUY_MAX_NOTIONAL' : null;
}

/** PRICE_FILTER and PERCENT_PRICE_BY_SIDE of a bid; the venue's own average is near the estimate. */
function isPriceAllowed(price: Price, { rules, estimate }: PrecheckContext): boolean {
  if (rules.priceMin > 0n && price < rules.priceMin) return false;
  if (isAbove(price, rules.priceMax)) return false;
  if (rules.percentPrice === null || estimate === null) return true;
  const { bidUp, bidDown } = rules.percentPrice;
  return price <= multiply(estimate, bidUp) && price >= multiply(estimate, bidDown);
}

/** Sales are checked whatever the instrument's status: an exit is tried as long as the venue may take it. */
function checkSale(
  terms: Exclude<OrderTerms, { type: 'marketByQuote' }>,
  { rules, estimate }: PrecheckContext,
): PrecheckCode | null {
  const { quantity } = terms;
  const grid = terms.type === 'market' ? 'market' : 'lot';
  if (quantity <= 0n) return 'SELL_INVALID_QTY';
  if (quantity < quantityMin(rules, grid)) return 'SELL_MIN_QTY';
  if (isAbove(quantity, quantityMax(rules, grid))) return 'SELL_MAX_QTY';
  const price = saleValuePrice(terms, estimate);
  const isValued = terms.type !== 'market' || rules.appliesToMarket;
  return isValued && price !== null && notionalOf(quantity, price) < rules.minNotional ? 'SELL_MIN_NOTIONAL' : null;
}

/** The lowest price at which the venue values the sale: a stop by its limit, where it has one. */
function saleValuePrice(terms: Exclude<OrderTerms, { type: 'marketByQuote' }>, estimate: Price | null): Price | null {
  if (terms.type === 'market') return estimate;
  return terms.type === 'limit' ? terms.price : (terms.limitPrice ?? terms.stopPrice);
}

/** A bound of zero bounds nothing. */
function isAbove(value: Decimal, bound: Decimal): boolean {
  return bound > 0n && value > bound;
}

/** How many orders of an instrument are open, or are to be; `algo` are those of them that wait for a stop price. */
export type OrderCounts = { readonly orders: number; readonly algo: number };

/** Why `more` orders beside the `open` ones would be too many for the account, `null` where there is room. */
export function checkCounts(
  { ordersMax, algoOrdersMax }: TradingRules,
  open: OrderCounts,
  more: OrderCounts,
): PrecheckCode | null {
  if (open.orders + more.orders > ordersMax) return 'MAX_NUM_ORDERS';
  return more.algo > 0 && open.algo + more.algo > algoOrdersMax ? 'MAX_NUM_ALGO_ORDERS' : null;
}

/** What an order of these terms counts for: a pair is two, of which one waits for a stop price. */
export function countsOf(terms: OrderTerms | null): OrderCounts {
  if (terms?.type === 'oco') return { orders: 2, algo: 1 };
  return { orders: 1, algo: terms?.type === 'stop' ? 1 : 0 };
}

/** Whether a sale of so much at the market could be ordered at `estimate`. */
export function isSellable(quantity: Quantity, context: PrecheckContext): boolean {
  return quantity > 0n && precheck({ type: 'market', side: 'sell', quantity }, context) === null;
}
