/**
 * What a simulated execution costs: slippage of what takes liquidity, shares in basis points, and how much of the
 * traded quantity one's own orders may have.
 */
import {
  add,
  type Decimal,
  decimal,
  decimalFromFloat,
  divide,
  multiply,
  subtract,
  truncateToStep,
} from '../../core/decimal.ts';
import type { Price, Quantity } from '../../model/money.ts';
import type { Side } from '../../model/order.ts';

/** Costs of trading, in basis points. */
export type MatcherCosts = {
  /** Fee of an order that rested, on the notional. */
  readonly makerFeeBps: number;
  /** Fee of an order that took liquidity, on the notional. */
  readonly takerFeeBps: number;
  /** By how much an order that takes liquidity is filled worse than the market's price. */
  readonly slippageBps: number;
  /** Share of the quantity available at a price that our orders may take. */
  readonly volumeShareBps: number;
};

const BPS_PER_ONE = decimal('10000');

/** A share in basis points (0..10 000) as an exact ratio; throws `RangeError` outside. */
export function ratioOfBps(bps: number): Decimal {
  const value = decimalFromFloat(bps);
  if (value === null || value < 0n || value > BPS_PER_ONE) throw new RangeError(`not a share in bps: ${bps}`);
  return divide(value, BPS_PER_ONE);
}

/** How much of `available` our orders may take, rounded down to the quantity step. */
export function shareOf(available: Quantity, ratio: Decimal, step: Decimal): Quantity {
  const share = multiply(available, ratio);
  return (step === 0n ? share : truncateToStep(share, step)) as Quantity;
}

/**
 * What taking costs while the market stands at `price`: worse by `slippage`, rounded onto the tick against the taker
 * and never below one tick.
 */
export function slipped(
  price: Price,
  how: { readonly side: Side; readonly slippage: Decimal; readonly tick: Decimal },
): Decimal {
  const slip = multiply(price, how.slippage);
  return how.side === 'buy'
    ? roundUp(add<Decimal>(price, slip), how.tick)
    : roundDown(subtract<Decimal>(price, slip), how.tick);
}

function roundDown(value: Decimal, tick: Decimal): Decimal {
  if (tick === 0n) return value;
  const rounded = truncateToStep(value, tick);
  return rounded > 0n ? rounded : tick;
}

function roundUp(value: Decimal, tick: Decimal): Decimal {
  if (tick === 0n || value % tick === 0n) return value;
  return add(truncateToStep(value, tick), tick);
}
