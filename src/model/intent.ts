/**
 * What is to be done about a position: open it, sell of it, move its protection. An intent was approved by every rule;
 * it becomes orders, and its id is the key under which it is done once.
 */
import type { Brand } from '../core/brand.ts';
import type { EpochMs } from '../core/time.ts';
import type { InstrumentId } from './instrument.ts';
import type { Money, Price, Quantity } from './money.ts';

/** One holding from its entry to its last sale; at most 20 characters of `[A-Za-z0-9]`, never used twice. */
export type PositionId = Brand<string, 'PositionId'>;

/** Why something is sold. */
export type ExitReason =
  | 'stop'
  | 'blackSwan'
  | 'takeProfit'
  | 'trailing'
  | 'time'
  | 'heatDecay'
  | 'sellSignal'
  | 'coinLoss'
  | 'drawdown'
  | 'emergency'
  | 'operator'
  | 'shutdown'
  | 'dust';

/** Buy for at most `quoteAmount`. */
export type OpenIntent = {
  readonly kind: 'open';
  readonly intentId: string;
  readonly positionId: PositionId;
  readonly instrumentId: InstrumentId;
  readonly quoteAmount: Money;
  readonly referencePrice: Price;
  /** Most that may be paid above the reference, as a fraction of it. */
  readonly maxSlippage: number;
  /** Distance of the software stop below the entry price, as a fraction above 0. */
  readonly stopDistance: number;
  readonly traceId: string;
  readonly time: EpochMs;
};

/** Sell of a position, at the market. */
export type ExitIntent = {
  readonly kind: 'exit';
  readonly intentId: string;
  readonly positionId: PositionId;
  readonly instrumentId: InstrumentId;
  /** Of what the position holds; `all` also when that changes until it is sold. */
  readonly quantity: Quantity | 'all';
  readonly referencePrice: Price | null;
  readonly reason: ExitReason;
  readonly urgency: 'normal' | 'emergency';
  readonly traceId: string;
  readonly time: EpochMs;
};

/** Move the stop that rests on the venue. */
export type ProtectIntent = {
  readonly kind: 'protect';
  readonly positionId: PositionId;
  readonly stopPrice: Price;
  readonly time: EpochMs;
};

/** Everything that can be approved. */
export type TradeIntent = OpenIntent | ExitIntent | ProtectIntent;
