/**
 * What the page shows, outside React: the stream and the kind of server it comes from, as one immutable snapshot.
 */
import { type HealthWatch, watchHealth } from './health-watch.ts';
import { PLAIN_SERVER, type ServerView, watchInfo } from './info-watch.ts';
import type { Cancel, PageClock, Platform, ReadHttp } from './ports.ts';
import type { Series } from './series.ts';
import { openSession, type Session } from './session.ts';
import type { SessionState } from './session-state.ts';
import { openStructure, type Structure } from './structure.ts';

/** One view of everything that can change. */
export type PageState = { readonly session: SessionState; readonly server: ServerView };

/** The page's one source of truth. */
export type PageStore = Omit<Session, 'state' | 'close' | 'doubt'> & {
  readonly clock: PageClock;
  /** What is drawn over the candles; it changes apart from them. */
  readonly structure: Structure;
  readonly health: HealthWatch;
  readonly readHttp: ReadHttp;
  readonly state: () => PageState;
  /** Calls `listener` after every change until cancelled. */
  readonly subscribe: (listener: () => void) => Cancel;
};

/** Opens the stream of `series` and keeps it for the life of the page. */
export function createStore(platform: Platform, series: Series): PageStore {
  const listeners = new Set<() => void>();
  const structure = openStructure(platform);
  const health = watchHealth(platform);
  let state: PageState | null = null;
  const change = (next: PageState): void => {
    state = next;
    for (const listener of listeners) listener();
  };
  const session = openSession(platform, series, () => {
    if (state === null) return;
    const next = session.state();
    if (next.link.openedAt !== null && state.session.link.openedAt === null) watch.ask();
    followStructure({ structure, health }, state.session, next);
    change({ ...state, session: next });
  });
  const first: PageState = { session: session.state(), server: PLAIN_SERVER };
  state = first;
  let { rewrites } = structure.state();
  structure.subscribe(() => {
    const now = structure.state().rewrites;
    if (now !== rewrites) session.doubt();
    rewrites = now;
  });
  structure.show(series.id);
  health.show(series.id);
  const watch = watchInfo(platform, (server) => change({ session: session.state(), server }));
  return {
    clock: platform.clock,
    structure,
    health,
    readHttp: platform.readHttp,
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

type Followers = Pick<PageStore, 'structure' | 'health'>;

/** Structure follows closed candles only: a new one is asked after, a rewritten past is read again. */
function followStructure({ structure, health }: Followers, before: SessionState, after: SessionState): void {
  if (before.series.id !== after.series.id) {
    structure.show(after.series.id);
    health.show(after.series.id);
    return;
  }
  // A server that was away may have corrected what it knew.
  const isBack = before.link.openedAt === null && after.link.openedAt !== null && after.link.failures > 0;
  if (isBack) structure.reload();
  if (after.window.closed === before.window.closed || after.history.kind !== 'ready') return;
  if (after.window.revision !== before.window.revision) structure.reload();
  else structure.candleClosed();
  health.pulse();
}
