/**
 * The funnel: from everything that trades to what is held, and the gates that refused the others, with the newest cases.
 */
import type { FunnelAnswer } from '../../src/api/contract.ts';
import { Card, Empty } from './card.tsx';
import { useDesk, useMarketNow, useTopic } from './desk-context.tsx';
import { type EventWords, valueWord } from './event-strings.ts';
import { ageText, volumeText } from './figures.ts';
import { Waiting } from './waiting.tsx';
import { gateText } from './word-strings.ts';

/** The cards of the funnel. */
export function FunnelCards() {
  const { strings } = useDesk();
  const funnel = useTopic('funnel');
  if (funnel === null) return <Waiting />;
  const most = Math.max(1, ...funnel.stages.map(({ count }) => count));
  return (
    <>
      <Card title={strings.funnel} about={strings.funnelAbout}>
        <ol className="funnel" data-testid="funnel">
          {funnel.stages.map(({ stage, count }) => (
            <li key={stage} data-stage={stage}>
              <span>{gateText(strings.stages, stage)}</span>
              <i
                className="funnel-fill"
                aria-hidden="true"
                style={{ width: `${(Math.log1p(count) / Math.log1p(most)) * 100}%` }}
              />
              <b className="funnel-count">{count}</b>
            </li>
          ))}
        </ol>
      </Card>
      <Card title={strings.refusals}>
        <div className="columns">
          <Gates name={strings.refusalsDiscovery} gates={funnel.discovery} />
          <Gates name={strings.refusalsEntries} gates={funnel.entries} />
        </div>
      </Card>
      <div className="span-all">
        <Card title={strings.newestRefusals}>
          <Newest rows={funnel.newest} />
        </Card>
      </div>
    </>
  );
}

type GatesProps = { readonly name: string; readonly gates: FunnelAnswer['entries'] };

function Gates({ name, gates }: GatesProps) {
  const { strings } = useDesk();
  return (
    <div>
      <h3>{name}</h3>
      {gates.length === 0 ? <Empty>{strings.noRows}</Empty> : null}
      <ul className="plain counts">
        {gates.map(({ gate, count }) => (
          <li key={gate}>
            <span title={gate}>{gateText(strings.gates, gate)}</span> <b>{count.toLocaleString('en-US')}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Newest({ rows }: { readonly rows: FunnelAnswer['newest'] }) {
  const { strings } = useDesk();
  const now = useMarketNow();
  if (rows.length === 0) return <Empty>{strings.noRows}</Empty>;
  return (
    <ul className="plain scroll" data-testid="refusals">
      {rows.map(({ gate, symbol, reason, value, limit, since_ms, last_ms }) => (
        <li key={`${gate} ${symbol} ${since_ms}`}>
          <b>{symbol}</b> {gateText(strings.gates, gate)}
          <span className="muted">
            {sayText(reason, strings)}
            {value === null ? '' : ` · ${strings.refusalValue(amountText(value), amountText(limit))}`}
            {` · ${ageText(now - last_ms / 1_000)}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The engine's own words; where the page has none for them, the gate's say it. */
function sayText(reason: string, words: EventWords): string {
  const said = reason === '' ? null : valueWord(reason, words);
  return said === null ? '' : ` · ${said}`;
}

function amountText(value: number | string | null): string {
  if (typeof value === 'number' && Math.abs(value) >= 100_000) return volumeText(value);
  return value === null ? '–' : String(value);
}
