/**
 * Who may trade on the simulated exchange. In: accounts with keys and balances. Out: lookups by API key. The keys are
 * made for play and guard nothing.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Decimal, decimal } from '../../../core/decimal.ts';
import type { CommissionMode, SimAccount } from '../matching/engine-state.ts';
import type { TradingEngine } from '../matching/trading-engine.ts';

/** A key of an account: a shared secret, or the public half of an Ed25519 pair as PEM. */
export type SimKeySpec =
  | { readonly kind: 'hmac'; readonly apiKey: string; readonly secret: string }
  | { readonly kind: 'ed25519'; readonly apiKey: string; readonly publicKeyPem: string };

/** An account to begin with; balances are decimals as text by asset. */
export type SimAccountSpec = {
  readonly id: string;
  readonly keys: readonly SimKeySpec[];
  readonly balances: Readonly<Record<string, string>>;
  /** Rates in basis points and what they are taken from; by default 10, 10, `received`. */
  readonly commission?: { readonly makerBps: number; readonly takerBps: number; readonly mode: CommissionMode };
  /** By default it may trade. */
  readonly mayTrade?: 'yes' | 'no';
};

/** A key that can sign. */
export type SimKey = {
  readonly apiKey: string;
  readonly account: SimAccount;
  readonly mayTrade: 'yes' | 'no';
  readonly proof:
    | { readonly kind: 'hmac'; readonly secret: string }
    | { readonly kind: 'ed25519'; readonly key: KeyObject };
};

/** The accounts of an exchange that was given none: two, so that orders can meet. */
export const DEFAULT_ACCOUNTS: readonly SimAccountSpec[] = [
  {
    id: 'trader',
    keys: [{ kind: 'hmac', apiKey: 'hotwick-sim-key', secret: 'hotwick-sim-secret' }],
    balances: { USDT: '10000', BTC: '0.1', BNB: '5' },
  },
  {
    id: 'rival',
    keys: [{ kind: 'hmac', apiKey: 'hotwick-rival-key', secret: 'hotwick-rival-secret' }],
    balances: { USDT: '100000', BTC: '1', BNB: '10' },
  },
];

/** Accounts opened over all time; further ones are refused. */
export const ACCOUNTS_MAX = 1_000;
const DEFAULT_COMMISSION = { makerBps: 10, takerBps: 10, mode: 'received' } as const;

/** Opens accounts and finds them again. */
export class SimAccounts {
  readonly #engine: TradingEngine;
  readonly #keys = new Map<string, SimKey>();
  #count = 0;

  constructor(engine: TradingEngine) {
    this.#engine = engine;
  }

  /** Opens an account; throws `RangeError` when the name or a key is taken, or a balance or key is malformed. */
  open(spec: SimAccountSpec): SimAccount {
    if (this.#count >= ACCOUNTS_MAX) throw new RangeError(`there are ${ACCOUNTS_MAX} accounts already`);
    if (this.#engine.account(spec.id) !== null) throw new RangeError(`there is an account ${spec.id} already`);
    const taken = spec.keys.find((key) => this.#keys.has(key.apiKey));
    if (taken !== undefined) throw new RangeError(`the key ${taken.apiKey} is taken`);
    const proofs = spec.keys.map(toProof);
    const balances = Object.entries(spec.balances).map(([asset, text]) => ({ asset, quantity: toBalance(text) }));
    const { makerBps, takerBps, mode } = spec.commission ?? DEFAULT_COMMISSION;
    const commission = { maker: ofBps(makerBps), taker: ofBps(takerBps), mode };
    const account = this.#engine.openAccount({ id: spec.id, kind: 'funded', commission });
    this.#count++;
    for (const balance of balances) this.#engine.deposit(spec.id, balance);
    for (const [index, { apiKey }] of spec.keys.entries()) {
      const proof = proofs[index] as SimKey['proof'];
      this.#keys.set(apiKey, { apiKey, account, mayTrade: spec.mayTrade ?? 'yes', proof });
    }
    return account;
  }

  byKey(apiKey: string): SimKey | null {
    return this.#keys.get(apiKey) ?? null;
  }
}

function toProof(key: SimKeySpec): SimKey['proof'] {
  if (key.kind === 'hmac') return { kind: 'hmac', secret: key.secret };
  try {
    const made = createPublicKey(key.publicKeyPem);
    if (made.asymmetricKeyType !== 'ed25519') throw new RangeError('not an Ed25519 key');
    return { kind: 'ed25519', key: made };
  } catch (cause) {
    throw new RangeError(`the public key of ${key.apiKey} is not usable`, { cause });
  }
}

function toBalance(text: string): Decimal {
  const amount = decimal(text);
  if (amount < 0n) throw new RangeError(`a balance is not negative: ${text}`);
  return amount;
}

function ofBps(bps: number): Decimal {
  if (!(bps >= 0 && bps <= 10_000)) throw new RangeError(`not a rate in basis points: ${bps}`);
  return decimal((bps / 10_000).toFixed(8));
}
