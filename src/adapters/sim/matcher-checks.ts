/**
 * The rules an order must keep before the simulated venue takes it: the instrument's filters as Binance applies them.
 */
import { type Decimal, multiply, toDecimalText } from '../../core/decimal.ts';
import type { Instrument } from '../../model/instrument.ts';
import type { Price } from '../../model/money.ts';
import type { ApprovedOrder } from '../../model/order.ts';

/** What is wrong with `order`, or `null` when it may be taken; `current` is the market's price, `null` before the first. */
export function findOrderFault(order: ApprovedOrder, instrument: Instrument, current: Price | null): string | null {
  if (!/^[A-Za-z0-9_-]{1,36}$/.test(order.clientOrderId)) return 'the client order id is malformed';
  if (instrument.status !== 'trading') return `${order.instrumentId} is not trading`;
  const price = order.type === 'market' ? current : order.price;
  return findPriceFault(order, instrument, price) ?? findQuantityFault(order, instrument, price);
}

function findPriceFault(order: ApprovedOrder, instrument: Instrument, price: Price | null): string | null {
  if (order.type === 'market' && order.price !== null) return 'a market order carries no price';
  if (price === null) return order.type === 'market' ? 'there is no market price yet' : 'a limit order needs a price';
  if (price <= 0n) return 'the price is not positive';
  if (order.type === 'limit' && !isMultiple(price, instrument.priceTick)) {
    return `the price is not a multiple of ${toDecimalText(instrument.priceTick)}`;
  }
  return null;
}

function findQuantityFault(order: ApprovedOrder, instrument: Instrument, price: Price | null): string | null {
  const { quantityMin, quantityStep, minNotional } = instrument;
  if (order.quantity <= 0n) return 'the quantity is not positive';
  if (order.quantity < quantityMin) return `the quantity is below ${toDecimalText(quantityMin)}`;
  if (!isMultiple(order.quantity, quantityStep)) {
    return `the quantity is not a multiple of ${toDecimalText(quantityStep)}`;
  }
  if (minNotional !== null && price !== null && multiply(price, order.quantity) < minNotional) {
    return `the notional is below ${toDecimalText(minNotional)}`;
  }
  return null;
}

/** A step of zero means that the venue sets none. */
function isMultiple(value: Decimal, step: Decimal): boolean {
  return step === 0n || value % step === 0n;
}
