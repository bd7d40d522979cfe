/**
 * Whether what is shown is of now: the lamp of the socket, and the banner with the age of everything when it is not.
 */
import { useDesk, useLink, useNow } from './desk-context.tsx';
import { ageText } from './figures.ts';
import { linkWord } from './link-word.ts';

/** Milliseconds since anything was heard while the page is not live; `null` while it is, or before the first word. */
export function useStale(): number | null {
  const link = useLink();
  const now = useNow();
  const isLive = linkWord(link, now) === 'live';
  return isLive || link.heardAt === null ? null : Math.max(0, now - link.heardAt);
}

/** The lamp. */
export function LinkLamp() {
  const { strings } = useDesk();
  const word = linkWord(useLink(), useNow());
  return (
    <span className={`lamp lamp-${word}`} data-testid="link" data-link={word} role="status">
      <i aria-hidden="true" />
      {strings.link[word]}
    </span>
  );
}

/** Says since when everything is old, and when it is tried again. */
export function StaleBanner() {
  const { strings, live } = useDesk();
  const link = useLink();
  const now = useNow();
  const stale = useStale();
  const isWaiting = link.heardAt === null && link.failures > 0;
  if (stale === null && !isWaiting) return null;
  const seconds = link.retryAt === null ? null : Math.max(1, Math.ceil((link.retryAt - now) / 1_000));
  return (
    <section className="stale" data-testid="stale" aria-label={strings.staleAlert}>
      {/* Said once; the age beside it changes every second. */}
      <span className="sr-only" role="alert">
        {strings.staleAlert}
      </span>
      <strong>{stale === null ? strings.neverHeard : strings.staleFor(ageText(stale / 1_000))}</strong>
      {seconds === null ? null : <span>{strings.retryIn(seconds)}</span>}
      {link.openedAt === null ? (
        <button type="button" className="button" onClick={live.retry}>
          {strings.retryNow}
        </button>
      ) : null}
    </section>
  );
}
