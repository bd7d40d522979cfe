/**
 * The keyboard of the page. Keys of form fields and combinations with Ctrl, Alt or Meta stay the browser's.
 */
import { useEffect } from 'react';
import type { PageContextValue } from './page-context.ts';
import { nextSpeed } from './replay.ts';
import { seriesOf, TIMEFRAMES } from './series.ts';
import { otherTheme } from './view.ts';

const BIG_STEP = 10;

type Action = (page: PageContextValue, event: KeyboardEvent) => void;

/** Starts a walk over what the page holds, or ends the present one. */
export function toggleReplay({ store, replay }: PageContextValue): void {
  const { series, window } = store.state().session;
  if (replay.state() === null) replay.start(series.id, window.closed);
  else replay.stop();
}

function step(direction: 1 | -1): Action {
  return ({ replay }, { shiftKey }) => {
    const walk = replay.state();
    if (walk !== null) replay.seek(walk.index + direction * (shiftKey ? BIG_STEP : 1));
  };
}

function changeSpeed(places: 1 | -1): Action {
  return ({ replay }) => {
    const walk = replay.state();
    if (walk !== null) replay.setSpeed(nextSpeed(walk.stepMs, places));
  };
}

const ACTIONS: Readonly<Record<string, Action>> = {
  l: ({ view, setView }) => setView({ panel: view.panel === 'layers' ? 'none' : 'layers' }),
  r: toggleReplay,
  ' ': ({ replay }) => replay.toggle(),
  arrowleft: step(-1),
  arrowright: step(1),
  '[': changeSpeed(-1),
  ']': changeSpeed(1),
  m: ({ setView }) => setView({ tool: 'measure' }),
  f: ({ setView }) => setView({ tool: 'fib' }),
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
