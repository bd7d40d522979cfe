/**
 * Capital that is paid in or out. It is neither gain nor loss: what was earned today stays what it is, and so does how far
 * equity is below its highest, as a share of it. So a halt by drawdown is neither brought about nor lifted by a payment.
 */
import { add, subtract, ZERO } from '../core/decimal.ts';
import type { Money } from '../model/money.ts';

/** The part of a portfolio that a payment changes. */
export type Funds = {
  initialCapital: Money;
  cash: Money;
  peak: Money;
  readonly day: { equity: Money };
};

/** What became of a payment. */
export type CapitalFact =
  | { readonly kind: 'capitalChanged'; readonly from: Money; readonly to: Money }
  /** More was to be paid out than there is cash: nothing is paid, and the capital stays. */
  | { readonly kind: 'capitalKept'; readonly capital: Money; readonly wanted: Money; readonly cash: Money };

/** Cash after the capital has become `capital`; `null` where the cash does not reach for what is paid out. */
export function cashWith(
  { initialCapital, cash }: Pick<Funds, 'initialCapital' | 'cash'>,
  capital: Money,
): Money | null {
  const left = add(cash, subtract(capital, initialCapital));
  return left < 0n ? null : left;
}

/** Pays the difference to `capital` in or out; `equity` is what everything is worth before. `null` where nothing changes. */
export function changeCapital(funds: Funds, capital: Money, equity: Money): CapitalFact | null {
  const { initialCapital: from, cash } = funds;
  if (from === capital) return null;
  const left = cashWith(funds, capital);
  if (left === null) return { kind: 'capitalKept', capital: from, wanted: capital, cash };
  const paid = subtract(capital, from);
  funds.initialCapital = capital;
  funds.cash = left;
  funds.day.equity = add(funds.day.equity, paid);
  funds.peak = peakAfter(funds.peak, equity, paid);
  return { kind: 'capitalChanged', from, to: capital };
}

/**
 * The highest equity in terms of what is there after a payment, so that the share below it stays. Rounded up: a limit that
 * is reached stays reached. Where nothing was left there is no share, and what was lost stays lost.
 */
export function peakAfter(peak: Money, equity: Money, paid: Money): Money {
  const after = add(equity, paid);
  if (equity <= 0n) return add(peak, paid);
  if (after <= 0n) return ZERO as Money;
  return ((peak * after + equity - 1n) / equity) as Money;
}
