/**
 * Settings of decisions with the defaults of the seed document (sections 3.2 to 3.4) and of the decisions page. Shares
 * are fractions (0.05 is 5 %), lengths of time milliseconds, money quote units.
 */
import { decimal } from '../core/decimal.ts';
import type { Money } from '../model/money.ts';

/** A gain at which a share of the initial quantity is sold. */
export type TakeProfitTier = { readonly gain: number; readonly share: number };

/** A fall within a window that ends a position at once. */
export type SuddenFall = { readonly window: '5m' | '15m'; readonly change: number };

/** When to enter and when to leave. */
export type RuleConfig = {
  /** Least strength of a signal, 0..100. */
  readonly strengthMin: number;
  /** Least heat, 0..100. */
  readonly heatMin: number;
  /** Stop below the entry price where there is no average true range. */
  readonly stopDistance: number;
  /** Stop in average true ranges, held between the two distances. */
  readonly atrMultiple: number;
  readonly stopDistanceMin: number;
  readonly stopDistanceMax: number;
  /** Ascending by gain; the shares are of the initial quantity and add up to 1 at most. */
  readonly tiers: readonly TakeProfitTier[];
  /** Give-back from the highest gain, in points of it, once every tier is sold. */
  readonly trailingDistance: number;
  /** After the first tier the stop stands at the entry price with both commissions. */
  readonly breakEven: 'afterFirstTier' | 'never';
  readonly holdMaxMs: number;
  readonly suddenFalls: readonly SuddenFall[];
  /** Widest spread to enter at. */
  readonly spreadMax: number;
  /** Buyers within 1 % must be worth this many times the order. */
  readonly depthMultiple: number;
  /** Whether an entry needs a book; without one the two rules above are skipped where it is `whenKnown`. */
  readonly book: 'required' | 'whenKnown';
  /** A price older than this is no price. */
  readonly priceMaxAgeMs: number;
  /** Most an entry may pay above the price it was decided at. */
  readonly slippageMax: number;
  /** One commission as a fraction, for break-even. */
  readonly takerFee: number;
};

/** How much to buy. */
export type SizingConfig = {
  readonly positionsMax: number;
  readonly singleShareMax: number;
  readonly totalShareMax: number;
  /** Smallest entry. */
  readonly amountMin: Money;
  /** Most that may be lost between entry and stop, of the equity. */
  readonly riskShare: number;
  /** Most of the instrument's last hour of trading. */
  readonly hourVolumeShare: number;
  /** Most of what buyers within 1 % would take, so that it can be sold again. */
  readonly exitDepthShare: number;
};

/** The layers of risk. */
export type RiskConfig = {
  /** L2: loss of one coin, of the capital. */
  readonly coinLossMax: number;
  /** L3: exposure to one sector, of the capital. */
  readonly sectorShareMax: number;
  /** L4: loss since 00:00 UTC, of the capital. */
  readonly dayLossMax: number;
  /** L5: fall from the highest equity. */
  readonly drawdownMax: number;
  readonly haltMs: number;
  /** Whether the halt ends by itself or waits for an operator as well. */
  readonly resume: 'acknowledged' | 'automatic';
};

/** When entries stop because of what the system knows about itself. */
export type HealthConfig = {
  readonly tickerDegradedMs: number;
  readonly tickerBlockedMs: number;
  /** A position without a price for longer is a trouble. */
  readonly heldPriceMaxAgeMs: number;
  readonly orderErrorsDegraded: number;
  readonly orderErrorsBlocked: number;
  /** Healthy measurements in a row that lead back from each state. */
  readonly recoveryDegraded: number;
  readonly recoveryBlocked: number;
  readonly clockSkewMaxMs: number;
  readonly loopLagMaxMs: number;
};

/** Everything decisions are set by. */
export type DecisionConfig = {
  readonly rules: RuleConfig;
  readonly sizing: SizingConfig;
  readonly risk: RiskConfig;
  readonly health: HealthConfig;
  /** Base asset to sector; who is missing is a sector of its own. */
  readonly sectors: Readonly<Record<string, string>>;
};

/** The seed's numbers. */
export const DEFAULT_DECISION_CONFIG: DecisionConfig = {
  rules: {
    strengthMin: 20,
    heatMin: 30,
    stopDistance: 0.05,
    atrMultiple: 1.5,
    stopDistanceMin: 0.03,
    stopDistanceMax: 0.05,
    tiers: [
      { gain: 0.05, share: 0.3 },
      { gain: 0.1, share: 0.3 },
    ],
    trailingDistance: 0.03,
    breakEven: 'never',
    holdMaxMs: 240 * 60_000,
    suddenFalls: [
      { window: '15m', change: -0.2 },
      { window: '5m', change: -0.1 },
    ],
    spreadMax: 0.005,
    depthMultiple: 20,
    book: 'whenKnown',
    priceMaxAgeMs: 30_000,
    slippageMax: 0.01,
    takerFee: 0.001,
  },
  sizing: {
    positionsMax: 5,
    singleShareMax: 0.1,
    totalShareMax: 0.4,
    amountMin: decimal('12') as Money,
    riskShare: 0.005,
    hourVolumeShare: 0.01,
    exitDepthShare: 0.25,
  },
  risk: {
    coinLossMax: 0.05,
    sectorShareMax: 0.2,
    dayLossMax: 0.05,
    drawdownMax: 0.15,
    haltMs: 86_400_000,
    resume: 'acknowledged',
  },
  health: {
    tickerDegradedMs: 10_000,
    tickerBlockedMs: 60_000,
    heldPriceMaxAgeMs: 30_000,
    orderErrorsDegraded: 3,
    orderErrorsBlocked: 10,
    recoveryDegraded: 3,
    recoveryBlocked: 6,
    clockSkewMaxMs: 1_000,
    loopLagMaxMs: 1_000,
  },
  sectors: {},
};
