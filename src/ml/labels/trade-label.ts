/**
 * What became of a trade begun at the close of a candle (triple barrier): its entry and later candles in, one at a time and
 * at constant cost, and out how it ended, when that was known and what was left of it after costs. The same fold labels
 * history and settles predictions made live. What can not be known is told as such and never as a loss.
 */
import { addMs, type EpochMs } from '../../core/time.ts';

/** How a labelled trade ends and what it costs. */
export type TradeRules = {
  /** Fraction above the entry price at which it is sold. */
  readonly takeProfit: number;
  /** Fraction below the entry price at which it is sold; above 0. */
  readonly stopLoss: number;
  /** It is sold at the close of the candle that reaches this age; minutes whatever the timeframe, never candles. */
  readonly horizonMinutes: number;
  /** Of each side, in hundredths of a percent: what the venue takes, and how much worse than the price at hand a fill is. */
  readonly feeBps: number;
  readonly slippageBps: number;
};

/** Barriers of 3 %, four hours (specification 1.2), the venue's taker fee and some slippage. */
export const TRADE_RULES: TradeRules = {
  takeProfit: 0.03,
  stopLoss: 0.03,
  horizonMinutes: 240,
  feeBps: 10,
  slippageBps: 5,
};

/** A closed candle in plain numbers; `closeTime` is exclusive. */
export type LabelCandle = {
  readonly openTime: EpochMs;
  readonly closeTime: EpochMs;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
};

/** A trade that has not ended; plain data that `foldTrade` moves on in place. */
export type OpenTrade = {
  readonly entryTime: EpochMs;
  readonly entryPrice: number;
  /** Open time of the candle that must come next. */
  next: EpochMs;
};

/** How a trade ended. `net` is the result after costs as a fraction of what the entry cost; the label is 1 where it is above 0. */
export type TradeLabel = {
  readonly kind: 'resolved';
  readonly entryTime: EpochMs;
  readonly label: 0 | 1;
  readonly by: 'takeProfit' | 'stop' | 'time';
  /** When it was known: the close time of the candle that ended it. */
  readonly endTime: EpochMs;
  readonly net: number;
};

/** How a trade did not end: a candle is missing, or there are no candles yet. */
export type Unresolved = {
  readonly kind: 'unresolved';
  readonly entryTime: EpochMs;
  readonly reason: 'hole' | 'future';
};

/** What is known of a trade. */
export type TradeOutcome = TradeLabel | Unresolved;

const MINUTE_MS = 60_000;
const HORIZON_MINUTES_MAX = 43_200;

/** What is wrong with these rules for candles of this length, as a sentence; `null` for nothing. */
export function findTradeRulesFault(rules: TradeRules, candleMs: number): string | null {
  const { takeProfit, stopLoss, feeBps, slippageBps } = rules;
  if (!(takeProfit > 0 && takeProfit <= 10)) return `the take profit is ${takeProfit}, above 0 to 10 is allowed`;
  if (!(stopLoss > 0 && stopLoss < 1)) return `the stop is ${stopLoss}, above 0 and below 1 is allowed`;
  if (!(feeBps >= 0 && feeBps < 1_000)) return `the fee is ${feeBps} bps, 0 to below 1000 is allowed`;
  if (!(slippageBps >= 0 && slippageBps < 1_000))
    return `the slippage is ${slippageBps} bps, 0 to below 1000 is allowed`;
  return findHorizonFault(rules.horizonMinutes, candleMs);
}

/** What is wrong with a horizon in minutes for candles of this length; `null` for nothing. */
export function findHorizonFault(horizonMinutes: number, candleMs: number): string | null {
  const isWhole = Number.isInteger(horizonMinutes) && horizonMinutes >= 1 && horizonMinutes <= HORIZON_MINUTES_MAX;
  if (!isWhole) return `the horizon is ${horizonMinutes} minutes, 1 to ${HORIZON_MINUTES_MAX} is allowed`;
  const isMultiple = (horizonMinutes * MINUTE_MS) % candleMs === 0;
  return isMultiple ? null : `a horizon of ${horizonMinutes} minutes is no whole number of candles`;
}

/** A trade begun at `entryTime`, the close time of the candle that closed at `entryPrice`. */
export function openTrade(entryTime: EpochMs, entryPrice: number): OpenTrade {
  return { entryTime, entryPrice, next: entryTime };
}

/**
 * Takes the next candle; answers the outcome, or `null` while the trade goes on. Candles from before are passed over, one
 * that comes too late is a hole. What a candle opens beyond a barrier is sold at its open; of a candle that touches both
 * barriers it is not known which came first, so it counts as stopped.
 */
export function foldTrade(trade: OpenTrade, candle: LabelCandle, rules: TradeRules): TradeOutcome | null {
  if (candle.openTime < trade.next) return null;
  const { entryTime, entryPrice } = trade;
  if (candle.openTime > trade.next) return { kind: 'unresolved', entryTime, reason: 'hole' };
  trade.next = candle.closeTime;
  const end = findEnd(trade, candle, rules);
  if (end === null) return null;
  const net = netOf(entryPrice, end.price, rules);
  return { kind: 'resolved', entryTime, label: net > 0 ? 1 : 0, by: end.by, endTime: candle.closeTime, net };
}

type End = { readonly by: TradeLabel['by']; readonly price: number };

function findEnd({ entryTime, entryPrice }: OpenTrade, candle: LabelCandle, rules: TradeRules): End | null {
  const upper = entryPrice * (1 + rules.takeProfit);
  const lower = entryPrice * (1 - rules.stopLoss);
  if (candle.open <= lower) return { by: 'stop', price: candle.open };
  if (candle.open >= upper) return { by: 'takeProfit', price: candle.open };
  if (candle.low <= lower) return { by: 'stop', price: lower };
  if (candle.high >= upper) return { by: 'takeProfit', price: upper };
  const isOver = candle.closeTime >= addMs(entryTime, rules.horizonMinutes * MINUTE_MS);
  return isOver ? { by: 'time', price: candle.close } : null;
}

/** What is left of a trade after fees and slippage of both sides, as a fraction of what the entry cost. */
function netOf(entryPrice: number, exitPrice: number, { feeBps, slippageBps }: TradeRules): number {
  const [fee, slippage] = [feeBps / 10_000, slippageBps / 10_000];
  const paid = entryPrice * (1 + slippage) * (1 + fee);
  const received = exitPrice * (1 - slippage) * (1 - fee);
  return received / paid - 1;
}
