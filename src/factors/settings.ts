/**
 * Parameters of the factors. Every one of them is part of the fingerprint: other parameters are another chart.
 */

/** What the factors are computed with; all are candles of the series' own timeframe. */
export type FactorSettings = {
  /** Candles on each side of a major pivot. */
  readonly majorWindow: number;
  /** Candles on each side of a minor pivot. */
  readonly minorWindow: number;
  /** How far back levels may reach. */
  readonly lookbackCandles: number;
  /** Candles back from the newest within which anything is drawn. */
  readonly overlayCandles: number;
  /** An operator's own mark: changing it computes everything again. */
  readonly logicSalt: string;
};

/** The wire contract's defaults (4.7). */
export const DEFAULT_FACTOR_SETTINGS: FactorSettings = {
  majorWindow: 50,
  minorWindow: 5,
  lookbackCandles: 20_000,
  overlayCandles: 2_000,
  logicSalt: '',
};
