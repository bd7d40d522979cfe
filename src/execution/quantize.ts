/**
 * Numbers onto the venue's grid. In come exact decimals and an instrument's rules, out come quantities, prices and
 * amounts that the venue takes, always rounded down, so that no order costs or sells more than was meant.
 */
import { type Decimal, decimalFromFloat, divide, multiply, ONE, subtract, truncateToStep } from '../core/decimal.ts';
import type { Money, Price, Quantity } from '../model/money.ts';
import type { TradingRules } from '../model/trading-rules.ts';

/** Grids a quantity can be put on: that of every order, or the one of orders at the market. */
export type Grid = 'lot' | 'market';

/**
 * The largest quantity on the grid that is not above `quantity`. Market orders use MARKET_LOT_SIZE's step where it has
 * one, else LOT_SIZE's; where both have one, the coarser, because a market order must keep both.
 */
export function quantizeQuantity(quantity: Quantity, rules: TradingRules, grid: Grid): Quantity {
  const { lot, marketLot } = rules;
  const onLot = toStep(quantity, lot.step);
  return grid === 'lot' || marketLot.step === 0n ? onLot : toStep(toStep(quantity, marketLot.step), lot.step);
}

/** The largest price on the tick that is not above `price`. */
export function quantizePrice(price: Price, rules: TradingRules): Price {
  return toStep(price, rules.priceTick);
}

/** The largest amount with the quote asset's decimals that is not above `amount`. */
export function quantizeAmount(amount: Money, rules: Pick<TradingRules, 'quotePrecision'>): Money {
  const unit = 10n ** BigInt(Math.max(0, 18 - rules.quotePrecision));
  return truncateToStep(amount, unit as Decimal) as Money;
}

/** Least quantity of an order on the grid. */
export function quantityMin({ lot, marketLot }: TradingRules, grid: Grid): Quantity {
  return grid === 'market' && marketLot.min > lot.min ? marketLot.min : lot.min;
}

/** Largest quantity of an order on the grid; zero sets no bound. */
export function quantityMax({ lot, marketLot }: TradingRules, grid: Grid): Quantity {
  const isMarketLower = grid === 'market' && marketLot.max > 0n && (lot.max === 0n || marketLot.max < lot.max);
  return isMarketLower ? marketLot.max : lot.max;
}

/** What `quantity` is worth at `price`. */
export function notionalOf(quantity: Quantity, price: Price): Money {
  return multiply(quantity, price) as Decimal as Money;
}

/** What `amount` buys at `price`, not yet on a grid. */
export function quantityFor(amount: Money, price: Price): Quantity {
  return divide(amount, price) as Decimal as Quantity;
}

/** `price` moved up by a fraction of it; the fraction is at most 1 and not negative. */
export function above(price: Price, fraction: number): Price {
  return multiply(price, (ONE + toShare(fraction)) as Decimal) as Decimal as Price;
}

/** `price` moved down by a fraction of it. */
export function below(price: Price, fraction: number): Price {
  return multiply(price, subtract<Decimal>(ONE, toShare(fraction))) as Decimal as Price;
}

function toShare(fraction: number): Decimal {
  // Nine decimals are finer than any tick; what a float carries beyond them is noise.
  const share = decimalFromFloat(Math.round(fraction * 1e9) / 1e9);
  if (share === null || share < 0n || share > ONE) throw new RangeError(`not a fraction: ${fraction}`);
  return share;
}

/** A step of zero sets no grid. */
function toStep<D extends Decimal>(value: D, step: Decimal): D {
  return step === 0n ? value : (truncateToStep(value, step) as D);
}
