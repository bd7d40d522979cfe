/**
 * An explanation whenever there is nothing to draw, and what happens next.
 */
import { useState } from 'react';
import { useNow, usePage } from './page-context.ts';
import type { SessionState } from './session-state.ts';
import type { Strings } from './strings.ts';

/** A load longer than this is explained. */
const SLOW_AFTER_MS = 1500;

/** Stands in the chart's place. */
export function Placeholder({ session }: { readonly session: SessionState }) {
  const { strings, store } = usePage();
  const { history, series } = session;
  const [since] = useState(store.clock.now);
  const isSlow = useNow(500) - since > SLOW_AFTER_MS;
  if (history.kind === 'loading') {
    return (
      <div className="placeholder" role="status" data-testid="placeholder">
        <Skeleton />
        <p className="placeholder-title">{strings.loading}</p>
        {isSlow && <p>{strings.loadingSlow}</p>}
      </div>
    );
  }
  const { title, lines } = explanation(history, series.timeframe, strings);
  return (
    <div className="placeholder" role="status" data-testid="placeholder">
      <Skeleton />
      <p className="placeholder-title">{title}</p>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  );
}

type Explanation = { readonly title: string; readonly lines: readonly string[] };

function explanation(history: SessionState['history'], timeframe: string, strings: Strings): Explanation {
  if (history.kind === 'refused') return { title: strings.refusedTitle, lines: [strings.refused(history.detail)] };
  if (history.kind === 'unreachable') return { title: strings.unreachableTitle, lines: [strings.unreachable] };
  const hint = timeframe === '1m' ? [] : [strings.backfillingHint];
  return { title: strings.backfillingTitle, lines: [strings.backfilling(timeframe), ...hint] };
}

/** Heights of the skeleton's candles, in percent: a calm wave. */
const SKELETON = [34, 46, 40, 55, 62, 50, 58, 70, 64, 76, 68, 60, 72, 80, 71, 63, 54, 60, 48, 56];

function Skeleton() {
  return (
    <div className="skeleton" aria-hidden="true">
      {SKELETON.map((height, index) => (
        // The bars never move, so their place is their identity.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above.
        <span key={index} style={{ height: `${height}%`, animationDelay: `${index * 60}ms` }} />
      ))}
    </div>
  );
}
