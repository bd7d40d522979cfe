/**
 * Trading rules of one symbol and the checks that hold them. In: rules, an order, the market. Out: the refusal the
 * exchange would answer, or nothing. Names and order of the filters are those of Binance's exchangeInfo.
 */
import { type Decimal, multiply } from '../../../core/decimal.ts';
import { isMarketType, isStopType, type OrderDraft, type VenueRefusal } from './sim-order.ts';

/** Range and grid of a quantity; a step of zero sets none. */
export type LotRule = { readonly min: Decimal; readonly max: Decimal; readonly step: Decimal };

/** Everything that limits an order of one symbol. */
export type SymbolRules = {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly price: LotRule;
  readonly lot: LotRule;
  readonly marketLot: LotRule;
  readonly minNotional: Decimal;
  readonly maxNotional: Decimal;
  /** Whether `minNotional` holds for market orders. */
  readonly appliesToMarket: boolean;
  /** How far a limit price may be from the average price, as factors; `null` sets no limit. */
  readonly percentPrice: {
    readonly bidUp: Decimal;
    readonly bidDown: Decimal;
    readonly askUp: Decimal;
    readonly askDown: Decimal;
  } | null;
  readonly ordersMax: number;
  readonly algoOrdersMax: number;
  readonly icebergPartsMax: number;
  readonly listsMax: number;
};

/** What a check needs to know of the market and of the account's open orders. */
export type RuleContext = {
  readonly lastPrice: Decimal | null;
  readonly averagePrice: Decimal | null;
  readonly openOrders: number;
  readonly openAlgoOrders: number;
};

/** `-1013` of the filter called `name`. */
export function filterFailure(name: string): VenueRefusal {
  return { code: -1013, msg: `Filter failure: ${name}` };
}

/** The first rule that `draft` breaks, or `null`. */
export function findBrokenRule(draft: OrderDraft, rules: SymbolRules, context: RuleContext): VenueRefusal | null {
  return (
    findMalformed(draft) ??
    findPriceFault(draft, rules, context) ??
    findLotFault(draft, rules) ??
    findNotionalFault(draft, rules, context) ??
    findCountFault(draft, rules, context)
  );
}

function findMalformed(draft: OrderDraft): VenueRefusal | null {
  const amounts = [draft.quantity, draft.quoteQuantity, draft.price, draft.stopPrice, draft.icebergQuantity];
  if (amounts.some((amount) => amount !== null && amount <= 0n)) {
    const isPrice = (draft.price ?? 1n) <= 0n || (draft.stopPrice ?? 1n) <= 0n;
    return { code: -1013, msg: isPrice ? 'Invalid price.' : 'Invalid quantity.' };
  }
  return null;
}

function isOffGrid(value: Decimal, rule: LotRule): boolean {
  return value < rule.min || value > rule.max || (rule.step > 0n && value % rule.step !== 0n);
}

function findPriceFault(draft: OrderDraft, rules: SymbolRules, context: RuleContext): VenueRefusal | null {
  for (const price of [draft.price, draft.stopPrice]) {
    if (price !== null && isOffGrid(price, rules.price)) return filterFailure('PRICE_FILTER');
  }
  const average = context.averagePrice;
  const { percentPrice } = rules;
  if (draft.price === null || average === null || percentPrice === null) return null;
  const { bidUp, bidDown, askUp, askDown } = percentPrice;
  const [up, down] = draft.side === 'BUY' ? [bidUp, bidDown] : [askUp, askDown];
  const isFar = draft.price > multiply(average, up) || draft.price < multiply(average, down);
  return isFar ? filterFailure('PERCENT_PRICE_BY_SIDE') : null;
}

function findLotFault(draft: OrderDraft, rules: SymbolRules): VenueRefusal | null {
  const { quantity, icebergQuantity } = draft;
  if (quantity === null) return null;
  if (isOffGrid(quantity, rules.lot)) return filterFailure('LOT_SIZE');
  if (isMarketType(draft.type) && isOffGrid(quantity, rules.marketLot)) return filterFailure('MARKET_LOT_SIZE');
  if (icebergQuantity === null) return null;
  if (isOffGrid(icebergQuantity, rules.lot)) return filterFailure('LOT_SIZE');
  // Parts are counted up: 10 by 3 are 4 parts.
  const parts = (quantity + icebergQuantity - 1n) / icebergQuantity;
  return parts > BigInt(rules.icebergPartsMax) ? filterFailure('ICEBERG_PARTS') : null;
}

function findNotionalFault(draft: OrderDraft, rules: SymbolRules, context: RuleContext): VenueRefusal | null {
  const notional = notionalOf(draft, context);
  if (notional === null) return null;
  const isMarket = isMarketType(draft.type);
  const isTooLarge = !isMarket && notional > rules.maxNotional;
  const isTooSmall = notional < rules.minNotional && (rules.appliesToMarket || !isMarket);
  return isTooSmall || isTooLarge ? filterFailure('NOTIONAL') : null;
}

/** Market orders are valued at the average price, stop orders without a limit at their stop price. */
function notionalOf(draft: OrderDraft, context: RuleContext): Decimal | null {
  if (draft.quoteQuantity !== null) return draft.quoteQuantity;
  const price = draft.price ?? draft.stopPrice ?? context.averagePrice ?? context.lastPrice;
  return price === null || draft.quantity === null ? null : multiply(price, draft.quantity);
}

function findCountFault(draft: OrderDraft, rules: SymbolRules, context: RuleContext): VenueRefusal | null {
  if (context.openOrders >= rules.ordersMax) return filterFailure('MAX_NUM_ORDERS');
  const isAlgo = isStopType(draft.type);
  return isAlgo && context.openAlgoOrders >= rules.algoOrdersMax ? filterFailure('MAX_NUM_ALGO_ORDERS') : null;
}
