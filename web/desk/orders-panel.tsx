/**
 * Orders and what is spent of the exchange's patience: counters, request weight, what was not sent and why, and the wallet.
 */
import { useMemo } from 'react';
import type { BalancesAnswer, RequestBudget } from '../../src/api/contract.ts';
import { Card, Empty, Figure, Figures, Gauge } from './card.tsx';
import { type Column, DataTable } from './data-table.tsx';
import { useDesk, useMarketNow, useReading, useTopic } from './desk-context.tsx';
import { refusalText, type Strings } from './desk-strings.ts';
import { Trouble } from './dialog.tsx';
import { shareText, timeText } from './figures.ts';
import { Waiting } from './waiting.tsx';

const MOST = 10;

/** Orders, weight, prechecks, balances. */
export function OrdersPanel() {
  const { strings } = useDesk();
  const metrics = useTopic('metrics');
  if (metrics === null) return <Waiting />;
  const { execution, prechecks } = metrics;
  return (
    <div className="grid">
      <Card title={strings.lastFive} testId="metrics">
        <Figures>
          <Figure name={strings.attempts} value={execution.order_attempts_5m} testId="order-attempts" />
          <Figure name={strings.success} value={execution.order_success_5m} />
          <Figure
            name={strings.errors}
            value={execution.order_errors_5m}
            tone={execution.order_errors_5m > 0 ? 'down' : 'even'}
          />
          <Figure name={strings.precheckFailures} value={execution.precheck_failures_5m} />
          <Figure name={strings.dedup} value={execution.dedup_rejects_5m} />
          <Figure name={strings.errorRate} value={shareText(execution.order_error_rate_5m)} />
          <Figure name={strings.precheckRate} value={shareText(execution.precheck_fail_rate_5m)} />
        </Figures>
      </Card>
      <Card title={strings.weight} testId="weight">
        <div className="bars">
          {execution.requests.map((budget) => (
            <Weight key={budget.scope} budget={budget} />
          ))}
        </div>
      </Card>
      <Card title={strings.prechecks} aside={<b>{prechecks.total}</b>} testId="prechecks">
        <div className="columns">
          <Counts name={strings.byCode} counts={prechecks.by_code} />
          <Counts name={strings.bySymbol} counts={sumUp(prechecks.by_symbol)} />
        </div>
      </Card>
      <Balances />
    </div>
  );
}

function Weight({ budget: { scope, used_weight_1m, limit_1m, paused_until_ms } }: { readonly budget: RequestBudget }) {
  const { strings } = useDesk();
  const now = useMarketNow();
  const used = limit_1m === null || limit_1m === 0 ? null : used_weight_1m / limit_1m;
  const left = paused_until_ms === null ? 0 : paused_until_ms / 1_000 - now;
  const limit = limit_1m === null ? strings.noLimitKnown : String(limit_1m);
  return (
    <>
      <Gauge
        name={scope}
        used={used}
        detail={strings.usedOf(String(used_weight_1m), limit)}
        label={strings.ofLimit(scope, used === null ? strings.unknownValue : shareText(used))}
        testId={`weight-${scope}`}
      />
      {left > 0 ? <Trouble>{strings.weightPaused(left.toFixed(0))}</Trouble> : null}
    </>
  );
}

type Tally = Readonly<Record<string, number>>;

function sumUp(bySymbol: Readonly<Record<string, Tally>>): Tally {
  return Object.fromEntries(
    Object.entries(bySymbol).map(([symbol, codes]) => [symbol, Object.values(codes).reduce((a, b) => a + b, 0)]),
  );
}

function Counts({ name, counts }: { readonly name: string; readonly counts: Tally }) {
  const { strings } = useDesk();
  const rows = Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST);
  return (
    <div>
      <h3>{name}</h3>
      {rows.length === 0 ? <Empty>{strings.noRows}</Empty> : null}
      <ul className="plain counts">
        {rows.map(([what, count]) => (
          <li key={what}>
            <span>{what}</span> <b>{count}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

type Balance = BalancesAnswer['balances'][number];

/** The wallet is asked for when something was bought or sold, and by hand: no topic tells of it. */
function Balances() {
  const { strings, live } = useDesk();
  useTopic('positions');
  const { topics } = live.state().feed;
  const key = `${topics.trades?.version ?? 0} ${Object.keys(topics.positions?.data ?? {}).join()}`;
  const { value, refused, isReading, reload } = useReading<BalancesAnswer>('hotcoin/api/balances', key);
  const columns = useMemo(() => balanceColumns(strings), [strings]);
  const again = (
    <button type="button" className="button" disabled={isReading} onClick={reload}>
      {strings.refresh}
    </button>
  );
  return (
    <Card title={strings.balances} aside={again} testId="balances-card">
      {refused === null ? null : <Trouble>{refusalText(strings, refused)}</Trouble>}
      {value === null ? null : (
        <>
          <DataTable
            label={strings.balances}
            testId="balances"
            rows={value.balances}
            columns={columns}
            keyOf={({ asset }) => asset}
            empty={strings.noRows}
          />
          <p className="muted">{strings.balancesAt(timeText(value.ts))}</p>
        </>
      )}
    </Card>
  );
}

function balanceColumns(strings: Strings): readonly Column<Balance>[] {
  const amount = (id: 'free' | 'locked' | 'total', name: string): Column<Balance> => ({
    id,
    name,
    kind: 'number',
    cell: (row) => row[id],
    sort: (row) => Number(row[id]),
  });
  return [
    { id: 'asset', name: strings.asset, cell: ({ asset }) => asset, sort: ({ asset }) => asset },
    amount('free', strings.free),
    amount('locked', strings.locked),
    amount('total', strings.total),
  ];
}
