/**
 * What the trading stages remember between two inputs, and what they are set by. Plain data: it is snapshotted and
 * replayed like everything else.
 */
import type { EpochMs } from '../../core/time.ts';
import { createDecisions, type DecisionConfig, type DecisionsState } from '../../decisions/index.ts';
import { createDiscovery, type DiscoveryConfig, type DiscoveryState } from '../../discovery/index.ts';
import { createExecution, type ExecutionConfig, type ExecutionState } from '../../execution/index.ts';
import { createLedger, type LedgerState } from '../../ledger/index.ts';
import type { BookFacts } from '../../model/book.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { PositionId } from '../../model/intent.ts';
import type { Money } from '../../model/money.ts';
import { createPortfolio, type PortfolioState } from '../../portfolio/index.ts';
import type { SeenPlaces } from './pool-changes.ts';
import type { SignalDesk, SignalSettings } from './signal-desk.ts';
import { createSignalDesk } from './signal-desk.ts';

/** Everything trading is set by; it enters as an input, so that a replay has it too. */
export type TradingSettings = {
  readonly discovery: DiscoveryConfig;
  readonly signals: SignalSettings;
  readonly decisions: DecisionConfig;
  readonly execution: ExecutionConfig;
  readonly initialCapital: Money;
  /** Pause between two rounds. */
  readonly cycleMs: number;
  /** How many of the hottest are judged. */
  readonly candidatesMax: number;
  /** Whether approved intents become orders, or are recorded only. */
  readonly orders: 'made' | 'recorded';
  readonly configHash: string;
};

/** What later stages told that earlier ones hear with the next input. */
export type Told =
  | {
      readonly kind: 'intentEnded';
      readonly intentId: string;
      readonly outcome: 'filled' | 'partial' | 'nothing';
      readonly time: EpochMs;
    }
  | { readonly kind: 'positionOpened'; readonly instrumentId: InstrumentId; readonly time: EpochMs }
  | {
      readonly kind: 'positionClosed';
      readonly instrumentId: InstrumentId;
      readonly positionId: PositionId;
      readonly outcome: 'gain' | 'loss';
      readonly time: EpochMs;
    };

/** What the surroundings were like when last measured. */
export type Surroundings = {
  readonly clockSkewMs: number | null;
  readonly loopLagMs: number;
  readonly feed: 'up' | 'down';
  readonly storage: 'working' | 'failing';
};

/** The trading stages. */
export type TradingState = {
  settings: TradingSettings;
  readonly discovery: DiscoveryState;
  readonly signals: SignalDesk;
  readonly decisions: DecisionsState;
  readonly execution: ExecutionState;
  readonly portfolio: PortfolioState;
  readonly ledger: LedgerState;
  /** Whose signals were asked for as candidates, not only because they are held. */
  chosen: readonly InstrumentId[];
  /** Where candidates were at the last round. */
  readonly places: SeenPlaces;
  /** Heard with the next input; empty again before anything else of it is folded. */
  told: Told[];
  surroundings: Surroundings;
  venue: 'up' | 'down';
  reconciliation: 'pending' | 'clean' | 'mismatch';
  /** Books of candidates as last read, and when. */
  books: Record<string, BookFacts>;
  booksTime: EpochMs | null;
  cycle: number;
};

/** Trading before its first input. */
export function createTrading(settings: TradingSettings): TradingState {
  return {
    settings,
    discovery: createDiscovery(settings.discovery),
    signals: createSignalDesk(settings.signals),
    decisions: createDecisions(settings.decisions),
    execution: createExecution(settings.execution),
    portfolio: createPortfolio(settings.initialCapital),
    ledger: createLedger(),
    places: {},
    chosen: [],
    told: [],
    surroundings: { clockSkewMs: null, loopLagMs: 0, feed: 'down', storage: 'working' },
    venue: 'up',
    reconciliation: 'pending',
    books: {},
    booksTime: null,
    cycle: 0,
  };
}
