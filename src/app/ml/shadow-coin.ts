/**
 * One coin under watch: what a model said of it and is not settled yet. Its closed candles in, one after the other, and
 * out what they settled, by the fold that labels training rows. Constant work for each candle and open prediction.
 */
import { addMs, type EpochMs } from '../../core/time.ts';
import {
  type CoinCandle,
  foldTrade,
  type OpenTrade,
  openTrade,
  type TradeOutcome,
  type TradeRules,
} from '../../ml/index.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Prediction, Resolution } from '../../model/prediction.ts';

/** A prediction with its outcome. */
export type SettledPrediction = { readonly prediction: Prediction; readonly resolution: Resolution };

/** A coin; mutates in place and belongs to whoever folds it. */
export type ShadowCoin = {
  readonly instrumentId: InstrumentId;
  /** As training names it, such as `HOT/USDT`. */
  readonly symbol: string;
  /** When a candle of it came last. */
  heardTime: EpochMs;
  open: { readonly prediction: Prediction; readonly trade: OpenTrade }[];
};

/** A coin that was heard of. */
export function createShadowCoin(instrumentId: InstrumentId, heardTime: EpochMs): ShadowCoin {
  return { instrumentId, symbol: instrumentId.split(':')[2] ?? instrumentId, heardTime, open: [] };
}

/** Waits for what becomes of a prediction. */
export function openPrediction({ open }: ShadowCoin, prediction: Prediction): void {
  open.push({ prediction, trade: openTrade(prediction.time, prediction.price) });
}

/** When a candle is, and how trades end that were begun at the close of one. */
export type SettlingPlan = { readonly openTime: EpochMs; readonly candleMs: number; readonly rules: TradeRules };

/** Takes the next candle; answers what it settled. What is open when a candle is missing can never be settled. */
export function settleOpen(
  coin: ShadowCoin,
  candle: CoinCandle,
  { openTime, candleMs, rules }: SettlingPlan,
): readonly SettledPrediction[] {
  if (coin.open.length === 0) return NOTHING;
  const closeTime = addMs(openTime, candleMs);
  const timed = { ...candle, openTime, closeTime };
  const settled: SettledPrediction[] = [];
  coin.open = coin.open.filter(({ prediction, trade }) => {
    const outcome = foldTrade(trade, timed, rules);
    if (outcome !== null) settled.push({ prediction, resolution: toResolution(prediction.number, outcome, closeTime) });
    return outcome === null;
  });
  return settled;
}

const NOTHING: readonly SettledPrediction[] = [];

function toResolution(number: number, outcome: TradeOutcome, time: EpochMs): Resolution {
  if (outcome.kind === 'unresolved') return unresolvable(number, outcome.reason, time);
  const { label, by: ending, net, endTime } = outcome;
  return { number, time: endTime, outcome: { kind: 'resolved', label, ending, net } };
}

/** The outcome of a prediction that will never have one. */
export function unresolvable(number: number, reason: string, time: EpochMs): Resolution {
  return { number, time, outcome: { kind: 'unresolvable', reason } };
}

/** Gives up what is open; `reason` says why it is never settled. */
export function giveUp(coin: ShadowCoin, reason: string, time: EpochMs): readonly SettledPrediction[] {
  return coin.open.splice(0).map(({ prediction }) => ({
    prediction,
    resolution: unresolvable(prediction.number, reason, time),
  }));
}

/** When the oldest open prediction is over at the latest; `null` without one. */
export function dueTime({ open }: ShadowCoin, { horizonMinutes }: TradeRules): EpochMs | null {
  const [oldest] = open;
  return oldest === undefined ? null : addMs(oldest.prediction.time, horizonMinutes * 60_000);
}
