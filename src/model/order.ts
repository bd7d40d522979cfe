/**
 * Orders and fills as the Venue port sees them. An order exists for us from the moment its client order id is made;
 * it ends only with evidence from the venue.
 */
import type { Brand } from '../core/brand.ts';
import type { EpochMs } from '../core/time.ts';
import type { Failure } from './failure.ts';
import type { InstrumentId } from './instrument.ts';
import type { Money, Price, Quantity } from './money.ts';

/** Made by us before sending; at most 36 characters of `[A-Za-z0-9_-]`. */
export type ClientOrderId = Brand<string, 'ClientOrderId'>;
/** Made by the venue. */
export type VenueOrderId = Brand<string, 'VenueOrderId'>;

/** Direction of an order. */
export type Side = 'buy' | 'sell';

/** An order that passed risk and may be sent; a `limit` order carries a price, a `market` order none. */
export type ApprovedOrder = {
  readonly clientOrderId: ClientOrderId;
  readonly instrumentId: InstrumentId;
  readonly side: Side;
  readonly type: 'market' | 'limit';
  readonly quantity: Quantity;
  readonly price: Price | null;
};

/** One execution of ours. */
export type Fill = {
  readonly price: Price;
  readonly quantity: Quantity;
  readonly fee: Money;
  readonly feeAsset: string;
  readonly eventTime: EpochMs;
};

/** State of an order at the venue. */
export type OrderStatus = 'open' | 'partiallyFilled' | 'filled' | 'cancelled' | 'rejected' | 'expired';

/** What the venue says of an order; fills oldest first. */
export type OrderReport = {
  readonly clientOrderId: ClientOrderId;
  readonly venueOrderId: VenueOrderId;
  readonly status: OrderStatus;
  readonly filledQuantity: Quantity;
  readonly fills: readonly Fill[];
};

/**
 * How far a request got, which says whether a retry is safe: `notSent` and `refused` left no order behind; `unknown`
 * may have, so it is queried, never repeated; `accepted` did.
 */
export type SubmitOutcome =
  | { readonly phase: 'accepted'; readonly report: OrderReport }
  | { readonly phase: 'refused' | 'notSent' | 'unknown'; readonly failure: Failure; readonly transient: boolean };
