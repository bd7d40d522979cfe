/**
 * Every limit as a bar: the five layers, the exposure and the slots; and the latches that hold, with how they end.
 */
import { useState } from 'react';
import type { DeskTopicData, RiskLayer } from '../../src/api/contract.ts';
import { Gauge } from './card.tsx';
import { AcknowledgeDialog } from './command-dialogs.tsx';
import { useDesk, useTopic } from './desk-context.tsx';
import type { Strings } from './desk-strings.ts';
import { moneyText, shareText, timeText } from './figures.ts';
import { Waiting } from './waiting.tsx';

/** The bars. */
export function LimitBars({ of = 'everything' }: { readonly of?: 'everything' | 'totals' }) {
  const { strings } = useDesk();
  const risk = useTopic('risk');
  if (risk === null) return <Waiting />;
  return (
    <div className="bars" data-testid="limit-bars">
      {(of === 'totals' ? [] : risk.layers).map((layer) => (
        <LayerBar key={layer.layer} layer={layer} />
      ))}
      {totals(risk, strings).map(({ id, name, used, detail }) => (
        <Gauge
          key={id}
          name={name}
          used={used}
          detail={detail}
          label={strings.ofLimit(name, shareText(used))}
          testId={`limit-${id}`}
        />
      ))}
    </div>
  );
}

/** The bar of one layer. */
export function LayerBar({ layer: { layer, value, limit, used, state } }: { readonly layer: RiskLayer }) {
  const { strings } = useDesk();
  const name = `${layer} ${strings.layers[layer]}`;
  const shown = state === 'latched' ? Math.max(1, used) : used;
  return (
    <Gauge
      name={name}
      used={shown}
      detail={strings.usedOf(shareText(value), shareText(limit))}
      label={strings.ofLimit(name, shareText(shown))}
      testId={`limit-${layer}`}
    />
  );
}

function totals(risk: DeskTopicData['risk'], strings: Strings) {
  const { exposure, exposure_limit, positions, positions_max } = risk;
  const most = Number(exposure_limit);
  return [
    {
      id: 'exposure',
      name: strings.exposure,
      used: most > 0 ? Number(exposure) / most : null,
      detail: strings.usedOf(moneyText(exposure), moneyText(exposure_limit)),
    },
    {
      id: 'slots',
      name: strings.slots,
      used: positions_max > 0 ? positions / positions_max : null,
      detail: strings.usedOf(String(positions), String(positions_max)),
    },
  ];
}

/** What holds entries off until somebody says so, each with its button. */
export function LatchNotes() {
  const { strings } = useDesk();
  const risk = useTopic('risk');
  const [asking, setAsking] = useState<'halt' | 'emergency' | null>(null);
  if (risk === null) return null;
  const { halt, emergency, pause } = risk;
  return (
    <>
      {pause === null ? null : <p className="note">{strings.pausedBecause(pause)}</p>}
      {halt === null ? null : (
        <div className="note flow" data-testid="halt">
          <p>
            {strings.halted(timeText(halt.until_ms / 1_000))}{' '}
            {halt.needs_ack ? strings.haltNeedsAck : halt.acknowledged ? strings.haltAcked : ''}
          </p>
          {halt.acknowledged ? null : (
            <button type="button" className="button" data-testid="acknowledge-halt" onClick={() => setAsking('halt')}>
              {strings.acknowledge.halt}
            </button>
          )}
        </div>
      )}
      {emergency === null ? null : (
        <div className="note flow" data-testid="emergency-note">
          <p>{strings.emergencySince(timeText(emergency.since_ms / 1_000), emergency.reason)}</p>
          <button
            type="button"
            className="button"
            data-testid="acknowledge-emergency"
            onClick={() => setAsking('emergency')}
          >
            {strings.acknowledge.emergency}
          </button>
        </div>
      )}
      {asking === null ? null : <AcknowledgeDialog what={asking} onClose={() => setAsking(null)} />}
    </>
  );
}
