/**
 * exchangeInfo of both markets. In: instruments and their status. Out: the documents with rate limits, precisions and
 * trading filters in the exchange's words; the smaller fields are those of real answers.
 */
import { type Decimal, toDecimalText } from '../../core/decimal.ts';
import type { EpochMs } from '../../core/time.ts';
import type { LotRule } from './matching/symbol-rules.ts';
import { decimalsOf, fromUnits, toPaddedText } from './sim-grid.ts';
import type { SimInstrument, SimStatus } from './sim-market.ts';
import { ORDER_LIMITS } from './spot/order-limiter.ts';
import { spotRulesOf } from './spot/spot-rules.ts';

/** An instrument with its present status. */
export type ListedInstrument = { readonly instrument: SimInstrument; readonly status: SimStatus };

/** Facts of the answer that are not the instruments'. */
export type ExchangeFacts = { readonly now: EpochMs; readonly weightLimit: number };

const MAX_TICKS = 100_000_000;
const MAX_STEPS = 9_000_000_000;
const MARKET_MAX_STEPS = 100_000_000;
/** Delivery date of perpetual contracts: 2100-12-25. */
const PERPETUAL_DELIVERY = 4_133_404_800_000;

/** `GET /api/v3/exchangeInfo`. */
export function toSpotExchangeInfo(listed: readonly ListedInstrument[], facts: ExchangeFacts): unknown {
  return {
    timezone: 'UTC',
    serverTime: facts.now,
    rateLimits: [
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: facts.weightLimit },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: ORDER_LIMITS.tenSeconds },
      { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: ORDER_LIMITS.day },
      { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 300_000 },
    ],
    exchangeFilters: [],
    symbols: listed.map(toSpotSymbol),
  };
}

function toSpotSymbol({ instrument, status }: ListedInstrument): unknown {
  return {
    symbol: instrument.symbol,
    status: status === 'trading' ? 'TRADING' : 'BREAK',
    baseAsset: instrument.base,
    baseAssetPrecision: 8,
    quoteAsset: instrument.quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT'],
    icebergAllowed: true,
    ocoAllowed: true,
    otoAllowed: true,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: false,
    cancelReplaceAllowed: true,
    amendAllowed: false,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: spotFilters(instrument),
    permissions: [],
    permissionSets: [['SPOT']],
    defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
    allowedSelfTradePreventionModes: ['NONE', 'EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH'],
  };
}

/** The filters the matching engine holds, and two of real answers that limit what is not simulated. */
function spotFilters(instrument: SimInstrument): readonly unknown[] {
  const pad = (value: Decimal): string => toPaddedText(value, 8);
  const rules = spotRulesOf(instrument);
  const { price, percentPrice } = rules;
  const lot = ({ min, max, step }: LotRule): unknown => ({ minQty: pad(min), maxQty: pad(max), stepSize: pad(step) });
  const notional = { minNotional: pad(rules.minNotional), applyMinToMarket: true };
  const largest = { maxNotional: pad(rules.maxNotional), applyMaxToMarket: false, avgPriceMins: 5 };
  const factors =
    percentPrice === null
      ? {}
      : {
          bidMultiplierUp: toDecimalText(percentPrice.bidUp),
          bidMultiplierDown: toDecimalText(percentPrice.bidDown),
          askMultiplierUp: toDecimalText(percentPrice.askUp),
          askMultiplierDown: toDecimalText(percentPrice.askDown),
        };
  return [
    { filterType: 'PRICE_FILTER', minPrice: pad(price.min), maxPrice: pad(price.max), tickSize: pad(price.step) },
    Object.assign({ filterType: 'LOT_SIZE' }, lot(rules.lot)),
    { filterType: 'ICEBERG_PARTS', limit: rules.icebergPartsMax },
    Object.assign({ filterType: 'MARKET_LOT_SIZE' }, lot(rules.marketLot)),
    { filterType: 'TRAILING_DELTA', ...TRAILING },
    { filterType: 'PERCENT_PRICE_BY_SIDE', ...factors, avgPriceMins: 5 },
    { filterType: 'NOTIONAL', ...notional, ...largest },
    { filterType: 'MAX_NUM_ORDERS', maxNumOrders: rules.ordersMax },
    { filterType: 'MAX_NUM_ORDER_LISTS', maxNumOrderLists: rules.listsMax },
    { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: rules.algoOrdersMax },
    { filterType: 'MAX_NUM_ORDER_AMENDS', maxNumOrderAmends: 10 },
  ];
}

const TRAILING = {
  minTrailingAboveDelta: 10,
  maxTrailingAboveDelta: 2_000,
  minTrailingBelowDelta: 10,
  maxTrailingBelowDelta: 2_000,
} as const;

/** `GET /fapi/v1/exchangeInfo`. */
export function toFuturesExchangeInfo(listed: readonly ListedInstrument[], facts: ExchangeFacts): unknown {
  const quotes = [...new Set(listed.map((one) => one.instrument.quote))];
  return {
    timezone: 'UTC',
    serverTime: facts.now,
    futuresType: 'U_MARGINED',
    rateLimits: [
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: facts.weightLimit },
      { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1_200 },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300 },
    ],
    exchangeFilters: [],
    assets: quotes.map((asset) => ({ asset, marginAvailable: true, autoAssetExchange: '-10000' })),
    symbols: listed.map(toFuturesSymbol),
  };
}

function toFuturesSymbol({ instrument, status }: ListedInstrument): unknown {
  return {
    symbol: instrument.symbol,
    pair: instrument.symbol,
    contractType: 'PERPETUAL',
    deliveryDate: PERPETUAL_DELIVERY,
    onboardDate: instrument.listedTime,
    // The futures market has no BREAK: a contract that can not be traded is pending.
    status: status === 'trading' ? 'TRADING' : 'PENDING_TRADING',
    maintMarginPercent: '2.5000',
    requiredMarginPercent: '5.0000',
    baseAsset: instrument.base,
    quoteAsset: instrument.quote,
    marginAsset: instrument.quote,
    pricePrecision: decimalsOf(instrument.priceTick),
    quantityPrecision: decimalsOf(instrument.quantityStep),
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    underlyingSubType: [],
    triggerProtect: '0.0500',
    liquidationFee: '0.012500',
    marketTakeBound: '0.05',
    maxMoveOrderLimit: 10_000,
    filters: futuresFilters(instrument),
    orderTypes: ['LIMIT', 'MARKET', 'STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET', 'TRAILING_STOP_MARKET'],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'],
  };
}

function futuresFilters(instrument: SimInstrument): readonly unknown[] {
  return [
    { filterType: 'PRICE_FILTER', ...priceFilter(instrument, toDecimalText) },
    { filterType: 'LOT_SIZE', ...lotFilter(instrument, MAX_STEPS, toDecimalText) },
    { filterType: 'MARKET_LOT_SIZE', ...lotFilter(instrument, MARKET_MAX_STEPS, toDecimalText) },
    { filterType: 'MAX_NUM_ORDERS', limit: 200 },
    { filterType: 'MAX_NUM_ALGO_ORDERS', limit: 10 },
    { filterType: 'MIN_NOTIONAL', notional: toDecimalText(instrument.minNotional) },
    { filterType: 'PERCENT_PRICE', multiplierUp: '1.0500', multiplierDown: '0.9500', multiplierDecimal: '4' },
  ];
}

function priceFilter(instrument: SimInstrument, write: (value: Decimal) => string): Readonly<Record<string, string>> {
  const tick = instrument.priceTick;
  return { minPrice: write(tick), maxPrice: write(fromUnits(MAX_TICKS, tick)), tickSize: write(tick) };
}

function lotFilter(
  instrument: SimInstrument,
  maxSteps: number,
  write: (value: Decimal) => string,
): Readonly<Record<string, string>> {
  const step = instrument.quantityStep;
  return { minQty: write(step), maxQty: write(fromUnits(maxSteps, step)), stepSize: write(step) };
}
