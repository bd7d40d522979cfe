/**
 * The logistic function and its inverse, and a calibrator at work: a probability in, the calibrated one out. Monotone,
 * so that an order by probability is never turned round.
 */
import { assertNever } from '../../core/assert.ts';
import type { Calibrator } from './model-document.ts';

/** Furthest probability from the ends that has log odds: closer ones are taken for this one. */
const EDGE = 1e-15;

/** The probability of log odds, 0 to 1. */
export function sigmoid(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** The log odds of a probability, within 34.5 of zero. */
export function logit(probability: number): number {
  const inside = Math.min(Math.max(probability, EDGE), 1 - EDGE);
  return Math.log(inside / (1 - inside));
}

/** The calibrated probability; without a calibrator it is the same. */
export function applyCalibrator(calibrator: Calibrator | null, probability: number): number {
  if (calibrator === null) return probability;
  switch (calibrator.kind) {
    case 'platt':
      return sigmoid(calibrator.slope * logit(probability) + calibrator.intercept);
    case 'isotonic':
      return interpolate(calibrator.scores, calibrator.values, probability);
    default:
      return assertNever(calibrator);
  }
}

function interpolate(scores: readonly number[], values: readonly number[], at: number): number {
  let low = 0;
  let high = scores.length - 1;
  if (at <= (scores[low] as number)) return values[low] as number;
  if (at >= (scores[high] as number)) return values[high] as number;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((scores[middle] as number) <= at) low = middle;
    else high = middle;
  }
  const [from, to] = [scores[low] as number, scores[high] as number];
  const [start, end] = [values[low] as number, values[high] as number];
  return Math.min(end, start + ((end - start) * (at - from)) / (to - from));
}
