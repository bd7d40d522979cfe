/**
 * The one step of the whole product: an input goes through every stage from left to right and comes out as effects.
 * Synchronous, without clock, randomness or I/O; demo, backtest, paper and live all run exactly this.
 */

import { type ChartsState, foldCharts, initialChartsState } from '../factors/index.ts';
import { foldMarket, initialMarketState, type MarketState } from '../market/index.ts';
import type { Effect, Input } from '../model/events.ts';

/** Everything the stages remember. Plain data: it can be snapshotted, hashed and restored. */
export type EngineState = { sequence: number; readonly market: MarketState; readonly charts: ChartsState };

/** Folds one input. The state's windows mutate in place; the returned state is the one to go on with. */
export type Step = (
  state: EngineState,
  input: Input,
) => { readonly state: EngineState; readonly effects: readonly Effect[] };

/** The state before the first input. */
export function initialState(): EngineState {
  return { sequence: 0, market: initialMarketState(), charts: initialChartsState() };
}

/** The step. */
export const step: Step = (state, input) => {
  const effects = foldCharts(state.charts, input, foldMarket(state.market, input));
  state.sequence++;
  return { state, effects };
};
