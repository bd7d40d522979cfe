/**
 * The five layers of risk, each with what it sees, where it acts and what it does then; money; and what holds entries off.
 */
import type { DeskTopicData, RiskLayer } from '../../src/api/contract.ts';
import { Card, Figure, Figures, Gauge, Tag } from './card.tsx';
import { useDesk, useTopic } from './desk-context.tsx';
import { moneyText, shareText, signedMoney, toneOf } from './figures.ts';
import { LatchNotes, LayerBar, LimitBars } from './limit-bars.tsx';
import { Waiting } from './waiting.tsx';

/** Layers and money. */
export function RiskPanel() {
  const { strings } = useDesk();
  const risk = useTopic('risk');
  if (risk === null) return <Waiting />;
  return (
    <div className="grid">
      <div className="span-all flow">
        <LatchNotes />
      </div>
      <Card title={strings.riskLayers} testId="risk-layers">
        {risk.layers.map((layer) => (
          <Layer key={layer.layer} layer={layer} />
        ))}
      </Card>
      <div className="flow">
        <Card title={strings.limits}>
          <LimitBars of="totals" />
        </Card>
        <MoneyCard risk={risk} />
      </div>
    </div>
  );
}

function Layer({ layer }: { readonly layer: RiskLayer }) {
  const { strings } = useDesk();
  const { layer: id, state, amount, amount_limit, parts } = layer;
  return (
    <section className="layer flow" data-layer={id} data-state={state} aria-label={`${id} ${strings.layers[id]}`}>
      <LayerBar layer={layer} />
      <p className="row">
        <Tag tone={state}>{strings.layerStates[state]}</Tag>
        <span className="muted">
          {strings.acts(strings.layerActions[id])}
          {amount === null ? '' : ` ${strings.usedOf(moneyText(amount), moneyText(amount_limit))} USDT`}
        </span>
      </p>
      {parts.length === 0 ? null : (
        <div className="bars parts">
          {parts.map(({ name, value, limit, used }) => (
            <Gauge
              key={name}
              name={name}
              used={used}
              detail={strings.usedOf(shareText(value), shareText(limit))}
              label={strings.ofLimit(`${id} ${name}`, shareText(used))}
            />
          ))}
        </div>
      )}
    </section>
  );
}

function MoneyCard({ risk }: { readonly risk: DeskTopicData['risk'] }) {
  const { strings } = useDesk();
  const { reconciliation, dust } = risk;
  return (
    <Card title={strings.money} testId="risk-money">
      <Figures>
        <Figure name={strings.equity} value={moneyText(risk.equity)} />
        <Figure name={strings.peak} value={moneyText(risk.peak_equity)} />
        <Figure name={strings.drawdown} value={shareText(risk.drawdown)} />
        <Figure name={strings.dayStart} value={moneyText(risk.day_start_equity)} />
        <Figure name={strings.dayPnl} value={signedMoney(risk.day_pnl)} tone={toneOf(risk.day_pnl)} />
        <Figure name={strings.dayRealized} value={signedMoney(risk.day_realized)} tone={toneOf(risk.day_realized)} />
        <Figure name={strings.capital} value={moneyText(risk.capital)} />
        <Figure name={strings.initialCapital} value={moneyText(risk.initial_capital)} />
        <Figure name={strings.singleLimit} value={moneyText(risk.single_limit)} />
      </Figures>
      <p>
        {strings.reconciliation}:{' '}
        <Tag tone={reconciliation === 'clean' ? 'ok' : reconciliation === 'mismatch' ? 'blocked' : 'warn'}>
          {strings.reconciliationWords[reconciliation]}
        </Tag>
      </p>
      {dust.length === 0 ? null : (
        <p className="muted">
          {strings.dust}: {dust.map(({ symbol, qty }) => `${symbol} ${qty}`).join(', ')}
        </p>
      )}
    </Card>
  );
}
