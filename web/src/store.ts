/**
 * What the page shows, outside React: the stream and the kind of server it comes from, as one immutable snapshot.
 */
import { PLAIN_SERVER, type ServerView, watchInfo } from './info-watch.ts';
import type { Cancel, PageClock, Platform } from './ports.ts';
import type { Series } from './series.ts';
import { openSession, type Session } from './session.ts';
import type { SessionState } from './session-state.ts';

/** One view of everything that can change. */
export type PageState = { readonly session: SessionState; readonly server: ServerView };

/** The page's one source of truth. */
export type PageStore = Omit<Session, 'state' | 'close'> & {
  readonly clock: PageClock;
  readonly state: () => PageState;
  /** Calls `listener` after every change until cancelled. */
  readonly subscribe: (listener: () => void) => Cancel;
};

/** Opens the stream of `series` and keeps it for the life of the page. */
export function createStore(platform: Platform, series: Series): PageStore {
  const listeners = new Set<() => void>();
  let state: PageState | null = null;
  const change = (next: PageState): void => {
    state = next;
    for (const listener of listeners) listener();
  };
  const session = openSession(platform, series, () => {
    if (state === null) return;
    const next = session.state();
    if (next.link.openedAt !== null && state.session.link.openedAt === null) watch.ask();
    change({ ...state, session: next });
  });
  const first: PageState = { session: session.state(), server: PLAIN_SERVER };
  state = first;
  const watch = watchInfo(platform, (server) => change({ session: session.state(), server }));
  return {
    clock: platform.clock,
    state: () => state ?? first,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    select: session.select,
    retry: session.retry,
    dismiss: session.dismiss,
  };
}
