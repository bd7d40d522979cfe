/**
 * The one step of the whole product: an input goes through every stage from left to right and comes out as effects.
 * Synchronous, without clock, randomness or I/O; demo, backtest, paper and live all run exactly this.
 */

import { type ChartsState, foldCharts, initialChartsState } from '../factors/index.ts';
import { foldMarket, initialMarketState, type MarketState } from '../market/index.ts';
import type { CandleGap, ClosedCandle } from '../model/candle.ts';
import type { Effect, Input } from '../model/events.ts';
import type { EngineEffect, EngineInput } from './inputs.ts';
import { foldTrading, foldTradingMarket, isTradingInput } from './trading/fold-trading.ts';
import type { TradingState } from './trading/trading-state.ts';

/** Everything the stages remember. Plain data: it can be snapshotted, hashed and restored. */
export type EngineState = {
  sequence: number;
  readonly market: MarketState;
  readonly charts: ChartsState;
  /** `null` before trading is opened: the K-line service runs without. */
  trading: TradingState | null;
};

/** Folds one input. The state's windows mutate in place; the returned state is the one to go on with. */
export type Step = (
  state: EngineState,
  input: EngineInput,
) => { readonly state: EngineState; readonly effects: readonly EngineEffect[] };

/** The state before the first input. */
export function initialState(): EngineState {
  return { sequence: 0, market: initialMarketState(), charts: initialChartsState(), trading: null };
}

/** The step. */
export const step: Step = (state, input) => {
  const market = isMarketInput(input) ? foldCharts(state.charts, input, foldMarket(state.market, input)) : [];
  const effects = state.trading === null && input.kind !== 'tradingOpened' ? market : trade(state, input, market);
  state.sequence++;
  return { state, effects };
};

/** What is trading's alone never reaches the market stage; a timer goes to both. */
function isMarketInput(input: EngineInput): input is Input {
  return input.kind === 'timerFired' || !isTradingInput(input);
}

function trade(state: EngineState, input: EngineInput, market: readonly Effect[]): readonly EngineEffect[] {
  const effects: EngineEffect[] = [...market];
  if (isTradingInput(input)) {
    const folded = foldTrading(state.trading, input);
    state.trading = folded.state;
    effects.push(...folded.effects);
  }
  const told = whatClosed(market);
  if (state.trading === null || (told.candles.length === 0 && told.gaps.length === 0)) return effects;
  effects.push(...foldTradingMarket(state.trading, { ...told, now: input.receivedTime }));
  return effects;
}

function whatClosed(market: readonly Effect[]): {
  readonly candles: readonly ClosedCandle[];
  readonly gaps: readonly CandleGap[];
} {
  const saved = market.flatMap((effect) => (effect.kind === 'saveCandles' ? [effect] : []));
  return { candles: saved.flatMap(({ candles }) => candles), gaps: saved.flatMap(({ gaps }) => gaps) };
}
