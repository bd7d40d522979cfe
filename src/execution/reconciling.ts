/**
 * How far a reconciliation is: which answers of the venue are there and which are missing. Entries are closed in every
 * phase but `settled`.
 */
import type { EpochMs } from '../core/time.ts';
import type { Balance } from '../model/balance.ts';
import type { OrderReport } from '../model/order.ts';

/**
 * `asking`: open orders, balances and rules; `looking`: orders of the instruments that matter, and orders in doubt;
 * `weighing`: balances against what the fills say we hold.
 */
export type ReconcilingPhase = 'closed' | 'asking' | 'looking' | 'weighing' | 'settled';

/** Plain data. */
export type Reconciling = {
  phase: ReconcilingPhase;
  askedTime: EpochMs;
  openOrders: readonly OrderReport[] | null;
  balances: readonly Balance[] | null;
  /** Orders by instrument, `null` where they are still asked for. */
  histories: Record<string, readonly OrderReport[] | null>;
  /** When records and venue last agreed, `null` before the first time. */
  settledTime: EpochMs | null;
  /** Fills booked when balances were asked for. */
  fillCount: number;
  /** Whether the last weighing found too little, which must be seen twice. */
  isShortSeen: boolean;
  failuresInRow: number;
  mismatches: number;
};

/** Before the stage is opened. */
export function createReconciling(): Reconciling {
  return {
    phase: 'closed',
    askedTime: 0 as EpochMs,
    openOrders: null,
    balances: null,
    histories: {},
    settledTime: null,
    fillCount: 0,
    isShortSeen: false,
    failuresInRow: 0,
    mismatches: 0,
  };
}
