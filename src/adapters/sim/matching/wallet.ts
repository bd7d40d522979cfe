/**
 * What an account owns, asset by asset: free, and locked for open orders. In: deposits, locks, payments. Out: exact
 * balances. A funded wallet never goes below zero; a boundless one may, as the other side of every trade does.
 */
import { assert } from '../../../core/assert.ts';
import { add, type Decimal, subtract, ZERO } from '../../../core/decimal.ts';

/** A balance of one asset. */
export type Balance = { readonly asset: string; readonly free: Decimal; readonly locked: Decimal };

type Held = { free: Decimal; locked: Decimal };

/** Balances of one owner. */
export class Wallet {
  readonly #kind: 'funded' | 'boundless';
  readonly #held = new Map<string, Held>();

  constructor(kind: 'funded' | 'boundless') {
    this.#kind = kind;
  }

  /** Every asset ever held, in the order it was first held. */
  balances(): readonly Balance[] {
    return [...this.#held].map(([asset, { free, locked }]) => ({ asset, free, locked }));
  }

  balance(asset: string): Balance {
    const held = this.#held.get(asset);
    return { asset, free: held?.free ?? ZERO, locked: held?.locked ?? ZERO };
  }

  /** Free and locked together. */
  total(asset: string): Decimal {
    const { free, locked } = this.balance(asset);
    return add(free, locked);
  }

  /** Whether `amount` could be locked or paid. */
  has(asset: string, amount: Decimal): boolean {
    return this.#kind === 'boundless' || (this.#held.get(asset)?.free ?? ZERO) >= amount;
  }

  /** Adds to what is free; a negative amount pays, which the caller made sure is there. */
  receive(asset: string, amount: Decimal): void {
    const held = this.#of(asset);
    held.free = add(held.free, amount);
    this.#check(asset, held);
  }

  /** Moves from free to locked; a negative amount frees again. */
  lock(asset: string, amount: Decimal): void {
    const held = this.#of(asset);
    held.free = subtract(held.free, amount);
    held.locked = add(held.locked, amount);
    this.#check(asset, held);
  }

  #of(asset: string): Held {
    let held = this.#held.get(asset);
    if (held === undefined) {
      held = { free: ZERO, locked: ZERO };
      this.#held.set(asset, held);
    }
    return held;
  }

  #check(asset: string, held: Held): void {
    assert(held.locked >= 0n, `less than nothing of ${asset} is locked`);
    assert(this.#kind === 'boundless' || held.free >= 0n, `a wallet holds less than nothing of ${asset}`);
  }
}
