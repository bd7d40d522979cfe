/**
 * What the drawing tools compute from two points of the chart: the move between them, the levels of a retracement, and
 * what a long or short position would risk and gain. And where a tool draws when the keyboard asks it to.
 */
import type { WireCandle } from '../../src/api/contract.ts';
import { assertNever } from './assert-never.ts';

/** A point of the chart: Unix seconds and price. */
export type ToolPoint = { readonly time: number; readonly price: number };

/** The tools; `cursor` draws nothing. */
export type Tool = 'cursor' | 'measure' | 'fib' | 'long' | 'short';

/** A drawing of a tool, complete once both ends were set; `ratio` is gain to risk, of positions only. */
export type ToolDrawing = {
  readonly tool: Tool;
  readonly from: ToolPoint;
  readonly to: ToolPoint;
  readonly ratio: number;
};

/** Gain to risk of a new position, its bounds and its step. */
export const POSITION_RATIO = { initial: 2, min: 0.5, max: 10, step: 0.5 } as const;
/** Of its price, as far as a key moves the stop. */
const NUDGE = 0.001;
/** Candles that the keyboard's drawing looks back over. */
const LOOK_BACK = { position: 20, move: 60 } as const;

/** The ratios of a retracement, from its end back to its start. */
export const FIB_RATIOS = [0, 0.236, 0.382, 0.5, 0.618, 0.786, 1] as const;

/** The move of a measurement: price, percent of the start (`null` from zero), and whole candles. */
export function moveOf({ from, to }: ToolDrawing, stepSec: number) {
  const change = to.price - from.price;
  const percent = from.price === 0 ? null : (change / from.price) * 100;
  return { change, percent, candles: Math.round((to.time - from.time) / stepSec) };
}

/** The prices of a retracement: ratio 0 is where the move ended, 1 where it began. */
export function fibLevels({ from, to }: ToolDrawing): readonly { readonly ratio: number; readonly price: number }[] {
  return FIB_RATIOS.map((ratio) => ({ ratio, price: to.price + (from.price - to.price) * ratio }));
}

/** A position on the chart; percents are of the entry, both positive. */
export type Position = {
  readonly side: 'long' | 'short';
  readonly entry: number;
  readonly stop: number;
  readonly target: number;
  readonly ratio: number;
  readonly riskPercent: number;
  readonly gainPercent: number;
};

/**
 * The position of a long or short drawing; `null` of any other. It is entered where the drawing begins. An end on the
 * losing side is the stop, one on the winning side the target; the other of the two follows from the ratio.
 */
export function positionOf({ tool, from, to, ratio }: ToolDrawing): Position | null {
  if (tool !== 'long' && tool !== 'short') return null;
  const sign = tool === 'long' ? 1 : -1;
  const gained = (to.price - from.price) * sign;
  const risk = gained < 0 ? -gained : gained / ratio;
  const percent = (move: number): number => (from.price === 0 ? 0 : (move / Math.abs(from.price)) * 100);
  return {
    side: tool,
    entry: from.price,
    stop: gained < 0 ? to.price : from.price - sign * risk,
    target: gained < 0 ? from.price + sign * risk * ratio : to.price,
    ratio,
    riskPercent: percent(risk),
    gainPercent: percent(risk * ratio),
  };
}

/** What a key asks of the tool in hand. */
export type ToolCommand = 'place' | 'ratioUp' | 'ratioDown' | 'endUp' | 'endDown';

/** `drawing` after a key other than `place`. */
export function adjusted(drawing: ToolDrawing, command: Exclude<ToolCommand, 'place'>): ToolDrawing {
  const { min, max, step } = POSITION_RATIO;
  const ratio = (change: number) => ({ ...drawing, ratio: Math.min(max, Math.max(min, drawing.ratio + change)) });
  const end = (change: number) => ({ ...drawing, to: { ...drawing.to, price: drawing.to.price * (1 + change) } });
  switch (command) {
    case 'ratioUp':
      return ratio(step);
    case 'ratioDown':
      return ratio(-step);
    case 'endUp':
      return end(NUDGE);
    case 'endDown':
      return end(-NUDGE);
    default:
      return assertNever(command);
  }
}

function lowest(candles: readonly WireCandle[]): ToolPoint {
  const candle = candles.reduce((best, next) => (next.low < best.low ? next : best));
  return { time: candle.candle_time, price: candle.low };
}

function highest(candles: readonly WireCandle[]): ToolPoint {
  const candle = candles.reduce((best, next) => (next.high > best.high ? next : best));
  return { time: candle.candle_time, price: candle.high };
}

/**
 * Where `tool` draws by itself on ascending `candles`: a position enters at the last close with its stop at the extreme
 * of the newest candles; a move goes between the two extremes. `null` where there is nothing to draw on.
 */
export function placedDrawing(tool: Tool, candles: readonly WireCandle[]): ToolDrawing | null {
  const last = candles.at(-1);
  if (last === undefined || tool === 'cursor') return null;
  const ratio = POSITION_RATIO.initial;
  if (tool === 'measure' || tool === 'fib') {
    const newest = candles.slice(-LOOK_BACK.move);
    const [low, high] = [lowest(newest), highest(newest)];
    return low.time <= high.time ? { tool, from: low, to: high, ratio } : { tool, from: high, to: low, ratio };
  }
  const newest = candles.slice(-LOOK_BACK.position);
  const from = { time: newest[0]?.candle_time ?? last.candle_time, price: last.close };
  const extreme = tool === 'long' ? lowest(newest).price : highest(newest).price;
  const sign = tool === 'long' ? 1 : -1;
  const stop = extreme === last.close ? last.close * (1 - sign * NUDGE) : extreme;
  return { tool, from, to: { time: last.candle_time, price: stop }, ratio };
}
