/**
 * What every component may ask for: the store, the sentences of the chosen language, and the passing of time.
 */
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { PageState, PageStore } from './store.ts';
import type { Strings } from './strings.ts';

/** The context of the page. */
export type PageContextValue = { readonly store: PageStore; readonly strings: Strings };

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
  const { store } = usePage();
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
