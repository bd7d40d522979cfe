/**
 * The curve of equity on a canvas: above where the span began in one colour, below it in another, with nothing drawn where
 * nothing ran. What it says in words is its label, because a canvas says nothing to who does not see it.
 */
import {
  type BaselineData,
  BaselineSeries,
  createChart,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
} from 'lightweight-charts';
import { useEffect, useRef } from 'react';
import { colourFrame } from './chart-colours.ts';
import { useDesk } from './desk-context.tsx';
import type { Theme } from './desk-view.ts';
import type { Curve } from './equity-curve.ts';

/** The colours of the sheet are hexadecimal; this is how opaque what lies between curve and begin is. */
const SHADE = '47';

type Drawing = { readonly chart: IChartApi; readonly series: ISeriesApi<'Baseline'>; drawn: Curve | null };

type Props = { readonly curve: Curve; readonly label: string };

/** The chart. */
export function EquityChart({ curve, label }: Props) {
  const { theme } = useDesk();
  const element = useRef<HTMLElement>(null);
  const drawing = useRef<Drawing | null>(null);
  useEffect(() => {
    if (element.current === null) return undefined;
    const made = open(element.current);
    drawing.current = made;
    return () => {
      drawing.current = null;
      made.chart.remove();
    };
  }, []);
  useEffect(() => paint(drawing.current, theme), [theme]);
  useEffect(() => {
    if (drawing.current !== null) draw(drawing.current, curve);
  }, [curve]);
  return (
    <figure
      ref={element}
      className="equity-chart"
      aria-label={label}
      data-testid="equity-chart"
      data-bars={curve.bars.length}
      data-step={curve.stepSec}
      data-last={curve.bars.at(-1)?.close}
    />
  );
}

function open(element: HTMLElement): Drawing {
  const chart = createChart(element, {
    autoSize: true,
    timeScale: { timeVisible: true, secondsVisible: false, lockVisibleTimeRangeOnResize: true },
    handleScale: false,
    handleScroll: false,
  });
  const series = chart.addSeries(BaselineSeries, { lineWidth: 2, priceFormat: { type: 'price', precision: 2 } });
  return { chart, series, drawn: null };
}

function paint(drawing: Drawing | null, _theme: Theme): void {
  if (drawing === null) return;
  const colour = colourFrame(drawing.chart);
  const [up, down] = [colour('up'), colour('down')];
  drawing.series.applyOptions({
    topLineColor: up,
    topFillColor1: `${up}${SHADE}`,
    topFillColor2: 'transparent',
    bottomLineColor: down,
    bottomFillColor1: 'transparent',
    bottomFillColor2: `${down}${SHADE}`,
  });
}

/** Only what is new where the same curve goes on: a whole one would be laid out again with every second. */
function draw(drawing: Drawing, curve: Curve): void {
  const { chart, series, drawn } = drawing;
  drawing.drawn = curve;
  if (drawn !== null && goesOn(drawn, curve)) {
    for (let at = Math.max(0, drawn.bars.length - 1); at < curve.bars.length; at++) series.update(pointAt(curve, at));
    if (curve.bars.length > drawn.bars.length) chart.timeScale().fitContent();
    return;
  }
  series.applyOptions({ baseValue: { type: 'price', price: curve.bars[0]?.open ?? 0 } });
  series.setData(curve.bars.map((_, at) => pointAt(curve, at)));
  chart.timeScale().fitContent();
}

function goesOn(before: Curve, { hours, stepSec, bars }: Curve): boolean {
  if (before.hours !== hours || before.stepSec !== stepSec || before.bars.length === 0) return false;
  const last = before.bars.length - 1;
  return before.bars[0] === bars[0] && before.bars[last]?.time === bars[last]?.time;
}

const UNSEEN = {
  topLineColor: 'transparent',
  bottomLineColor: 'transparent',
  topFillColor1: 'transparent',
  bottomFillColor2: 'transparent',
} as const;

/** The way to a bar behind a hole is not drawn: nobody knows what it was. */
function pointAt({ bars, stepSec }: Curve, at: number): BaselineData<UTCTimestamp> {
  const { time, close } = bars[at] as Curve['bars'][number];
  const before = bars[at - 1];
  const isBehindHole = before !== undefined && time > before.time + stepSec;
  return { time: time as UTCTimestamp, value: close, ...(isBehindHole ? UNSEEN : {}) };
}
