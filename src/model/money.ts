/**
 * Money as branded decimals: a price, a quantity of the base asset and an amount of the quote asset are different
 * types, so a sum of a price and a quantity does not compile.
 */
import type { Brand } from '../core/brand.ts';
import type { Decimal } from '../core/decimal.ts';

/** Quote units per base unit. */
export type Price = Brand<Decimal, 'Price'>;
/** Base-asset units. */
export type Quantity = Brand<Decimal, 'Quantity'>;
/** Quote-asset units. */
export type Money = Brand<Decimal, 'Money'>;
