/**
 * A prediction in words: an open model and a row in, the features that moved it furthest out, each with its value and the
 * direction. Log odds are told as they are; people read the direction and the order.
 */
import type { Model } from './model.ts';
import type { FeatureRow } from './scorer.ts';

/** What one feature did; `value` is `null` where it is not known, `contribution` is in log odds and never 0. */
export type Reason = { readonly name: string; readonly value: number | null; readonly contribution: number };

/** The `count` features that moved the prediction furthest, the furthest first; equal ones in the order of the row. */
export function deriveReasons(model: Model, row: FeatureRow, count = 5): readonly Reason[] {
  return model
    .explain(row)
    .contributions.map((contribution, at): Reason => {
      const value = row[at] as number;
      return { name: model.names[at] as string, value: Number.isNaN(value) ? null : value, contribution };
    })
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, count);
}

/** One reason as a sentence without a full stop: `vol_surge_3_20 = 4.2 raises it (+0.83)`. */
export function reasonText({ name, value, contribution }: Reason): string {
  const what = value === null ? `${name}, which is not known,` : `${name} = ${Number(value.toPrecision(4))}`;
  const size = Math.abs(contribution).toFixed(2);
  return contribution > 0 ? `${what} raises it (+${size})` : `${what} lowers it (-${size})`;
}
