/**
 * The drawing tools on a chart: the first click sets where a drawing begins, the pointer moves its end, the second click
 * sets it; or the keyboard draws and adjusts. One drawing at a time.
 */
import type { IChartApi, ISeriesApi, MouseEventParams, Time } from 'lightweight-charts';
import type { WireCandle } from '../../src/api/contract.ts';
import {
  adjusted,
  POSITION_RATIO,
  placedDrawing,
  type Tool,
  type ToolCommand,
  type ToolDrawing,
  type ToolPoint,
} from './measure.ts';
import { ToolLayer, type ToolStyle } from './tool-layer.ts';

/** The tools of one chart. */
export type ChartTools = {
  /** Takes a tool in hand; `cursor` clears what was drawn. */
  readonly choose: (tool: Tool) => void;
  /** Draws or adjusts without a pointer. */
  readonly command: (command: ToolCommand) => void;
  /** Forgets what was drawn and keeps the tool in hand. */
  readonly clear: () => void;
  /** Has what is drawn painted again, in another style. */
  readonly repaint: () => void;
};

/** What the tools work with: where they stand, how they write, and who hears of a drawing. */
export type ToolParts = {
  readonly chart: IChartApi;
  readonly series: ISeriesApi<'Candlestick'>;
  readonly style: () => ToolStyle;
  /** What is drawn, ascending. */
  readonly candles: () => readonly WireCandle[];
  readonly drawn: (drawing: ToolDrawing | null) => void;
};

/** Puts the tools on a chart. */
export function attachTools({ chart, series, style, candles, drawn }: ToolParts): ChartTools {
  const layer = new ToolLayer(style);
  series.attachPrimitive(layer);
  let tool: Tool = 'cursor';
  let drawing: ToolDrawing | null = null;
  let hand: 'empty' | 'drawing' = 'empty';
  const pointOf = ({ time, point, paneIndex }: MouseEventParams<Time>): ToolPoint | null => {
    if (typeof time !== 'number' || point === undefined || (paneIndex ?? 0) !== 0) return null;
    const price = series.coordinateToPrice(point.y);
    return price === null ? null : { time, price };
  };
  const show = (next: ToolDrawing | null): void => {
    drawing = next;
    layer.show(next);
    drawn(next);
  };
  const clear = (): void => {
    hand = 'empty';
    if (drawing !== null) show(null);
  };
  chart.subscribeClick((event) => {
    const point = tool === 'cursor' ? null : pointOf(event);
    if (point === null) return;
    if (hand === 'drawing' && drawing !== null) {
      hand = 'empty';
      show({ ...drawing, to: point });
      return;
    }
    hand = 'drawing';
    show({ tool, from: point, to: point, ratio: POSITION_RATIO.initial });
  });
  chart.subscribeCrosshairMove((event) => {
    if (hand !== 'drawing' || drawing === null) return;
    const point = pointOf(event);
    if (point !== null) show({ ...drawing, to: point });
  });
  return {
    choose: (next) => {
      tool = next;
      clear();
    },
    command: (command) => {
      if (command === 'place') {
        hand = 'empty';
        show(placedDrawing(tool, candles()));
      } else if (drawing !== null) show(adjusted(drawing, command));
    },
    clear,
    repaint: () => layer.refresh(),
  };
}
