/**
 * What a venue asks of an order before it takes it. Everything is an exact decimal in the venue's own grid.
 */
import type { Decimal } from '../core/decimal.ts';
import type { InstrumentId, InstrumentStatus } from './instrument.ts';
import type { Money, Price, Quantity } from './money.ts';

/** Kinds of orders an instrument may take; `stop` sells at the market, `stopLimit` not below a price. */
export type RuledOrderType = 'market' | 'limit' | 'stop' | 'stopLimit' | 'oco';

/** Range and grid of a quantity, both ends included. */
export type LotRule = { readonly min: Quantity; readonly max: Quantity; readonly step: Quantity };

/** How far from the average price a limit may be, as factors of it. */
export type PercentPriceRule = {
  readonly bidUp: Decimal;
  readonly bidDown: Decimal;
  readonly askUp: Decimal;
  readonly askDown: Decimal;
};

/** The rules of one instrument. */
export type TradingRules = {
  readonly instrumentId: InstrumentId;
  readonly baseAsset: string;
  readonly quoteAsset: string;
  readonly status: InstrumentStatus;
  readonly isSpotAllowed: boolean;
  /** Whether a market order may name what to spend. */
  readonly isMarketByQuote: boolean;
  readonly orderTypes: readonly RuledOrderType[];
  /** Zero sets no grid. */
  readonly priceTick: Price;
  /** Zero sets no bound. */
  readonly priceMin: Price;
  /** Zero sets no bound. */
  readonly priceMax: Price;
  readonly lot: LotRule;
  /** What market orders keep besides `lot`; a step of zero leaves the grid to `lot`. */
  readonly marketLot: LotRule;
  /** Price times quantity; zero sets no bound. */
  readonly minNotional: Money;
  /** Of orders with a price; `null` sets no bound. */
  readonly maxNotional: Money | null;
  /** Whether `minNotional` holds for market orders, valued at the average price. */
  readonly appliesToMarket: boolean;
  /** `null` sets no bound. */
  readonly percentPrice: PercentPriceRule | null;
  /** Decimals of an amount of the quote asset. */
  readonly quotePrecision: number;
  /** Most open orders of an account. */
  readonly ordersMax: number;
  /** Most of them that wait for a stop price. */
  readonly algoOrdersMax: number;
};
