/**
 * What the execution stage takes in, remembers of orders, tells and asks for. An order's record exists, and is on the
 * disk, before the order leaves; it ends only with evidence from the venue, and each of its fills is told once.
 */
import type { Decimal } from '../core/decimal.ts';
import type { Result } from '../core/result.ts';
import type { EpochMs } from '../core/time.ts';
import type { Balance } from './balance.ts';
import type { Notify, StartTimer, TimerFired } from './events.ts';
import type { Failure } from './failure.ts';
import type { InstrumentId } from './instrument.ts';
import type { ExitReason, PositionId, TradeIntent } from './intent.ts';
import type { Price, Quantity } from './money.ts';
import type {
  ApprovedOrder,
  ClientOrderId,
  Fill,
  OrderKey,
  OrderReplacement,
  OrderReport,
  OrderTerms,
  ReplaceOutcome,
  Side,
  SubmitOutcome,
  VenueOrderId,
} from './order.ts';
import type { TradingRules } from './trading-rules.ts';

/** What an order is for. */
export type OrderPurpose = 'open' | 'exit' | 'protection';

/**
 * Where an order is: `intent` is decided, `sent` is on its way, `unknown` may or may not exist or may have changed and
 * is being asked about; the last four of the life cycle (`filled`, `cancelled`, `expired`, `rejected`) are its end.
 */
export type OrderState =
  | 'intent'
  | 'sent'
  | 'new'
  | 'partiallyFilled'
  | 'filled'
  | 'cancelled'
  | 'expired'
  | 'rejected'
  | 'unknown';

/** Everything known of one order of ours. */
export type OrderRecord = {
  readonly clientOrderId: ClientOrderId;
  readonly intentId: string;
  readonly positionId: PositionId;
  readonly instrumentId: InstrumentId;
  readonly side: Side;
  readonly purpose: OrderPurpose;
  readonly reason: ExitReason | 'entry' | 'protection';
  /** `null` for an order that was found at the venue and is not in our records. */
  readonly terms: OrderTerms | null;
  readonly state: OrderState;
  readonly venueOrderId: VenueOrderId | null;
  /** Sum of `fills`. */
  readonly filledQuantity: Quantity;
  /** Each once, oldest first. */
  readonly fills: readonly Fill[];
  readonly createdTime: EpochMs;
  readonly updatedTime: EpochMs;
  readonly traceId: string;
  /** Why it was refused, or why its outcome is unknown. */
  readonly failure: Failure | null;
};

/** What must be remembered of a position to go on protecting it. */
export type ProtectionRecord = {
  readonly positionId: PositionId;
  readonly instrumentId: InstrumentId;
  readonly state: 'open' | 'closed';
  /** Fraction of the entry price. */
  readonly stopDistance: number;
  /** Price of the software stop, `null` before the entry is filled. */
  readonly stopPrice: Price | null;
  /** Client order ids made so far. */
  readonly orderCount: number;
  /** Time without a stop on the venue so far. */
  readonly nakedMs: number;
  readonly traceId: string;
  readonly updatedTime: EpochMs;
};

/** What changed and must be on the disk before any order of the same burst leaves. */
export type ExecutionBatch = {
  readonly orders: readonly OrderRecord[];
  readonly protections: readonly ProtectionRecord[];
};

/** How own records and the venue differed, and what was done. */
export type Mismatch =
  /** An order of a position we know was not in our records; it is now. */
  | { readonly kind: 'orderAdopted'; readonly positionId: PositionId; readonly clientOrderId: ClientOrderId }
  /** A position that only the venue's orders tell of; it is managed from now on. */
  | { readonly kind: 'positionAdopted'; readonly positionId: PositionId; readonly quantity: Quantity }
  /** An order of ours that protects or sells nothing any more; it is cancelled. */
  | { readonly kind: 'orphanOrder'; readonly clientOrderId: ClientOrderId }
  /** An order that is not ours; left alone, but what it locks can not be sold. */
  | { readonly kind: 'foreignOrder'; readonly clientOrderId: ClientOrderId }
  /** Our fills say we hold more than the account does; no more than `found` is sold. */
  | { readonly kind: 'balanceShort'; readonly asset: string; readonly held: Decimal; readonly found: Decimal }
  /** The venue says that an order it told us of does not exist. */
  | { readonly kind: 'orderVanished'; readonly clientOrderId: ClientOrderId };

/** Whether a stop rests on the venue for a position. */
export type ProtectionStatus = 'resting' | 'none' | 'unknown';

/** What the stage tells. */
export type ExecutionFact =
  | { readonly kind: 'orderMoved'; readonly order: OrderRecord; readonly time: EpochMs }
  /** Each fill once, whoever told of it first. */
  | {
      readonly kind: 'orderFilled';
      readonly positionId: PositionId;
      readonly instrumentId: InstrumentId;
      readonly side: Side;
      readonly purpose: OrderPurpose;
      readonly reason: OrderRecord['reason'];
      readonly clientOrderId: ClientOrderId;
      readonly fill: Fill;
      readonly traceId: string;
      readonly time: EpochMs;
    }
  /** Nothing was ordered, or the venue took nothing; the intent may come again. */
  | {
      readonly kind: 'intentRefused';
      readonly intentId: string;
      readonly positionId: PositionId;
      readonly instrumentId: InstrumentId;
      readonly code: string;
      readonly reason: string;
      readonly time: EpochMs;
    }
  /** The order of an intent ended; its fills were told before. */
  | {
      readonly kind: 'intentDone';
      readonly intentId: string;
      readonly positionId: PositionId;
      readonly outcome: 'filled' | 'partial' | 'nothing';
      readonly time: EpochMs;
    }
  | {
      readonly kind: 'protectionChanged';
      readonly positionId: PositionId;
      readonly protection: ProtectionStatus;
      /** Where it rests, `null` unless it does. */
      readonly stopPrice: Price | null;
      /** Time without a stop so far. */
      readonly nakedMs: number;
      readonly time: EpochMs;
    }
  /** What can not be sold of a position that is over. */
  | {
      readonly kind: 'dustLeft';
      readonly positionId: PositionId;
      readonly instrumentId: InstrumentId;
      readonly quantity: Quantity;
      readonly time: EpochMs;
    }
  | { readonly kind: 'positionReleased'; readonly positionId: PositionId; readonly time: EpochMs }
  | { readonly kind: 'mismatchFound'; readonly mismatch: Mismatch; readonly time: EpochMs }
  /** Records and venue agree again: entries are open as far as this stage is concerned. */
  | { readonly kind: 'reconciled'; readonly mismatches: number; readonly time: EpochMs };

/** Opens the stage: what the order store holds, so that nothing is lost that the state does not know. */
export type ExecutionOpened = {
  readonly kind: 'executionOpened';
  readonly receivedTime: EpochMs;
  readonly orders: readonly OrderRecord[];
  readonly protections: readonly ProtectionRecord[];
};

/** What can enter the stage; answers carry what the port said. */
export type ExecutionInput =
  | ExecutionOpened
  | { readonly kind: 'intentApproved'; readonly receivedTime: EpochMs; readonly intent: TradeIntent }
  | {
      readonly kind: 'orderAnswered';
      readonly receivedTime: EpochMs;
      readonly clientOrderId: ClientOrderId;
      readonly outcome: SubmitOutcome;
    }
  | {
      readonly kind: 'orderReplaced';
      readonly receivedTime: EpochMs;
      readonly cancelId: ClientOrderId;
      readonly clientOrderId: ClientOrderId;
      readonly outcome: ReplaceOutcome;
    }
  | {
      readonly kind: 'cancelAnswered';
      readonly receivedTime: EpochMs;
      readonly clientOrderId: ClientOrderId;
      readonly answer: Result<OrderReport, Failure>;
    }
  | {
      readonly kind: 'orderQueried';
      readonly receivedTime: EpochMs;
      readonly clientOrderId: ClientOrderId;
      readonly answer: Result<OrderReport | null, Failure>;
    }
  | { readonly kind: 'orderReported'; readonly receivedTime: EpochMs; readonly report: OrderReport }
  | {
      readonly kind: 'openOrdersFetched';
      readonly receivedTime: EpochMs;
      /** When it was asked for. */
      readonly askedTime: EpochMs;
      readonly answer: Result<readonly OrderReport[], Failure>;
    }
  | {
      readonly kind: 'ordersFetched';
      readonly receivedTime: EpochMs;
      readonly instrumentId: InstrumentId;
      readonly answer: Result<readonly OrderReport[], Failure>;
    }
  | {
      readonly kind: 'balancesFetched';
      readonly receivedTime: EpochMs;
      readonly answer: Result<readonly Balance[], Failure>;
    }
  | {
      readonly kind: 'tradingRulesFetched';
      readonly receivedTime: EpochMs;
      readonly answer: Result<readonly TradingRules[], Failure>;
    }
  | { readonly kind: 'venueChanged'; readonly receivedTime: EpochMs; readonly connection: 'up' | 'down' }
  | TimerFired;

/** What the stage asks for; each request but a timer and a notice is answered by an input. */
export type ExecutionEffect =
  /** On the disk, also after a power cut, before any order of the burst leaves. */
  | ({ readonly kind: 'saveExecution' } & ExecutionBatch)
  /** Answered by `orderAnswered`. */
  | { readonly kind: 'submitOrder'; readonly order: ApprovedOrder }
  /** Answered by `orderReplaced`. */
  | ({ readonly kind: 'replaceOrder' } & OrderReplacement)
  /** Answered by `cancelAnswered`. */
  | { readonly kind: 'cancelOrder'; readonly key: OrderKey }
  /** Answered by `orderQueried`. */
  | { readonly kind: 'queryOrder'; readonly key: OrderKey }
  /** Open orders of all instruments; answered by `openOrdersFetched` with the same `askedTime`. */
  | { readonly kind: 'fetchOpenOrders'; readonly askedTime: EpochMs }
  /** Answered by `ordersFetched`. */
  | { readonly kind: 'fetchOrders'; readonly instrumentId: InstrumentId; readonly since: EpochMs }
  /** Answered by `balancesFetched`. */
  | { readonly kind: 'fetchBalances' }
  /** Answered by `tradingRulesFetched`. */
  | { readonly kind: 'fetchTradingRules' }
  | StartTimer
  | Notify;
