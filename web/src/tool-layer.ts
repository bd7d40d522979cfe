/**
 * The tools' drawings on the chart: a measured box with its move in words, and the lines of a retracement.
 */
import { priceText } from './format.ts';
import { type Paint, PaintLayer, type Place } from './layer-primitive.ts';
import { fibLevels, moveOf, type ToolDrawing } from './measure.ts';

/** How a tool writes: colours as CSS values, decimals of prices, and the length of a candle. */
export type ToolStyle = {
  readonly ink: string;
  readonly accent: string;
  readonly up: string;
  readonly down: string;
  readonly decimals: number;
  readonly stepSec: number;
};

/** The layer of the tools. */
export class ToolLayer extends PaintLayer {
  #drawing: ToolDrawing | null = null;
  readonly #style: () => ToolStyle;

  constructor(style: () => ToolStyle) {
    super([['top', (context, place) => this.#paint(context, place)]]);
    this.#style = style;
  }

  show(drawing: ToolDrawing | null): void {
    this.#drawing = drawing;
    this.refresh();
  }

  readonly #paint: Paint = (context, place) => {
    const drawing = this.#drawing;
    if (drawing === null) return;
    context.save();
    context.font = '600 12px system-ui, sans-serif';
    const draw = drawing.tool === 'measure' ? paintMeasure : paintFib;
    draw(context, place, { drawing, style: this.#style() });
    context.restore();
  };
}

type Job = { readonly drawing: ToolDrawing; readonly style: ToolStyle };

function corners(place: Place, { from, to }: ToolDrawing) {
  const [x1, y1, x2, y2] = [place.x(from.time), place.y(from.price), place.x(to.time), place.y(to.price)];
  return x1 === null || y1 === null || x2 === null || y2 === null ? null : { x1, y1, x2, y2 };
}

function moveText({ drawing, style }: Job): string {
  const { change, percent, candles } = moveOf(drawing, style.stepSec);
  const sign = change < 0 ? '−' : '+';
  const share = percent === null ? '' : ` (${sign}${Math.abs(percent).toFixed(2)}%)`;
  return `${sign}${priceText(Math.abs(change), style.decimals)}${share} · ${candles}`;
}

function paintMeasure(context: CanvasRenderingContext2D, place: Place, job: Job): void {
  const at = corners(place, job.drawing);
  if (at === null) return;
  const { x1, y1, x2, y2 } = at;
  const tone = job.drawing.to.price >= job.drawing.from.price ? job.style.up : job.style.down;
  context.fillStyle = tone;
  context.strokeStyle = tone;
  context.globalAlpha = 0.16;
  context.fillRect(x1, y1, x2 - x1, y2 - y1);
  context.globalAlpha = 1;
  context.strokeRect(x1, y1, x2 - x1, y2 - y1);
  const text = moveText(job);
  const width = context.measureText(text).width + 16;
  const left = Math.max(4, Math.min(place.width - width - 4, (x1 + x2 - width) / 2));
  const top = y2 <= y1 ? Math.max(4, y2 - 28) : Math.min(place.height - 26, y2 + 6);
  context.beginPath();
  context.roundRect(left, top, width, 22, 6);
  context.fill();
  context.fillStyle = '#ffffff';
  context.textBaseline = 'middle';
  context.fillText(text, left + 8, top + 11);
}

function paintFib(context: CanvasRenderingContext2D, place: Place, { drawing, style }: Job): void {
  const at = corners(place, drawing);
  if (at === null) return;
  const [left, right] = [Math.min(at.x1, at.x2), Math.max(at.x1, at.x2, Math.min(at.x1, at.x2) + 120)];
  context.textBaseline = 'middle';
  for (const { ratio, price } of fibLevels(drawing)) {
    const y = place.y(price);
    if (y === null) continue;
    context.strokeStyle = style.accent;
    context.globalAlpha = ratio === 0 || ratio === 1 ? 1 : 0.6;
    context.beginPath();
    context.moveTo(left, y);
    context.lineTo(right, y);
    context.stroke();
    context.globalAlpha = 1;
    context.fillStyle = style.ink;
    context.fillText(
      `${ratio.toFixed(3).replace(/0+$/, '').replace(/\.$/, '')}  ${priceText(price, style.decimals)}`,
      right + 6,
      y,
    );
  }
}
