/**
 * The root of the page: the browser's own clock, network, address and storage meet the application here and nowhere
 * else. The chosen series is kept in the address, so that a reload or a shared link shows the same chart.
 */
import { createRoot } from 'react-dom/client';
import { App, type Place } from './app.tsx';
import { BUILD_SWITCHES } from './build-switches.ts';
import { createPlatform } from './platform.ts';
import { DEFAULT_INSTRUMENT, parseSeries, seriesOf } from './series.ts';
import { createStore } from './store.ts';
import { firstLanguage } from './strings.ts';
import { firstView, type Keep } from './view.ts';

const LANGUAGE_KEY = 'hotwick-language';

const keep: Keep = {
  read: (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      // A browser may forbid storage; the page then begins with its defaults.
      return null;
    }
  },
  write: (key, text) => {
    try {
      localStorage.setItem(key, text);
    } catch {
      // Forbidden storage only costs the memory of this choice.
    }
  },
};

const wanted = new URL(location.href).searchParams.get('series');
const first = (wanted === null ? null : parseSeries(wanted)) ?? seriesOf(DEFAULT_INSTRUMENT, '1m');
const base = new URL(BUILD_SWITCHES.apiBase ?? '.', location.href);
const store = createStore(createPlatform(base), first);

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

const places: readonly Place[] = ['replay', 'backtest', 'settings'];
const place = places.find((name) => location.pathname.endsWith(`/${name}`)) ?? 'live';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root element');
const system = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
createRoot(root).render(
  <App
    store={store}
    keep={keep}
    firstLanguage={firstLanguage(keep.read(LANGUAGE_KEY), navigator.language)}
    keepLanguage={(language) => keep.write(LANGUAGE_KEY, language)}
    firstView={firstView(keep, system)}
    place={place}
  />,
);
