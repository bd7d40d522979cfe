/**
 * The page: header, chart and footer around one store, with the language and the view.
 */
import { useCallback, useEffect, useLayoutEffect, useMemo, useState } from 'react';
import { newestCandle } from './candle-window.ts';
import { ChartView } from './chart-view.tsx';
import { priceDecimals, priceText } from './format.ts';
import { Header } from './header.tsx';
import { HelpOverlay } from './help-overlay.tsx';
import { PageContext, useShownSession } from './page-context.ts';
import { usePageKeys } from './page-keys.ts';
import { openReplay, type Replay } from './replay.ts';
import { ReplayBar } from './replay-bar.tsx';
import { instrumentWords } from './series.ts';
import { SidePanel } from './side-panel.tsx';
import { Footer } from './status.tsx';
import type { PageStore } from './store.ts';
import { type Language, STRINGS } from './strings.ts';
import { ToolRail } from './tool-rail.tsx';
import { type Keep, keepView, type View } from './view.ts';

/** What the root hands to the page. */
export type AppProps = {
  readonly store: PageStore;
  /** The browser's memory of choices. */
  readonly keep: Keep;
  readonly firstView: View;
  readonly firstLanguage: Language;
  /** Keeps the choice for the next visit. */
  readonly keepLanguage: (language: Language) => void;
};

/** The view, kept for the next visit; the theme stands on the document before anything is drawn with it. */
function useView(first: View, keep: Keep): readonly [View, (change: Partial<View>) => void] {
  const [view, setView] = useState(first);
  useLayoutEffect(() => {
    document.documentElement.dataset['theme'] = view.theme;
  }, [view.theme]);
  const change = useCallback(
    (part: Partial<View>) =>
      setView((held) => {
        const next = { ...held, ...part };
        keepView(keep, held, next);
        return next;
      }),
    [keep],
  );
  return [view, change];
}

/** The whole page. */
export function App({ store, keep, firstLanguage, keepLanguage, firstView }: AppProps) {
  const [language, setLanguage] = useState(firstLanguage);
  const [view, setView] = useView(firstView, keep);
  const [replay] = useState(() => openReplay(store.clock));
  const context = useMemo(
    () => ({ store, strings: STRINGS[language], replay, view, setView }),
    [store, language, replay, view, setView],
  );
  usePageKeys(context);
  useEffect(() => followReplay(store, replay), [store, replay]);
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  const choose = (next: Language): void => {
    keepLanguage(next);
    setLanguage(next);
  };
  return (
    <PageContext value={context}>
      <div className="page">
        <Header onLanguage={choose} />
        <div className="body">
          <ToolRail />
          <ChartView />
          <SidePanel />
        </div>
        <ReplayBar />
        <Footer />
      </div>
      <HelpOverlay />
      <TabTitle />
    </PageContext>
  );
}

/** Structure speaks of the candle the walk is at, and a walk ends with its series. */
function followReplay(store: PageStore, replay: Replay): () => void {
  const follow = (): void => {
    const walk = replay.state();
    store.structure.focusOn(walk === null ? null : (walk.candles[walk.index]?.candle_time ?? null));
  };
  const leave = replay.subscribe(follow);
  const watch = store.subscribe(() => {
    const walk = replay.state();
    if (walk !== null && walk.seriesId !== store.state().session.series.id) replay.stop();
  });
  return () => {
    leave();
    watch();
  };
}

/** The browser tab: price first, because that is what a trader looks for there. */
function TabTitle() {
  const { window, series } = useShownSession();
  const newest = newestCandle(window);
  const { symbol } = instrumentWords(series.instrument);
  const price = newest === null ? '' : `${priceText(newest.close, priceDecimals([newest]))} · `;
  return <title>{`${price}${symbol} ${series.timeframe} · Hotwick`}</title>;
}
