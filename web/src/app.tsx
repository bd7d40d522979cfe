/**
 * The page: header, chart and footer around one store, with the language and the keys 1 to 6.
 */
import { useEffect, useMemo, useState } from 'react';
import { newestCandle } from './candle-window.ts';
import { ChartView } from './chart-view.tsx';
import { priceDecimals, priceText } from './format.ts';
import { Header } from './header.tsx';
import { PageContext, usePageState } from './page-context.ts';
import { instrumentWords, seriesOf, TIMEFRAMES } from './series.ts';
import { Footer } from './status.tsx';
import type { PageStore } from './store.ts';
import { type Language, STRINGS } from './strings.ts';

/** What the root hands to the page. */
export type AppProps = {
  readonly store: PageStore;
  readonly firstLanguage: Language;
  /** Keeps the choice for the next visit. */
  readonly keepLanguage: (language: Language) => void;
};

function useTimeframeKeys(store: PageStore): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLSelectElement) return;
      const choice = TIMEFRAMES[Number(event.key) - 1];
      const { instrument, timeframe } = store.state().session.series;
      if (choice !== undefined && choice !== timeframe) store.select(seriesOf(instrument, choice));
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [store]);
}

/** The whole page. */
export function App({ store, firstLanguage, keepLanguage }: AppProps) {
  const [language, setLanguage] = useState(firstLanguage);
  const context = useMemo(() => ({ store, strings: STRINGS[language] }), [store, language]);
  useTimeframeKeys(store);
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
        <ChartView />
        <Footer />
      </div>
      <TabTitle />
    </PageContext>
  );
}

/** The browser tab: price first, because that is what a trader looks for there. */
function TabTitle() {
  const { window, series } = usePageState().session;
  const newest = newestCandle(window);
  const { symbol } = instrumentWords(series.instrument);
  const price = newest === null ? '' : `${priceText(newest.close, priceDecimals([newest]))} · `;
  return <title>{`${price}${symbol} ${series.timeframe} · Hotwick`}</title>;
}
