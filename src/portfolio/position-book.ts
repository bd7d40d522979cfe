/**
 * One position as a fold of its fills, in exact decimals. What was bought carries its cost; every sale takes the share
 * of the cost that belongs to it and the last one what is left, so that the costs of all sales add up to what was paid,
 * to the last digit.
 */
import { add, type Decimal, divide, multiply, subtract, ZERO } from '../core/decimal.ts';
import type { EpochMs } from '../core/time.ts';
import { type InstrumentId, parseInstrumentId } from '../model/instrument.ts';
import type { ExitReason, PositionId } from '../model/intent.ts';
import type { Money, Price, Quantity } from '../model/money.ts';
import type { ClientOrderId, Fill } from '../model/order.ts';
import type { PositionFilled, TradeLeg } from '../model/position.ts';

/** A sale in progress: the fills of one order so far. */
export type OpenLeg = {
  readonly clientOrderId: ClientOrderId;
  readonly reason: ExitReason;
  quantity: Quantity;
  quote: Money;
  fee: Money;
  /** What was paid for this quantity, entry commissions included, and the part of it that is commission. */
  cost: Money;
  feeEntry: Money;
  time: EpochMs;
};

/** Everything known of a position; plain data that mutates in place. */
export type PositionBook = {
  readonly positionId: PositionId;
  readonly instrumentId: InstrumentId;
  readonly openedTime: EpochMs;
  readonly traceId: string;
  /** Gross quantity bought and what it cost without commissions. */
  bought: Quantity;
  boughtQuote: Money;
  /** Bought, less commissions taken from it. */
  received: Quantity;
  held: Quantity;
  /** Cost of what is held: quote paid and quote commissions; the commissions are counted apart as well. */
  cost: Money;
  feeEntry: Money;
  realized: Money;
  otherFees: Record<string, Decimal>;
  legs: number;
  readonly openLegs: Record<string, OpenLeg>;
  lastReason: ExitReason;
};

/** What a fill does to cash and what it realises, both in quote units. */
export type FillEffect = { readonly cash: Money; readonly realized: Money };

const NONE = ZERO as Money;

/** A position before its first fill. */
export function createPositionBook(told: PositionFilled): PositionBook {
  return {
    positionId: told.positionId,
    instrumentId: told.instrumentId,
    openedTime: told.time,
    traceId: told.traceId,
    bought: ZERO as Quantity,
    boughtQuote: NONE,
    received: ZERO as Quantity,
    held: ZERO as Quantity,
    cost: NONE,
    feeEntry: NONE,
    realized: NONE,
    otherFees: {},
    legs: 0,
    openLegs: {},
    lastReason: 'operator',
  };
}

/** Folds a fill. A sale of more than is held is booked as it happened: the venue's word counts. */
export function foldFill(book: PositionBook, told: PositionFilled): FillEffect {
  const fees = splitFee(book, told.fill);
  return told.side === 'buy' ? foldBuy(book, told.fill, fees) : foldSell(book, told, fees);
}

type Fees = { readonly base: Quantity; readonly quote: Money };

function splitFee(book: PositionBook, { fee, feeAsset }: Fill): Fees {
  const parts = parseInstrumentId(book.instrumentId);
  if (parts.ok && feeAsset === parts.value.quote) return { base: ZERO as Quantity, quote: fee as Money };
  if (parts.ok && feeAsset === parts.value.base) return { base: fee as Quantity, quote: NONE };
  if (fee !== 0n) book.otherFees[feeAsset] = add<Decimal>(book.otherFees[feeAsset] ?? ZERO, fee);
  return { base: ZERO as Quantity, quote: NONE };
}

function foldBuy(book: PositionBook, fill: Fill, fees: Fees): FillEffect {
  const quote = multiply(fill.price, fill.quantity) as Money;
  const net = subtract(fill.quantity, fees.base);
  book.bought = add(book.bought, fill.quantity);
  book.boughtQuote = add(book.boughtQuote, quote);
  book.received = add(book.received, net);
  book.held = add(book.held, net);
  const paid = add(quote, fees.quote);
  book.cost = add(book.cost, paid);
  // Commission taken from the coins is worth what those coins cost.
  book.feeEntry = add(book.feeEntry, add(fees.quote, multiply(fees.base, fill.price) as Money));
  return { cash: subtract(NONE, paid), realized: NONE };
}

function foldSell(book: PositionBook, told: PositionFilled, fees: Fees): FillEffect {
  const { fill } = told;
  const leg = legOf(book, told);
  const taken = add(fill.quantity, fees.base);
  const cost = shareOf(book.cost, taken, book.held);
  const feeEntry = shareOf(book.feeEntry, taken, book.held);
  const quote = multiply(fill.price, fill.quantity) as Money;
  book.held = subtract(book.held, taken);
  book.cost = subtract(book.cost, cost);
  book.feeEntry = subtract(book.feeEntry, feeEntry);
  leg.quantity = add(leg.quantity, fill.quantity);
  leg.quote = add(leg.quote, quote);
  leg.fee = add(leg.fee, add(fees.quote, multiply(fees.base, fill.price) as Money));
  leg.cost = add(leg.cost, cost);
  leg.feeEntry = add(leg.feeEntry, feeEntry);
  leg.time = told.time;
  const cash = subtract(quote, fees.quote);
  const realized = subtract(cash, cost);
  book.realized = add(book.realized, realized);
  return { cash, realized };
}

/** The part of `whole` that belongs to `part` of `all`; the last part takes everything, so that no digit is lost. */
function shareOf(whole: Money, part: Quantity, all: Quantity): Money {
  return part >= all ? whole : ((((whole as bigint) * part) / all) as Money);
}

function legOf(book: PositionBook, { clientOrderId, reason, time }: PositionFilled): OpenLeg {
  const known = book.openLegs[clientOrderId];
  if (known !== undefined) return known;
  const leg: OpenLeg = {
    clientOrderId,
    reason: reason === 'entry' ? 'operator' : reason,
    quantity: ZERO as Quantity,
    quote: NONE,
    fee: NONE,
    cost: NONE,
    feeEntry: NONE,
    time,
  };
  book.openLegs[clientOrderId] = leg;
  return leg;
}

/** Average price of what was bought, rounded down to the last digit a decimal has. */
export function entryPriceOf(book: PositionBook): Price {
  return (book.bought === 0n ? ZERO : divide(book.boughtQuote, book.bought)) as Price;
}

/** Ends the sale of an order: the leg it was, or `null` when it filled nothing. */
export function closeLeg(book: PositionBook, clientOrderId: ClientOrderId): TradeLeg | null {
  const leg = book.openLegs[clientOrderId];
  if (leg === undefined) return null;
  delete book.openLegs[clientOrderId];
  book.legs++;
  book.lastReason = leg.reason;
  const proceeds = subtract(leg.quote, leg.fee);
  const paid = subtract(leg.cost, leg.feeEntry);
  return {
    positionId: book.positionId,
    instrumentId: book.instrumentId,
    clientOrderId,
    leg: book.legs,
    entryPrice: entryPriceOf(book),
    exitPrice: divide(leg.quote, leg.quantity) as Price,
    quantity: leg.quantity,
    pnl: subtract(leg.quote, paid),
    feeEntry: leg.feeEntry,
    feeExit: leg.fee,
    pnlNet: subtract(proceeds, leg.cost),
    reason: leg.reason,
    entryTime: book.openedTime,
    exitTime: leg.time,
    traceId: book.traceId,
  };
}
