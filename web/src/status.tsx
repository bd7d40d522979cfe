/**
 * Whether the page is connected, how old its newest data is, and where the market's clock stands.
 */
import { dataAge } from './data-age.ts';
import { ageIn, clockText } from './format.ts';
import { linkKind, secondsToRetry } from './link.ts';
import { countdownText, marketNow, msToClose } from './market-time.ts';
import { useNow, usePage, usePageState } from './page-context.ts';
import type { Link } from './session-state.ts';
import type { Strings } from './strings.ts';

function linkText(link: Link, now: number, strings: Strings): string {
  const seconds = secondsToRetry(link, now);
  const kind = linkKind(link);
  if (kind === 'reconnecting' && seconds !== null) return strings.reconnectingIn(seconds);
  if (kind === 'offline' && seconds !== null) return strings.offlineIn(seconds);
  return strings[kind];
}

/** The socket's lamp in words and colour, with a way to try again at once. */
export function ConnectionLamp() {
  const { store, strings } = usePage();
  const { link } = usePageState().session;
  const now = useNow(250);
  const kind = linkKind(link);
  return (
    <span className={`badge lamp ${kind}`} data-testid="connection-lamp" data-connection={kind}>
      <span className="dot" aria-hidden="true" />
      <span className="sr-only">{strings.connection}: </span>
      <output aria-live="off">{linkText(link, now, strings)}</output>
      {link.retryAt !== null && (
        <button type="button" className="link-button" data-testid="retry-now" onClick={store.retry}>
          {strings.retryNow}
        </button>
      )}
    </span>
  );
}

function agoText(ageMs: number, strings: Strings): string {
  const { count, unit } = ageIn(ageMs);
  return strings.ago(count, unit);
}

/** Age of the newest data, coloured by what is normal for this stream. */
export function AgeBadge() {
  const { strings } = usePage();
  const { session, server } = usePageState();
  const at = useNow(250);
  const { ageMs, level } = dataAge(session.freshness, { time: server.time, at, stepSec: session.series.stepSec });
  return (
    <span className={`badge age ${level}`} data-testid="data-age" data-age-level={level} title={strings.dataAge}>
      <span className="sr-only">{strings.dataAge}: </span>
      {ageMs === null ? strings.noData : agoText(ageMs, strings)}
    </span>
  );
}

/** The strip under the chart: countdown, counts and the market's clock. */
export function Footer() {
  const { strings } = usePage();
  const { session, server } = usePageState();
  const now = marketNow(server.time, useNow(250));
  const { window, series, closedLive } = session;
  const left = countdownText(msToClose(now, series.stepSec, window.forming?.candle_time ?? null));
  return (
    <footer className="footer">
      <Fact name={strings.closesIn} value={left} testId="countdown" />
      <Fact name={strings.candles} value={window.closed.length.toLocaleString('en-US')} testId="candle-count" />
      <Fact name={strings.closedLive} value={closedLive.toLocaleString('en-US')} testId="closed-live" />
      <Fact name={strings.marketTime} value={clockText(now)} testId="market-clock" />
    </footer>
  );
}

type FactProps = { readonly name: string; readonly value: string; readonly testId: string };

function Fact({ name, value, testId }: FactProps) {
  return (
    <span className="fact">
      <span className="muted">{name}</span> <span data-testid={testId}>{value}</span>
    </span>
  );
}
