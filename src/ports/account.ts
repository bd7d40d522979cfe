/**
 * What one owns at a venue and what may be traded there.
 */
import type { Result } from '../core/result.ts';
import type { EpochMs } from '../core/time.ts';
import type { AccountPermissions, Balance } from '../model/balance.ts';
import type { Failure } from '../model/failure.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { OrderReport } from '../model/order.ts';
import type { TradingRules } from '../model/trading-rules.ts';

/**
 * - `fetchBalances` leaves out assets of which there is nothing.
 * - `fetchTradingRules` asks the venue now; calls while one is under way share its answer.
 * - `fetchOrders` answers own orders of an instrument created at `since` or later in whatever state, oldest first.
 * - Everything fails after `close`; safe to call twice.
 */
export type Account = {
  readonly fetchBalances: () => Promise<Result<readonly Balance[], Failure>>;
  readonly fetchPermissions: () => Promise<Result<AccountPermissions, Failure>>;
  readonly fetchTradingRules: () => Promise<Result<readonly TradingRules[], Failure>>;
  readonly fetchOrders: (
    instrumentId: InstrumentId,
    since: EpochMs,
  ) => Promise<Result<readonly OrderReport[], Failure>>;
  readonly close: () => Promise<void>;
};
