/**
 * Signals: the six books, their fusion and the consensus of timeframes, as pure folds over closed candles. What comes
 * out is an opinion with its reasons; it knows no position and no order.
 */

export { averageRange } from './average-range.ts';
export { type FailedPattern, findFailures } from './candlesticks.ts';
export { deriveConsensus } from './consensus.ts';
export {
  DEFAULT_DISPATCH,
  type DispatchEffect,
  type DispatcherConfig,
  type DispatchInput,
  type FetchSignalHistory,
} from './dispatch-events.ts';
export { divergenceRecord, scoreRecord } from './divergence.ts';
export type { DivergenceRecord, DivergenceSide } from './divergence-analysis.ts';
export { type DivergenceWindow, griddedWindow } from './divergence-window.ts';
export { fuseBooks } from './fusion.ts';
export {
  type ConsensusParams,
  type FusionParams,
  findSignalProfile,
  findTimeframeParams,
  SIGNAL_PROFILES,
  type SignalProfile,
  type TimeframeParams,
} from './hot-coin-params.ts';
export type { Pattern } from './pattern.ts';
export { type PriceScale, scaleFloat, scaleOfFloat } from './price-scale.ts';
export { scoreSeries } from './score-series.ts';
export { createSeries, pushCandle, restartWindow, windowBalance } from './series.ts';
export type { Series } from './series-state.ts';
export {
  createSignalDispatcher,
  foldSignalDispatcher,
  type SignalDispatcherState,
} from './signal-dispatcher.ts';
export {
  cloneWorker,
  createSignalWorker,
  deriveSignal,
  foldCandleGap,
  foldClosedCandle,
  foldPlainCandle,
  parseWorker,
  restartHistory,
  type SignalWorkerState,
  workerText,
} from './signal-worker.ts';
export type { Acceptance, PlainCandle } from './timeframe-state.ts';
export { actionOf, confidenceOf, deriveTradeSignal, type SignalContext } from './trade-signal.ts';
export { correlation } from './volume-price.ts';
