/**
 * Calibrators learned from probabilities and what became of them, on rows that the model was not trained on. Both keep the
 * order: Platt's two numbers for few rows, isotonic steps where there are thousands.
 */
import { logit } from '../models/calibrator.ts';
import type { Calibrator } from '../models/model-document.ts';
import { orderOf, type Scored } from './auc.ts';

const ROUNDS_MAX = 100;
const STEP_MIN = 1e-10;
/** Keeps the curvature invertible when all scores are alike. */
const RIDGE = 1e-9;

/**
 * Platt's scaling with his smoothed targets, by Newton's method with halved steps (J. Platt, 1999; H. Lin, C. Lin,
 * R. Weng, Machine Learning 68, 2007). `null` when one label is missing, or when the scores speak against the outcome,
 * which no monotone calibrator can help.
 */
export function fitPlatt({ scores, labels }: Scored): Calibrator | null {
  const inputs = Array.from(scores, logit);
  const positives = Array.from(labels).filter((label) => label === 1).length;
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) return null;
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (negatives + 2);
  const targets = Array.from(labels, (label) => (label === 1 ? high : low));
  let at: Line = { slope: 0, intercept: Math.log((positives + 1) / (negatives + 1)) };
  let loss = lossOf(inputs, targets, at);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const next = improve(inputs, targets, { at, loss });
    if (next === null) break;
    at = next.at;
    loss = next.loss;
  }
  return at.slope > 0 ? { kind: 'platt', ...at } : null;
}

type Line = { readonly slope: number; readonly intercept: number };
type Fit = { readonly at: Line; readonly loss: number };

/** A Newton step, halved until it helps; `null` when none does. */
function improve(inputs: readonly number[], targets: readonly number[], { at, loss }: Fit): Fit | null {
  const sums = { slope: 0, intercept: 0, ss: RIDGE, si: 0, ii: RIDGE };
  inputs.forEach((input, row) => {
    const probability = 1 / (1 + Math.exp(-(at.slope * input + at.intercept)));
    const error = probability - (targets[row] as number);
    const weight = probability * (1 - probability);
    sums.slope += error * input;
    sums.intercept += error;
    sums.ss += weight * input * input;
    sums.si += weight * input;
    sums.ii += weight;
  });
  const determinant = sums.ss * sums.ii - sums.si * sums.si;
  const slopeStep = (sums.ii * sums.slope - sums.si * sums.intercept) / determinant;
  const interceptStep = (sums.ss * sums.intercept - sums.si * sums.slope) / determinant;
  for (let size = 1; size > STEP_MIN; size /= 2) {
    const next = { slope: at.slope - size * slopeStep, intercept: at.intercept - size * interceptStep };
    const nextLoss = lossOf(inputs, targets, next);
    if (nextLoss < loss - STEP_MIN) return { at: next, loss: nextLoss };
  }
  return null;
}

function lossOf(inputs: readonly number[], targets: readonly number[], { slope, intercept }: Line): number {
  return inputs.reduce((sum, input, row) => {
    const score = slope * input + intercept;
    // Cross entropy with a soft target, in a form that never overflows.
    const positive = Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score)));
    return sum + positive - (targets[row] as number) * score;
  }, 0);
}

/**
 * Isotonic regression by pooling adjacent violators (R. Barlow et al., 1972): the non-decreasing steps nearest to the
 * labels in squares. A step stands at the mean of the scores it was made from. `null` without rows.
 */
export function fitIsotonic(scored: Scored): Calibrator | null {
  const blocks: Block[] = [];
  for (const at of orderOf(scored)) {
    const score = scored.scores[at] as number;
    const label = scored.labels[at] as number;
    const last = blocks.at(-1);
    // Rows of one score are one point: they can not be told apart.
    if (last !== undefined && last.high === score && last.low === score) addTo(last, { score, label });
    else blocks.push({ rows: 1, sum: label, scores: score, low: score, high: score });
  }
  const pooled: Block[] = [];
  for (const block of blocks) {
    let current = block;
    for (
      let last = pooled.at(-1);
      last !== undefined && last.sum / last.rows >= current.sum / current.rows;
      last = pooled.at(-1)
    ) {
      pooled.pop();
      current = merge(last, current);
    }
    pooled.push(current);
  }
  if (pooled.length === 0) return null;
  return {
    kind: 'isotonic',
    scores: pooled.map(({ scores, rows, low, high }) => Math.min(Math.max(scores / rows, low), high)),
    values: pooled.map(({ sum, rows }) => sum / rows),
  };
}

type Block = { rows: number; sum: number; scores: number; low: number; high: number };

function addTo(block: Block, { score, label }: { readonly score: number; readonly label: number }): void {
  block.rows++;
  block.sum += label;
  block.scores += score;
}

function merge(a: Block, b: Block): Block {
  return { rows: a.rows + b.rows, sum: a.sum + b.sum, scores: a.scores + b.scores, low: a.low, high: b.high };
}
