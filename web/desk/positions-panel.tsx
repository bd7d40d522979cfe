/**
 * What is held: stop, tiers, trailing and protection of each position, and the way to sell one.
 */
import { useMemo, useState } from 'react';
import type { DeskPosition } from '../../src/api/contract.ts';
import { Card, Figure, Figures, Tag } from './card.tsx';
import { SellDialog } from './command-dialogs.tsx';
import { type Column, DataTable } from './data-table.tsx';
import { useDesk, useTopic } from './desk-context.tsx';
import type { Strings } from './desk-strings.ts';
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
import { Waiting } from './waiting.tsx';
import { gateText } from './word-strings.ts';

/** Every position with its details. */
export function PositionsPanel() {
  const { strings } = useDesk();
  return (
    <Card title={strings.panel.positions}>
      <PositionTable kind="whole" />
    </Card>
  );
}

/** The table; `short` leaves out what the panel of positions has. */
export function PositionTable({ kind }: { readonly kind: 'short' | 'whole' }) {
  const { strings } = useDesk();
  const positions = useTopic('positions');
  const [chosenId, setChosenId] = useState<string | null>(null);
  const columns = useMemo(() => columnsOf(strings, kind), [strings, kind]);
  const rows = useMemo(() => Object.values(positions ?? {}), [positions]);
  if (positions === null) return <Waiting />;
  const chosen = rows.find(({ position_id }) => position_id === chosenId);
  const choose = ({ position_id: id }: DeskPosition): void => setChosenId((before) => (before === id ? null : id));
  return (
    <>
      <DataTable
        label={strings.panel.positions}
        testId="positions"
        rows={rows}
        columns={columns}
        keyOf={({ position_id }) => position_id}
        first={{ id: 'value', desc: true }}
        onChoose={choose}
        chosen={chosenId}
        empty={strings.noPositions}
      />
      {chosen === undefined ? null : <PositionDetail position={chosen} />}
    </>
  );
}

/** A column and where it is shown. */
type Placed = Column<DeskPosition> & { readonly in: 'both' | 'whole' };

function columnsOf(strings: Strings, kind: 'short' | 'whole'): readonly Column<DeskPosition>[] {
  const all: readonly Placed[] = [
    { in: 'both', id: 'symbol', name: strings.symbol, cell: ({ symbol }) => symbol, sort: ({ symbol }) => symbol },
    { in: 'both', id: 'entry', name: strings.entry, kind: 'number', cell: (row) => priceText(row.entry_price) },
    { in: 'both', id: 'price', name: strings.price, kind: 'number', cell: (row) => priceText(row.current_price) },
    {
      in: 'both',
      id: 'value',
      name: strings.value,
      kind: 'number',
      cell: ({ value_usd }) => moneyText(value_usd),
      sort: ({ value_usd }) => Number(value_usd),
    },
    {
      in: 'both',
      id: 'unrealized',
      name: strings.unrealized,
      kind: 'number',
      cell: (row) => (
        <span className={`tone-${toneOf(row.unrealized_pnl)}`}>
          {signedMoney(row.unrealized_pnl)} <small>{changeText(row.pnl_pct)}</small>
        </span>
      ),
      sort: ({ unrealized_pnl }) => Number(unrealized_pnl),
    },
    {
      in: 'whole',
      id: 'realized',
      name: strings.realized,
      kind: 'number',
      cell: (row) => signedMoney(row.realized_pnl),
    },
    {
      in: 'both',
      id: 'stop',
      name: strings.stop,
      kind: 'number',
      cell: ({ stop_price, sl_pct }) => (
        <span>
          {priceText(stop_price)} <small className="muted">{changeText(sl_pct)}</small>
        </span>
      ),
    },
    { in: 'both', id: 'tier', name: strings.nextTier, kind: 'number', cell: (row) => nextTier(row, strings) },
    ...guardColumns(strings),
  ];
  return all.filter((column) => kind === 'whole' || column.in === 'both');
}

/** What watches over it, and since when. */
function guardColumns(strings: Strings): readonly Placed[] {
  return [
    {
      in: 'both',
      id: 'protection',
      name: strings.protection,
      cell: ({ protection, exit_pending }) => (
        <span>
          <Tag tone={`protection-${protection}`}>{strings.protectionWords[protection]}</Tag>
          {exit_pending === null ? null : (
            <Tag tone="warn">{strings.exiting(gateText(strings.exits, exit_pending))}</Tag>
          )}
        </span>
      ),
    },
    {
      in: 'whole',
      id: 'naked',
      name: strings.naked,
      kind: 'number',
      cell: ({ naked_sec }) => (
        <span className={naked_sec > 0 ? 'tone-warn' : undefined}>{`${naked_sec.toFixed(1)} s`}</span>
      ),
      sort: ({ naked_sec }) => naked_sec,
    },
    {
      in: 'both',
      id: 'holding',
      name: strings.holding,
      kind: 'number',
      cell: ({ holding_min }) => ageText(holding_min * 60),
      sort: ({ holding_min }) => holding_min,
    },
  ];
}

function nextTier({ next_tp, trailing_active, trailing_price }: DeskPosition, strings: Strings): string {
  if (trailing_active) return `${strings.trailing} ${priceText(trailing_price)}`;
  if (next_tp === null) return NOTHING;
  return `T${next_tp.tier} ${changeText(next_tp.target_pct)} · ${shareText(next_tp.exit_ratio)}`;
}

function PositionDetail({ position }: { readonly position: DeskPosition }) {
  const { strings, show } = useDesk();
  const [isAsking, setIsAsking] = useState(false);
  const { symbol, tiers, trailing_active, trailing_price, trailing_stop_pct, orders } = position;
  return (
    <section className="detail flow" data-testid="position-detail" aria-label={`${symbol} ${strings.moreDetail}`}>
      <h3>{symbol}</h3>
      <Figures>
        <Figure name={strings.quantity} value={position.qty} />
        <Figure name={strings.best} value={changeText(position.max_pnl_pct)} />
        <Figure
          name={strings.price}
          value={priceText(position.current_price)}
          hint={strings.priceAge(ageText(position.price_age_sec))}
        />
        <Figure name={strings.timeLeft} value={ageText(position.time_remaining_min * 60)} />
        <Figure
          name={strings.protection}
          value={priceText(position.protection_price)}
          hint={strings.nakedFor(position.naked_sec.toFixed(1))}
        />
      </Figures>
      <h4>{strings.tiers}</h4>
      <ul className="plain">
        {tiers.map(({ tier, target_pct, target_price, exit_ratio, done }) => (
          <li key={tier}>
            {strings.tierLine(tier, `${changeText(target_pct)} (${priceText(target_price)})`, shareText(exit_ratio))}
            {done ? ` · ${strings.tierDone}` : ''}
          </li>
        ))}
        <li>
          {strings.trailing}:{' '}
          {trailing_active
            ? strings.trailingOn(priceText(trailing_price))
            : strings.trailingOff(shareText(trailing_stop_pct))}
        </li>
      </ul>
      <h4>{strings.openOrders}</h4>
      <ul className="plain">
        {orders.map(({ client_order_id, side, reason, state, qty, stop_price, price, created_ms, error }) => (
          <li key={client_order_id}>
            {side === 'BUY' ? strings.buy : strings.sell} {qty ?? NOTHING} @ {priceText(stop_price ?? price)} ·{' '}
            {gateText(strings.exits, reason)} · {state} · {timeText(created_ms / 1_000)}
            {error === null ? '' : ` · ${error}`}
          </li>
        ))}
      </ul>
      <p className="row">
        <button type="button" className="button danger" data-testid="sell-position" onClick={() => setIsAsking(true)}>
          {strings.sellPosition}
        </button>
        <button type="button" className="button" onClick={() => show('events', position.trace_id)}>
          {strings.chain}
        </button>
      </p>
      {isAsking ? <SellDialog position={position} onClose={() => setIsAsking(false)} /> : null}
    </section>
  );
}
