/**
 * What the drawing tools compute from two points of the chart: the move between them, and the levels of a retracement.
 */

/** A point of the chart: Unix seconds and price. */
export type ToolPoint = { readonly time: number; readonly price: number };

/** The tools; `cursor` draws nothing. */
export type Tool = 'cursor' | 'measure' | 'fib';

/** A drawing of a tool, complete once both ends were set. */
export type ToolDrawing = { readonly tool: Tool; readonly from: ToolPoint; readonly to: ToolPoint };

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
