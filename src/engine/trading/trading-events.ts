/**
 * What can enter trading beside the facts of the market, and what it asks for. Every request is answered by an input.
 */
import type { EpochMs } from '../../core/time.ts';
import type { OperatorCommand, TradingHealth } from '../../decisions/index.ts';
import type { Anomaly, DiscoveryInput, FilteredCandidate } from '../../discovery/index.ts';
import type { OrderGround, SaleScope } from '../../ledger/index.ts';
import type { BookFacts } from '../../model/book.ts';
import type { Candidate } from '../../model/candidate.ts';
import type { DecisionRecord } from '../../model/decision.ts';
import type {
  ExecutionEffect,
  ExecutionInput,
  Mismatch,
  OrderRecord,
  ProtectionStatus,
} from '../../model/execution.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { PositionId } from '../../model/intent.ts';
import type { LedgerBatch, TradeContext } from '../../model/ledger.ts';
import type { Money, Price } from '../../model/money.ts';
import type { ClosedPosition, TradeLeg } from '../../model/position.ts';
import type { TradeSignal } from '../../model/signal.ts';
import type { DiscoveryRequest } from './perform-discovery.ts';
import type { PoolChange } from './pool-changes.ts';
import type { SignalDeskEffect, SignalDeskInput } from './signal-desk.ts';
import type { Surroundings, TradingSettings } from './trading-state.ts';

/** What can enter. */
export type TradingInput =
  /** The first of every run: the settings. Trading that goes on after a restart keeps what it knows. */
  | { readonly kind: 'tradingOpened'; readonly receivedTime: EpochMs; readonly settings: TradingSettings }
  /** Settings that act at once on running trading; the rest of them waits for the next run. */
  | { readonly kind: 'settingsChanged'; readonly receivedTime: EpochMs; readonly settings: TradingSettings }
  /** The capital that the settings of a run name, where the records have another one. */
  | { readonly kind: 'capitalSet'; readonly receivedTime: EpochMs; readonly capital: Money }
  /** Nothing but time: what later stages told is heard. */
  | { readonly kind: 'tradingContinued'; readonly receivedTime: EpochMs }
  | { readonly kind: 'surroundingsMeasured'; readonly receivedTime: EpochMs; readonly surroundings: Surroundings }
  /** The answer to `fetchBooks`; who is missing could not be read. */
  | {
      readonly kind: 'booksFetched';
      readonly receivedTime: EpochMs;
      readonly books: Readonly<Record<string, BookFacts>>;
    }
  | { readonly kind: 'operatorCommanded'; readonly receivedTime: EpochMs; readonly command: OperatorCommand }
  | { readonly kind: 'tradingClosed'; readonly receivedTime: EpochMs; readonly reason: string }
  | Exclude<DiscoveryInput, { readonly kind: 'cycleDue' | 'positionOpened' | 'positionClosed' }>
  | Exclude<ExecutionInput, { readonly kind: 'intentApproved' }>
  | SignalDeskInput;

/** One thing worth telling people and keeping; versioned as a whole by the event log. */
export type TradingEvent = { readonly time: EpochMs; readonly traceId: string | null } & (
  | { readonly kind: 'anomaly'; readonly anomaly: Anomaly }
  | ({ readonly kind: 'poolChanged' } & PoolChange)
  /** The filter keeps a candidate out; told when that begins. */
  | ({ readonly kind: 'filterRejected'; readonly heat: number; readonly price: Price | null } & FilteredCandidate)
  | { readonly kind: 'candidatesChosen'; readonly poolSize: number; readonly chosen: readonly Candidate[] }
  | { readonly kind: 'signals'; readonly signals: readonly TradeSignal[] }
  /** `repeated` is how many rounds in a row gave the same verdict about the coin before. */
  | { readonly kind: 'decision'; readonly record: DecisionRecord; readonly repeated: number }
  | {
      readonly kind: 'order';
      readonly order: OrderRecord;
      readonly sale: SaleScope | null;
      readonly ground: OrderGround;
    }
  | {
      readonly kind: 'intentRefused';
      readonly intentId: string;
      readonly positionId: PositionId;
      readonly instrumentId: InstrumentId;
      readonly code: string;
      readonly reason: string;
      /** How much of a position was to be sold; `null` of an entry. */
      readonly sale: SaleScope | null;
    }
  | {
      readonly kind: 'protection';
      readonly positionId: PositionId;
      readonly instrumentId: InstrumentId | null;
      readonly protection: ProtectionStatus;
      readonly stopPrice: Price | null;
      readonly nakedMs: number;
    }
  | { readonly kind: 'leg'; readonly leg: TradeLeg; readonly context: TradeContext }
  | { readonly kind: 'positionClosed'; readonly closed: ClosedPosition }
  /** `held` is what was held at that moment. */
  | {
      readonly kind: 'risk';
      readonly layer: string;
      readonly text: string;
      readonly held: readonly InstrumentId[];
    }
  | { readonly kind: 'health'; readonly health: TradingHealth }
  /** Capital was paid in or out. */
  | { readonly kind: 'capitalChanged'; readonly from: Money; readonly to: Money }
  /** Less cash than was to be paid out: the capital stays. */
  | { readonly kind: 'capitalKept'; readonly capital: Money; readonly wanted: Money; readonly cash: Money }
  | { readonly kind: 'mismatch'; readonly mismatch: Mismatch }
);

/** What trading asks for. */
export type TradingEffect =
  | ExecutionEffect
  | SignalDeskEffect
  | DiscoveryRequest
  /** Read the books of these; answered by `booksFetched`. */
  | { readonly kind: 'fetchBooks'; readonly instrumentIds: readonly InstrumentId[] }
  /** Keep these in the ledger, in the commit of this burst. */
  | { readonly kind: 'saveLedger'; readonly batch: LedgerBatch }
  /** Post `tradingContinued`. */
  | { readonly kind: 'continueTrading' }
  /** Keep these and tell people. */
  | { readonly kind: 'tellTrading'; readonly events: readonly TradingEvent[] };
