/**
 * A level: two pivots of one side whose wicks share a price, the band around it and the pivots that touch the band.
 * All of it is fixed when the newer pivot becomes known, so it is computed once. (wire contract 7.6)
 */
import { type EpochMs, toEpochSec } from '../../core/time.ts';
import type { Price } from '../../model/money.ts';
import { fixedText } from '../overlay/price-text.ts';
import { higher, lower } from '../price-order.ts';
import { type CloseTree, countCrossings } from './close-tree.ts';

/** Which pivots make a level. */
export type LevelSide = 'resistance' | 'support';

/** A major pivot with the wick of its candle and the average range there. */
export type SidePivot = {
  readonly index: number;
  readonly time: EpochMs;
  readonly price: Price;
  readonly high: Price;
  readonly low: Price;
  /** The same as doubles, for measuring distances. */
  readonly highest: number;
  readonly lowest: number;
  readonly averageRange: number;
};

/** A level; `touches` are places of the pivots that touch it, ascending. */
export type Level = {
  /** What identifies it: its side and its pivots. */
  readonly key: string;
  /** What its drawings are named by: side, price and where it begins. */
  readonly name: string;
  readonly side: LevelSide;
  readonly price: Price;
  /** The price as a double. */
  readonly line: number;
  readonly first: Pick<SidePivot, 'index' | 'time'>;
  readonly second: Pick<SidePivot, 'index' | 'time'>;
  readonly tolerance: number;
  readonly bandLow: number;
  readonly bandHigh: number;
  readonly bandWidthAtr: number;
  touches: Pick<SidePivot, 'index' | 'time'>[];
};

/** The older partner may be separated by this many crossings of the line. */
const CROSSINGS_MAX = 3;
const TOLERANCE_ATR = 0.5;
const TOLERANCE_SHARE = 0.002;
const WIDTH_ATR = { min: 0.5, max: 3 };
const WIDTH_SHARE = 0.02;

/** How near counts as at `reference`, by the average ranges at two places. */
export function toleranceOf(a: number, b: number, reference: number): number {
  const mean = meanPositive(a, b);
  return mean === null ? TOLERANCE_SHARE * (reference <= 0 ? 1 : reference) : TOLERANCE_ATR * mean;
}

function meanPositive(a: number, b: number): number | null {
  if (a > 0 && b > 0) return (a + b) / 2;
  return a > 0 ? a : b > 0 ? b : null;
}

/** The level that `newer` makes with the nearest older pivot of its side (`older`, ascending); `null` when with none. */
export function findLevel(
  side: LevelSide,
  newer: SidePivot,
  {
    older,
    closes,
    steps,
  }: { readonly older: readonly SidePivot[]; readonly closes: CloseTree; steps: { count: number } },
): Level | null {
  for (let at = older.length - 1; at >= 0; at--) {
    const partner = older[at] as SidePivot;
    steps.count++;
    const shared = sharedLine(side, newer, partner);
    if (shared === null) continue;
    const { line, tolerance } = shared;
    const band = { lower: line - tolerance, upper: line + tolerance };
    const stretch = { from: partner.index + 1, to: newer.index };
    const { count } = countCrossings(closes, { ...band, ...stretch }, { limit: CROSSINGS_MAX + 1, steps });
    if (count <= CROSSINGS_MAX) return createLevel(side, { newer, partner }, shared);
  }
  return null;
}

type SharedLine = {
  readonly lowest: number;
  readonly highest: number;
  readonly price: Price;
  readonly line: number;
  readonly tolerance: number;
};

/** The price both wicks reach, or nearly; `null` when they are apart. */
function sharedLine(side: LevelSide, newer: SidePivot, partner: SidePivot): SharedLine | null {
  const lowest = Math.max(partner.lowest, newer.lowest);
  const highest = Math.min(partner.highest, newer.highest);
  const line = side === 'resistance' ? highest : lowest;
  const tolerance = toleranceOf(partner.averageRange, newer.averageRange, line);
  if (lowest > highest + tolerance) return null;
  const price = side === 'resistance' ? lower(partner.high, newer.high) : higher(partner.low, newer.low);
  return { lowest, highest, price, line, tolerance };
}

function createLevel(
  side: LevelSide,
  { newer, partner }: { readonly newer: SidePivot; readonly partner: SidePivot },
  { lowest, highest, price, line, tolerance }: SharedLine,
): Level {
  const range = meanPositive(partner.averageRange, newer.averageRange) ?? WIDTH_SHARE * line;
  const width = Math.min(WIDTH_ATR.max * range, Math.max(WIDTH_ATR.min * range, highest - lowest));
  const middle = (lowest + highest) / 2;
  return {
    key: `${side}:${partner.time}:${newer.time}`,
    name: `${side}:${fixedText(price, 8)}:${toEpochSec(partner.time)}`,
    side,
    price,
    line,
    first: { index: partner.index, time: partner.time },
    second: { index: newer.index, time: newer.time },
    tolerance,
    bandLow: middle - width / 2,
    bandHigh: middle + width / 2,
    bandWidthAtr: range > 0 ? width / range : 0,
    touches: [],
  };
}

/** Whether the wick of `pivot` reaches into the band of `level`. */
export function touches(level: Level, pivot: SidePivot): boolean {
  const middle = (level.bandLow + level.bandHigh) / 2;
  const tolerance = toleranceOf(pivot.averageRange, pivot.averageRange, middle);
  return pivot.lowest <= level.bandHigh + tolerance && pivot.highest >= level.bandLow - tolerance;
}
