/**
 * What the page shows, outside React: the stream and the kind of server it comes from, as one immutable snapshot.
 */
import { type DebugWatch, watchDebug } from './debug-watch.ts';
import { type HealthWatch, watchHealth } from './health-watch.ts';
import { PLAIN_SERVER, type ServerView, watchInfo } from './info-watch.ts';
import { type MarketsWatch, watchMarkets } from './markets-watch.ts';
import type { Cancel, PageClock, PageMachine, PostHttp, ReadHttp } from './ports.ts';
import { openReplay, type Replay } from './replay.ts';
import { instrumentWords, type Series } from './series.ts';
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
  readonly markets: MarketsWatch;
  readonly debug: DebugWatch;
  readonly replay: Replay;
  readonly readHttp: ReadHttp;
  readonly postHttp: PostHttp;
  readonly state: () => PageState;
  /** Calls `listener` after every change until cancelled. */
  readonly subscribe: (listener: () => void) => Cancel;
};

/** Opens the stream of `series` and keeps it for the life of the page. */
export function createStore(platform: PageMachine, series: Series): PageStore {
  const listeners = new Set<() => void>();
  const structure = openStructure(platform);
  const health = watchHealth(platform);
  const markets = watchMarkets(platform);
  const replay = openReplay(platform);
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
    if (next.series.id !== state.session.series.id) {
      replay.stop();
      followMarket(markets, next.series);
    }
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
  markets.show(marketOf(series) ?? 'futures');
  const watch = watchInfo(platform, (server) => change({ session: session.state(), server }));
  return {
    clock: platform.clock,
    structure,
    health,
    markets,
    replay,
    debug: watchDebug(platform),
    readHttp: platform.readHttp,
    postHttp: platform.postHttp,
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

function marketOf({ instrument }: Series): 'spot' | 'futures' | null {
  const { market } = instrumentWords(instrument);
  return market === 'spot' || market === 'futures' ? market : null;
}

/** The list beside the chart is of the market whose series is shown. */
function followMarket(markets: MarketsWatch, series: Series): void {
  const market = marketOf(series);
  if (market !== null && market !== markets.state().market) markets.show(market);
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
