/**
 * Recorded gaps of one series as a sorted list: disjoint, never touching with one reason, free of stored candles.
 * Lists enter and new lists leave; nothing is changed in place.
 */
import type { EpochMs } from '../../core/time.ts';
import type { CandleGap } from '../../model/candle.ts';

/** A stretch [`from`, `to`). */
export type Stretch = { readonly from: number; readonly to: number };

/** `gaps` without the stretch. */
export function cutStretch(gaps: readonly CandleGap[], { from, to }: Stretch): readonly CandleGap[] {
  return gaps.flatMap((gap) => {
    if (gap.from >= to || gap.to <= from) return [gap];
    const left = gap.from < from ? [{ ...gap, to: from as EpochMs }] : [];
    const right = gap.to > to ? [{ ...gap, from: to as EpochMs }] : [];
    return [...left, ...right];
  });
}

/**
 * `gaps` with a new one in place of what was recorded of its stretch, less the periods of the candles at `opens`
 * (those that may overlap the new gap, in any order).
 */
export function recordGap(
  gaps: readonly CandleGap[],
  entry: { readonly gap: CandleGap; readonly candleMs: number; readonly opens: readonly EpochMs[] },
): readonly CandleGap[] {
  const { gap, candleMs, opens } = entry;
  let free: readonly CandleGap[] = [gap];
  for (const open of opens) free = cutStretch(free, { from: open, to: open + candleMs });
  const all = [...cutStretch(gaps, gap), ...free].sort((a, b) => a.from - b.from);
  return mergeTouching(all);
}

function mergeTouching(gaps: readonly CandleGap[]): readonly CandleGap[] {
  const merged: CandleGap[] = [];
  for (const gap of gaps) {
    const last = merged.at(-1);
    if (last !== undefined && last.to === gap.from && last.reason === gap.reason) {
      merged[merged.length - 1] = { ...last, to: gap.to };
    } else merged.push(gap);
  }
  return merged;
}
