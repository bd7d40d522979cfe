/**
 * The factors stage: chart structure (pivots, pens, zones, anchor, levels) over closed candles, and what is drawn of it.
 */
export {
  type Chart,
  type ChartPlan,
  type ChartStep,
  createChart,
  fingerprintOf,
  foldCandle,
  headsOf,
} from './chart.ts';
export { type Factor, type FactorOutput, type RunnableFactor, runnable, type Tick } from './factor.ts';
export { orderFactors } from './graph.ts';
export { FACTORS } from './registry.ts';
export { planOf } from './series-chart.ts';
export { DEFAULT_FACTOR_SETTINGS, type FactorSettings } from './settings.ts';
export { type ChartsState, foldCharts, initialChartsState } from './stage.ts';
