/**
 * What decisions are made of and what they leave behind: the facts a rule reads, the verdict of each rule with its
 * numbers, and the record of a decision from which a person can read why.
 */
import type { EpochMs } from '../core/time.ts';
import type { InstrumentId } from './instrument.ts';
import type { ExitReason, PositionId } from './intent.ts';
import type { Price } from './money.ts';

/** What is known of a candidate when its signal arrives; figures are plain numbers, `null` is what is not known. */
export type EntryOpinion = {
  readonly instrumentId: InstrumentId;
  readonly action: 'BUY' | 'SELL' | 'HOLD';
  /** 0..100. */
  readonly strength: number;
  /** 0..1. */
  readonly confidence: number;
  /** Scores of the timeframe that confirms the direction. */
  readonly confirm: { readonly sell: number; readonly buy: number } | null;
  /** Wilder's average true range of 14 candles on that timeframe, in price units. */
  readonly atr: number | null;
  /** 0..100; `null` when it is not in the pool. */
  readonly heat: number | null;
  /** Liquidity dimension of its heat, 0..100. */
  readonly liquidity: number;
  /** Quote units traded in the last hour. */
  readonly quoteVolume1h: number | null;
  /** Newest price and when it was told. */
  readonly price: Price | null;
  readonly priceTime: EpochMs | null;
  /** Spread as a fraction of the mid price, and quote units of buyers within 1 % of it. */
  readonly book: { readonly spread: number; readonly bidDepth: number; readonly time: EpochMs } | null;
  readonly reason: string;
};

/** The newest price of an instrument with its change, as fractions, over the windows that sudden falls are judged by. */
export type PriceFact = {
  readonly instrumentId: InstrumentId;
  readonly price: Price;
  readonly change5m: number | null;
  readonly change15m: number | null;
};

/** What one rule said, with the number it saw and the limit it has. */
export type Verdict = {
  readonly rule: string;
  readonly outcome: 'passed' | 'refused';
  readonly value: number | string | null;
  readonly limit: number | string | null;
  readonly text: string;
};

/** One factor of a size, in the order applied. */
export type SizeStep = { readonly name: string; readonly amount: string };

/** Why something was done or not. `verdicts` end with the first refusal. */
export type DecisionRecord = {
  readonly decisionId: string;
  readonly kind: 'entry' | 'exit';
  readonly time: EpochMs;
  readonly traceId: string;
  readonly instrumentId: InstrumentId;
  readonly positionId: PositionId | null;
  readonly outcome: 'approved' | 'refused';
  /** The rule that refused, or that made the exit. */
  readonly gate: string | null;
  readonly reason: ExitReason | null;
  readonly price: Price | null;
  readonly strength: number | null;
  readonly heat: number | null;
  readonly verdicts: readonly Verdict[];
  readonly size: readonly SizeStep[];
  readonly intentId: string | null;
};

/** Whether entries are allowed; exits always are. */
export type TradingState = 'unknown' | 'tradeable' | 'degraded' | 'blocked' | 'stopped';
