/**
 * Labels of one coin's trades from a stream of its candles: entries and candles in time order in, outcomes out as soon as
 * they are known. It holds the trades that are open, at most one for each candle of the horizon.
 */
import type { EpochMs } from '../../core/time.ts';
import {
  foldTrade,
  type LabelCandle,
  type OpenTrade,
  openTrade,
  type TradeOutcome,
  type TradeRules,
} from './trade-label.ts';

/** The open trades of one coin; mutates in place and belongs to whoever folds it. */
export type TradeLabeler = { readonly rules: TradeRules; readonly open: OpenTrade[] };

/** Nothing is open. */
export function createTradeLabeler(rules: TradeRules): TradeLabeler {
  return { rules, open: [] };
}

/** Begins a trade at the close of the newest candle. */
export function beginLabel({ open }: TradeLabeler, entryTime: EpochMs, entryPrice: number): void {
  open.push(openTrade(entryTime, entryPrice));
}

/** Takes the next candle; answers what it settled, the oldest entry first. */
export function foldLabels({ rules, open }: TradeLabeler, candle: LabelCandle): readonly TradeOutcome[] {
  const outcomes: TradeOutcome[] = [];
  let kept = 0;
  for (const trade of open) {
    const outcome = foldTrade(trade, candle, rules);
    if (outcome === null) open[kept++] = trade;
    else outcomes.push(outcome);
  }
  open.length = kept;
  return outcomes;
}

/** Ends the stream: what is still open has not enough future. */
export function finishLabels({ open }: TradeLabeler): readonly TradeOutcome[] {
  return open.splice(0).map(({ entryTime }): TradeOutcome => ({ kind: 'unresolved', entryTime, reason: 'future' }));
}
