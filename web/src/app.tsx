/**
 * The page: header, chart and footer around one store, with the language and the view.
 */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { BottomPanel } from './bottom-panel.tsx';
import { newestCandle } from './candle-window.ts';
import { ChartView } from './chart-view.tsx';
import { priceDecimals, priceText } from './format.ts';
import { Header } from './header.tsx';
import { HelpOverlay } from './help-overlay.tsx';
import { PageContext, type PageContextValue, usePageStateOf, useShownSession } from './page-context.ts';
import { startReplay, usePageKeys } from './page-keys.ts';
import { ReplayBar } from './replay-bar.tsx';
import { instrumentWords } from './series.ts';
import { Sidebar } from './sidebar.tsx';
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
  /** What the address asks for (contract 9.1). */
  readonly place: Place;
};

/** The places of the page that have an address of their own. */
export type Place = 'live' | 'replay' | 'backtest' | 'settings';

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
export function App({ store, keep, firstLanguage, keepLanguage, firstView, place }: AppProps) {
  const [language, setLanguage] = useState(firstLanguage);
  const [view, setView] = useView(firstView, keep);
  const context = useMemo(
    () => ({ store, strings: STRINGS[language], replay: store.replay, view, setView }),
    [store, language, view, setView],
  );
  usePageKeys(context);
  useFirstPlace(context, place);
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
          <div className="middle" data-testid="middle-scroll">
            <ChartView />
            <BottomPanel />
          </div>
          <Sidebar />
        </div>
        <ReplayBar />
        <Footer />
      </div>
      <HelpOverlay />
      <TabTitle />
    </PageContext>
  );
}

/** Goes to where the address points, once: a replay begins when the candles are there. */
function useFirstPlace(page: PageContextValue, place: Place): void {
  const isDone = useRef(false);
  const isReady = usePageStateOf(page.store).session.history.kind === 'ready';
  useEffect(() => {
    if (isDone.current || (place === 'replay' && !isReady)) return;
    isDone.current = true;
    if (place === 'replay') startReplay(page);
    if (place === 'backtest') page.setView({ bottom: 'backtest' });
    if (place === 'settings') page.setView({ isHelpOpen: true });
  }, [page, place, isReady]);
}

/** The browser tab: price first, because that is what a trader looks for there. */
function TabTitle() {
  const { window, series } = useShownSession();
  const newest = newestCandle(window);
  const { symbol } = instrumentWords(series.instrument);
  const price = newest === null ? '' : `${priceText(newest.close, priceDecimals([newest]))} · `;
  return <title>{`${price}${symbol} ${series.timeframe} · Hotwick`}</title>;
}
