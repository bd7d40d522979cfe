/**
 * The chart with what lies over it: the legend of the candle under the crosshair, notices, and an explanation whenever
 * there is nothing to draw.
 */
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { WireCandle } from '../../src/api/contract.ts';
import { drawnCandles, lastClosedTime, newestCandle } from './candle-window.ts';
import { type CandleChart, type ChartColors, createCandleChart } from './chart.ts';
import { changeText, minuteText, priceDecimals, priceText, volumeText } from './format.ts';
import { HealthNote } from './health-lamps.tsx';
import { layerData } from './layer-counts.ts';
import { useLayerModel } from './layers.ts';
import { linkKind } from './link.ts';
import { positionOf, type ToolDrawing } from './measure.ts';
import { useNow, usePage, useReplay, useShownSession } from './page-context.ts';
import type { ReplayState } from './replay.ts';
import { ReplayNote } from './replay-note.tsx';
import { focusTime } from './replay-walk.ts';
import type { Notice, SessionState } from './session-state.ts';
import type { Strings } from './strings.ts';
import { useToolKeys } from './tool-keys.ts';

/** A notice that nobody dismissed goes after this long. */
const NOTICE_MS = 20_000;
/** A load longer than this is explained. */
const SLOW_AFTER_MS = 1500;

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

/** What tests and scripts may read from the chart, in the seed's names. */
function chartData({ series, window, history, link, lastSocketTime }: SessionState) {
  const newest = newestCandle(window);
  return {
    'data-series-id': series.id,
    'data-candles-len': window.closed.length + (window.forming === null ? 0 : 1),
    'data-closed-len': window.closed.length,
    'data-first-time': window.closed[0]?.candle_time ?? '',
    'data-last-closed-time': lastClosedTime(window) ?? '',
    'data-last-time': newest?.candle_time ?? '',
    'data-last-open': newest?.open ?? '',
    'data-last-high': newest?.high ?? '',
    'data-last-low': newest?.low ?? '',
    'data-last-close': newest?.close ?? '',
    'data-last-ws-candle-time': lastSocketTime ?? '',
    'data-live-load-status': history.kind,
    'data-connection': linkKind(link),
  };
}

type Pointing = {
  readonly time: number | null;
  readonly view: 'now' | 'past';
  readonly barSpacing: number | null;
  readonly drawing: ToolDrawing | null;
};
const NO_POINTING: Pointing = { time: null, view: 'now', barSpacing: null, drawing: null };

/** What tests and scripts may read of a replay. */
function replayData(replay: ReplayState | null) {
  const walk = replay?.walk ?? null;
  const status = walk === null ? 'none' : walk.moment === null ? 'loading' : 'ready';
  return {
    'data-replay-mode': walk === null ? 'live' : 'replay',
    'data-replay-index': walk?.index ?? '',
    'data-replay-total': walk?.candles.length ?? '',
    'data-replay-focus-time': walk === null ? '' : focusTime(walk),
    'data-replay-playing': walk?.motion === 'playing' ? '1' : '0',
    'data-replay-status': replay?.work?.kind ?? status,
    'data-replay-known': walk?.known ?? '',
  };
}

/** What tests and scripts may read of the tools. */
function toolData({ drawing }: Pointing, tool: string) {
  const position = drawing === null ? null : positionOf(drawing);
  return {
    'data-tool': tool,
    'data-drawing': drawing?.tool ?? '',
    'data-position-entry': position?.entry ?? '',
    'data-position-stop': position?.stop ?? '',
    'data-position-target': position?.target ?? '',
    'data-position-ratio': position?.ratio ?? '',
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
  useEffect(() => chart.current?.takeTool(tool), [tool]);
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

/** The same pointing again is the same object: nothing is drawn again for it. */
function mergePointing(held: Pointing, next: Partial<Pointing>): Pointing {
  const merged = { ...held, ...next };
  const isSame = merged.time === held.time && merged.view === held.view && merged.barSpacing === held.barSpacing;
  return isSame && merged.drawing === held.drawing ? held : merged;
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

function Placeholder({ session }: { readonly session: SessionState }) {
  const { strings, store } = usePage();
  const { history, series } = session;
  const [since] = useState(store.clock.now);
  const isSlow = useNow(500) - since > SLOW_AFTER_MS;
  if (history.kind === 'loading') {
    return (
      <div className="placeholder" role="status" data-testid="placeholder">
        <Skeleton />
        <p className="placeholder-title">{strings.loading}</p>
        {isSlow && <p>{strings.loadingSlow}</p>}
      </div>
    );
  }
  const { title, lines } = explanation(history, series.timeframe, strings);
  return (
    <div className="placeholder" role="status" data-testid="placeholder">
      <Skeleton />
      <p className="placeholder-title">{title}</p>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  );
}

type Explanation = { readonly title: string; readonly lines: readonly string[] };

function explanation(history: SessionState['history'], timeframe: string, strings: Strings): Explanation {
  if (history.kind === 'refused') return { title: strings.refusedTitle, lines: [strings.refused(history.detail)] };
  if (history.kind === 'unreachable') return { title: strings.unreachableTitle, lines: [strings.unreachable] };
  const hint = timeframe === '1m' ? [] : [strings.backfillingHint];
  return { title: strings.backfillingTitle, lines: [strings.backfilling(timeframe), ...hint] };
}

/** Heights of the skeleton's candles, in percent: a calm wave. */
const SKELETON = [34, 46, 40, 55, 62, 50, 58, 70, 64, 76, 68, 60, 72, 80, 71, 63, 54, 60, 48, 56];

function Skeleton() {
  return (
    <div className="skeleton" aria-hidden="true">
      {SKELETON.map((height, index) => (
        // The bars never move, so their place is their identity.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above.
        <span key={index} style={{ height: `${height}%`, animationDelay: `${index * 60}ms` }} />
      ))}
    </div>
  );
}

function noticeText(notice: Notice, strings: Strings): string {
  if (notice.kind === 'filled') return strings.filled(notice.count);
  if (notice.kind === 'missing') return strings.missing(notice.count);
  return notice.kind === 'capacity' ? strings.capacity : strings.serverError(notice.detail);
}

function Notices({ notices }: { readonly notices: readonly Notice[] }) {
  const { store, strings } = usePage();
  const now = useNow(1000);
  const shown = notices.filter(({ at, kind }) => kind === 'missing' || now - at < NOTICE_MS);
  return (
    <div className="notices" role="log" aria-live="polite" data-testid="notices">
      {shown.map((notice) => (
        <div key={notice.id} className={`notice ${notice.kind}`} data-notice={notice.kind}>
          <span>{noticeText(notice, strings)}</span>
          <button type="button" aria-label={strings.dismiss} onClick={() => store.dismiss(notice.id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
