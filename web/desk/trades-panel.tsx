/**
 * Closed trades with their statistics, and the chosen one on the candles of its coin with the events behind each fill.
 */
import { lazy, Suspense, useMemo, useState } from 'react';
import type { DeskChartAnswer, DeskTrade, EventsAnswer, WirePnlSummary } from '../../src/api/contract.ts';
import { Card, Empty, Figure, Figures } from './card.tsx';
import { Choice } from './choice.tsx';
import { type Column, DataTable } from './data-table.tsx';
import { useDesk, useReading, useTopic } from './desk-context.tsx';
import { refusalText, type Strings } from './desk-strings.ts';
import { Trouble } from './dialog.tsx';
import { EventLine } from './event-line.tsx';
import {
  ageText,
  changeText,
  moneyText,
  NOTHING,
  priceText,
  shareText,
  signedMoney,
  timeText,
  toneOf,
} from './figures.ts';
import { keyOf, mayHaveOlder, TRADES_PAGE } from './trade-list.ts';
import { type FollowedTrades, useTradeList } from './use-trade-list.ts';
import { Waiting } from './waiting.tsx';
import { WhyWords } from './why-words.tsx';
import { gateText } from './word-strings.ts';

/** The chart's library is the largest part of the desk, so it comes when a chart does. */
const TradeChart = lazy(() => import('./trade-chart.tsx').then(({ TradeChart: chart }) => ({ default: chart })));

/** A trade shorter than this is looked at minute by minute. */
const SHORT_SEC = 5_400;
const INTERVALS = ['1m', '5m', '15m', '1h', '4h', '1d'] as const;

/** Trades. */
export function TradesPanel() {
  const { strings } = useDesk();
  const list = useTradeList();
  const status = useTopic('status');
  const [chosenKey, setChosenKey] = useState<string | null>(null);
  const columns = useMemo(() => columnsOf(strings), [strings]);
  if (!list.isHeard) return <Waiting />;
  const rows = list.trades;
  const chosen = rows.find((trade) => keyOf(trade) === chosenKey);
  return (
    <div className="grid">
      {status === null ? null : (
        <div className="span-all flow">
          <PnlFigures name={strings.today} pnl={status.pnl_today} />
          <PnlFigures name={strings.allTime} pnl={status.pnl_summary} />
        </div>
      )}
      <div className="span-all">
        <Card title={strings.panel.trades}>
          <DataTable
            label={strings.panel.trades}
            testId="trades"
            rows={rows}
            columns={columns}
            keyOf={keyOf}
            first={{ id: 'closed', desc: true }}
            onChoose={(trade) => setChosenKey((before) => (before === keyOf(trade) ? null : keyOf(trade)))}
            chosen={chosenKey}
            empty={strings.noTrades}
          />
          <OlderTrades {...list} />
        </Card>
      </div>
      <div className="span-all">
        {chosen === undefined ? (
          rows.length === 0 ? null : (
            <Empty>{strings.chooseTrade}</Empty>
          )
        ) : (
          <TradeDetail key={keyOf(chosen)} trade={chosen} />
        )}
      </div>
    </div>
  );
}

/** The way to older trades; nothing where all of them are there. */
function OlderTrades(list: FollowedTrades) {
  const { strings } = useDesk();
  const { trades, refused, isReading, load } = list;
  if (refused === null && !mayHaveOlder(list)) {
    return trades.length < TRADES_PAGE ? null : <p className="muted">{strings.noOlderTrades}</p>;
  }
  return (
    <>
      {refused === null ? null : <Trouble>{refusalText(strings, refused)}</Trouble>}
      <button type="button" className="button" data-testid="older-trades" disabled={isReading} onClick={load}>
        {refused === null ? strings.olderTrades : strings.retryNow}
      </button>
    </>
  );
}

function PnlFigures({ name, pnl }: { readonly name: string; readonly pnl: WirePnlSummary }) {
  const { strings } = useDesk();
  const { total_trades, win_rate, total_pnl, profit_factor, max_drawdown, best_trade, worst_trade } = pnl;
  const named = (word: string): string => `${word} · ${name}`;
  return (
    <Figures>
      <Figure name={named(strings.tradesCount)} value={total_trades} />
      <Figure name={named(strings.winRate)} value={shareText(win_rate)} />
      <Figure name={named(strings.total)} value={signedMoney(total_pnl)} tone={toneOf(total_pnl)} />
      <Figure
        name={named(strings.profitFactor)}
        value={profit_factor === 'inf' ? '∞' : (profit_factor?.toFixed(2) ?? NOTHING)}
      />
      <Figure name={named(strings.maxDrawdown)} value={moneyText(max_drawdown)} />
      <Figure name={named(strings.bestTrade)} value={signedMoney(best_trade)} />
      <Figure name={named(strings.worstTrade)} value={signedMoney(worst_trade)} />
      <Figure
        name={named(strings.averageHolding)}
        value={pnl.avg_holding_min === null ? NOTHING : ageText(pnl.avg_holding_min * 60)}
      />
    </Figures>
  );
}

function columnsOf(strings: Strings): readonly Column<DeskTrade>[] {
  const number = { kind: 'number' } as const;
  return [
    { id: 'symbol', name: strings.symbol, cell: ({ symbol }) => symbol, sort: ({ symbol }) => symbol },
    { id: 'leg', name: strings.leg, ...number, cell: ({ leg }) => leg },
    { id: 'entry', name: strings.entry, ...number, cell: ({ entry_price }) => priceText(entry_price) },
    { id: 'exit', name: strings.exit, ...number, cell: ({ exit_price }) => priceText(exit_price) },
    { id: 'qty', name: strings.quantity, ...number, cell: ({ qty }) => priceText(qty) },
    {
      id: 'net',
      name: strings.net,
      ...number,
      cell: ({ pnl_net, pnl_pct }) => (
        <span className={`tone-${toneOf(pnl_net)}`}>
          {signedMoney(pnl_net)} <small>{changeText(pnl_pct)}</small>
        </span>
      ),
      sort: ({ pnl_net }) => pnl_net,
    },
    { id: 'fees', name: strings.fees, ...number, cell: (row) => signedMoney(0 - row.fee_entry - row.fee_exit) },
    {
      id: 'slippage',
      name: strings.slippage,
      ...number,
      cell: ({ slippage_bps }) => (slippage_bps === null ? NOTHING : `${slippage_bps.toFixed(1)} bps`),
      sort: ({ slippage_bps }) => slippage_bps,
    },
    { id: 'reason', name: strings.reason, cell: ({ reason }) => gateText(strings.exits, reason) },
    {
      id: 'held',
      name: strings.holding,
      ...number,
      cell: (row) => ageText(row.holding_sec),
      sort: (row) => row.holding_sec,
    },
    {
      id: 'closed',
      name: strings.closedAt,
      ...number,
      cell: (row) => timeText(row.exit_time),
      sort: (row) => row.exit_time,
    },
  ];
}

function TradeDetail({ trade }: { readonly trade: DeskTrade }) {
  const { strings } = useDesk();
  const { symbol } = trade;
  const [interval, setInterval] = useState<(typeof INTERVALS)[number]>(trade.holding_sec < SHORT_SEC ? '1m' : '5m');
  const [orderId, setOrderId] = useState(trade.client_order_id);
  const query = new URLSearchParams({ symbol, interval, days: '3' });
  const { value: chart, refused } = useReading<DeskChartAnswer>(`hotcoin/api/chart?${query}`, trade.exit_time);
  const point = chart?.trade_points.find(({ client_order_id }) => client_order_id === orderId);
  const trace = point?.trace_id ?? trade.trace_id;
  const choice = (
    <Choice
      label={strings.interval}
      value={interval}
      options={INTERVALS.map((name) => ({ value: name, name }))}
      onChange={setInterval}
      testId="chart-interval"
    />
  );
  return (
    <Card title={`${symbol} · ${strings.chart}`} aside={choice} testId="trade-detail">
      {refused === null ? null : <Trouble>{refusalText(strings, refused)}</Trouble>}
      {chart === null ? null : (
        <Suspense fallback={<Empty>{strings.loadingChart}</Empty>}>
          <TradeChart chart={chart} chosen={orderId} onChoose={setOrderId} />
        </Suspense>
      )}
      <h3>{strings.points}</h3>
      <ul className="plain points" data-testid="points">
        {(chart?.trade_points ?? []).map(({ client_order_id, side, price, qty, reason, at }) => (
          <li key={client_order_id}>
            <button
              type="button"
              className="row-choice"
              data-side={side}
              aria-pressed={client_order_id === orderId}
              onClick={() => setOrderId(client_order_id)}
            >
              {side === 'BUY' ? strings.buy : strings.sell} {qty} @ {priceText(price)}
            </button>{' '}
            <span className="muted">
              {gateText(strings.exits, reason)} · {timeText(at)}
            </span>
          </li>
        ))}
      </ul>
      <WhyWords about="trade" id={trade.position_id} />
      <Chain trace={trace} />
    </Card>
  );
}

/** Every event of one chain, oldest first. */
function Chain({ trace }: { readonly trace: string }) {
  const { strings, show } = useDesk();
  const query = new URLSearchParams({ trace_id: trace, limit: '100' });
  const { value, refused } = useReading<EventsAnswer>(`hotcoin/api/events?${query}`, trace);
  return (
    <section className="flow" data-testid="chain" data-trace={trace} aria-label={strings.chainOf(trace)}>
      <p className="row">
        <b>{strings.chainOf(trace)}</b>
        <button type="button" className="button" onClick={() => show('events', trace)}>
          {strings.panel.events}
        </button>
      </p>
      {refused === null ? null : <Trouble>{refusalText(strings, refused)}</Trouble>}
      {value !== null && value.events.length === 0 ? <Empty>{strings.noChain}</Empty> : null}
      {(value?.events ?? []).toReversed().map((event) => (
        <EventLine key={event.id} event={event} />
      ))}
    </section>
  );
}
