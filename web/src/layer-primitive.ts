/**
 * Draws a layer model over the candles as a primitive of the chart library: zones under the candles, pens and levels
 * with them, anchors and marks above. Only what lies in view costs anything; a forming update changes nothing here.
 */
import type {
  IChartApi,
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesApi,
  ISeriesPrimitive,
  PrimitivePaneViewZOrder,
  SeriesAttachedParameter,
  Time,
  UTCTimestamp,
} from 'lightweight-charts';
import { BUILD_SWITCHES } from './build-switches.ts';
import type { DrawLine } from './draw-wire.ts';
import { EMPTY_MODEL, type LayerModel, type MarkerShape, type ZoneShape } from './layer-model.ts';

/** Where things are on the screen, px; `null` when the chart can not say yet. */
export type Place = {
  readonly x: (time: number) => number | null;
  readonly y: (price: number) => number | null;
  readonly width: number;
  readonly height: number;
};

/** Draws onto the pane, in CSS pixels. */
export type Paint = (context: CanvasRenderingContext2D, place: Place) => void;

type Chart = IChartApi;
type Series = ISeriesApi<'Candlestick'>;
type Target = Parameters<IPrimitivePaneRenderer['draw']>[0];

function placeOf(chart: Chart, series: Series, size: { width: number; height: number }): Place {
  const scale = chart.timeScale();
  return {
    x: (time) => {
      const index = scale.timeToIndex(time as UTCTimestamp, true);
      return index === null
        ? null
        : scale.logicalToCoordinate(index as unknown as Parameters<typeof scale.logicalToCoordinate>[0]);
    },
    y: (price) => series.priceToCoordinate(price),
    ...size,
  };
}

class PaneView implements IPrimitivePaneView {
  readonly #layer: PaintLayer;
  readonly #order: PrimitivePaneViewZOrder;
  readonly #paint: Paint;

  constructor(layer: PaintLayer, order: PrimitivePaneViewZOrder, paint: Paint) {
    this.#layer = layer;
    this.#order = order;
    this.#paint = paint;
  }

  zOrder(): PrimitivePaneViewZOrder {
    return this.#order;
  }

  renderer(): IPrimitivePaneRenderer {
    return {
      draw: (target: Target) =>
        target.useMediaCoordinateSpace(({ context, mediaSize }) => {
          const { mounted } = this.#layer;
          if (mounted !== null) this.#paint(context, placeOf(mounted.chart, mounted.series as Series, mediaSize));
        }),
    };
  }
}

/** A primitive made of painted layers, lowest first. */
export class PaintLayer implements ISeriesPrimitive<Time> {
  mounted: SeriesAttachedParameter<Time> | null = null;
  readonly #views: readonly IPrimitivePaneView[];

  constructor(paints: readonly (readonly [PrimitivePaneViewZOrder, Paint])[]) {
    this.#views = paints.map(([order, paint]) => new PaneView(this, order, paint));
  }

  attached(parameters: SeriesAttachedParameter<Time>): void {
    this.mounted = parameters;
  }

  detached(): void {
    this.mounted = null;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views;
  }

  /** Has the pane painted again. */
  refresh(): void {
    this.mounted?.requestUpdate();
  }
}

/** The layers of chart structure. */
export class StructureLayer extends PaintLayer {
  #model: LayerModel;

  constructor(colors: () => LineColors) {
    const hasTop = BUILD_SWITCHES.anchorTopLayer === 'on';
    super([
      ['bottom', (context, place) => this.#zones(context, place)],
      [
        'normal',
        (context, place) => {
          const { lines, anchors } = this.#model;
          drawLines(context, place, { lines: hasTop ? lines : [...lines, ...anchors], colors: colors() });
        },
      ],
      [
        'top',
        (context, place) => {
          if (hasTop) drawLines(context, place, { lines: this.#model.anchors, colors: colors() });
          for (const marker of this.#model.markers) drawMarker(context, place, marker);
        },
      ],
    ]);
    this.#model = EMPTY_MODEL;
  }

  show(model: LayerModel): void {
    if (model === this.#model) return;
    this.#model = model;
    this.refresh();
  }

  #zones(context: CanvasRenderingContext2D, place: Place): void {
    for (const zone of this.#model.zones) drawZone(context, place, zone);
  }
}

function drawZone(context: CanvasRenderingContext2D, place: Place, zone: ZoneShape): void {
  const [x1, x2, y1, y2] = [place.x(zone.from), place.x(zone.to), place.y(zone.top), place.y(zone.bottom)];
  if (x1 === null || x2 === null || y1 === null || y2 === null || x2 < 0 || x1 > place.width) return;
  context.save();
  context.fillStyle = zone.color;
  context.strokeStyle = zone.color;
  context.globalAlpha = zone.state === 'alive' ? 0.12 : 0.07;
  context.fillRect(x1, y1, x2 - x1, y2 - y1);
  context.globalAlpha = 0.6;
  context.lineWidth = 1;
  context.strokeRect(Math.round(x1) + 0.5, Math.round(y1) + 0.5, Math.round(x2 - x1), Math.round(y2 - y1));
  context.restore();
}

/** White of the contract is the ink of the theme: a white pen on a white page would not be one. */
function themed(color: string, ink: string): string {
  return color.toLowerCase() === '#ffffff' ? ink : color;
}

/** Colours of lines that are the theme's and not the instruction's. */
export type LineColors = { readonly ink: string; readonly up: string; readonly down: string };

type Strokes = { readonly lines: readonly DrawLine[]; readonly colors: LineColors };

function drawLines(context: CanvasRenderingContext2D, place: Place, { lines, colors }: Strokes): void {
  context.save();
  context.lineJoin = 'round';
  for (const line of lines) {
    context.strokeStyle = themed(line.color, colors.ink);
    const isFaint = line.feature.startsWith('sr.');
    context.globalAlpha = isFaint ? 0.65 : 0.9;
    context.lineWidth = isFaint ? 1 : line.feature.startsWith('anchor.current') ? 3 : Math.min(line.lineWidth, 1.6);
    context.setLineDash(line.style === 'dashed' ? [6, 4] : []);
    const isByDirection = BUILD_SWITCHES.penSegmentColor === 'on' && line.feature === 'pen.confirmed';
    for (const { color, points } of isByDirection ? segmentsOf(line, colors) : [{ color: null, points: line.points }]) {
      if (color !== null) context.strokeStyle = color;
      strokeLine(context, place, points);
    }
  }
  context.restore();
}

/** Each part of a line in the colour of its direction. */
function segmentsOf({ points }: DrawLine, { up, down }: LineColors) {
  return points.slice(1).map((to, index) => {
    const from = points[index] ?? to;
    return { color: to.value >= from.value ? up : down, points: [from, to] };
  });
}

function strokeLine(context: CanvasRenderingContext2D, place: Place, points: DrawLine['points']): void {
  context.beginPath();
  let isStarted = false;
  for (const { time, value } of points) {
    const [x, y] = [place.x(time), place.y(value)];
    if (x === null || y === null) continue;
    if (isStarted) context.lineTo(x, y);
    else context.moveTo(x, y);
    isStarted = true;
  }
  context.stroke();
}

/** Distance of a mark from its candle, px. */
const MARK_GAP = 9;

function drawMarker(context: CanvasRenderingContext2D, place: Place, marker: MarkerShape): void {
  const [x, at] = [place.x(marker.time), place.y(marker.value)];
  if (x === null || at === null || x < -20 || x > place.width + 20) return;
  const side = marker.position === 'aboveBar' ? -1 : 1;
  const y = at + side * MARK_GAP;
  context.save();
  context.fillStyle = marker.color;
  context.beginPath();
  if (marker.shape === 'circle') context.arc(x, y, 3.5 * marker.size + 0.5, 0, 2 * Math.PI);
  else {
    context.moveTo(x, y - side * 5);
    context.lineTo(x - 5, y + side * 5);
    context.lineTo(x + 5, y + side * 5);
  }
  context.fill();
  if (marker.text !== '') {
    context.font = '600 11px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(marker.text, x, y + side * 14);
  }
  context.restore();
}
