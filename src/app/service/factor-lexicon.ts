/**
 * The product's factors as the edge reads them.
 */
import type { FactorLexicon } from '../../api/index.ts';
import { FACTORS } from '../../factors/index.ts';

const byName = new Map(FACTORS.map((factor) => [factor.catalog.key, factor]));

/** Every factor of the registry. */
export const FACTOR_LEXICON: FactorLexicon = {
  catalog: FACTORS.map(({ catalog }) => catalog),
  slice: (factor, parts) => {
    const slice = byName.get(factor)?.slice(parts) ?? null;
    return slice === null ? null : { factor, ...slice };
  },
};
