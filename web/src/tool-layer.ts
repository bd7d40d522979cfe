/**
 * The tools' drawings on the chart: a measured box with its move in words, the lines of a retracement, and a position
 * with what it would risk and gain.
 */
import { priceText } from './format.ts';
import { type Paint, PaintLayer, type Place } from './layer-primitive.ts';
import { fibLevels, moveOf, type Position, positionOf, type ToolDrawing } from './measure.ts';

/** Words of a position, in the language of the page. */
export type ToolWords = { readonly entry: string; readonly target: string; readonly stop: string };

/** How a tool writes: colours as CSS values, decimals of prices, and the length of a candle. */
export type ToolStyle = {
  readonly ink: string;
  readonly accent: string;
  readonly up: string;
  readonly down: string;
  readonly decimals: number;
  readonly stepSec: number;
  readonly words: ToolWords;
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
    const job = { drawing, style: this.#style() };
    const position = positionOf(drawing);
    if (position !== null) paintPosition(context, place, { ...job, position });
    else (drawing.tool === 'measure' ? paintMeasure : paintFib)(context, place, job);
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
  const left = (x1 + x2 - context.measureText(text).width - 16) / 2;
  paintLabel(context, place, { text, left, top: y2 <= y1 ? y2 - 28 : y2 + 6, tone });
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

type PositionJob = Job & { readonly position: Position };
type Band = { readonly from: number; readonly to: number; readonly tone: string; readonly text: string };

/** The widest of what a position is drawn in: a narrow one could not be seen. */
const POSITION_PX_MIN = 90;

function paintPosition(
  context: CanvasRenderingContext2D,
  place: Place,
  { drawing, style, position }: PositionJob,
): void {
  const [x1, x2, entry] = [place.x(drawing.from.time), place.x(drawing.to.time), place.y(position.entry)];
  if (x1 === null || x2 === null || entry === null) return;
  const left = Math.min(x1, x2);
  const across = { left, width: Math.max(Math.abs(x2 - x1), POSITION_PX_MIN) };
  const price = (value: number): string => priceText(value, style.decimals);
  const { words } = style;
  const bands = [
    [position.target, style.up, `${words.target} ${price(position.target)} (+${position.gainPercent.toFixed(2)}%)`],
    [position.stop, style.down, `${words.stop} ${price(position.stop)} (−${position.riskPercent.toFixed(2)}%)`],
  ] as const;
  for (const [level, tone, text] of bands) {
    const y = place.y(level);
    if (y !== null) paintBand(context, { ...across, place }, { from: entry, to: y, tone, text });
  }
  context.strokeStyle = style.ink;
  context.beginPath();
  context.moveTo(left, entry);
  context.lineTo(left + across.width, entry);
  context.stroke();
  const text = `${words.entry} ${price(position.entry)} · 1 : ${position.ratio}`;
  paintLabel(context, place, { text, left, top: entry - 11, tone: style.accent });
}

type Across = { readonly left: number; readonly width: number; readonly place: Place };

function paintBand(context: CanvasRenderingContext2D, { left, width, place }: Across, band: Band): void {
  context.fillStyle = band.tone;
  context.globalAlpha = 0.18;
  context.fillRect(left, band.from, width, band.to - band.from);
  context.globalAlpha = 1;
  const top = band.to <= band.from ? band.to - 26 : band.to + 4;
  paintLabel(context, place, { text: band.text, left, top, tone: band.tone });
}

type Label = { readonly text: string; readonly left: number; readonly top: number; readonly tone: string };

/** Above it the legend of the chart stands. */
const LEGEND_PX = 40;

/** Words on their own ground, kept inside the pane and under the legend. */
function paintLabel(context: CanvasRenderingContext2D, place: Place, { text, left, top, tone }: Label): void {
  const width = context.measureText(text).width + 16;
  const x = Math.max(4, Math.min(place.width - width - 4, left));
  const y = Math.max(LEGEND_PX, Math.min(place.height - 26, top));
  context.fillStyle = tone;
  context.beginPath();
  context.roundRect(x, y, width, 22, 6);
  context.fill();
  context.fillStyle = '#ffffff';
  context.textBaseline = 'middle';
  context.fillText(text, x + 8, y + 11);
}
