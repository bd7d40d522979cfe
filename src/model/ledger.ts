/**
 * The decision ledger: for every candidate of every round why it was bought or not, for every sale why, what became of
 * it, and what the price did afterwards. Plain data that JSON keeps as it is: prices and money are exact decimal texts.
 */
import type { CandidateSource, CandidateStatus, CandidateTier, HeatComponents } from './candidate.ts';
import type { SizeStep, Verdict } from './decision.ts';
import type { InstrumentId } from './instrument.ts';
import type { ExitReason, PositionId } from './intent.ts';
import type { Reason, SignalAction } from './signal.ts';

/** What one timeframe said: scores of 0..100 with the rules that gave most, or why it had no say. */
export type LedgerTimeframe = {
  readonly timeframe: string;
  /** End of its newest candle, milliseconds; `null` without one. */
  readonly closeTime: number | null;
  readonly sell: number | null;
  readonly buy: number | null;
  /** The rules of the six books that gave most points, at most five. */
  readonly reasons: readonly Reason[];
  readonly skipped: string | null;
};

/** A signal as the ledger keeps it. */
export type LedgerSignal = {
  readonly action: SignalAction;
  readonly strength: number;
  readonly confidence: number;
  readonly reason: string;
  readonly sell: number;
  readonly buy: number;
  /** Percent of the weight that is long minus that which is short, and the share of the weights that was there. */
  readonly net: number;
  readonly coverage: number;
  readonly timeframes: readonly LedgerTimeframe[];
};

/** Where a candidate stood; `null` fields of `LedgerFacts` are what was not known or not reached. */
export type LedgerCandidate = {
  readonly source: CandidateSource;
  readonly status: CandidateStatus;
  readonly tier: CandidateTier;
  readonly components: HeatComponents;
};

/** Everything a verdict was made of. */
export type LedgerFacts = {
  readonly heat: number | null;
  readonly candidate: LedgerCandidate | null;
  readonly signal: LedgerSignal | null;
  /** Every rule asked, in order; the last one refused where the verdict is a refusal. */
  readonly verdicts: readonly Verdict[];
  /** How the size came about, each bound that lowered it by name. */
  readonly size: readonly SizeStep[];
  /** Of an approved entry. */
  readonly stopDistance: number | null;
};

/** The numbers of the newest round under an unchanged verdict. */
export type LedgerGlance = {
  readonly traceId: string;
  readonly price: string | null;
  readonly heat: number | null;
  readonly strength: number | null;
  /** The rule that refused with its newest numbers. */
  readonly refusal: Verdict | null;
};

/** What became of an approved intent. */
export type LedgerFate =
  | { readonly kind: 'underWay' }
  | { readonly kind: 'filled' | 'partial' | 'nothing'; readonly time: number }
  /** Not ordered: a check before sending refused, or the venue did. */
  | { readonly kind: 'refused'; readonly time: number; readonly code: string; readonly reason: string };

/**
 * One verdict about one coin, over the rounds in which it did not change. `number` counts 1, 2, 3, ... of the ledger;
 * an `entry` is about buying, an `exit` about selling a position.
 */
export type LedgerRow = {
  readonly number: number;
  readonly kind: 'entry' | 'exit';
  readonly instrumentId: InstrumentId;
  readonly outcome: 'refused' | 'approved';
  /** The first rule that refused an entry, or the reason of an exit; `null` of an approved entry. */
  readonly gate: string | null;
  /** The round it was first given in; of an exit the one that opened the position. */
  readonly traceId: string;
  readonly positionId: PositionId | null;
  readonly intentId: string | null;
  readonly firstTime: number;
  readonly lastTime: number;
  /** Rounds that gave it. */
  readonly rounds: number;
  /** Price at `firstTime`; what came afterwards is measured from it. */
  readonly price: string | null;
  /** Of a refusal when it was first given, of an approval the newest. */
  readonly facts: LedgerFacts;
  readonly newest: LedgerGlance;
  readonly fate: LedgerFate | null;
  /** Settings it was made under. */
  readonly configHash: string;
};

/** How long after a verdict its price is looked at, shortest first. */
export const LEDGER_HORIZONS = ['15m', '1h', '4h'] as const;

/** One of them. */
export type LedgerHorizon = (typeof LEDGER_HORIZONS)[number];

/** What the price did after a verdict; changes are fractions of the price at the verdict. */
export type LedgerOutcome = {
  /** The row it belongs to. */
  readonly number: number;
  readonly horizon: LedgerHorizon;
  /** When it was looked at. */
  readonly time: number;
  readonly price: string | null;
  readonly change: number | null;
  /** The furthest up and down among the prices seen until then, one a round. */
  readonly highest: number | null;
  readonly lowest: number | null;
  /** Why there is no price; `null` where there is one. */
  readonly unknown: string | null;
};

/** A closed leg of a position with what it was decided by. */
export type LedgerLeg = {
  readonly kind: 'leg';
  readonly positionId: PositionId;
  readonly instrumentId: InstrumentId;
  readonly clientOrderId: string;
  /** 1, 2, ... of the position. */
  readonly leg: number;
  readonly entryPrice: string;
  readonly exitPrice: string;
  readonly quantity: string;
  readonly pnl: string;
  readonly feeEntry: string;
  readonly feeExit: string;
  readonly pnlNet: string;
  readonly reason: ExitReason;
  readonly entryTime: number;
  readonly exitTime: number;
  readonly traceId: string;
} & TradeContext;

/** What a leg was decided by; `null` is what is not known, for instance of an adopted position. */
export type TradeContext = {
  /** Settings the entry was made under. */
  readonly configHash: string;
  /** Prices that entry and exit were decided at; of a resting stop its stop price. */
  readonly entryDecidedPrice: string | null;
  readonly exitDecidedPrice: string | null;
  readonly stopDistance: number | null;
  readonly strength: number | null;
  readonly heat: number | null;
};

/** A position that is over. */
export type LedgerClosed = {
  readonly kind: 'closed';
  readonly positionId: PositionId;
  readonly instrumentId: InstrumentId;
  readonly entryTime: number;
  readonly exitTime: number;
  readonly entryPrice: string;
  readonly quantity: string;
  readonly pnlNet: string;
  readonly lastReason: ExitReason;
  readonly legs: number;
  readonly dust: string;
  readonly traceId: string;
};

/** What a trade left behind. */
export type LedgerTrade = LedgerLeg | LedgerClosed;

/** What changed in the ledger. Rows replace those of their number; outcomes and trades are written once. */
export type LedgerBatch = {
  readonly rows: readonly LedgerRow[];
  readonly outcomes: readonly LedgerOutcome[];
  readonly trades: readonly LedgerTrade[];
};
