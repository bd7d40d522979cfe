/**
 * What several folds come to together: the test rows of each with what its own model said of them in, the figures of all of
 * them out. No model is judged on a row that it or its threshold was made by.
 */

import type { BootstrapSettings } from '../../core/expectancy.ts';
import { evaluateScores, type TradeSpan } from '../evaluation.ts';
import type { ModelMetrics } from '../governance/contract.ts';
import type { Scored } from '../metrics/auc.ts';

/** Rows of a test span with what its own model said. */
export type PooledRows = { readonly scored: Scored; readonly span: TradeSpan; readonly threshold: number };

/** The figures over all folds, `null` of none. A row counts as a trade where its own fold's model would have begun one. */
export function judgePool(pool: readonly PooledRows[], bootstrap: BootstrapSettings): ModelMetrics | null {
  if (pool.length === 0) return null;
  const scores = pool.flatMap(({ scored }) => Array.from(scored.scores));
  const labels = pool.flatMap(({ scored }) => Array.from(scored.labels));
  const times = pool.flatMap(({ span }) => span.times);
  const nets = pool.flatMap(({ scored, span, threshold }) =>
    Array.from(scored.scores, (score, row) => (score >= threshold ? (span.nets[row] as number) : Number.NaN)),
  );
  const features = pool[0]?.span.samples.width ?? 0;
  const plan = { threshold: 0, samplesInAll: labels.length, bootstrap, features };
  return evaluateScores({ scores, labels }, { times, nets }, plan);
}
