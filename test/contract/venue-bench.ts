/**
 * What the suites of venues share: the instrument, a venue under test, and short ways to say orders.
 */
import { vi } from 'vitest';
import { add, type Decimal, decimal } from '../../src/core/decimal.ts';
import type { InstrumentId } from '../../src/model/instrument.ts';
import type { Money, Price, Quantity } from '../../src/model/money.ts';
import type {
  ApprovedOrder,
  ClientOrderId,
  OrderReport,
  OrderTerms,
  Side,
  SubmitOutcome,
} from '../../src/model/order.ts';
import type { TradingRules } from '../../src/model/trading-rules.ts';
import type { Account } from '../../src/ports/account.ts';
import type { OrderKey, Venue } from '../../src/ports/venue.ts';

const lot = (min: string, max: string): TradingRules['lot'] => ({
  min: decimal(min) as Quantity,
  max: decimal(max) as Quantity,
  step: decimal('0.001') as Quantity,
});

/** The instrument the venue under test must offer, without slippage and with all of a price's quantity to be had. */
export const CONTRACT_RULES: TradingRules = {
  instrumentId: 'binance:spot:BTC/USDT' as InstrumentId,
  baseAsset: 'BTC',
  quoteAsset: 'USDT',
  status: 'trading',
  isSpotAllowed: true,
  isMarketByQuote: true,
  orderTypes: ['market', 'limit', 'stop', 'stopLimit', 'oco'],
  priceTick: decimal('0.01') as Price,
  priceMin: decimal('0.01') as Price,
  priceMax: decimal('1000000') as Price,
  lot: lot('0.001', '9000'),
  marketLot: lot('0.001', '100'),
  minNotional: decimal('5') as Money,
  maxNotional: decimal('9000000') as Money,
  appliesToMarket: true,
  percentPrice: { bidUp: decimal('5'), bidDown: decimal('0.2'), askUp: decimal('5'), askDown: decimal('0.2') },
  quotePrecision: 8,
  ordersMax: 200,
  algoOrdersMax: 5,
};

/** A venue under test, its account owning 1,000 BTC and 1,000,000 USDT, with handles on what surrounds it. */
export type VenueUnderTest = {
  readonly venue: Venue & Account;
  /** Moves the market to a price at which so much can be had. */
  readonly movePrice: (price: Price, availableQuantity: Quantity) => Promise<void>;
  /** The next order submitted, or replacement, arrives, its answer does not. */
  readonly loseNextReply: (of?: 'submit' | 'replace') => void;
  /** The next order submitted, or replacement, does not arrive. */
  readonly loseNextRequest: (of?: 'submit' | 'replace') => void;
  /** Cuts the venue off, or lets it come back. */
  readonly setConnection: (state: 'up' | 'down') => void;
  /** Halts the instrument. */
  readonly halt: () => void;
  /** Ends what the venue was made with, after the venue was closed. */
  readonly close?: () => Promise<void>;
};

const { instrumentId } = CONTRACT_RULES;
/** A price. */
export const price = (text: string): Price => decimal(text) as Price;
/** A quantity. */
export const quantity = (text: string): Quantity => decimal(text) as Quantity;

/** The order called `name`. */
export function keyOf(name: string): OrderKey {
  return { instrumentId, clientOrderId: name as ClientOrderId };
}

/** An order in short: a limit order to buy 1 at 100 unless it says otherwise; without a price at the market. */
export type Wanted = {
  readonly name: string;
  readonly side?: Side;
  readonly price?: string | null;
  readonly quantity?: string;
};

/** The order that is wanted. */
export function orderOf({ name, side = 'buy', price: atPrice = '100', quantity: amount = '1' }: Wanted): ApprovedOrder {
  const common = { side, quantity: quantity(amount) };
  return {
    ...keyOf(name),
    terms:
      atPrice === null
        ? { type: 'market', ...common }
        : { type: 'limit', ...common, price: price(atPrice), timeInForce: 'GTC' },
  };
}

/** Status of an accepted order, or why it was not. */
export function statusOf(outcome: SubmitOutcome): string {
  return outcome.phase === 'accepted' ? outcome.report.status : outcome.failure.code;
}

/** What the fills of a report add up to. */
export function sumOfFills(report: OrderReport): Decimal {
  return report.fills.reduce<Decimal>((total, fill) => add<Decimal>(total, fill.quantity), decimal('0'));
}

/** An order with any terms. */
export function orderWith(name: string, terms: OrderTerms): ApprovedOrder {
  return { ...keyOf(name), terms };
}

type Waiting = { readonly stopPrice: string; readonly limitPrice?: string; readonly takePrice?: string };

/** Sells 1 when the price falls, or, with a `takePrice`, when it rises. */
export function stopOf(name: string, { stopPrice, limitPrice, takePrice }: Waiting): ApprovedOrder {
  const limit = limitPrice === undefined ? null : price(limitPrice);
  const common = { side: 'sell', quantity: quantity('1'), stopPrice: price(stopPrice), limitPrice: limit } as const;
  return takePrice === undefined
    ? orderWith(name, { type: 'stop', ...common })
    : orderWith(name, { type: 'oco', ...common, takePrice: price(takePrice) });
}

/** What the venue knows of an order, asked for until it is certain. */
export function find(venue: Venue, order: string): Promise<OrderReport | null> {
  return vi.waitFor(
    async () => {
      const answer = await venue.query(keyOf(order));
      if (!answer.ok) throw new Error(answer.error.message);
      return answer.value;
    },
    { timeout: 5_000 },
  );
}

/** A subject with everything it reports. */
export type OpenedVenue = VenueUnderTest & { readonly heard: OrderReport[] };

/** Opens subjects and closes them again. */
export class VenueBench {
  readonly #create: () => Promise<VenueUnderTest>;
  readonly #opened: VenueUnderTest[] = [];

  constructor(create: () => Promise<VenueUnderTest>) {
    this.#create = create;
  }

  /** A subject whose market stands at `at` with 10 to be had; `null` leaves it without a price. */
  async open(at: string | null = '101'): Promise<OpenedVenue> {
    const made = await this.#create();
    this.#opened.push(made);
    const heard: OrderReport[] = [];
    made.venue.onReport((report) => heard.push(report));
    if (at !== null) await made.movePrice(price(at), quantity('10'));
    return { ...made, heard };
  }

  async closeAll(): Promise<void> {
    for (const { venue, close } of this.#opened.splice(0)) {
      await venue.close();
      await close?.();
    }
  }
}
