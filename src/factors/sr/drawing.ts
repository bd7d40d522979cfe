/**
 * Levels as lines, horizontal from the first touch. The id names the level and how it stands, never where the line ends,
 * so a level that holds stays one drawing for as long as it does.
 */
import type { Canvas, Drawing } from '../factor.ts';
import type { JudgedLevel } from './judgement.ts';
import { type Judgement, lineIdOf } from './level-notes.ts';
import { type TimeIndex, timeOf } from './time-index.ts';

const HELD_COLORS = { resistance: '#ef4444', support: '#22c55e' } as const;
const BROKEN_COLOR = 'rgba(148,163,184,0.6)';

/** Draws what changed and erases what is no longer true. */
export function drawLevels(canvas: Canvas, { changed, lost }: Judgement, times: TimeIndex): void {
  for (const id of lost) canvas.erase(id);
  for (const level of changed) {
    const isShown = level.status !== 'broken' || timeOf(times, level.deathIndex ?? 0) >= canvas.windowStart;
    if (isShown) canvas.draw(toDrawing(level, times));
  }
}

function toDrawing(judged: JudgedLevel, times: TimeIndex): Drawing {
  const { level, status, deathIndex } = judged;
  const { side, price, first, second } = level;
  const isBroken = status === 'broken';
  const end = isBroken && deathIndex !== null ? timeOf(times, deathIndex) : second.time;
  const points = [
    { time: first.time, value: price },
    { time: end, value: price },
  ];
  const line = { type: 'polyline', feature: isBroken ? 'sr.broken' : 'sr.active', points } as const;
  return {
    id: lineIdOf(judged),
    reach: isBroken ? 'level' : 'growingLevel',
    definition: isBroken
      ? { ...line, color: BROKEN_COLOR, lineWidth: 1, lineStyle: 'dashed' }
      : { ...line, color: HELD_COLORS[side], lineWidth: 2 },
  };
}
