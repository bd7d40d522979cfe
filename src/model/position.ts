/**
 * Positions and money as the portfolio states them: exact, net of every commission. Whoever decides reads these and
 * nothing else of the portfolio.
 */
import type { Decimal } from '../core/decimal.ts';
import type { EpochMs } from '../core/time.ts';
import type { InstrumentId } from './instrument.ts';
import type { ExitReason, PositionId } from './intent.ts';
import type { Money, Price, Quantity } from './money.ts';
import type { ClientOrderId, Fill, Side } from './order.ts';

/** A fill of ours, told once, with the position it belongs to. */
export type PositionFilled = {
  readonly kind: 'positionFilled';
  readonly positionId: PositionId;
  readonly instrumentId: InstrumentId;
  readonly clientOrderId: ClientOrderId;
  readonly side: Side;
  readonly reason: ExitReason | 'entry';
  readonly fill: Fill;
  readonly traceId: string;
  readonly time: EpochMs;
};

/** An open position at its newest price. */
export type PositionView = {
  readonly positionId: PositionId;
  readonly instrumentId: InstrumentId;
  readonly openedTime: EpochMs;
  readonly traceId: string;
  /** Average price of what was bought, without commissions. */
  readonly entryPrice: Price;
  /** Bought, less commissions taken from it. */
  readonly quantityInitial: Quantity;
  /** Of that still held. */
  readonly quantity: Quantity;
  /** Newest price and when it was told; `null` before the first. */
  readonly mark: Price | null;
  readonly markTime: EpochMs | null;
  /** `quantity` at the newest price, at the entry price while there is none. */
  readonly value: Money;
  readonly unrealized: Money;
  readonly realized: Money;
  /** Commissions taken in neither of its two assets, by asset. */
  readonly otherFees: Readonly<Record<string, Decimal>>;
};

/** What everything is worth. `equity` is cash and positions; `peak` its highest, unrealised gains included. */
export type PortfolioView = {
  readonly time: EpochMs;
  readonly initialCapital: Money;
  readonly cash: Money;
  readonly equity: Money;
  readonly peak: Money;
  /** 00:00 UTC of the present day, and the equity at that moment. */
  readonly dayStart: EpochMs;
  readonly dayStartEquity: Money;
  readonly dayRealized: Money;
  /** Oldest first. */
  readonly positions: readonly PositionView[];
};

/** One sale of a position, of one order. Times are of its first and last fill. */
export type TradeLeg = {
  readonly positionId: PositionId;
  readonly instrumentId: InstrumentId;
  readonly clientOrderId: ClientOrderId;
  /** 1, 2, ... of the position. */
  readonly leg: number;
  readonly entryPrice: Price;
  readonly exitPrice: Price;
  readonly quantity: Quantity;
  /** Price difference times quantity, without commissions. */
  readonly pnl: Money;
  /** Commissions in quote units; those of a third asset are not in them. */
  readonly feeEntry: Money;
  readonly feeExit: Money;
  readonly pnlNet: Money;
  readonly reason: ExitReason;
  readonly entryTime: EpochMs;
  readonly exitTime: EpochMs;
  readonly traceId: string;
};

/** A position from its first fill to its last. */
export type ClosedPosition = {
  readonly positionId: PositionId;
  readonly instrumentId: InstrumentId;
  readonly entryTime: EpochMs;
  readonly exitTime: EpochMs;
  readonly entryPrice: Price;
  readonly quantity: Quantity;
  readonly pnlNet: Money;
  readonly lastReason: ExitReason;
  readonly legs: number;
  /** Too little to be sold, kept in the dust ledger. */
  readonly dust: Quantity;
  readonly traceId: string;
};
