/**
 * The drawing tools on a chart: the first click sets where a drawing begins, the pointer moves its end, the second click
 * sets it. One drawing at a time.
 */
import type { IChartApi, ISeriesApi, MouseEventParams, Time } from 'lightweight-charts';
import type { Tool, ToolDrawing, ToolPoint } from './measure.ts';
import { ToolLayer, type ToolStyle } from './tool-layer.ts';

/** The tools of one chart. */
export type ChartTools = {
  /** Takes a tool in hand; `cursor` clears what was drawn. */
  readonly choose: (tool: Tool) => void;
  /** Forgets what was drawn and keeps the tool in hand. */
  readonly clear: () => void;
};

/** Puts the tools on `chart`; prices are read on `series`. */
export function attachTools(chart: IChartApi, series: ISeriesApi<'Candlestick'>, style: () => ToolStyle): ChartTools {
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
    show({ tool, from: point, to: point });
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
    clear,
  };
}
