/**
 * The drawing: candles above, volume below, from a candle window. A live candle is one `update`; the whole series is set
 * again only when something other than its newest end changed.
 */
import {
  CandlestickSeries,
  ColorType,
  CrosshairMode,
  createChart,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { WireCandle } from '../../src/api/contract.ts';
import { type CandleWindow, drawnCandles } from './candle-window.ts';
import { attachTools, type ChartTools } from './chart-tools.ts';
import { priceDecimals } from './format.ts';
import type { LayerModel } from './layer-model.ts';
import { StructureLayer } from './layer-primitive.ts';
import type { Tool, ToolCommand, ToolDrawing } from './measure.ts';
import type { ToolWords } from './tool-layer.ts';

/** Pixels a candle has when a series is first drawn: wide enough to tell body from wick, on a phone as on a desk. */
const FIRST_CANDLE_PX = 9;
const SPACE_RIGHT = 6;

/** Colours of the drawing, as CSS values. */
export type ChartColors = {
  readonly ink: string;
  readonly accent: string;
  readonly text: string;
  readonly grid: string;
  readonly border: string;
  readonly up: string;
  readonly down: string;
  readonly upSoft: string;
  readonly downSoft: string;
};

/** A drawing on the page. */
export type CandleChart = {
  /** Draws `window` of `seriesId`, with as little work as the change from the last one allows. */
  readonly draw: (seriesId: string, window: CandleWindow) => void;
  /** Draws structure over the candles; the same model again costs nothing. */
  readonly drawLayers: (model: LayerModel) => void;
  /** Takes a tool in hand; what another one drew goes. */
  readonly takeTool: (tool: Tool) => void;
  /** What the keyboard asks of the tool in hand. */
  readonly commandTool: (command: ToolCommand) => void;
  /** The language of what tools write. */
  readonly sayWith: (words: ToolWords) => void;
  readonly paint: (colors: ChartColors) => void;
  readonly goToNow: () => void;
  readonly close: () => void;
};

/** What the drawing reports. */
export type ChartEvents = {
  /** Open time of the candle under the crosshair, Unix seconds; `null` when there is none. */
  readonly pointed: (time: number | null) => void;
  /** Whether the newest candle is in view. */
  readonly scrolled: (view: 'now' | 'past') => void;
  /** Pixels from one candle to the next. */
  readonly spaced: (barSpacing: number) => void;
  /** What a tool has drawn; `null` when it is gone. */
  readonly drawn: (drawing: ToolDrawing | null) => void;
};

function chartTime(seconds: number): UTCTimestamp {
  return seconds as UTCTimestamp;
}

function bar({ candle_time, open, high, low, close }: WireCandle) {
  return { time: chartTime(candle_time), open, high, low, close };
}

/** Makes the drawing inside `element`. */
export function createCandleChart(element: HTMLElement, events: ChartEvents): CandleChart {
  const chart = createChart(element, {
    autoSize: true,
    layout: { attributionLogo: true, fontSize: 12, panes: { enableResize: true } },
    crosshair: { mode: CrosshairMode.Normal },
    timeScale: { timeVisible: true, secondsVisible: false, rightOffset: SPACE_RIGHT, minBarSpacing: 1 },
    rightPriceScale: { scaleMargins: { top: 0.16, bottom: 0.06 } },
  });
  const candles = chart.addSeries(CandlestickSeries, { borderVisible: false }, 0);
  const volume = chart.addSeries(
    HistogramSeries,
    { priceFormat: { type: 'volume' }, lastValueVisible: false, priceLineVisible: false },
    1,
  );
  chart.panes()[0]?.setStretchFactor(4);
  chart.panes()[1]?.setStretchFactor(1);
  chart.subscribeCrosshairMove(({ time }) => events.pointed(typeof time === 'number' ? time : null));
  chart.timeScale().subscribeVisibleLogicalRangeChange(() => {
    events.scrolled(chart.timeScale().scrollPosition() < -2 ? 'past' : 'now');
    events.spaced(chart.timeScale().options().barSpacing);
  });
  return new Drawing({ chart, candles, volume, drawn: events.drawn });
}

type Parts = {
  readonly chart: IChartApi;
  readonly candles: ISeriesApi<'Candlestick'>;
  readonly volume: ISeriesApi<'Histogram'>;
  readonly drawn: ChartEvents['drawn'];
};

const NO_COLOR = 'gray';

class Drawing implements CandleChart {
  readonly #parts: Parts;
  #colors: ChartColors | null = null;
  #drawn: { readonly seriesId: string; readonly window: CandleWindow } | null = null;

  readonly #layer: StructureLayer;
  readonly #tools: ChartTools;
  #decimals = 2;
  #stepSec = 60;
  #words: ToolWords = { entry: '', target: '', stop: '' };

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#layer = new StructureLayer(() => this.#toolStyle());
    parts.candles.attachPrimitive(this.#layer);
    this.#tools = attachTools({
      chart: parts.chart,
      series: parts.candles,
      style: () => this.#toolStyle(),
      candles: () => (this.#drawn === null ? [] : drawnCandles(this.#drawn.window)),
      drawn: parts.drawn,
    });
  }

  readonly drawLayers = (model: LayerModel): void => this.#layer.show(model);

  readonly takeTool = (tool: Tool): void => this.#tools.choose(tool);

  readonly commandTool = (command: ToolCommand): void => this.#tools.command(command);

  readonly sayWith = (words: ToolWords): void => {
    this.#words = words;
    this.#tools.repaint();
  };

  readonly draw = (seriesId: string, window: CandleWindow): void => {
    const before = this.#drawn;
    this.#drawn = { seriesId, window };
    const isSameSeries = before?.seriesId === seriesId && before.window.closed.length > 0;
    if (before?.seriesId !== seriesId) this.#tools.clear();
    if (!isSameSeries || before.window.revision !== window.revision) this.#redraw(isSameSeries ? 'stay' : 'first');
    else this.#append(before.window, window);
  };

  readonly paint = (colors: ChartColors): void => {
    this.#colors = colors;
    const { chart, candles } = this.#parts;
    const border = { borderColor: colors.border };
    chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: 'transparent' },
        textColor: colors.text,
        panes: { separatorColor: colors.border },
      },
      grid: { vertLines: { color: colors.grid }, horzLines: { color: colors.grid } },
      timeScale: border,
      rightPriceScale: border,
    });
    const { up, down } = colors;
    candles.applyOptions({ upColor: up, downColor: down, wickUpColor: up, wickDownColor: down });
    if (this.#drawn !== null) this.#redraw('stay');
  };

  readonly goToNow = (): void => this.#parts.chart.timeScale().scrollToRealTime();

  readonly close = (): void => this.#parts.chart.remove();

  #column({ candle_time, open, close, volume }: WireCandle) {
    const color = (close >= open ? this.#colors?.upSoft : this.#colors?.downSoft) ?? 'gray';
    return { time: chartTime(candle_time), value: volume, color };
  }

  #redraw(view: 'first' | 'stay'): void {
    if (this.#drawn === null) return;
    const { chart, candles, volume } = this.#parts;
    const all = drawnCandles(this.#drawn.window);
    const precision = priceDecimals(all);
    this.#decimals = precision;
    this.#stepSec = shortestStep(all);
    candles.applyOptions({ priceFormat: { type: 'price', precision, minMove: 10 ** -precision } });
    candles.setData(all.map(bar));
    volume.setData(all.map((candle) => this.#column(candle)));
    if (view === 'stay' || all.length === 0) return;
    candles.priceScale().applyOptions({ autoScale: true });
    const inView = Math.max(30, Math.floor(chart.timeScale().width() / FIRST_CANDLE_PX));
    const to = all.length + SPACE_RIGHT;
    chart.timeScale().setVisibleLogicalRange({ from: to - inView, to });
  }

  #toolStyle() {
    const colors = this.#colors;
    return {
      ink: colors?.ink ?? NO_COLOR,
      accent: colors?.accent ?? NO_COLOR,
      up: colors?.up ?? NO_COLOR,
      down: colors?.down ?? NO_COLOR,
      decimals: this.#decimals,
      stepSec: this.#stepSec,
      words: this.#words,
    };
  }

  #append(before: CandleWindow, after: CandleWindow): void {
    const { candles, volume } = this.#parts;
    const fresh = drawnCandles({ ...after, closed: after.closed.slice(before.closed.length) });
    if (!isPlainAppend(before.forming, fresh)) {
      this.#redraw('stay');
      return;
    }
    for (const candle of fresh) {
      candles.update(bar(candle));
      volume.update(this.#column(candle));
    }
  }
}

/** Whether `fresh` goes on from the drawn forming candle: not before it, and not leaving it behind without a close. */
function isPlainAppend(forming: WireCandle | null, fresh: readonly WireCandle[]): boolean {
  return forming === null || fresh[0]?.candle_time === forming.candle_time;
}

/** Seconds of a candle, read off the newest ones: the shortest distance, so that a hole does not count. */
function shortestStep(candles: readonly WireCandle[]): number {
  const times = candles.slice(-20).map(({ candle_time }) => candle_time);
  return Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? 0)), 86_400);
}
