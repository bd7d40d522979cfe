/**
 * What the edge knows of the factors: their names and how each one's events and head are read. The composition root
 * hands it in; the edge computes no structure.
 */
import type { EpochMs } from '../core/time.ts';
import type {
  CatalogFactor,
  CatalogFeature,
  ChartPayload,
  FactorEvent,
  FactorSlice,
  ToldHead,
} from '../model/chart.ts';
import type { FactorCatalogAnswer } from './contract.ts';

/** Events of one factor known by the candle that opens at `time`, oldest first, and its head there. */
type SliceParts = {
  readonly events: readonly FactorEvent[];
  readonly head: ChartPayload | null;
  readonly time: EpochMs;
};

/** The factors, dependencies first. */
export type FactorLexicon = {
  readonly catalog: readonly CatalogFactor[];
  /** The head of a factor from what was told of it. */
  readonly headOf: (head: ToldHead) => ChartPayload;
  /** What readers get of a factor; `null` while it has nothing to show. */
  readonly slice: (factor: string, parts: SliceParts) => FactorSlice | null;
};

/** The catalog in the words of the wire contract (2.10). */
export function describeCatalog({ catalog }: FactorLexicon): FactorCatalogAnswer {
  const factors = catalog.map((factor) => ({
    ...describeFeature(factor),
    sub_features: factor.features.map(describeFeature),
  }));
  return { schema_version: 1, factors };
}

function describeFeature({ key, label, shown }: CatalogFeature) {
  return { key, label, default_visible: shown === 'byDefault' };
}
