/**
 * The keyboard of the page. Keys of form fields and combinations with Ctrl, Alt or Meta stay the browser's.
 */
import { useEffect } from 'react';
import { BUILD_SWITCHES } from './build-switches.ts';
import type { Tool } from './measure.ts';
import type { PageContextValue } from './page-context.ts';
import { nextSpeed } from './replay-walk.ts';
import { seriesOf, TIMEFRAMES } from './series.ts';
import { otherTheme, type SidebarTab } from './view.ts';

const BIG_STEP = 10;

type Action = (page: PageContextValue, event: KeyboardEvent) => unknown;

/** Below this width the panel of a replay would cover the chart: it opens when it is asked for. */
const PANEL_BESIDE_PX = 760;

/** Begins a replay of what the page holds. */
export function startReplay({ store, replay, setView }: PageContextValue): void {
  if (BUILD_SWITCHES.replay === 'off') return;
  const { series, window: held } = store.state().session;
  replay.start(series.id, held.closed);
  if (replay.state() !== null && window.innerWidth > PANEL_BESIDE_PX) setView({ sidebar: 'replay' });
}

/** Begins a replay, or ends the present one with its panel. */
export function toggleReplay(page: PageContextValue): void {
  const { replay, view, setView } = page;
  if (replay.state() === null) {
    startReplay(page);
    return;
  }
  replay.stop();
  if (view.sidebar === 'replay') setView({ sidebar: 'none' });
}

function step(direction: 1 | -1): Action {
  return ({ replay }, { shiftKey }) => {
    const walk = replay.state()?.walk ?? null;
    if (walk !== null) replay.seek(walk.index + direction * (shiftKey ? BIG_STEP : 1));
  };
}

function changeSpeed(places: 1 | -1): Action {
  return ({ replay }) => {
    const state = replay.state();
    if (state !== null) replay.setSpeed(nextSpeed(state.stepMs, places));
  };
}

function sidebar(tab: SidebarTab): Action {
  return ({ view, setView }) => setView({ sidebar: view.sidebar === tab ? 'none' : tab });
}

function take(tool: Tool): Action {
  return ({ setView }) => BUILD_SWITCHES.drawTools === 'on' && setView({ tool });
}

const ACTIONS: Readonly<Record<string, Action>> = {
  l: sidebar('indicators'),
  w: sidebar('market'),
  d: sidebar('debug'),
  k: ({ view, setView }) => setView({ bottom: view.bottom === 'none' ? 'ledger' : 'none' }),
  n: ({ replay }) => replay.choose('now'),
  h: ({ replay }) => replay.choose('then'),
  r: toggleReplay,
  ' ': ({ replay }) => replay.toggle(),
  arrowleft: step(-1),
  arrowright: step(1),
  '[': changeSpeed(-1),
  ']': changeSpeed(1),
  m: take('measure'),
  f: take('fib'),
  b: take('long'),
  s: take('short'),
  c: ({ setView }) => setView({ tool: 'cursor' }),
  escape: ({ setView }) => setView({ tool: 'cursor', isHelpOpen: false }),
  t: ({ view, setView }) => setView({ theme: otherTheme(view.theme) }),
  '?': ({ view, setView }) => setView({ isHelpOpen: !view.isHelpOpen }),
};

function chooseTimeframe({ store }: PageContextValue, key: string): void {
  const choice = TIMEFRAMES[Number(key) - 1];
  const { instrument, timeframe } = store.state().session.series;
  if (choice !== undefined && choice !== timeframe) store.select(seriesOf(instrument, choice));
}

/** Whether the key belongs to what has the focus: a field, or a button that the space bar presses. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (target instanceof HTMLSelectElement || target instanceof HTMLInputElement) return key !== 'Escape' && key !== '?';
  return target instanceof HTMLButtonElement && key === ' ';
}

/** Listens while the page stands. */
export function usePageKeys(page: PageContextValue): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
      const action = ACTIONS[event.key.toLowerCase()];
      if (action === undefined) {
        chooseTimeframe(page, event.key);
        return;
      }
      if (event.key === ' ' || event.key.startsWith('Arrow')) event.preventDefault();
      action(page, event);
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [page]);
}
