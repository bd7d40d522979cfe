/**
 * How well scores order what happened before what did not: the area under the ROC curve and the lift of the top. Scores
 * and labels in, figures out, `null` where they say nothing; equal scores count alike, in whatever order rows come.
 */

/** Scores and what became of each, 1 or 0; as long as each other. */
export type Scored = { readonly scores: ArrayLike<number>; readonly labels: ArrayLike<number> };

/** Rows of equal score. */
type Tie = { readonly rows: number; readonly positives: number };

/**
 * The probability that a row with label 1 scores higher than one with label 0, ties counting half (Mann and Whitney);
 * `null` unless both labels are there.
 */
export function deriveAuc(scored: Scored): number | null {
  const ties = tiesOf(scored);
  const positives = ties.reduce((sum, tie) => sum + tie.positives, 0);
  const negatives = scored.labels.length - positives;
  if (positives === 0 || negatives === 0) return null;
  let above = 0;
  let pairs = 0;
  for (const tie of ties) {
    const against = tie.rows - tie.positives;
    pairs += against * (above + tie.positives / 2);
    above += tie.positives;
  }
  return pairs / (positives * negatives);
}

/**
 * How much more often label 1 is found in the `share` of rows with the highest scores than in all rows; of equal scores
 * at the border each counts with the part that fits. `null` without a row of label 1.
 */
export function deriveLift(scored: Scored, share = 0.1): number | null {
  const ties = tiesOf(scored);
  const rows = scored.labels.length;
  const positives = ties.reduce((sum, tie) => sum + tie.positives, 0);
  if (positives === 0) return null;
  const top = rows * share;
  let room = top;
  let found = 0;
  for (const tie of ties) {
    const fitting = Math.min(room, tie.rows);
    found += (tie.positives * fitting) / tie.rows;
    room -= fitting;
    if (room <= 0) break;
  }
  return found / top / (positives / rows);
}

/** The share of rows on the right side of `threshold`; `null` without rows. */
export function deriveAccuracy({ scores, labels }: Scored, threshold = 0.5): number | null {
  let right = 0;
  for (let at = 0; at < labels.length; at++) {
    if ((scores[at] as number) >= threshold === (labels[at] === 1)) right++;
  }
  return labels.length === 0 ? null : right / labels.length;
}

/** Groups of equal scores, the highest first; stops at a score that is none, which is a bug of the caller. */
function tiesOf(scored: Scored): readonly Tie[] {
  const order = orderOf(scored).reverse();
  const ties: Tie[] = [];
  let last = Number.NaN;
  let tie = { rows: 0, positives: 0 };
  for (const at of order) {
    const score = scored.scores[at] as number;
    if (score !== last) {
      tie = { rows: 0, positives: 0 };
      ties.push(tie);
      last = score;
    }
    tie.rows++;
    tie.positives += scored.labels[at] as number;
  }
  return ties;
}

/** Indices by score, the lowest first. */
export function orderOf({ scores, labels }: Scored): Uint32Array {
  if (scores.length !== labels.length) throw new RangeError(`${scores.length} scores for ${labels.length} labels`);
  for (let at = 0; at < scores.length; at++)
    if (Number.isNaN(scores[at])) throw new RangeError(`score ${at} is no number`);
  return Uint32Array.from({ length: scores.length }, (_, at) => at).sort(
    (a, b) => (scores[a] as number) - (scores[b] as number),
  );
}
