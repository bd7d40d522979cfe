/**
 * Parameters of the factors. Every one of them is part of the fingerprint: other parameters are another chart.
 */
import type { ChartSettings } from '../model/chart.ts';

/** What the factors are computed with. */
export type FactorSettings = ChartSettings;

/** The wire contract's defaults (4.7). */
export const DEFAULT_FACTOR_SETTINGS: FactorSettings = {
  majorWindow: 50,
  minorWindow: 5,
  lookbackCandles: 20_000,
  overlayCandles: 2_000,
  logicSalt: '',
};
