/**
 * Whether probabilities come true as often as they say: Brier score, log loss, and the table that compares promise and
 * outcome bin by bin. Probabilities and labels in, figures out, `null` where there are no rows.
 */
import { orderOf, type Scored } from './auc.ts';

/** Rows of similar probability: what was said on average, and how often it came true. */
export type CalibrationBin = { readonly rows: number; readonly said: number; readonly came: number };

/** A table, and the mean distance between said and came, weighted by rows (0 is perfect). */
export type Calibration = { readonly bins: readonly CalibrationBin[]; readonly error: number };

/** Log loss takes no probability for surer than this. */
const SURE = 1e-15;

/** Mean squared distance between probability and label, 0 to 1 (G. Brier, 1950). */
export function deriveBrier(scored: Scored): number | null {
  return meanOf(scored, (probability, label) => (probability - label) ** 2);
}

/** Mean negative log likelihood; finite even for a wrong certainty, 34.5 at most. */
export function deriveLogLoss(scored: Scored): number | null {
  return meanOf(scored, (probability, label) => {
    const given = label === 1 ? probability : 1 - probability;
    return -Math.log(Math.min(Math.max(given, SURE), 1 - SURE)) + 0;
  });
}

/**
 * A table of at most `count` bins of about equally many rows, the lowest probabilities first. Equal probabilities are
 * never parted, so the order of rows changes nothing. The error is that of M. Naeini et al., AAAI 2015.
 */
export function deriveCalibration(scored: Scored, count: number): Calibration | null {
  const order = orderOf(scored);
  if (order.length === 0) return null;
  const bins: CalibrationBin[] = [];
  let from = 0;
  for (let bin = 1; bin <= count && from < order.length; bin++) {
    const to = endOfTie(scored, order, Math.max(from + 1, Math.round((bin * order.length) / count)));
    bins.push(binOf(scored, order.subarray(from, to)));
    from = to;
  }
  return withError(bins, order.length);
}

/** The table over `count` equally wide bins of probability, without the empty ones: its borders never move. */
export function deriveFixedCalibration(scored: Scored, count: number): Calibration | null {
  const order = orderOf(scored);
  if (order.length === 0) return null;
  const members = Array.from({ length: count }, (): number[] => []);
  for (const at of order) {
    const bin = Math.min(count - 1, Math.floor((scored.scores[at] as number) * count));
    members[bin]?.push(at);
  }
  const bins = members.filter(({ length }) => length > 0).map((rows) => binOf(scored, rows));
  return withError(bins, order.length);
}

function withError(bins: readonly CalibrationBin[], rows: number): Calibration {
  return { bins, error: bins.reduce((sum, bin) => sum + (bin.rows / rows) * Math.abs(bin.said - bin.came), 0) };
}

/** The first index at or after `at` whose score differs from the one before it. */
function endOfTie({ scores }: Scored, order: Uint32Array, at: number): number {
  let end = at;
  while (end < order.length && scores[order[end] as number] === scores[order[end - 1] as number]) end++;
  return end;
}

function binOf({ scores, labels }: Scored, members: ArrayLike<number>): CalibrationBin {
  let said = 0;
  let came = 0;
  for (let at = 0; at < members.length; at++) {
    said += scores[members[at] as number] as number;
    came += labels[members[at] as number] as number;
  }
  return { rows: members.length, said: said / members.length, came: came / members.length };
}

function meanOf({ scores, labels }: Scored, lossOf: (probability: number, label: number) => number): number | null {
  if (scores.length !== labels.length) throw new RangeError(`${scores.length} scores for ${labels.length} labels`);
  let sum = 0;
  for (let at = 0; at < scores.length; at++) {
    const probability = scores[at] as number;
    if (!(probability >= 0 && probability <= 1)) throw new RangeError(`score ${at} is no probability: ${probability}`);
    sum += lossOf(probability, labels[at] as number);
  }
  return scores.length === 0 ? null : sum / scores.length;
}
