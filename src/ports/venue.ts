/**
 * Where orders go.
 */
import type { Result } from '../core/result.ts';
import type { Failure } from '../model/failure.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type {
  ApprovedOrder,
  OrderKey,
  OrderReplacement,
  OrderReport,
  ReplaceOutcome,
  SubmitOutcome,
} from '../model/order.ts';

export type { OrderKey, OrderReplacement } from '../model/order.ts';

/**
 * - `submit` of a client order id that was submitted before does not make a second order: it is refused with
 *   `order_duplicate`, or, where only the venue can know, is `unknown` and found by a query. A lost answer is the outcome
 *   `unknown` with `order_outcome_unknown`, never an exception.
 * - `query` finds an order by client order id in every state, also after it ended; `null` means the venue is certain
 *   that it does not exist and that no request still under way can make it. While one may, it fails with
 *   `order_outcome_unknown`; its `retryAfterMs`, where it has one, is when the venue will be certain.
 * - `cancel` of an order that ended or never was fails with `order_not_open`; a cancel whose answer was lost fails with
 *   `order_outcome_unknown` and may have happened.
 * - `replace` places the new order only after the cancel, which frees what the old one had locked.
 * - `openOrders` are oldest first, of one instrument or, for `null`, of all.
 * - `onReport` listeners hear every change of an order at least once, in order per order; an order whose report did not
 *   arrive is asked about without being told to. `onConnection` listeners hear when reports stop coming and when they
 *   come again, and `down` at once where none come yet; what happened between is reported before `up`.
 * - Nothing is sent after `close`; safe to call twice.
 */
export type Venue = {
  readonly submit: (order: ApprovedOrder) => Promise<SubmitOutcome>;
  readonly query: (key: OrderKey) => Promise<Result<OrderReport | null, Failure>>;
  readonly cancel: (key: OrderKey) => Promise<Result<OrderReport, Failure>>;
  readonly replace: (replacement: OrderReplacement) => Promise<ReplaceOutcome>;
  readonly openOrders: (instrumentId: InstrumentId | null) => Promise<Result<readonly OrderReport[], Failure>>;
  readonly onReport: (listener: (report: OrderReport) => void) => () => void;
  readonly onConnection: (listener: (state: 'up' | 'down') => void) => () => void;
  readonly close: () => Promise<void>;
};
