/**
 * The root of the page: the browser's own clock, network, address and storage meet the application here and nowhere
 * else. The chosen series is kept in the address, so that a reload or a shared link shows the same chart.
 */
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { createPlatform } from './platform.ts';
import { DEFAULT_INSTRUMENT, parseSeries, seriesOf } from './series.ts';
import { createStore } from './store.ts';
import { firstLanguage } from './strings.ts';

const LANGUAGE_KEY = 'hotwick-language';

function storedLanguage(): string | null {
  try {
    return localStorage.getItem(LANGUAGE_KEY);
  } catch {
    // A browser may forbid storage; the page then follows the browser's language.
    return null;
  }
}

function keepLanguage(language: string): void {
  try {
    localStorage.setItem(LANGUAGE_KEY, language);
  } catch {
    // Forbidden storage only costs the memory of this choice.
  }
}

const wanted = new URL(location.href).searchParams.get('series');
const first = (wanted === null ? null : parseSeries(wanted)) ?? seriesOf(DEFAULT_INSTRUMENT, '1m');
const store = createStore(createPlatform(new URL('.', location.href)), first);

store.subscribe(() => {
  const address = new URL(location.href);
  const shown = store.state().session.series.id;
  if (address.searchParams.get('series') === shown || (shown === first.id && wanted === null && address.search === ''))
    return;
  address.searchParams.set('series', shown);
  history.replaceState(null, '', address);
});
window.addEventListener('online', store.retry);
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && store.retry());

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root element');
createRoot(root).render(
  <App store={store} firstLanguage={firstLanguage(storedLanguage(), navigator.language)} keepLanguage={keepLanguage} />,
);
