/**
 * The engine: the only place where stages meet.
 */
export { Engine, type EngineOptions } from './engine.ts';
export { type Replayed, replay, takeSnapshot } from './replay.ts';
export { type EngineState, initialState, type Step, step } from './step.ts';
