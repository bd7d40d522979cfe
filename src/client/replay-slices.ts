/**
 * Slices of a compact replay window, put together again: a whole slice of each factor and what later candles changed in
 * it. Pure, and with the parts that did not change shared.
 */
import type { ReplaySliceChange } from '../api/contract.ts';

/** History and head of a factor, by the wire's names. */
export type SliceBody = { readonly history: Body; readonly head: Body };

type Body = Readonly<Record<string, unknown>>;
type PartChange = NonNullable<ReplaySliceChange['history']>;

/** The slice after `change`; the one before it is not touched. */
export function applySliceChange(slice: SliceBody, change: Pick<ReplaySliceChange, 'history' | 'head'>): SliceBody {
  return {
    history: change.history === undefined ? slice.history : applyPart(slice.history, change.history),
    head: change.head === undefined ? slice.head : applyPart(slice.head, change.head),
  };
}

function applyPart(before: Body, { set = {}, lists = {}, unset = [] }: PartChange): Body {
  const after: Record<string, unknown> = { ...before, ...set };
  for (const [name, pieces] of Object.entries(lists)) {
    const list = before[name];
    const known: readonly unknown[] = Array.isArray(list) ? list : [];
    after[name] = pieces.flatMap((piece) => ('items' in piece ? piece.items : known.slice(piece.from, piece.to)));
  }
  for (const name of unset) delete after[name];
  return after;
}
