/**
 * How the splits of a training lie and how each is trained: the time that rows span and the length of a label in, plans out.
 * Nothing here looks at a price, a label or a result.
 */
import type { EpochMs } from '../../core/time.ts';
import { GBDT_DEFAULTS, LOGISTIC_DEFAULTS, type SplitPlan, type TaskPlan } from '../../ml/index.ts';

const DAY_MS = 86_400_000;
const FIRST_TRAIN_SHARE = 0.4;
const VALIDATION_SHARE = 0.15;

/**
 * Splits over rows between two times: the first trains on 40 %, each judges by the next 15 %, and the test spans of all
 * share the last 45 %, side by side. The embargo is as long as a label.
 */
export function planSplits(
  { from, to }: { readonly from: EpochMs; readonly to: EpochMs },
  { folds, candleMs, horizonMs }: { readonly folds: number; readonly candleMs: number; readonly horizonMs: number },
): SplitPlan | null {
  const part = (share: number): number => Math.floor(((to - from) * share) / candleMs) * candleMs;
  const trainMs = part(FIRST_TRAIN_SHARE);
  const validationMs = part(VALIDATION_SHARE);
  const testMs = part((1 - FIRST_TRAIN_SHARE - VALIDATION_SHARE) / folds);
  // A span that its embargo and its purging eat up judges nothing.
  if (Math.min(trainMs, validationMs, testMs) <= 3 * horizonMs) return null;
  return { from, trainMs, validationMs, testMs, embargoMs: horizonMs };
}

/**
 * How each split is trained. Blocks of the interval are as long as a trade at least and a day at most, and short enough for
 * twenty of them in a test span where that can be had.
 */
export function planTask(seed: number, horizonMs: number, testMs: number): TaskPlan {
  return {
    kinds: [
      { kind: 'logistic', ...LOGISTIC_DEFAULTS },
      { kind: 'gbdt', ...GBDT_DEFAULTS },
    ],
    seed,
    tradeShare: 0.1,
    bootstrap: {
      blockMs: Math.max(horizonMs, Math.min(DAY_MS, Math.floor(testMs / 20))),
      resamples: 2_000,
      level: 0.95,
      seed,
    },
  };
}
