/**
 * What every component may ask for: the store, the sentences of the chosen language, and the passing of time.
 */
import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { EMPTY_CATALOG } from './draw-catalog.ts';
import type { FactorSlices } from './draw-wire.ts';
import type { Replay, ReplayState, ReplayWalk } from './replay.ts';
import { knownWindow } from './replay-walk.ts';
import type { SessionState } from './session-state.ts';
import type { PageState, PageStore } from './store.ts';
import type { Strings } from './strings.ts';
import type { StructureState } from './structure.ts';
import type { View } from './view.ts';

/** The context of the page. */
export type PageContextValue = {
  readonly store: PageStore;
  readonly strings: Strings;
  readonly replay: Replay;
  readonly view: View;
  readonly setView: (change: Partial<View>) => void;
};

/** Filled by the application's root. */
export const PageContext = createContext<PageContextValue | null>(null);

/** The store and the sentences. */
export function usePage(): PageContextValue {
  const value = useContext(PageContext);
  if (value === null) throw new Error('a component stands outside the page');
  return value;
}

/** The present state; the component is drawn again after every change. */
export function usePageState(): PageState {
  return usePageStateOf(usePage().store);
}

/** The present state of `store`, for what stands outside the page's context. */
export function usePageStateOf(store: PageStore): PageState {
  return useSyncExternalStore(store.subscribe, store.state);
}

/** The page's time in ms, renewed every `everyMs`. */
export function useNow(everyMs: number): number {
  const { clock } = usePage().store;
  const [now, setNow] = useState(clock.now);
  useEffect(() => {
    let cancel = clock.after(everyMs, tick);
    function tick(): void {
      setNow(clock.now());
      cancel = clock.after(everyMs, tick);
    }
    return () => cancel();
  }, [clock, everyMs]);
  return now;
}

/** What is drawn over the candles; the component is drawn again when it changes, not when candles do. */
export function useStructure(): StructureState {
  const { structure } = usePage().store;
  return useSyncExternalStore(structure.subscribe, structure.state);
}

/** The replay, with a walk or on the way to one; `null` where none was asked for. */
export function useReplay(): ReplayState | null {
  const { replay } = usePage();
  return useSyncExternalStore(replay.subscribe, replay.state);
}

/** The walk through the past; `null` while the page is live. */
export function useWalk(): ReplayWalk | null {
  return useReplay()?.walk ?? null;
}

/** Structure as everything on the page shows it: the newest, or in a walk that of the candle it is at. */
export function useShownStructure(): Pick<StructureState, 'status' | 'catalog'> {
  const newest = useStructure();
  const walk = useWalk();
  if (walk === null) return newest;
  if (walk.moment === null) return { status: 'loading', catalog: EMPTY_CATALOG };
  return { status: 'ready', catalog: walk.moment.catalog };
}

/** What the factors say there; `null` until it is known. */
export function useShownSlices(): FactorSlices | null {
  const { slices } = useStructure();
  const walk = useWalk();
  return useMemo(() => (walk === null ? slices : (walk.moment?.readSlices() ?? null)), [walk, slices]);
}

/** The session as everything on the page shows it: whole, or in a walk only up to the candle it is at. */
export function useShownSession(): SessionState {
  const { session } = usePageState();
  const walk = useWalk();
  const known = useMemo(() => (walk === null ? null : knownWindow(walk)), [walk]);
  return known === null ? session : { ...session, window: known };
}
