/**
 * An auditor who believes the venue only. In come the venue's reports of orders as they are told; out goes what every
 * asset must amount to: deposits, plus what was received, less what was given away and the fees. Nothing of the engine's
 * ledger is used.
 */
import { add, type Decimal, multiply, subtract, ZERO } from '../../core/decimal.ts';
import { parseInstrumentId } from '../../model/instrument.ts';
import type { ClientOrderId, Fill, OrderReport } from '../../model/order.ts';
import type { Holding } from '../trading/paper-venue.ts';

/** What fills came to. */
export type FillTotals = {
  /** Quote units received for what was sold, and given for what was bought, before fees. */
  readonly quoteIn: Decimal;
  readonly quoteOut: Decimal;
  /** By asset. */
  readonly fees: Readonly<Record<string, Decimal>>;
  /** All of them in quote units, those taken in coins at the price of their fill. */
  readonly feesInQuote: Decimal;
  readonly fills: number;
};

/** The auditor of one wallet. */
export class WalletAuditor {
  readonly #amounts = new Map<string, Decimal>();
  /** Fills counted of each order; as many entries as the venue has orders, which it bounds. */
  readonly #counted = new Map<ClientOrderId, number>();
  readonly #fees: Record<string, Decimal> = {};
  #quoteIn = ZERO;
  #quoteOut = ZERO;
  #feesInQuote = ZERO;
  #fills = 0;

  /** Takes what the wallet begins with. */
  deposit(holdings: readonly Holding[]): void {
    for (const { asset, quantity } of holdings) this.#move(asset, quantity);
  }

  /** Takes a report; fills that were counted before are not counted again. */
  take(report: OrderReport): void {
    const counted = this.#counted.get(report.clientOrderId) ?? 0;
    for (const fill of report.fills.slice(counted)) this.#count(report, fill);
    this.#counted.set(report.clientOrderId, Math.max(counted, report.fills.length));
  }

  /** What the wallet must hold of each asset that was ever in it. */
  expected(): ReadonlyMap<string, Decimal> {
    return this.#amounts;
  }

  totals(): FillTotals {
    return {
      quoteIn: this.#quoteIn,
      quoteOut: this.#quoteOut,
      fees: { ...this.#fees },
      feesInQuote: this.#feesInQuote,
      fills: this.#fills,
    };
  }

  #count({ instrumentId, side }: OrderReport, { price, quantity, fee, feeAsset }: Fill): void {
    const parts = parseInstrumentId(instrumentId);
    if (!parts.ok) return;
    const { base, quote } = parts.value;
    const notional = multiply(price, quantity);
    const sign = side === 'buy' ? 1n : -1n;
    this.#move(base, (sign * quantity) as Decimal);
    this.#move(quote, (-sign * notional) as Decimal);
    this.#move(feeAsset, -fee as Decimal);
    if (side === 'buy') this.#quoteOut = add(this.#quoteOut, notional);
    else this.#quoteIn = add(this.#quoteIn, notional);
    this.#fees[feeAsset] = add(this.#fees[feeAsset] ?? ZERO, fee);
    if (feeAsset === quote) this.#feesInQuote = add(this.#feesInQuote, fee);
    else if (feeAsset === base) this.#feesInQuote = add(this.#feesInQuote, multiply(price, fee));
    this.#fills++;
  }

  #move(asset: string, quantity: Decimal): void {
    this.#amounts.set(asset, add(this.#amounts.get(asset) ?? ZERO, quantity));
  }
}

/** The first asset of which two accounts differ, `null` where they agree to the last digit; what is missing is zero. */
export function findDifference(
  a: ReadonlyMap<string, Decimal>,
  b: ReadonlyMap<string, Decimal>,
): { readonly asset: string; readonly difference: Decimal } | null {
  for (const asset of new Set([...a.keys(), ...b.keys()])) {
    const difference = subtract(a.get(asset) ?? ZERO, b.get(asset) ?? ZERO);
    if (difference !== 0n) return { asset, difference };
  }
  return null;
}
