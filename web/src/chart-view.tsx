/**
 * The chart with what lies over it: the legend of the candle under the crosshair, notices, and an explanation whenever
 * there is nothing to draw.
 */
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { WireCandle } from '../../src/api/contract.ts';
import { drawnCandles, newestCandle } from './candle-window.ts';
import { type CandleChart, type ChartColors, createCandleChart } from './chart.ts';
import { chartData, mergePointing, NO_POINTING, type Pointing, replayData, toolData } from './chart-data.ts';
import { changeText, minuteText, priceDecimals, priceText, volumeText } from './format.ts';
import { HealthNote } from './health-lamps.tsx';
import { layerData } from './layer-counts.ts';
import { useLayerModel } from './layers.ts';
import { Notices } from './notice-list.tsx';
import { usePage, useReplay, useShownSession } from './page-context.ts';
import { Placeholder } from './placeholder.tsx';
import { ReplayNote } from './replay-note.tsx';
import type { SessionState } from './session-state.ts';
import { useToolKeys } from './tool-keys.ts';

function readColors(element: Element): ChartColors {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: color('ink'),
    accent: color('hot'),
    text: color('muted'),
    grid: color('grid'),
    border: color('line'),
    up: color('up'),
    down: color('down'),
    upSoft: color('up-soft'),
    downSoft: color('down-soft'),
  };
}

type ChartRef = RefObject<CandleChart | null>;

function useChart(element: RefObject<HTMLDivElement | null>, setPointing: (next: Partial<Pointing>) => void): ChartRef {
  const chart = useRef<CandleChart | null>(null);
  const { strings, view } = usePage();
  const { theme, tool } = view;
  useEffect(() => {
    const host = element.current;
    if (host === null) return;
    const made = createCandleChart(host, {
      pointed: (time) => setPointing({ time }),
      scrolled: (next) => setPointing({ view: next }),
      spaced: (barSpacing) => setPointing({ barSpacing }),
      drawn: (drawing) => setPointing({ drawing }),
    });
    chart.current = made;
    return () => {
      chart.current = null;
      made.close();
    };
  }, [element, setPointing]);
  useEffect(() => {
    // The colours are those of the theme that now stands on the document.
    if (element.current !== null && theme) chart.current?.paint(readColors(element.current));
  }, [element, theme]);
  // Before anything is painted: what the page says is in hand is what the next click draws with.
  useLayoutEffect(() => chart.current?.takeTool(tool), [tool]);
  useEffect(() => chart.current?.sayWith(strings.position), [strings]);
  useToolKeys((command) => chart.current?.commandTool(command), tool);
  return chart;
}

/** The chart and its overlays. */
export function ChartView() {
  const { strings, view } = usePage();
  const replay = useReplay();
  const walk = replay?.walk ?? null;
  const session = useShownSession();
  const host = useRef<HTMLDivElement>(null);
  const [pointing, setPointing] = useState(NO_POINTING);
  const [merge] = useState(() => (next: Partial<Pointing>) => setPointing((held) => mergePointing(held, next)));
  const chart = useChart(host, merge);
  const { window, series } = session;
  const drawingId = walk === null ? series.id : `${series.id} replay`;
  useEffect(() => chart.current?.draw(drawingId, window), [chart, drawingId, window]);
  const model = useLayerModel(window.closed);
  useEffect(() => chart.current?.drawLayers(model), [chart, model]);
  const counts = useMemo(() => layerData(model), [model]);
  const isEmpty = newestCandle(window) === null;
  return (
    <main
      className={`chart-view tool-${view.tool}`}
      data-testid="chart-view"
      data-chart-area="true"
      {...chartData(session)}
      {...counts}
      {...replayData(replay)}
      {...toolData(pointing, view.tool)}
      data-bar-spacing={pointing.barSpacing ?? ''}
    >
      <div
        className={isEmpty ? 'canvas hidden' : 'canvas'}
        ref={host}
        role="img"
        aria-label={strings.chart(session.series.id)}
      />
      {isEmpty ? <Placeholder session={session} /> : <Legend session={session} time={pointing.time} />}
      {walk !== null && (
        <div className="replay-mask" data-testid="replay-mask">
          {strings.futureHidden}
        </div>
      )}
      <ReplayNote />
      {!isEmpty && pointing.view === 'past' && (
        <button type="button" className="to-now" onClick={() => chart.current?.goToNow()}>
          {strings.goToNow} <span aria-hidden="true">→</span>
        </button>
      )}
      {!isEmpty && <HealthNote />}
      <Notices notices={session.notices} />
    </main>
  );
}

type LegendProps = { readonly session: SessionState; readonly time: number | null };

function pointedCandle({ window }: SessionState, time: number | null): WireCandle | null {
  if (time === null) return newestCandle(window);
  return drawnCandles(window).findLast(({ candle_time }) => candle_time === time) ?? newestCandle(window);
}

function Legend({ session, time }: LegendProps) {
  const { strings } = usePage();
  const candle = pointedCandle(session, time);
  if (candle === null) return null;
  const decimals = priceDecimals(drawnCandles(session.window));
  const isForming = candle.candle_time === session.window.forming?.candle_time;
  const parts = [
    [strings.open, candle.open],
    [strings.high, candle.high],
    [strings.low, candle.low],
    [strings.close, candle.close],
  ] as const;
  return (
    <div className={`legend ${candle.close >= candle.open ? 'up' : 'down'}`} data-testid="legend">
      <span className="legend-time">{minuteText(candle.candle_time)}</span>
      <span className="chip">{isForming ? strings.forming : strings.closed}</span>
      {parts.map(([name, value]) => (
        <span key={name} className="legend-part">
          <span className="muted">{name}</span> {priceText(value, decimals)}
        </span>
      ))}
      <span className="legend-part">{changeText(candle.open, candle.close)}</span>
      <span className="legend-part">
        <span className="muted">{strings.volume}</span> {volumeText(candle.volume)}
      </span>
    </div>
  );
}
