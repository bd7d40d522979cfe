/**
 * The two lamps of a series in colour, and in words what to do about it.
 */
import { useSyncExternalStore } from 'react';
import { BUILD_SWITCHES } from './build-switches.ts';
import type { HealthAnswer } from './draw-wire.ts';
import { usePage } from './page-context.ts';

/** Candles, and what is drawn over them. */
export function HealthLamps() {
  const { store, strings } = usePage();
  const { kline, draw } = useSyncExternalStore(store.health.subscribe, store.health.health);
  return (
    <>
      {BUILD_SWITCHES.klineLamp === 'on' && (
        <span
          data-testid="kline-health-lamp"
          data-kline-status={kline.status}
          className={`badge health ${kline.status}`}
        >
          <Words name={strings.kline} answer={kline} />
        </span>
      )}
      {BUILD_SWITCHES.drawLamp === 'on' && (
        <span
          data-testid="factor-draw-health-lamp"
          data-factor-draw-status={draw.status}
          className={`badge health ${draw.status}`}
        >
          <Words name={strings.draw} answer={draw} />
        </span>
      )}
    </>
  );
}

/** The lamp; its reason is in the tip and for screen readers. */
function Words({ name, answer }: { readonly name: string; readonly answer: HealthAnswer }) {
  const { strings } = usePage();
  const reason = strings.health[answer.reason] ?? answer.reason;
  return (
    <span className="health-words" title={reason === '' ? name : `${name}: ${reason}`}>
      <span className="dot" aria-hidden="true" />
      {name}
      <span className="sr-only">: {reason}</span>
    </span>
  );
}

/** What to do, over the chart, while a lamp is yellow or red. */
export function HealthNote() {
  const { store, strings } = usePage();
  const { kline, draw } = useSyncExternalStore(store.health.subscribe, store.health.health);
  const wrong = [
    { name: strings.kline, answer: kline },
    { name: strings.draw, answer: draw },
  ].filter(({ answer }) => answer.status === 'red' || answer.status === 'yellow');
  if (wrong.length === 0) return null;
  return (
    <div className="health-note" role="status" data-testid="health-note">
      {wrong.map(({ name, answer }) => (
        <p key={name} className={`health ${answer.status}`}>
          <strong>{name}</strong>: {strings.health[answer.reason] ?? answer.reason}
        </p>
      ))}
    </div>
  );
}
