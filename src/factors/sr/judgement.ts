/**
 * What the levels are worth at a candle: held, crossed or broken since their newer pivot, doubles removed, nearest
 * first. Only closes up to the candle are looked at. (wire contract 7.6)
 */
import { type CloseTree, countCrossings, lastClose } from './close-tree.ts';
import { type Level, toleranceOf } from './level.ts';
import type { Side } from './side.ts';

/** A level as it stands. */
export type JudgedLevel = {
  readonly level: Level;
  readonly status: 'active' | 'flip' | 'broken';
  /** Where the price is now, for a level that was crossed. */
  readonly flipDir: 'up' | 'down' | null;
  /** The candle of the last crossing that counted. */
  readonly deathIndex: number | null;
};

/** Crossings that break a level. */
const BREAKS = 3;
const ACTIVE_MAX = 10;
const DOUBLE_SHARE = 0.001;
const DOUBLE_TOLERANCE = 0.5;

/** What a judgement needs of the present. */
export type Present = {
  readonly closes: CloseTree;
  /** Average range at the newest candle. */
  readonly averageRange: number;
  readonly steps: { count: number };
};

/** Every level that counts: the nearest held and crossed ones, at most ten, then all broken ones, nearest first. */
export function judgeLevels(sides: readonly Side[], present: Present): readonly JudgedLevel[] {
  const judged = sides.flatMap((side) => withoutDoubles(side, present));
  const close = lastClose(present.closes);
  const distance = ({ level }: JudgedLevel): number => Math.abs(level.line - close);
  const byDistance = judged
    .map((each) => ({ each, away: distance(each) }))
    .sort((a, b) => a.away - b.away)
    .map(({ each }) => each);
  const held = byDistance.filter(({ status }) => status !== 'broken').slice(0, ACTIVE_MAX);
  return [...held, ...byDistance.filter(({ status }) => status === 'broken')];
}

/** Levels of a side that are not the same as a newer one; a broken one gives way to one that is not. */
function withoutDoubles(side: Side, present: Present): readonly JudgedLevel[] {
  /** Ascending by price. */
  const kept: { readonly price: number; judged: JudgedLevel }[] = [];
  for (const level of side.levels.toReversed()) {
    const judged = judge(level, present);
    const price = level.line;
    const within = Math.max(DOUBLE_SHARE * price, DOUBLE_TOLERANCE * level.tolerance);
    const place = findPlace(kept, price, present.steps);
    const neighbour = nearest(kept, place, price);
    if (neighbour === null || Math.abs(neighbour.price - price) > within) {
      kept.splice(place, 0, { price, judged });
    } else if (neighbour.judged.status === 'broken' && judged.status !== 'broken') {
      kept.splice(kept.indexOf(neighbour), 1);
      kept.splice(findPlace(kept, price, present.steps), 0, { price, judged });
    }
  }
  return kept.map(({ judged }) => judged).sort((a, b) => b.level.second.index - a.level.second.index);
}

type Kept = { readonly price: number; readonly judged: JudgedLevel };

/** Place of the first kept price that is not below `price`, by halving. */
function findPlace(kept: readonly Kept[], price: number, steps: { count: number }): number {
  let from = 0;
  let to = kept.length;
  while (from < to) {
    steps.count++;
    const middle = (from + to) >> 1;
    if ((kept[middle] as Kept).price < price) from = middle + 1;
    else to = middle;
  }
  return from;
}

function nearest(kept: readonly Kept[], place: number, price: number): Kept | null {
  const above = kept[place];
  const below = kept[place - 1];
  if (above === undefined || below === undefined) return above ?? below ?? null;
  return above.price - price < price - below.price ? above : below;
}

function judge(level: Level, { closes, averageRange, steps }: Present): JudgedLevel {
  const { line } = level;
  const tolerance = toleranceOf(averageRange, averageRange, line);
  const band = { lower: line - tolerance, upper: line + tolerance };
  const stretch = { from: level.second.index + 1, to: closes.count };
  const { count, lastIndex } = countCrossings(closes, { ...band, ...stretch }, { limit: BREAKS, steps });
  if (count === 0) return { level, status: 'active', flipDir: null, deathIndex: null };
  if (count >= BREAKS) return { level, status: 'broken', flipDir: null, deathIndex: lastIndex };
  const close = lastClose(closes);
  return { level, status: 'flip', flipDir: close > line ? 'up' : close < line ? 'down' : null, deathIndex: lastIndex };
}
