/**
 * Candles of a coin with our buys and sells. The chart is drawn on a canvas, which says nothing to who does not see it:
 * the same fills stand as buttons below it.
 */
import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import { useEffect, useRef } from 'react';
import type { ChartMarker, DeskChartAnswer } from '../../src/api/contract.ts';
import { Empty } from './card.tsx';
import { colourFrame } from './chart-colours.ts';
import { useDesk } from './desk-context.tsx';
import type { Theme } from './desk-view.ts';

type ChartProps = {
  readonly chart: DeskChartAnswer;
  /** The order whose marker is emphasised. */
  readonly chosen: string;
  readonly onChoose: (clientOrderId: string) => void;
};

type Drawing = {
  readonly chart: IChartApi;
  readonly series: ISeriesApi<'Candlestick'>;
  readonly markers: ISeriesMarkersPluginApi<Time>;
};

/** Digits behind the point that show a price of this size. */
const DIGITS = 6;
const SHOWN_BEFORE = 40;
const SHOWN_AFTER = 20;

/** The chart. */
export function TradeChart({ chart: answer, chosen, onChoose }: ChartProps) {
  const { strings, theme } = useDesk();
  const element = useRef<HTMLElement>(null);
  const drawing = useRef<Drawing | null>(null);
  const choose = useRef(onChoose);
  choose.current = onChoose;
  useEffect(() => {
    if (element.current === null) return undefined;
    const made = open(element.current);
    made.chart.subscribeClick(({ hoveredInfo, hoveredObjectId }) => {
      const id = hoveredInfo?.objectId ?? hoveredObjectId;
      if (typeof id === 'string') choose.current(id);
    });
    drawing.current = made;
    return () => {
      drawing.current = null;
      made.chart.remove();
    };
  }, []);
  useEffect(() => paint(drawing.current, theme), [theme]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new candles set where one looks, another choice does not
  useEffect(() => {
    const made = drawing.current;
    if (made === null) return;
    drawCandles(made, answer);
    look(made, answer, chosen);
  }, [answer]);
  useEffect(() => {
    drawing.current?.markers.setMarkers(answer.markers.map((marker) => toMarker(marker, chosen)));
  }, [answer, chosen]);
  return (
    <>
      <figure
        ref={element}
        className="trade-chart"
        aria-label={strings.chartOf(answer.symbol, answer.interval)}
        data-testid="trade-chart"
        data-candles={answer.klines.length}
        data-markers={answer.markers.length}
        data-chosen={chosen}
      />
      {answer.klines.length === 0 ? <Empty>{strings.noCandles}</Empty> : null}
    </>
  );
}

function open(element: HTMLElement): Drawing {
  const chart = createChart(element, {
    autoSize: true,
    timeScale: { timeVisible: true, secondsVisible: false },
    handleScale: { mouseWheel: false },
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
  });
  const series = chart.addSeries(CandlestickSeries);
  return { chart, series, markers: createSeriesMarkers(series, []) };
}

function paint(drawing: Drawing | null, _theme: Theme): void {
  if (drawing === null) return;
  const colour = colourFrame(drawing.chart);
  const [up, down] = [colour('up'), colour('down')];
  drawing.series.applyOptions({
    upColor: up,
    wickUpColor: up,
    borderUpColor: up,
    downColor: down,
    wickDownColor: down,
    borderDownColor: down,
  });
}

function drawCandles({ series }: Drawing, { klines }: DeskChartAnswer): void {
  const price = Math.abs(klines.at(-1)?.close ?? 1);
  const precision = Math.min(10, Math.max(2, DIGITS - 1 - Math.floor(Math.log10(price === 0 ? 1 : price))));
  series.applyOptions({ priceFormat: { type: 'price', precision, minMove: 10 ** -precision } });
  series.setData(
    klines.map(({ time, open: first, high, low, close }) => ({ time: at(time), open: first, high, low, close })),
  );
}

/** The chosen fill, in view with what came before and after. */
function look({ chart }: Drawing, { klines, markers }: DeskChartAnswer, chosen: string): void {
  const time = markers.find(({ client_order_id }) => client_order_id === chosen)?.time;
  const index = klines.findIndex((candle) => candle.time === time);
  const middle = index < 0 ? klines.length : index;
  chart.timeScale().setVisibleLogicalRange({ from: middle - SHOWN_BEFORE, to: middle + SHOWN_AFTER });
}

function toMarker({ time, side, client_order_id: id }: ChartMarker, chosen: string): SeriesMarker<Time> {
  const isBuy = side === 'BUY';
  return {
    id,
    time: at(time),
    position: isBuy ? 'belowBar' : 'aboveBar',
    shape: isBuy ? 'arrowUp' : 'arrowDown',
    color: isBuy ? '#2f8fde' : '#e0742f',
    size: id === chosen ? 2 : 1,
    text: isBuy ? 'B' : 'S',
  };
}

function at(seconds: number): UTCTimestamp {
  return seconds as UTCTimestamp;
}
