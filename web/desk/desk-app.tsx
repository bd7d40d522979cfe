/**
 * The desk as a whole: who is not logged in sees the login and nothing else; whoever is gets the header, the banner of
 * stale data, and the panels. The socket lives as long as the login.
 */
import { useEffect, useLayoutEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { DeskApi } from './desk-api.ts';
import { DeskProvider, type DeskShared, PANELS, type PanelName } from './desk-context.tsx';
import { DeskHeader } from './desk-header.tsx';
import { type DeskLive, openDeskLive } from './desk-live.ts';
import type { DeskPlatform } from './desk-platform.ts';
import { STRINGS } from './desk-strings.ts';
import { DeskTabs } from './desk-tabs.tsx';
import type { DeskView } from './desk-view.ts';
import { Gate } from './gate.tsx';
import { StaleBanner } from './stale.tsx';

type AppProps = {
  readonly platform: DeskPlatform;
  readonly first: DeskView;
  readonly keep: (view: DeskView) => void;
  /** The panel in the address. */
  readonly hash: { readonly read: () => string; readonly write: (name: string) => void };
};

/** A server that is away is asked again after this long. */
const ASK_AGAIN_MS = 2_000;

/** The page. */
export function DeskApp({ platform, first, keep, hash }: AppProps) {
  const [api] = useState(() => new DeskApi(platform));
  const access = useSyncExternalStore(api.subscribe, api.access);
  const [view, setView] = useState(first);
  const strings = STRINGS[view.language];
  useEffect(() => {
    void api.ask();
  }, [api]);
  useEffect(() => {
    if (access.kind !== 'unreachable') return undefined;
    // Asked for ever, one question after the other.
    let cancel = platform.clock.after(ASK_AGAIN_MS, function again() {
      void api.ask();
      cancel = platform.clock.after(ASK_AGAIN_MS, again);
    });
    return () => cancel();
  }, [api, platform, access.kind]);
  // Before any effect that reads colours from the page, such as a chart's.
  useLayoutEffect(() => {
    document.documentElement.lang = view.language === 'zh' ? 'zh-CN' : 'en';
    document.documentElement.dataset['theme'] = view.theme;
    document.title = strings.title;
    keep(view);
  }, [view, strings, keep]);
  const change = (next: Partial<DeskView>): void => setView((before) => ({ ...before, ...next }));
  if (access.kind !== 'in') return <Gate access={access} api={api} view={view} change={change} />;
  return <Inside platform={platform} api={api} view={view} change={change} hash={hash} />;
}

type InsideProps = Pick<AppProps, 'platform' | 'hash'> & {
  readonly api: DeskApi;
  readonly view: DeskView;
  readonly change: (next: Partial<DeskView>) => void;
};

function Inside({ platform, api, view, change, hash }: InsideProps) {
  const live = useLive(platform, api);
  const [panel, setPanel] = useState<PanelName>(() => PANELS.find((name) => name === hash.read()) ?? 'overview');
  const [trace, setTrace] = useState<string | null>(null);
  const { theme, language } = view;
  const shared = useMemo<DeskShared | null>(() => {
    if (live === null) return null;
    const show = (name: PanelName, chain?: string): void => {
      setPanel(name);
      setTrace(chain ?? null);
      hash.write(name);
    };
    return { platform, api, live, strings: STRINGS[language], language, theme, show };
  }, [platform, api, live, language, theme, hash]);
  if (shared === null) return null;
  return (
    <DeskProvider value={shared}>
      <div className="desk">
        <DeskHeader view={view} change={change} />
        <StaleBanner />
        <DeskTabs panel={panel} trace={trace} />
      </div>
    </DeskProvider>
  );
}

/** The socket of this login, closed with it. */
function useLive(platform: DeskPlatform, api: DeskApi): DeskLive | null {
  const [live, setLive] = useState<DeskLive | null>(null);
  useEffect(() => {
    // A server that was started again knows no session: the socket is refused, and the session says why.
    const opened = openDeskLive(platform, () => void api.ask());
    setLive(opened);
    const retry = (): void => opened.retry();
    window.addEventListener('online', retry);
    return () => {
      window.removeEventListener('online', retry);
      opened.close();
    };
  }, [platform, api]);
  return live;
}
