/**
 * The state at a glance: engine and reasons, money, every limit as a bar, what is held and what is hottest.
 */
import { useState } from 'react';
import type { DeskStatus } from '../../src/api/contract.ts';
import { CandidateTable } from './candidates-panel.tsx';
import { Card, Empty, Figure, Figures, Tag } from './card.tsx';
import { EntriesDialog } from './command-dialogs.tsx';
import { useDesk, useTopic } from './desk-context.tsx';
import { EquityCard } from './equity-card.tsx';
import { changeText, moneyText, NOTHING, shareText, signedMoney, toneOf } from './figures.ts';
import { LatchNotes, LimitBars } from './limit-bars.tsx';
import { PositionTable } from './positions-panel.tsx';
import { reasonText } from './word-strings.ts';

const HOTTEST = 10;

/** The first panel. */
export function OverviewPanel() {
  const { strings } = useDesk();
  const status = useTopic('status');
  if (status === null) return <Empty>{strings.notHeardYet}</Empty>;
  return (
    <div className="grid">
      <MoneyRow status={status} />
      <div className="span-all">
        <EquityCard run={status.source === 'runner' ? status.run_id : null} />
      </div>
      <EngineCard status={status} />
      <Card title={strings.limits} testId="limits">
        <LimitBars />
      </Card>
      <div className="span-all">
        <Card title={strings.panel.positions}>
          <PositionTable kind="short" />
        </Card>
      </div>
      <div className="span-all">
        <Card title={strings.panel.candidates}>
          <CandidateTable most={HOTTEST} kind="short" />
        </Card>
      </div>
    </div>
  );
}

function MoneyRow({ status }: { readonly status: DeskStatus }) {
  const { strings } = useDesk();
  const risk = useTopic('risk');
  const { equity, cash, day_pnl, day_pnl_pct, pool_size, anomalies_today, active_signals, positions } =
    status.source === 'none' ? NO_MONEY : status;
  return (
    <div className="span-all">
      <Figures testId="money">
        <Figure name={strings.equity} value={moneyText(equity)} testId="equity" />
        <Figure
          name={strings.dayPnl}
          value={signedMoney(day_pnl)}
          tone={toneOf(day_pnl)}
          hint={changeText(day_pnl_pct)}
          testId="day-pnl"
        />
        <Figure name={strings.cash} value={moneyText(cash)} testId="cash" />
        <Figure name={strings.drawdown} value={shareText(risk?.drawdown ?? null)} testId="drawdown" />
        <Figure name={strings.slots} value={positions} testId="position-count" />
        <Figure name={strings.pool} value={pool_size} testId="pool-size" />
        <Figure name={strings.bursts} value={anomalies_today} testId="bursts" />
        <Figure name={strings.activeSignals} value={active_signals} testId="active-signals" />
      </Figures>
    </div>
  );
}

/** Without an engine nobody knows: nothing held and nothing owned would be something else. */
const NO_MONEY = {
  equity: null,
  cash: null,
  day_pnl: null,
  day_pnl_pct: null,
  pool_size: NOTHING,
  anomalies_today: NOTHING,
  active_signals: NOTHING,
  positions: NOTHING,
};

function EngineCard({ status }: { readonly status: DeskStatus }) {
  const { strings } = useDesk();
  const [isAsking, setIsAsking] = useState(false);
  const pause = useTopic('risk')?.pause ?? null;
  const { source, engine_state: state, engine_state_reasons: reasons, state_recovery_pending: pending } = status;
  const errors = Object.keys(status.block_errors).join(', ');
  return (
    <Card title={strings.engine} testId="engine-card">
      <p className="engine-line">
        <Tag tone={state}>{strings.engineState[state]}</Tag>{' '}
        {source === 'none' ? null : (
          <>
            <Tag tone={`mode-${status.mode}`}>{strings.mode[status.mode]}</Tag>{' '}
            <span className="muted">{strings.modeHint[status.mode]}</span>
          </>
        )}
      </p>
      {source === 'runner' ? null : (
        <p className="trouble">{source === 'none' ? strings.notStarted : strings.fromFile}</p>
      )}
      {reasons.length === 0 && state === 'tradeable' ? <p>{strings.noReasons}</p> : null}
      <ul className="plain" data-testid="reasons">
        {reasons.map((reason) => (
          <li key={reason}>{reasonText(strings.reasons, reason)}</li>
        ))}
      </ul>
      {pending === null ? null : <p>{strings.recovery(pending.ok_cycles, pending.required_cycles)}</p>}
      {errors === '' ? null : <p className="trouble">{strings.blockErrors(errors)}</p>}
      <LatchNotes />
      <p>
        <button type="button" className="button" data-testid="entries" onClick={() => setIsAsking(true)}>
          {pause === null ? strings.pause : strings.resume}
        </button>
      </p>
      {isAsking ? <EntriesDialog onClose={() => setIsAsking(false)} /> : null}
    </Card>
  );
}
