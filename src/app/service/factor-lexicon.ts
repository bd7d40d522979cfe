/**
 * The product's factors as the edge reads and folds them.
 */
import type { FactorLexicon, StartFold } from '../../api/index.ts';
import { type Chart, createChart, FACTORS, type FactorSettings, foldCandle } from '../../factors/index.ts';
import type { FactorHead } from '../../model/chart.ts';

const byName = new Map(FACTORS.map((factor) => [factor.catalog.key, factor]));

/** Every factor of the registry. */
export const FACTOR_LEXICON: FactorLexicon = {
  catalog: FACTORS.map(({ catalog }) => catalog),
  headOf: ({ factor, payload, changes }) => byName.get(factor)?.headChanges?.apply(payload, changes) ?? payload,
  slice: (factor, parts) => {
    const slice = byName.get(factor)?.slice(parts) ?? null;
    return slice === null ? null : { factor, ...slice };
  },
};

/**
 * Folds of series from their first candle on, as the charts of the engine are folded with these settings, but with every
 * head whole.
 */
export function startFactorFold(settings: FactorSettings): StartFold {
  const plan = { factors: FACTORS, settings };
  return (seriesId) => {
    const chart = createChart(seriesId, plan);
    return (candle) => {
      const step = foldCandle(chart, plan, candle);
      const heads = step.heads.map((head) => (head.wholeTime === undefined ? head : wholeHead(chart, head)));
      return { ...step, heads };
    };
  };
}

function wholeHead({ states }: Chart, { factor, visibleTime, payload }: FactorHead): FactorHead {
  return { factor, visibleTime, payload: byName.get(factor)?.head(states[factor]) ?? payload };
}
