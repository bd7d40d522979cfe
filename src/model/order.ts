/**
 * Orders and fills as the Venue port sees them. An order exists for us from the moment its client order id is made;
 * it ends only with evidence from the venue.
 */
import type { Brand } from '../core/brand.ts';
import type { Decimal } from '../core/decimal.ts';
import type { EpochMs } from '../core/time.ts';
import type { Failure } from './failure.ts';
import type { InstrumentId } from './instrument.ts';
import type { Money, Price, Quantity } from './money.ts';

/** Made by us before sending; at most 34 characters of `[A-Za-z0-9_-]`. */
export type ClientOrderId = Brand<string, 'ClientOrderId'>;
/** Made by the venue. */
export type VenueOrderId = Brand<string, 'VenueOrderId'>;

/** Direction of an order. */
export type Side = 'buy' | 'sell';

/** How long a limit order stays: until cancelled, what can be had at once, or all at once or nothing. */
export type TimeInForce = 'GTC' | 'IOC' | 'FOK';

/**
 * What is ordered.
 * - `market` takes any price; what it can not have expires.
 * - `marketByQuote` spends up to `quoteAmount` at the market, in whole steps of quantity.
 * - `stop` waits and sells when the price falls to `stopPrice`: at the market, or not below `limitPrice`.
 * - `oco` is such a stop and a limit order at `takePrice` of which one is executed; it looks like one order.
 */
export type OrderTerms =
  | { readonly type: 'market'; readonly side: Side; readonly quantity: Quantity }
  | { readonly type: 'marketByQuote'; readonly side: 'buy'; readonly quoteAmount: Money }
  | {
      readonly type: 'limit';
      readonly side: Side;
      readonly quantity: Quantity;
      readonly price: Price;
      readonly timeInForce: TimeInForce;
    }
  | {
      readonly type: 'stop';
      readonly side: 'sell';
      readonly quantity: Quantity;
      readonly stopPrice: Price;
      readonly limitPrice: Price | null;
    }
  | {
      readonly type: 'oco';
      readonly side: 'sell';
      readonly quantity: Quantity;
      readonly stopPrice: Price;
      readonly limitPrice: Price | null;
      readonly takePrice: Price;
    };

/** An order that passed risk and may be sent. */
export type ApprovedOrder = {
  readonly clientOrderId: ClientOrderId;
  readonly instrumentId: InstrumentId;
  readonly terms: OrderTerms;
};

/** Which order is meant. */
export type OrderKey = { readonly instrumentId: InstrumentId; readonly clientOrderId: ClientOrderId };

/** An open order to cancel and, once it is cancelled, an order of the same instrument to place. */
export type OrderReplacement = { readonly cancel: OrderKey; readonly order: ApprovedOrder };

/** One execution of ours. */
export type Fill = {
  /** Unique within the instrument: a fill that is told twice has the same. */
  readonly tradeId: string;
  readonly price: Price;
  readonly quantity: Quantity;
  /** In `feeAsset`, which is the asset received unless the venue takes another. */
  readonly fee: Decimal;
  readonly feeAsset: string;
  readonly eventTime: EpochMs;
};

/** State of an order at the venue; the first two may still be executed. */
export type OrderStatus = 'open' | 'partiallyFilled' | 'filled' | 'cancelled' | 'rejected' | 'expired';

/** What the venue says of an order; fills oldest first and complete, so they add up to `filledQuantity`. */
export type OrderReport = {
  readonly clientOrderId: ClientOrderId;
  readonly instrumentId: InstrumentId;
  readonly venueOrderId: VenueOrderId;
  readonly side: Side;
  readonly status: OrderStatus;
  /** `null` for an order by quote amount, whose quantity is known when it ended. */
  readonly orderedQuantity: Quantity | null;
  readonly filledQuantity: Quantity;
  readonly fills: readonly Fill[];
  /** The venue's time of the newest change it tells of. */
  readonly updateTime: EpochMs;
};

/**
 * How far a request got, which says whether a retry is safe: `notSent` and `refused` left no order behind; `unknown`
 * may have, so it is queried, never repeated; `accepted` did. `transient` says whether the same may succeed later.
 */
export type SubmitOutcome =
  | { readonly phase: 'accepted'; readonly report: OrderReport }
  | { readonly phase: 'refused' | 'notSent' | 'unknown'; readonly failure: Failure; readonly transient: boolean };

/**
 * What became of a cancel and a new order in one request. `cancelled` is the order that was cancelled; `null` when it
 * was not, or, where the outcome is `unknown`, when nobody knows. Without the cancel the new order is not placed.
 */
export type ReplaceOutcome = { readonly cancelled: OrderReport | null; readonly outcome: SubmitOutcome };
