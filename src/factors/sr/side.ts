/**
 * One side of the levels: its newest major pivots and the level each of them made. A new pivot costs one pass over
 * them; nothing is computed twice.
 */
import type { CloseTree } from './close-tree.ts';
import { findLevel, type Level, type LevelSide, type SidePivot, touches } from './level.ts';

/** Pivots ascending, at most `PIVOTS_MAX`, and levels ascending by their newer pivot. */
export type Side = { readonly side: LevelSide; pivots: SidePivot[]; levels: Level[] };

/** Most pivots of a side; beyond it the oldest is forgotten, and with it the level it is the older part of. */
export const PIVOTS_MAX = 200;

/** What a new pivot is judged with: closes, the earliest place that counts, and a counter of work. */
export type SideContext = {
  readonly closes: CloseTree;
  readonly earliest: number;
  readonly steps: { count: number };
};

/** No pivots yet. */
export function emptySide(side: LevelSide): Side {
  return { side, pivots: [], levels: [] };
}

/** Adds a pivot that became known, and the level it makes. */
export function addPivot(side: Side, pivot: SidePivot, context: SideContext): void {
  const { steps } = context;
  const room = side.pivots.slice(-(PIVOTS_MAX - 1));
  forgetBefore(side, Math.max(context.earliest, room[0]?.index ?? 0));
  const level = findLevel(side.side, pivot, { older: side.pivots, closes: context.closes, steps });
  side.pivots.push(pivot);
  steps.count += side.levels.length;
  for (const known of side.levels) if (touches(known, pivot)) known.touches.push(placeOf(pivot));
  if (level === null) return;
  steps.count += side.pivots.length;
  level.touches = side.pivots.filter((each) => touches(level, each)).map(placeOf);
  side.levels.push(level);
}

function placeOf({ index, time }: SidePivot): Pick<SidePivot, 'index' | 'time'> {
  return { index, time };
}

/** Forgets pivots before `earliest`, what they touched and the levels that begin there. */
export function forgetBefore(side: Side, earliest: number): void {
  if ((side.pivots[0]?.index ?? earliest) >= earliest) return;
  side.pivots = side.pivots.filter(({ index }) => index >= earliest);
  side.levels = side.levels.filter(({ first }) => first.index >= earliest);
  for (const level of side.levels) {
    if ((level.touches[0]?.index ?? earliest) < earliest) {
      level.touches = level.touches.filter(({ index }) => index >= earliest);
    }
  }
}
