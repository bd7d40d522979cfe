/**
 * Judged levels as they are remembered between judgements and as readers get them.
 */
import type { EpochMs } from '../../core/time.ts';
import type { ChartPayload } from '../../model/chart.ts';
import type { CloseTree } from './close-tree.ts';
import type { JudgedLevel } from './judgement.ts';
import type { Level, LevelSide } from './level.ts';
import type { Side } from './side.ts';
import { type TimeIndex, timeOf } from './time-index.ts';

/** A judged level without the level itself, which its side remembers; `signature` changes when anything shown does. */
export type LevelNote = Omit<JudgedLevel, 'level'> & {
  readonly key: string;
  readonly signature: string;
  readonly lineId: string;
  readonly side: LevelSide;
  readonly firstTime: EpochMs;
  readonly secondTime: EpochMs;
  readonly secondIndex: number;
};

const SCORE_TOUCHES = 4;
const TOUCHES_MIN = 2;

/** A text that differs when anything shown of the level does. */
function signatureOf({ level: { touches }, status, flipDir, deathIndex }: JudgedLevel): string {
  return `${status}:${flipDir}:${deathIndex}:${touches.length}:${touches[0]?.index}:${touches.at(-1)?.index}`;
}

/** Id of the line that shows the level; it says how the level stands and never where the line ends. */
export function lineIdOf({ level: { name }, status }: JudgedLevel): string {
  return `sr.${status === 'broken' ? 'sr.broken' : 'sr.active'}:${status}:${name}`;
}

/** A judgement against the one before it. */
export type Judgement = {
  readonly notes: readonly LevelNote[];
  /** Levels that are new or stand differently. */
  readonly changed: readonly JudgedLevel[];
  /** Levels that are none any more. */
  readonly gone: readonly LevelNote[];
  /** Ids of lines that show nothing true any more. */
  readonly lost: readonly string[];
};

/** What a judgement changes about the remembered one. */
export function compareJudgement(before: readonly LevelNote[], judged: readonly JudgedLevel[]): Judgement {
  const known = new Map(before.map((note) => [note.key, note]));
  const changed: JudgedLevel[] = [];
  const notes = judged.map((each): LevelNote => {
    const { level, status, flipDir, deathIndex } = each;
    const signature = signatureOf(each);
    const note = known.get(level.key);
    if (note?.signature === signature) return note;
    changed.push(each);
    const { key, side, first, second } = level;
    const times = { firstTime: first.time, secondTime: second.time, secondIndex: second.index };
    return { key, signature, lineId: lineIdOf(each), side, ...times, status, flipDir, deathIndex };
  });
  const keys = new Set(notes.map(({ key }) => key));
  const lines = new Set(notes.map(({ lineId }) => lineId));
  return {
    notes,
    changed,
    gone: before.filter(({ key }) => !keys.has(key)),
    lost: before.filter(({ lineId }) => !lines.has(lineId)).map(({ lineId }) => lineId),
  };
}

/** The remembered judgement with its levels again; a newer pivot makes at most one level, so its place is enough. */
export function recallLevels(state: {
  readonly notes: readonly LevelNote[];
  readonly resistance: Side;
  readonly support: Side;
}): readonly JudgedLevel[] {
  const byPlace = new Map<string, Level>();
  for (const { side, levels } of [state.resistance, state.support]) {
    for (const level of levels) byPlace.set(`${side}:${level.second.index}`, level);
  }
  return state.notes.flatMap(({ side, secondIndex, status, flipDir, deathIndex }) => {
    const level = byPlace.get(`${side}:${secondIndex}`);
    return level === undefined ? [] : [{ level, status, flipDir, deathIndex }];
  });
}

/** A level for readers. */
export function levelPayload(
  { level, status, flipDir, deathIndex }: JudgedLevel,
  { times, closes }: { readonly times: TimeIndex; readonly closes: CloseTree },
): ChartPayload {
  const { side, first, second, touches } = level;
  const last = touches.at(-1) ?? second;
  const share = touches.length === 0 ? 0 : 1; // every pivot that is looked at is a major one
  return {
    price: level.price,
    type: status === 'flip' ? 'flip' : side,
    levelType: side,
    status,
    firstIdx: first.index,
    secondIdx: second.index,
    lastIdx: last.index,
    firstTime: first.time,
    secondTime: second.time,
    lastTime: last.time,
    count: Math.max(TOUCHES_MIN, touches.length),
    flipDir,
    touchIndices: touches.map(({ index }) => index),
    touchTimes: touches.map(({ time }) => time),
    levelScore: 0.5 * Math.min(1, touches.length / SCORE_TOUCHES) + 0.5 * share,
    bandLow: level.bandLow,
    bandHigh: level.bandHigh,
    bandWidthAtr: level.bandWidthAtr,
    deathIdx: deathIndex,
    deathTime: deathIndex === null ? null : timeOf(times, deathIndex),
    deathPrice: deathIndex === null ? null : (closes.closes[deathIndex % closes.capacity] ?? null),
  };
}
