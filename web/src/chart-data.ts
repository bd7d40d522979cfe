/**
 * What tests and scripts may read of the chart element, in the names of the wire contract (9.3).
 */
import { lastClosedTime, newestCandle } from './candle-window.ts';
import { linkKind } from './link.ts';
import { positionOf, type ToolDrawing } from './measure.ts';
import type { ReplayState } from './replay.ts';
import { focusTime } from './replay-walk.ts';
import type { SessionState } from './session-state.ts';

/** What tests and scripts may read from the chart, in the seed's names. */
export function chartData({ series, window, history, link, lastSocketTime }: SessionState) {
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

/** What the drawing last reported. */
export type Pointing = {
  readonly time: number | null;
  readonly view: 'now' | 'past';
  readonly barSpacing: number | null;
  readonly drawing: ToolDrawing | null;
};
/** Nothing reported yet. */
export const NO_POINTING: Pointing = { time: null, view: 'now', barSpacing: null, drawing: null };

/** What tests and scripts may read of a replay. */
export function replayData(replay: ReplayState | null) {
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
export function toolData({ drawing }: Pointing, tool: string) {
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

/** The same pointing again is the same object: nothing is drawn again for it. */
export function mergePointing(held: Pointing, next: Partial<Pointing>): Pointing {
  const merged = { ...held, ...next };
  const isSame = merged.time === held.time && merged.view === held.view && merged.barSpacing === held.barSpacing;
  return isSame && merged.drawing === held.drawing ? held : merged;
}
