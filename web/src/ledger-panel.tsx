/**
 * How far the ledgers of the shown series are: candles, factors and drawings, as `GET /api/factor/health` tells it; and
 * what the factors say at the shown candle.
 */
import { useSyncExternalStore } from 'react';
import { minuteText } from './format.ts';
import { usePage } from './page-context.ts';
import { Slices } from './slices.tsx';

/** The panel. */
export function LedgerPanel() {
  const { store, strings } = usePage();
  const { draw } = useSyncExternalStore(store.health.subscribe, store.health.health);
  const heads = [
    [strings.ledger.store, draw.heads?.store ?? null],
    [strings.ledger.factor, draw.heads?.factor ?? null],
    [strings.ledger.overlay, draw.heads?.overlay ?? null],
  ] as const;
  return (
    <div className="ledger" data-testid="ledger-panel">
      <div>
        <dl className="facts">
          {heads.map(([name, time]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{time === null ? strings.none : minuteText(time)}</dd>
            </div>
          ))}
        </dl>
        <p className={`health ${draw.status}`}>{strings.health[draw.reason] ?? draw.reason}</p>
      </div>
      <div>
        <Slices />
      </div>
    </div>
  );
}
