/**
 * What a figure is.
 */
import type { MetricFacts } from './metric-facts.ts';

/** One value with its labels. */
export type Sample = { readonly value: number; readonly labels?: Readonly<Record<string, string>> };

/** A figure. */
export type Metric = {
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  readonly meaning: string;
  readonly labels: readonly string[];
  readonly read: (facts: MetricFacts) => readonly Sample[];
};
