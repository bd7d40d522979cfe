/**
 * The trading rules of the simulated spot symbols: what exchangeInfo shows is what the matching engine holds. In: an
 * instrument. Out: its rules.
 */
import { decimal } from '../../../core/decimal.ts';
import type { LotRule, SymbolRules } from '../matching/symbol-rules.ts';
import { fromUnits } from '../sim-grid.ts';
import type { SimInstrument } from '../sim-market.ts';

const MAX_TICKS = 100_000_000;
const MAX_STEPS = 9_000_000_000;
const MARKET_MAX_STEPS = 100_000_000;
/** Largest notional of a limit order, in quote units. */
const MAX_NOTIONAL = decimal('9000000');
/** A limit price may be five times the average price, or a fifth of it. */
const FAR = decimal('5');
const NEAR = decimal('0.2');

/** The rules of `instrument`. */
export function spotRulesOf(instrument: SimInstrument): SymbolRules {
  const { priceTick, quantityStep } = instrument;
  const lot = (steps: number): LotRule => ({
    min: quantityStep,
    max: fromUnits(steps, quantityStep),
    step: quantityStep,
  });
  return {
    symbol: instrument.symbol,
    base: instrument.base,
    quote: instrument.quote,
    price: { min: priceTick, max: fromUnits(MAX_TICKS, priceTick), step: priceTick },
    lot: lot(MAX_STEPS),
    marketLot: lot(MARKET_MAX_STEPS),
    minNotional: instrument.minNotional,
    maxNotional: MAX_NOTIONAL,
    appliesToMarket: true,
    percentPrice: { bidUp: FAR, bidDown: NEAR, askUp: FAR, askDown: NEAR },
    ordersMax: 200,
    algoOrdersMax: 5,
    icebergPartsMax: 10,
    listsMax: 20,
  };
}
