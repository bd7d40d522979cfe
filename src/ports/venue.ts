/**
 * Where orders go.
 */
import type { Result } from '../core/result.ts';
import type { Failure } from '../model/failure.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { ApprovedOrder, ClientOrderId, OrderReport, SubmitOutcome } from '../model/order.ts';

/** Which order is meant. */
export type OrderKey = { readonly instrumentId: InstrumentId; readonly clientOrderId: ClientOrderId };

/**
 * - `submit` of a client order id that the venue already has does not make a second order: it is refused with
 *   `order_refused`. A lost answer is the outcome `unknown`, never an exception.
 * - `query` finds an order by client order id in every state, also after it ended; `null` means the venue is certain
 *   that it never existed.
 * - `onReport` listeners hear every change of an order at least once, in order per order.
 */
export type Venue = {
  readonly submit: (order: ApprovedOrder) => Promise<SubmitOutcome>;
  readonly query: (key: OrderKey) => Promise<Result<OrderReport | null, Failure>>;
  readonly cancel: (key: OrderKey) => Promise<Result<OrderReport, Failure>>;
  readonly openOrders: (instrumentId: InstrumentId) => Promise<Result<readonly OrderReport[], Failure>>;
  readonly onReport: (listener: (report: OrderReport) => void) => () => void;
  readonly close: () => Promise<void>;
};
