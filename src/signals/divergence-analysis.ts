/**
 * How strongly a window of candles speaks for a top and for a bottom: eleven kinds of events, each worth up to ten or
 * fifteen points, added up and cut at 100.
 */
import type { Columns } from './columns.ts';
import {
  type Direction,
  extremeAt,
  findLegs,
  findStretches,
  findSwings,
  findZeroReturns,
  isBeyond,
  type Leg,
  ratioOf,
  type Stretch,
  type Swing,
  type Window,
  withoutStub,
} from './divergence-structure.ts';

/** What was found on one side. */
export type DivergenceSide = {
  /** 0..100. */
  strength: number;
  /** Pairs of separated runs whose peak shrank. */
  separatedPeaks: number;
  /** Pairs of separated runs that diverge at all. */
  separated: number;
  /** Pairs of runs whose area shrank. */
  areas: number;
  /** Pairs of swings that DIF did not confirm. */
  difs: number;
  /** Returns of DIF to zero. */
  zeroReturns: number;
  isExhausted: boolean;
};

/** Both sides. */
export type DivergenceRecord = { readonly top: DivergenceSide; readonly bottom: DivergenceSide };

/** Everything one side is judged by. */
type Evidence = {
  readonly window: Window;
  readonly direction: Direction;
  readonly swings: readonly Swing[];
  readonly legs: readonly Leg[];
  readonly runs: readonly Stretch[];
  readonly averages: readonly Stretch[];
  readonly zeroReturns: readonly number[];
};

/** A pair of runs of one sign with the one between them. */
type RunPair = {
  readonly a: Stretch;
  readonly b: Stretch;
  readonly areaRatio: number;
  readonly peakRatio: number;
  readonly isSeparated: boolean;
};

const SHRUNK = 0.7;

/** Analyses the window; DIF must leave zero by `zeroDistance` (scaled prices) before its return counts. */
export function analyseDivergence(window: Window, zeroDistance: number): DivergenceRecord {
  const swings = findSwings(window);
  const shared = {
    window,
    legs: findLegs(swings),
    runs: findStretches(window, 0, barAt),
    averages: withoutStub(findStretches(window, 30, averageGapAt)),
  };
  const sideOf = (direction: Direction): DivergenceSide => {
    const own = swings.filter((swing) => swing.direction === direction);
    const zeroReturns = findZeroReturns(window, direction, zeroDistance);
    return analyseSide({ ...shared, direction, swings: own, zeroReturns });
  };
  return { top: sideOf(1), bottom: sideOf(-1) };
}

function barAt({ dif, dea }: Columns, at: number): number {
  return 2 * ((dif[at] as number) - (dea[at] as number));
}

function averageGapAt({ ma5, ma30 }: Columns, at: number): number {
  return (ma5[at] as number) - (ma30[at] as number);
}

function analyseSide(evidence: Evidence): DivergenceSide {
  const side: DivergenceSide = {
    strength: 0,
    separatedPeaks: 0,
    separated: 0,
    areas: 0,
    difs: 0,
    zeroReturns: evidence.zeroReturns.length,
    isExhausted: false,
  };
  judgeLegs(side, evidence);
  judgeAverages(side, evidence);
  judgeSwings(side, evidence);
  judgeWithinRuns(side, evidence);
  const pairs = pairRuns(evidence);
  judgeRuns(side, pairs, evidence);
  judgeExhaustion(side, pairs, evidence);
  side.strength = Math.min(side.strength, 100);
  return side;
}

function large(severity: number): number {
  return Math.min(15 * severity, 10);
}

function small(severity: number): number {
  return Math.min(5 * severity, 3);
}

/** Legs that go further with less height, in less time, or on less volume. */
function judgeLegs(side: DivergenceSide, { window, direction, legs }: Evidence): void {
  for (let i = 2; i < legs.length; i++) {
    const a = legs[i - 2] as Leg;
    const b = legs[i] as Leg;
    if (b.end.direction !== direction || !isBeyond(direction, b.end.price, a.end.price)) continue;
    const height = ratioOf(heightOf(b), heightOf(a));
    if (height < SHRUNK) side.strength += large(1 - height);
    const duration = ratioOf(durationOf(b), durationOf(a));
    if (duration < SHRUNK) side.strength += large(1 - duration);
    if (direction === -1) continue;
    const before = volumeOf(window, a);
    const after = volumeOf(window, b);
    if (after < 0.8 * before) side.strength += small(1 - after / before);
  }
}

function heightOf({ start, end }: Leg): number {
  return Math.abs(end.price - start.price);
}

function durationOf({ start, end }: Leg): number {
  return end.index - start.index;
}

/** Volume of the leg's candles, both ends included, per step. */
function volumeOf({ columns, from }: Window, leg: Leg): number {
  let sum = 0;
  for (let index = leg.start.index; index <= leg.end.index; index++) sum += columns.volume[from + index] as number;
  return sum / Math.max(durationOf(leg), 1);
}

/** Less area between MA5 and MA30 at about the same price or beyond. */
function judgeAverages(side: DivergenceSide, { direction, averages }: Evidence): void {
  for (let i = 2; i < averages.length; i++) {
    const a = averages[i - 2] as Stretch;
    const b = averages[i] as Stretch;
    if (b.direction !== direction) continue;
    const ratio = ratioOf(b.area, a.area);
    const isThere = direction === 1 ? b.price >= 0.98 * a.price : b.price <= 1.02 * a.price;
    if (ratio < SHRUNK && isThere) side.strength += large(1 - ratio);
  }
}

/** Oscillators of the swings, and how far beyond the gate the first of two must be to count. */
const OSCILLATORS = [
  { column: 'divergenceK', gates: { top: 64, bottom: 24 } },
  { column: 'cci', gates: { top: 100, bottom: -100 } },
  { column: 'rsi', gates: { top: 72, bottom: 24 } },
] as const;

function judgeSwings(side: DivergenceSide, { window, direction, swings }: Evidence): void {
  const { columns, from } = window;
  for (let i = 1; i < swings.length; i++) {
    const a = swings[i - 1] as Swing;
    const b = swings[i] as Swing;
    if (!isBeyond(direction, b.price, a.price)) continue;
    const before = columns.dif[from + a.index] as number;
    const after = columns.dif[from + b.index] as number;
    if (direction * after < direction * before) {
      side.difs++;
      side.strength += large(lossOf(before, after));
    }
    for (const { column, gates } of OSCILLATORS) {
      const first = extremeAround(columns[column], from + a.index, direction);
      const second = extremeAround(columns[column], from + b.index, direction);
      const isPastGate = isBeyond(direction, first, direction === 1 ? gates.top : gates.bottom);
      if (isPastGate && isBeyond(direction, first, second)) side.strength += small(lossOf(first, second));
    }
  }
}

function lossOf(before: number, after: number): number {
  return before === 0 ? 0 : Math.abs(before - after) / Math.abs(before);
}

/** The extreme within three candles of a swing. */
function extremeAround(column: Float64Array, at: number, direction: Direction): number {
  let extreme = column[at - 3] as number;
  for (let step = -2; step <= 3; step++) {
    const value = column[at + step] as number;
    if (isBeyond(direction, value, extreme)) extreme = value;
  }
  return extreme;
}

/** Candles that go further while the bar shrinks. */
function judgeWithinRuns(side: DivergenceSide, { window, direction, runs }: Evidence): void {
  const { columns, from } = window;
  for (const { direction: sign, start, end } of runs) {
    if (sign !== direction || end - start < 2) continue;
    for (let index = start + 1; index <= end; index++) {
      const before = Math.abs(barAt(columns, from + index - 1));
      const now = Math.abs(barAt(columns, from + index));
      if (!(now < 0.9 * before)) continue;
      const price = extremeAt(window, direction, index);
      if (isBeyond(direction, price, extremeAt(window, direction, index - 1))) side.strength += large(1 - now / before);
    }
  }
}

function pairRuns({ direction, runs }: Evidence): readonly RunPair[] {
  const pairs: RunPair[] = [];
  for (let i = 2; i < runs.length; i++) {
    const a = runs[i - 2] as Stretch;
    const b = runs[i] as Stretch;
    if (b.direction !== direction || !isBeyond(direction, b.price, a.price)) continue;
    const between = (runs[i - 1] as Stretch).area;
    pairs.push({
      a,
      b,
      areaRatio: ratioOf(b.area, a.area),
      peakRatio: ratioOf(b.peak, a.peak),
      isSeparated: between > 0.1 * Math.min(a.area, b.area),
    });
  }
  return pairs;
}

/** Runs that go further with a lower peak or less area; separated ones weigh more. */
function judgeRuns(side: DivergenceSide, pairs: readonly RunPair[], { runs }: Evidence): void {
  const stub = runs.at(-1);
  for (const { b, areaRatio, peakRatio, isSeparated } of pairs) {
    const factor = isSeparated ? 1.5 : 1;
    if (peakRatio < SHRUNK) {
      side.strength += Math.min(large(1 - peakRatio) * factor, 10);
      if (isSeparated) side.separatedPeaks++;
    }
    if (areaRatio < SHRUNK) {
      side.strength += Math.min(large(1 - areaRatio) * factor, 10);
      side.areas++;
      // The same areas once more between DIF and DEA, where a last stretch of one candle is left out.
      if (b !== stub || b.start !== b.end) side.strength += large(1 - areaRatio);
    }
  }
}

/** The move has lost its force: separated runs diverge twice, or once after DIF had come back to zero. */
function judgeExhaustion(side: DivergenceSide, pairs: readonly RunPair[], evidence: Evidence): void {
  const { direction, zeroReturns } = evidence;
  for (const { a, b, areaRatio, peakRatio, isSeparated } of pairs) {
    if (!isSeparated || !(areaRatio < 0.9 || peakRatio < 0.9)) continue;
    side.separated++;
    if (!(b.dif < a.dif)) continue;
    const isStrong = side.separated > 1;
    const isAfterReturn = zeroReturns.some((index) => index < b.end);
    const counts = direction === 1 ? isStrong || isAfterReturn : isStrong && zeroReturns.length >= 2;
    if (!counts) continue;
    side.isExhausted = true;
    side.strength += isStrong ? 15 : 10;
  }
}
