/**
 * The portfolio stage: fills and prices in; positions, cash, equity and results out, exact to the last digit. Nothing
 * is estimated: what the venue said was executed is what is booked. Equity counts unrealised results, and a day begins
 * at 00:00 UTC.
 */
import { assertNever } from '../core/assert.ts';
import { add, type Decimal, greater, multiply, subtract, ZERO } from '../core/decimal.ts';
import type { EpochMs } from '../core/time.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { PositionId } from '../model/intent.ts';
import type { Money, Price, Quantity } from '../model/money.ts';
import type { ClientOrderId } from '../model/order.ts';
import type { ClosedPosition, PortfolioView, PositionFilled, PositionView, TradeLeg } from '../model/position.ts';
import { type CapitalFact, changeCapital, type Funds } from './capital.ts';
import { createPnlTracker, noteLeg, notePosition, type PnlTracker } from './pnl-tracker.ts';
import { closeLeg, createPositionBook, entryPriceOf, foldFill, type PositionBook } from './position-book.ts';

export { cashWith, peakAfter } from './capital.ts';
export { type PnlSummary, summarizePnl, summarizePnlSince } from './pnl-tracker.ts';

/** The newest price of an instrument. */
export type Mark = { readonly price: Price; readonly time: EpochMs };

/** Everything the portfolio remembers; plain data that mutates in place. */
export type PortfolioState = Funds & {
  time: EpochMs;
  day: { start: EpochMs; equity: Money; realized: Money };
  readonly positions: Record<string, PositionBook>;
  /** Newest prices of what is held. */
  readonly marks: Record<string, Mark>;
  /** What is too little to be sold, by instrument. */
  readonly dust: Record<string, Quantity>;
  readonly pnl: PnlTracker;
};

/** What can enter. */
export type PortfolioInput =
  | PositionFilled
  /** The order has ended: what it sold is a closed leg. */
  | {
      readonly kind: 'orderEnded';
      readonly positionId: PositionId;
      readonly clientOrderId: ClientOrderId;
      readonly time: EpochMs;
    }
  /** What is left of a position can not be sold. */
  | { readonly kind: 'dustLeft'; readonly positionId: PositionId; readonly time: EpochMs }
  | {
      readonly kind: 'priced';
      readonly time: EpochMs;
      readonly prices: readonly { readonly instrumentId: InstrumentId; readonly price: Price }[];
    }
  /** Nothing but time: a day begins also where nothing is held and no price is told. */
  | { readonly kind: 'timePassed'; readonly time: EpochMs }
  /** Drawdown is measured from here on. */
  | { readonly kind: 'peakReset'; readonly time: EpochMs }
  /** The capital is this from here on: the difference is paid in, or out of the cash. */
  | { readonly kind: 'capitalSet'; readonly time: EpochMs; readonly capital: Money };

/** What leaves. */
export type PortfolioFact =
  | { readonly kind: 'positionOpened'; readonly positionId: PositionId; readonly instrumentId: InstrumentId }
  | { readonly kind: 'legClosed'; readonly leg: TradeLeg }
  | { readonly kind: 'positionClosed'; readonly closed: ClosedPosition }
  | CapitalFact;

const DAY_MS = 86_400_000;
const NONE = ZERO as Money;

/** Nothing but cash. */
export function createPortfolio(initialCapital: Money): PortfolioState {
  return {
    initialCapital,
    cash: initialCapital,
    peak: initialCapital,
    time: 0 as EpochMs,
    day: { start: 0 as EpochMs, equity: initialCapital, realized: NONE },
    positions: {},
    marks: {},
    dust: {},
    pnl: createPnlTracker(),
  };
}

/** Folds one input and answers what follows from it. */
export function foldPortfolio(state: PortfolioState, input: PortfolioInput): readonly PortfolioFact[] {
  startDay(state, input.time);
  switch (input.kind) {
    case 'positionFilled':
      return foldPositionFill(state, input);
    case 'orderEnded':
      return endOrder(state, input);
    case 'dustLeft':
      return bookDust(state, input);
    case 'priced':
      for (const { instrumentId, price } of input.prices) {
        if (price > 0n && isHeld(state, instrumentId)) state.marks[instrumentId] = { price, time: input.time };
      }
      state.peak = greater(state.peak, equityOf(state));
      return [];
    case 'timePassed':
      return [];
    case 'peakReset':
      state.peak = equityOf(state);
      return [];
    case 'capitalSet': {
      const fact = changeCapital(state, input.capital, equityOf(state));
      return fact === null ? [] : [fact];
    }
    default:
      return assertNever(input);
  }
}

/** A late input never brings an ended day back. */
function startDay(state: PortfolioState, time: EpochMs): void {
  state.time = Math.max(state.time, time) as EpochMs;
  const start = (Math.floor(state.time / DAY_MS) * DAY_MS) as EpochMs;
  if (start <= state.day.start) return;
  state.day = { start, equity: equityOf(state), realized: NONE };
}

function isHeld(state: PortfolioState, instrumentId: InstrumentId): boolean {
  for (const id in state.positions) if (state.positions[id]?.instrumentId === instrumentId) return true;
  return false;
}

function foldPositionFill(state: PortfolioState, told: PositionFilled): readonly PortfolioFact[] {
  const known = state.positions[told.positionId];
  const book = known ?? createPositionBook(told);
  state.positions[told.positionId] = book;
  const { cash, realized } = foldFill(book, told);
  state.cash = add(state.cash, cash);
  state.day.realized = add(state.day.realized, realized);
  if (!Object.hasOwn(state.marks, told.instrumentId)) {
    state.marks[told.instrumentId] = { price: told.fill.price, time: told.time };
  }
  state.peak = greater(state.peak, equityOf(state));
  const { positionId, instrumentId } = told;
  return known === undefined ? [{ kind: 'positionOpened', positionId, instrumentId }] : [];
}

function endOrder(
  state: PortfolioState,
  { positionId, clientOrderId, time }: Extract<PortfolioInput, { kind: 'orderEnded' }>,
): readonly PortfolioFact[] {
  const book = state.positions[positionId];
  if (book === undefined) return [];
  const leg = closeLeg(book, clientOrderId);
  if (leg === null) return [];
  noteLeg(state.pnl, leg);
  return [{ kind: 'legClosed', leg }, ...(book.held <= 0n ? closePosition(state, book, time) : [])];
}

function bookDust(
  state: PortfolioState,
  { positionId, time }: Extract<PortfolioInput, { kind: 'dustLeft' }>,
): readonly PortfolioFact[] {
  const book = state.positions[positionId];
  if (book === undefined) return [];
  state.dust[book.instrumentId] = add(state.dust[book.instrumentId] ?? (ZERO as Quantity), book.held);
  return closePosition(state, book, time);
}

/** What is left as dust is written off: its cost is a loss of the position. */
function closePosition(state: PortfolioState, book: PositionBook, time: EpochMs): readonly PortfolioFact[] {
  delete state.positions[book.positionId];
  if (!isHeld(state, book.instrumentId)) delete state.marks[book.instrumentId];
  state.day.realized = subtract(state.day.realized, book.cost);
  const closed: ClosedPosition = {
    positionId: book.positionId,
    instrumentId: book.instrumentId,
    entryTime: book.openedTime,
    exitTime: time,
    entryPrice: entryPriceOf(book),
    quantity: book.received,
    pnlNet: subtract(book.realized, book.cost),
    lastReason: book.lastReason,
    legs: book.legs,
    dust: book.held,
    traceId: book.traceId,
  };
  notePosition(state.pnl, closed);
  return [{ kind: 'positionClosed', closed }];
}

/** Cash and everything held at its newest price. */
export function equityOf(state: PortfolioState): Money {
  let equity = state.cash;
  for (const id in state.positions) equity = add(equity, viewOf(state, state.positions[id] as PositionBook).value);
  return equity;
}

/** The portfolio for whoever decides and for whoever shows it; a copy. */
export function viewPortfolio(state: PortfolioState): PortfolioView {
  const positions = Object.values(state.positions).map((book) => viewOf(state, book));
  return {
    time: state.time,
    initialCapital: state.initialCapital,
    cash: state.cash,
    equity: positions.reduce((sum, { value }) => add(sum, value), state.cash),
    peak: state.peak,
    dayStart: state.day.start,
    dayStartEquity: state.day.equity,
    dayRealized: state.day.realized,
    positions,
  };
}

function viewOf(state: PortfolioState, book: PositionBook): PositionView {
  const mark = Object.hasOwn(state.marks, book.instrumentId) ? state.marks[book.instrumentId] : undefined;
  const entryPrice = entryPriceOf(book);
  const value = multiply(mark?.price ?? entryPrice, book.held) as Money;
  return {
    positionId: book.positionId,
    instrumentId: book.instrumentId,
    openedTime: book.openedTime,
    traceId: book.traceId,
    entryPrice,
    quantityInitial: book.received,
    quantity: book.held,
    mark: mark?.price ?? null,
    markTime: mark?.time ?? null,
    value,
    unrealized: subtract(value, book.cost),
    realized: book.realized,
    otherFees: { ...book.otherFees } as Readonly<Record<string, Decimal>>,
  };
}
