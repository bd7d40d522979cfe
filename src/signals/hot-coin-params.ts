/**
 * Every number the six books, their fusion and the consensus of timeframes are tuned with, as named data. `seed` is
 * the product; `parity` reproduces the reference implementation that the published vectors were made with. Parameters
 * are arguments everywhere, never globals, so that two profiles can judge the same candles side by side.
 */
import type { MacdLengths } from '../indicators/index.ts';
import { type Timeframe, timeframe } from '../model/timeframe.ts';

/** How many candles of a timeframe are judged: fewer than `candlesMin` and it is skipped. */
export type TimeframeParams = {
  readonly timeframe: Timeframe;
  /** Candles of history to load: the window, and what averages need to forget where they began. */
  readonly historyCandles: number;
  readonly candlesMin: number;
  /** Length of the window that the books look at. */
  readonly windowCandles: number;
  /** Weight in the consensus. */
  readonly weight: number;
};

/** A price distance: an amount of quote currency, or a share of the close. */
export type Distance = { readonly amount: number } | { readonly share: number };

/** What prices are computed in: whole numbers of the series' own unit, or doubles as they come. */
export type PriceUnits = 'whole' | 'raw';

/** Which candles the divergence book analyses: the newest ones, or those of the reference's grid, some candles old. */
export type DivergenceLag = 'fresh' | 'parity';

/** Name of a fusion formula. */
export type FusionMode = 'c6_veto_4' | 'c6_veto' | 'kdj_weighted' | 'kdj_timing' | 'kdj_gate' | 'weighted';

/** What happens where the bonuses of candlesticks and KDJ, which often agree, apply both. */
export type Decorrelation = 'off' | 'max' | 'discount' | 'candlesOnly' | 'kdjOnly';

/** How two books become one score. */
export type FusionParams = {
  readonly mode: FusionMode;
  readonly decorrelation: Decorrelation;
  /** `hard` damps from two vetoes on, `soft` ever more with the strength of the opposite books. */
  readonly veto: 'hard' | 'soft';
  /** Fused scores are cut at this value; `null` leaves them (they reach 158). */
  readonly cap: number | null;
};

/** How timeframes become one decision. */
export type ConsensusParams = {
  readonly shortThreshold: number;
  readonly longThreshold: number;
  /** A side rules a timeframe when its score is above this multiple of the other. */
  readonly dominance: number;
  /** Share of the weights that must be there. */
  readonly coverageMin: number;
  /** What the share is of: the weight of every timeframe asked for, or of those that are there, which is always all. */
  readonly coverageOf: 'requested' | 'available';
  /** Timeframes from this length on are the large ones. */
  readonly largeMinutes: number;
  /** Members that make a chain of agreeing timeframes strong. */
  readonly strongMembers: number;
  /** Whether a strong chain needs a large timeframe among its members. */
  readonly strongNeeds: 'large' | 'length';
  /** Which of two chains of equal length counts: the one of more weight, or the long one. */
  readonly equalChains: 'heavier' | 'long';
  /**
   * Whether a majority among timeframes that disagree acts by itself, or `needsLarge`: while the large timeframes hold,
   * it then counts no more than the same majority without opposition would, which does not act either.
   */
  readonly majority: 'acts' | 'needsLarge';
};

/** One complete set. */
export type SignalProfile = {
  readonly name: string;
  readonly description: string;
  readonly timeframes: readonly TimeframeParams[];
  readonly prices: PriceUnits;
  /** Drives the divergence book. */
  readonly macd: MacdLengths;
  /** Confirms the divergence book; `null` leaves the confirmation out. */
  readonly fastMacd: MacdLengths | null;
  readonly divergenceKdj: number;
  readonly kdj: number;
  readonly divergenceLag: DivergenceLag;
  /** How far DIF must leave zero before a return counts. */
  readonly zeroReturn: Distance;
  /** Bodies and ranges below it count as none. */
  readonly bodyMin: Distance;
  readonly fusion: FusionParams;
  readonly consensus: ConsensusParams;
};

const WINDOWS = [
  { timeframe: timeframe('1m'), candlesMin: 30, windowCandles: 200 },
  { timeframe: timeframe('5m'), candlesMin: 30, windowCandles: 200 },
  { timeframe: timeframe('15m'), candlesMin: 50, windowCandles: 300 },
  { timeframe: timeframe('1h'), candlesMin: 50, windowCandles: 400 },
] as const;

/** History and windows of the two seeds' timeframes; the weights are the seed's. */
function timeframes(weights: readonly number[], history: readonly number[]): readonly TimeframeParams[] {
  return WINDOWS.map((row, at) => ({
    ...row,
    historyCandles: history[at] as number,
    weight: weights[at] as number,
  }));
}

/**
 * The windows and 300 candles more, each timeframe within one request of 1,000. After 400 candles no score depends on
 * where history began any more (`hotwick audit lookahead`).
 */
const SETTLED_HISTORY = WINDOWS.map(({ windowCandles }) => windowCandles + 300);
/** One day, three days, a week and a month, as the reference loads them. */
const REFERENCE_HISTORY = [1440, 864, 672, 720];

const CONSENSUS_COMMON = { shortThreshold: 20, longThreshold: 35, dominance: 1.3, coverageMin: 0.5 } as const;

/** The product: the seed's parameters, divergence without delay, constants that know no price level. */
const SEED: SignalProfile = {
  name: 'seed',
  description: 'MACD 12/26/9 confirmed by 5/10/5, KDJ 5, newest candles, scale-free; 1h anchors a chain of two',
  timeframes: timeframes([5, 10, 15, 20], SETTLED_HISTORY),
  prices: 'whole',
  macd: { fast: 12, slow: 26, signal: 9 },
  fastMacd: { fast: 5, slow: 10, signal: 5 },
  divergenceKdj: 5,
  kdj: 5,
  divergenceLag: 'fresh',
  // 0.5 at a price of 2,500 is the reference's distance.
  zeroReturn: { share: 2e-4 },
  bodyMin: { share: 1e-6 },
  fusion: { mode: 'c6_veto_4', decorrelation: 'off', veto: 'hard', cap: 100 },
  consensus: {
    ...CONSENSUS_COMMON,
    coverageOf: 'requested',
    largeMinutes: 60,
    strongMembers: 2,
    strongNeeds: 'large',
    equalChains: 'heavier',
    majority: 'needsLarge',
  },
};

/** The reference as it was observed, with its delays and absolute constants; for comparison, not for trading. */
const PARITY: SignalProfile = {
  name: 'parity',
  description: 'the reference implementation, value for value: MACD 6/13/5, KDJ 9, delayed divergence',
  timeframes: timeframes([1, 1, 3, 8], REFERENCE_HISTORY),
  prices: 'raw',
  macd: { fast: 6, slow: 13, signal: 5 },
  fastMacd: null,
  divergenceKdj: 5,
  kdj: 9,
  divergenceLag: 'parity',
  zeroReturn: { amount: 0.5 },
  bodyMin: { amount: 1e-8 },
  fusion: { mode: 'c6_veto_4', decorrelation: 'off', veto: 'hard', cap: null },
  consensus: {
    ...CONSENSUS_COMMON,
    coverageOf: 'available',
    largeMinutes: 240,
    strongMembers: 3,
    strongNeeds: 'large',
    equalChains: 'long',
    majority: 'acts',
  },
};

/** The profiles that can be chosen by name. */
export const SIGNAL_PROFILES: readonly SignalProfile[] = [SEED, PARITY];

/** The profile of that name, or `null`. */
export function findSignalProfile(name: string): SignalProfile | null {
  return SIGNAL_PROFILES.find((profile) => profile.name === name) ?? null;
}

/** What a profile asks of a timeframe, or `null` when it does not use it. */
export function findTimeframeParams(profile: SignalProfile, value: Timeframe): TimeframeParams | null {
  return profile.timeframes.find((params) => params.timeframe === value) ?? null;
}
