/**
 * Everything that can enter the engine's step and everything it can ask for: the market's side, which the K-line
 * service uses alone, and trading's.
 */
import type { Effect, Input } from '../model/events.ts';
import type { TradingEffect, TradingInput } from './trading/trading-events.ts';

/** What can enter `step`. */
export type EngineInput = Input | TradingInput;

/** What `step` can ask for. */
export type EngineEffect = Effect | TradingEffect;
