/**
 * The engine: the only place where stages meet.
 */
export { Engine, type EngineOptions } from './engine.ts';
export type { EngineEffect, EngineInput } from './inputs.ts';
export { type Replayed, replay, takeSnapshot } from './replay.ts';
export { type EngineState, initialState, type Step, step } from './step.ts';
export {
  type DiscoveryPorts,
  fetchBooks,
  isDiscoveryRequest,
  startDiscoveryRequest,
} from './trading/perform-discovery.ts';
export type { TradingPorts } from './trading/perform-trading.ts';
export type { TradingEvent } from './trading/trading-events.ts';
export type { Surroundings, TradingSettings } from './trading/trading-state.ts';
