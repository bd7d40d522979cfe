/**
 * The product's factors as the edge reads and folds them.
 */
import type { FactorLexicon, StartFold } from '../../api/index.ts';
import { createChart, FACTORS, type FactorSettings, foldCandle } from '../../factors/index.ts';

const byName = new Map(FACTORS.map((factor) => [factor.catalog.key, factor]));

/** Every factor of the registry. */
export const FACTOR_LEXICON: FactorLexicon = {
  catalog: FACTORS.map(({ catalog }) => catalog),
  slice: (factor, parts) => {
    const slice = byName.get(factor)?.slice(parts) ?? null;
    return slice === null ? null : { factor, ...slice };
  },
};

/** Folds of series from their first candle on, as the charts of the engine are folded with these settings. */
export function startFactorFold(settings: FactorSettings): StartFold {
  const plan = { factors: FACTORS, settings };
  return (seriesId) => {
    const chart = createChart(seriesId, plan);
    return (candle) => foldCandle(chart, plan, candle);
  };
}
