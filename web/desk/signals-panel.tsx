/**
 * The newest opinion on each coin, and of the chosen one its grounds by timeframe: scores, and every rule with its points.
 */
import { useMemo, useState } from 'react';
import type { DeskSignal, WireOpinion, WireSignal } from '../../src/api/contract.ts';
import { Card, Empty, Tag } from './card.tsx';
import { type Column, DataTable } from './data-table.tsx';
import { useDesk, useReading, useTopic } from './desk-context.tsx';
import { refusalText, type Strings } from './desk-strings.ts';
import { Trouble } from './dialog.tsx';
import { NOTHING, scoreText, shareText, timeText } from './figures.ts';
import { Waiting } from './waiting.tsx';

/** Signals and grounds. */
export function SignalsPanel() {
  const { strings } = useDesk();
  const signals = useTopic('signals');
  const [chosen, setChosen] = useState<string | null>(null);
  const rows = useMemo(() => Object.values(signals ?? {}), [signals]);
  const columns = useMemo(() => columnsOf(strings), [strings]);
  if (signals === null) return <Waiting />;
  const signal = rows.find(({ symbol }) => symbol === chosen);
  return (
    <div className="grid">
      <div className="span-all">
        <Card title={strings.panel.signals}>
          <DataTable
            label={strings.panel.signals}
            testId="signals"
            rows={rows}
            columns={columns}
            keyOf={({ symbol }) => symbol}
            first={{ id: 'computed', desc: true }}
            onChoose={({ symbol }) => setChosen((before) => (before === symbol ? null : symbol))}
            chosen={chosen}
            empty={strings.noRows}
          />
        </Card>
      </div>
      <div className="span-all">
        {signal === undefined ? <Empty>{strings.chooseSignal}</Empty> : <Grounds signal={signal} />}
      </div>
    </div>
  );
}

function columnsOf(strings: Strings): readonly Column<DeskSignal>[] {
  return [
    { id: 'symbol', name: strings.symbol, cell: ({ symbol }) => symbol, sort: ({ symbol }) => symbol },
    {
      id: 'action',
      name: strings.action,
      cell: ({ action }) => <Tag tone={`action-${action}`}>{strings.actions[action]}</Tag>,
      sort: ({ action }) => action,
    },
    {
      id: 'strength',
      name: strings.strength,
      kind: 'number',
      cell: ({ strength }) => scoreText(strength),
      sort: ({ strength }) => strength,
    },
    {
      id: 'confidence',
      name: strings.confidence,
      kind: 'number',
      cell: ({ confidence }) => shareText(confidence),
      sort: ({ confidence }) => confidence,
    },
    { id: 'reason', name: strings.reason, cell: ({ reason }) => strings.sayReason(reason) },
    {
      id: 'computed',
      name: strings.computed,
      kind: 'number',
      cell: ({ computed_at }) => timeText(computed_at),
      sort: ({ computed_at }) => computed_at,
    },
  ];
}

function Grounds({ signal }: { readonly signal: DeskSignal }) {
  const { strings } = useDesk();
  const { symbol, computed_at } = signal;
  const path = `hotcoin/api/signals?symbol=${encodeURIComponent(symbol)}&limit=1`;
  const { value, refused } = useReading<{ readonly signals: readonly WireSignal[] }>(path, computed_at);
  const whole = value?.signals[0];
  if (refused !== null && value === null) return <Trouble>{refusalText(strings, refused)}</Trouble>;
  if (whole === undefined) return <Empty>{strings.notHeardYet}</Empty>;
  return (
    <Card title={`${symbol} · ${strings.timeframes}`} testId="grounds">
      <Consensus signal={whole} />
      <div className="columns">
        {Object.entries(whole.tf_details).map(([timeframe, opinion]) => (
          <Timeframe key={timeframe} timeframe={timeframe} opinion={opinion} />
        ))}
      </div>
    </Card>
  );
}

function Consensus({ signal: { reason, buy_score, sell_score, consensus } }: { readonly signal: WireSignal }) {
  const { strings } = useDesk();
  return (
    <p>
      {strings.consensus}: {strings.directions[consensus.direction] ?? consensus.direction} ({consensus.net.toFixed(0)})
      · {strings.coverage(shareText(consensus.coverage))} · {strings.buyScore} {scoreText(buy_score)} ·{' '}
      {strings.sellScore} {scoreText(sell_score)}
      <span className="muted"> · {reason}</span>
    </p>
  );
}

/** `+9.5`; what comes out of a sum of weights has no need of all its digits. */
function pointsText(points: number): string {
  return `${points > 0 ? '+' : ''}${Number(points.toFixed(2))}`;
}

type TimeframeProps = { readonly timeframe: string; readonly opinion: WireOpinion };

function Timeframe({ timeframe, opinion }: TimeframeProps) {
  const { strings } = useDesk();
  const { state, reason, bars, bs, ss, direction, fusion, books, last_close_time } = opinion;
  const reasons = [...Object.values(books).flatMap((book) => book.reasons), ...fusion];
  return (
    <section className="detail flow" data-timeframe={timeframe} aria-label={timeframe}>
      <h3>
        {timeframe} <small className="muted">{state === 'skipped' ? strings.skipped : ''}</small>
      </h3>
      <p>
        {strings.buyScore} <b className="tone-up">{scoreText(bs)}</b> · {strings.sellScore}{' '}
        <b className="tone-down">{scoreText(ss)}</b> ·{' '}
        {direction === null ? NOTHING : (strings.directions[direction] ?? direction)}
      </p>
      {reason === null ? null : <p className="muted">{strings.sayReason(reason)}</p>}
      <ul className="plain counts">
        {reasons.map(({ rule, side, points }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule can give points twice, and the list never moves
          <li key={`${rule} ${at}`}>
            <span>{rule}</span>
            <b className={side === 'buy' ? 'tone-up' : 'tone-down'}>{pointsText(points)}</b>
          </li>
        ))}
      </ul>
      <p className="muted">
        {strings.bars}: {bars} · {timeText(last_close_time)}
      </p>
    </section>
  );
}
