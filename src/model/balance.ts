/**
 * What an account owns and what its key may do.
 */
import type { Decimal } from '../core/decimal.ts';

/** An asset of an account: free, and locked for open orders. */
export type Balance = { readonly asset: string; readonly free: Decimal; readonly locked: Decimal };

/** What the venue lets the holder of a key do. */
export type AccountPermissions = {
  readonly canTrade: boolean;
  /** A key for trading should not be able to. */
  readonly canWithdraw: boolean;
  /** Whether the key works from named addresses only; `null` where the venue does not say. */
  readonly isIpRestricted: boolean | null;
};
