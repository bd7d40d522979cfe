/**
 * Open positions as the desk shows them: what the portfolio holds, what the exit rules watch, what rests on the exchange.
 */
import type { DeskOrder, DeskPosition, PositionsAnswer } from '../../api/contract.ts';
import { type Decimal, greater, subtract, toDecimalText, toFloat } from '../../core/decimal.ts';
import { gainOf, movedBy } from '../../decisions/exact.ts';
import type { DecisionConfig, Desk } from '../../decisions/index.ts';
import type { OrderRecord } from '../../model/execution.ts';
import type { Price } from '../../model/money.ts';
import type { PositionView } from '../../model/position.ts';
import { summarizePnl } from '../../portfolio/index.ts';
import { textOrNull } from '../trading/exports/execution-words.ts';
import { toPnlBlock } from '../trading/exports/pnl-block.ts';
import { symbolOf } from '../trading/exports/trade-line.ts';
import type { TradingNow } from './trading-now.ts';

type Rules = DecisionConfig['rules'];
type Guard = Desk['guards'][string];

const MINUTE_MS = 60_000;

/** The positions, oldest first, with what came of earlier ones. */
export function viewPositions(trading: TradingNow): PositionsAnswer {
  const { portfolio, stages, now } = trading;
  return {
    positions: portfolio.positions.map((position) => viewPosition(position, trading)),
    pnl_summary: toPnlBlock(summarizePnl(stages.portfolio.pnl)),
    risk_state: {
      positions: portfolio.positions.length,
      total_equity: toDecimalText(portfolio.equity),
      daily_pnl: toDecimalText(subtract(portfolio.equity, portfolio.dayStartEquity)),
      peak_equity: toDecimalText(portfolio.peak),
      halted: stages.decisions.halt !== null,
    },
    ts: now / 1_000,
  };
}

function viewPosition(position: PositionView, trading: TradingNow): DeskPosition {
  const { stages, now } = trading;
  const { positionId, instrumentId, entryPrice, mark, markTime, openedTime } = position;
  const { rules } = stages.decisions.config;
  const price = mark ?? entryPrice;
  const heldMs = now - openedTime;
  return {
    position_id: positionId,
    trace_id: position.traceId,
    symbol: symbolOf(instrumentId),
    instrument_id: instrumentId,
    side: 'BUY',
    entry_price: shown(entryPrice),
    current_price: textOrNull(mark),
    price_age_sec: markTime === null ? null : Math.round((now - markTime) / 1_000),
    qty: toDecimalText(position.quantity),
    qty_initial: toDecimalText(position.quantityInitial),
    value_usd: shown(position.value),
    unrealized_pnl: shown(position.unrealized),
    pnl_pct: gain(price, entryPrice),
    realized_pnl: shown(position.realized),
    partial_exits: stages.portfolio.positions[positionId]?.legs ?? 0,
    holding_min: inMinutes(heldMs),
    entry_time: openedTime / 1_000,
    trailing_stop_pct: rules.trailingDistance,
    max_hold_minutes: inMinutes(rules.holdMaxMs),
    time_remaining_min: inMinutes(Math.max(0, rules.holdMaxMs - heldMs)),
    ...viewGuard(position, { guard: stages.decisions.guards[positionId], rules, price }),
    ...viewProtection(position, trading),
  };
}

type Guarded = { readonly guard: Guard | undefined; readonly rules: Rules; readonly price: Price };

/** What the exit rules watch; before a guard stands nothing is reached. */
function viewGuard({ entryPrice }: PositionView, { guard, rules, price }: Guarded) {
  const done = guard?.tiersDone ?? [];
  const tiers = rules.tiers.map(({ gain: target, share }, index) => ({
    tier: index + 1,
    target_pct: target,
    target_price: shown(movedBy(entryPrice, target)),
    exit_ratio: share,
    done: done.includes(index),
  }));
  const next = tiers.find((tier) => !tier.done);
  const isTrailing = next === undefined;
  const peak = greater(guard?.peakPrice ?? entryPrice, price);
  const floor = gain(peak, entryPrice) - rules.trailingDistance;
  return {
    max_pnl_pct: gain(peak, entryPrice),
    next_tp: next === undefined ? null : { tier: next.tier, target_pct: next.target_pct, exit_ratio: next.exit_ratio },
    tiers,
    trailing_active: isTrailing,
    trailing_price: isTrailing ? shown(movedBy(entryPrice, floor)) : null,
    exit_pending: guard?.exit?.reason ?? null,
  };
}

function viewProtection({ positionId }: PositionView, { stages, execution }: TradingNow) {
  const { guards, distances } = stages.decisions;
  const desk = execution.positions.find((each) => each.positionId === positionId);
  const distance = guards[positionId]?.stopDistance ?? distances[positionId];
  const stopPrice = guards[positionId]?.stopPrice ?? desk?.softwareStop ?? null;
  return {
    sl_pct: distance === undefined ? null : -distance,
    stop_price: stopPrice === null ? null : shown(stopPrice),
    protection: desk?.protection.protection ?? ('unknown' as const),
    protection_price: textOrNull(desk?.protection.stopPrice ?? null),
    naked_sec: Math.round((desk?.nakedMs ?? 0) / 100) / 10,
    orders: (desk?.orders ?? []).map(viewOrder),
  };
}

/** An order of ours as the desk shows it. */
export function viewOrder(order: OrderRecord): DeskOrder {
  return {
    client_order_id: order.clientOrderId,
    side: order.side === 'buy' ? 'BUY' : 'SELL',
    purpose: order.purpose,
    reason: order.reason,
    state: order.state,
    ...viewTerms(order.terms),
    filled_qty: toDecimalText(order.filledQuantity),
    created_ms: order.createdTime,
    updated_ms: order.updatedTime,
    error: order.failure?.code ?? null,
  };
}

function viewTerms(terms: OrderRecord['terms']): Pick<DeskOrder, 'type' | 'price' | 'stop_price' | 'qty'> {
  if (terms === null) return { type: null, price: null, stop_price: null, qty: null };
  const qty = terms.type === 'marketByQuote' ? null : toDecimalText(terms.quantity);
  const rests = terms.type === 'stop' || terms.type === 'oco' ? terms : null;
  const price = terms.type === 'limit' ? terms.price : (rests?.limitPrice ?? null);
  return { type: terms.type, price: textOrNull(price), stop_price: textOrNull(rests?.stopPrice ?? null), qty };
}

/** A gain as a fraction, to six places. */
function gain(price: Decimal, base: Decimal): number {
  return base > 0n ? Number(toFloat(gainOf(price, base)).toFixed(6)) : 0;
}

/** An average has digits that nobody reads. */
function shown(value: Decimal): string {
  return toDecimalText(value).replace(/(\.\d{12})\d+$/, '$1');
}

function inMinutes(ms: number): number {
  return Math.round(ms / (MINUTE_MS / 10)) / 10;
}
