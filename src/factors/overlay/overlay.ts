/**
 * Everything drawn of one series. Ids stay while what they name is true; a change gives an instruction the version of
 * its candle; what is no longer true, or has left the window, is retired, so that the overlay can not grow for ever.
 * Plain data; it mutates.
 */
import type { EpochMs } from '../../core/time.ts';
import { type ChartPoint, type Instruction, spanOf } from '../../model/chart.ts';
import type { Canvas, Drawing } from '../factor.ts';

/** Instructions by id, in the order they were first drawn; without a window nothing is drawn. */
export type Overlay = { readonly windowCandles: number | null; readonly instructions: Record<string, Instruction> };

/** What one candle did to the overlay. */
export type OverlayStep = { readonly drawn: Instruction[]; readonly retired: string[] };

/** Candles between two sweeps of what has left the window: a constant amount of work a candle. */
const SWEEP_EVERY = 256;

/** An empty overlay. */
export function createOverlay(windowCandles: number | null): Overlay {
  return { windowCandles, instructions: {} };
}

/** A canvas for one candle whose strokes are kept in `step`. */
export function canvasFor(
  overlay: Overlay,
  candle: { readonly time: EpochMs; readonly version: number; readonly windowStart: EpochMs },
  step: OverlayStep,
): Canvas {
  const { instructions } = overlay;
  return {
    windowStart: candle.windowStart,
    draw: (drawing) => {
      const known = instructions[drawing.id];
      if (known !== undefined && isSame(known, drawing)) return;
      const instruction = { ...drawing, version: candle.version, visibleTime: candle.time };
      instructions[drawing.id] = instruction;
      step.drawn.push(instruction);
    },
    erase: (id) => {
      if (instructions[id] === undefined) return;
      delete instructions[id];
      step.retired.push(id);
    },
  };
}

/** Retires what ended before the window, now and then. */
export function sweepOverlay(overlay: Overlay, index: number, canvas: Canvas): void {
  if (index % SWEEP_EVERY !== 0) return;
  for (const instruction of Object.values(overlay.instructions)) {
    const [, end] = spanOf(instruction);
    if (end !== null && end < canvas.windowStart) canvas.erase(instruction.id);
  }
}

/** Whether drawing it again changes nothing; the end of a line that grows does not count, it follows the candles. */
function isSame(known: Instruction, drawing: Drawing): boolean {
  const { definition: a } = known;
  const { definition: b } = drawing;
  if (known.reach !== drawing.reach || a.type !== b.type || a.color !== b.color) return false;
  if (a.type === 'marker' || b.type === 'marker') return a.type === b.type && a.feature === b.feature;
  if (a.lineStyle !== b.lineStyle || a.points.length !== b.points.length) return false;
  const isGrowing = drawing.reach === 'growing' || drawing.reach === 'growingLevel';
  const fixed = isGrowing ? a.points.length - 1 : a.points.length;
  return samePoints(a.points, b.points, fixed) && a.points.at(-1)?.value === b.points.at(-1)?.value;
}

function samePoints(a: readonly ChartPoint[], b: readonly ChartPoint[], count: number): boolean {
  // From the end: a line that changed usually changed there.
  for (let index = count - 1; index >= 0; index--) {
    if (a[index]?.time !== b[index]?.time || a[index]?.value !== b[index]?.value) return false;
  }
  return true;
}
