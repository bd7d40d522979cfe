/**
 * The venue's trading rules. In: the untrusted spot exchangeInfo. Out: rules of each instrument as exact decimals, the
 * limits of the account, and one line for each symbol that could not be read. Source: Binance spot API documentation,
 * filters, as of 2026-07.
 */
import { z } from 'zod';
import { type Decimal, parseDecimal, ZERO } from '../../../core/decimal.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import { instrumentId } from '../../../model/instrument.ts';
import type { Money, Price, Quantity } from '../../../model/money.ts';
import type { LotRule, PercentPriceRule, RuledOrderType, TradingRules } from '../../../model/trading-rules.ts';
import { toStatus } from '../exchange-info.ts';
import { describeIssue } from '../schema-issue.ts';
import { BINANCE_VENUE } from '../symbol-name.ts';

/** Rules with the venue's own name of the instrument. */
export type SymbolRules = { readonly symbol: string; readonly rules: TradingRules };

/** What was read. */
export type ParsedRules = {
  readonly symbols: readonly SymbolRules[];
  readonly unusable: readonly string[];
  /** `rateLimits` as they are. */
  readonly limits: readonly unknown[];
};

const filterShape = z.record(z.string(), z.unknown());
const symbolShape = z.object({
  symbol: z.string(),
  status: z.string(),
  baseAsset: z.string(),
  quoteAsset: z.string(),
  quoteAssetPrecision: z.int().nonnegative(),
  orderTypes: z.array(z.string()),
  ocoAllowed: z.boolean().default(false),
  quoteOrderQtyMarketAllowed: z.boolean().default(false),
  isSpotTradingAllowed: z.boolean().default(false),
  filters: z.array(filterShape),
});
const answerShape = z.object({ symbols: z.array(z.unknown()), rateLimits: z.array(z.unknown()).default([]) });

type VenueSymbol = z.infer<typeof symbolShape>;
type Filter = z.infer<typeof filterShape>;

const ORDER_TYPES: readonly (readonly [string, RuledOrderType])[] = [
  ['MARKET', 'market'],
  ['LIMIT', 'limit'],
  ['STOP_LOSS', 'stop'],
  ['STOP_LOSS_LIMIT', 'stopLimit'],
];

/** The rules in `body`; fails when the answer as a whole has another shape. */
export function parseTradingRules(body: unknown): Result<ParsedRules, string> {
  const answer = answerShape.safeParse(body);
  if (!answer.success) return err(describeIssue(answer.error));
  const symbols: SymbolRules[] = [];
  const unusable: string[] = [];
  for (const [index, entry] of answer.data.symbols.entries()) {
    const parsed = symbolShape.safeParse(entry);
    const rules = parsed.success ? parseSymbol(parsed.data) : err(describeIssue(parsed.error));
    if (rules.ok) symbols.push(rules.value);
    else unusable.push(`${parsed.data?.symbol ?? `entry ${index}`}: ${rules.error}`);
  }
  return ok({ symbols, unusable, limits: answer.data.rateLimits });
}

function parseSymbol(symbol: VenueSymbol): Result<SymbolRules, string> {
  const { baseAsset: base, quoteAsset: quote } = symbol;
  if (/[:/\s]/.test(`${base}${quote}`)) return err('holds a separator of our own names');
  const filters = new Map(symbol.filters.map((filter) => [filter['filterType'], filter]));
  const lot = readLot(filters.get('LOT_SIZE'));
  if (lot === null) return err('has no LOT_SIZE');
  const price = filters.get('PRICE_FILTER');
  const priceTick = readDecimal(price, 'tickSize');
  if (priceTick === null) return err('has no PRICE_FILTER');
  return ok({
    symbol: symbol.symbol,
    rules: {
      instrumentId: instrumentId({ venue: BINANCE_VENUE, market: 'spot', base, quote }),
      baseAsset: base,
      quoteAsset: quote,
      status: toStatus(symbol.status),
      isSpotAllowed: symbol.isSpotTradingAllowed,
      isMarketByQuote: symbol.quoteOrderQtyMarketAllowed,
      orderTypes: readOrderTypes(symbol),
      priceTick: priceTick as Price,
      priceMin: (readDecimal(price, 'minPrice') ?? ZERO) as Price,
      priceMax: (readDecimal(price, 'maxPrice') ?? ZERO) as Price,
      lot,
      marketLot: readLot(filters.get('MARKET_LOT_SIZE')) ?? lot,
      ...readNotional(filters),
      percentPrice: readPercentPrice(filters),
      quotePrecision: symbol.quoteAssetPrecision,
      ordersMax: readCount(filters.get('MAX_NUM_ORDERS'), 'maxNumOrders'),
      algoOrdersMax: readCount(filters.get('MAX_NUM_ALGO_ORDERS'), 'maxNumAlgoOrders'),
    },
  });
}

function readOrderTypes({ orderTypes, ocoAllowed }: VenueSymbol): readonly RuledOrderType[] {
  const types = ORDER_TYPES.filter(([word]) => orderTypes.includes(word)).map(([, type]) => type);
  return ocoAllowed ? [...types, 'oco'] : types;
}

function readDecimal(filter: Filter | undefined, name: string): Decimal | null {
  const text = filter?.[name];
  return typeof text === 'string' ? parseDecimal(text) : null;
}

function readLot(filter: Filter | undefined): LotRule | null {
  const [min, max, step] = ['minQty', 'maxQty', 'stepSize'].map((name) => readDecimal(filter, name) as Quantity | null);
  return min == null || max == null || step == null ? null : { min, max, step };
}

/** Both shapes are in use: MIN_NOTIONAL, and NOTIONAL with a largest amount besides. */
function readNotional(
  filters: ReadonlyMap<unknown, Filter>,
): Pick<TradingRules, 'minNotional' | 'maxNotional' | 'appliesToMarket'> {
  const both = filters.get('NOTIONAL');
  const filter = both ?? filters.get('MIN_NOTIONAL');
  const applies = both === undefined ? filter?.['applyToMarket'] : both['applyMinToMarket'];
  return {
    minNotional: (readDecimal(filter, 'minNotional') ?? ZERO) as Money,
    maxNotional: readDecimal(both, 'maxNotional') as Money | null,
    // A rule that does not say so may hold.
    appliesToMarket: applies !== false,
  };
}

function readPercentPrice(filters: ReadonlyMap<unknown, Filter>): PercentPriceRule | null {
  const sided = filters.get('PERCENT_PRICE_BY_SIDE');
  const plain = filters.get('PERCENT_PRICE');
  const read = (ofSide: string, ofBoth: string): Decimal | null =>
    sided === undefined ? readDecimal(plain, ofBoth) : readDecimal(sided, ofSide);
  const bidUp = read('bidMultiplierUp', 'multiplierUp');
  const bidDown = read('bidMultiplierDown', 'multiplierDown');
  const askUp = read('askMultiplierUp', 'multiplierUp');
  const askDown = read('askMultiplierDown', 'multiplierDown');
  const isWhole = bidUp !== null && bidDown !== null && askUp !== null && askDown !== null;
  return isWhole ? { bidUp, bidDown, askUp, askDown } : null;
}

/** What the venue counts; where it names no bound there is none that could be reached. */
function readCount(filter: Filter | undefined, name: string): number {
  const count = filter?.[name] ?? filter?.['limit'];
  return typeof count === 'number' && Number.isInteger(count) && count >= 0 ? count : Number.MAX_SAFE_INTEGER;
}
