/**
 * Settings of execution with the defaults of the seed document (section 3.3). Shares are fractions (0.05 is 5 %),
 * lengths of time milliseconds, money quote units.
 */
import { decimal } from '../core/decimal.ts';
import type { Money } from '../model/money.ts';

/** How the venue's rules are kept fresh. */
export type RulesConfig = {
  readonly refreshMs: number;
  /** Wait after a failed refresh. */
  readonly retryMs: number;
  /** Rules older than this admit no entry; exits go on. */
  readonly staleMs: number;
};

/** What protects a position while nobody looks. */
export type ProtectionConfig = {
  /** A stop alone, or a stop and a distant take-profit of which one executes, where the instrument takes it. */
  readonly order: 'stop' | 'oco';
  /** How far below the software stop the resting one waits, as a fraction of it: it is the net, not the trigger. */
  readonly gap: number;
  /** How far below its stop price a stop with a limit may sell, as a fraction of it. */
  readonly limitGap: number;
  /** Where the take-profit of an `oco` waits, as a fraction above the entry price. */
  readonly takeAbove: number;
  /** Longest time without a stop before people are told; told again each time it passes once more. */
  readonly nakedMaxMs: number;
  /** Distance of the stop for a position that was found at the venue alone. */
  readonly adoptedDistance: number;
};

/** Settings of the stage. */
export type ExecutionConfig = {
  readonly rules: RulesConfig;
  readonly protection: ProtectionConfig;
  /** How an entry is ordered: a limit at the most it may cost, for what can be had at once or resting; or the market. */
  readonly entryOrder: 'limitIoc' | 'limit' | 'market';
  /** A second entry of an instrument within this time is a duplicate. */
  readonly dedupeMs: number;
  /** A limit order that is still open after this is cancelled. */
  readonly orderTimeoutMs: number;
  /** What positions are bought with. */
  readonly quoteAsset: string;
  /** An order without an answer for this long is asked about. */
  readonly answerTimeoutMs: number;
  /** Waits between two questions, and before a failed action is tried again. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** The venue's open orders are compared with ours this often while there are any. */
  readonly pollMs: number;
  /** How far back the venue's orders are read to find positions that our records do not have. */
  readonly lookbackMs: number;
  /** A rest worth less is not kept. */
  readonly dustValue: Money;
};

/** The settings of the seed; what it leaves open is chosen here. */
export const DEFAULT_EXECUTION_CONFIG: ExecutionConfig = {
  rules: { refreshMs: 3_600_000, retryMs: 300_000, staleMs: 7_200_000 },
  protection: {
    order: 'stop',
    gap: 0.005,
    limitGap: 0.02,
    takeAbove: 0.5,
    nakedMaxMs: 5_000,
    adoptedDistance: 0.05,
  },
  entryOrder: 'limitIoc',
  dedupeMs: 60_000,
  orderTimeoutMs: 3_000,
  quoteAsset: 'USDT',
  answerTimeoutMs: 20_000,
  retryMinMs: 250,
  retryMaxMs: 10_000,
  pollMs: 30_000,
  lookbackMs: 7 * 86_400_000,
  dustValue: decimal('1') as Money,
};
