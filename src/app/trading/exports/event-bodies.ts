/**
 * Events of trading in the words of the event log.
 */
import { add, type Decimal, divide, multiply, toDecimalText, ZERO } from '../../../core/decimal.ts';
import { areEntriesOpen, type TradingHealth } from '../../../decisions/index.ts';
import type { EngineState, TradingEvent } from '../../../engine/index.ts';
import type { DecisionRecord } from '../../../model/decision.ts';
import type { OrderRecord } from '../../../model/execution.ts';
import type { EventBody } from './event-line.ts';
import { symbolOf } from './trade-line.ts';

/** Trading as it stands, `null` before it is open. */
export type TradingNow = EngineState['trading'];

type EventOf<Kind extends TradingEvent['kind']> = Extract<TradingEvent, { readonly kind: Kind }>;
type Bodies<Kind extends TradingEvent['kind']> = (event: EventOf<Kind>, now: TradingNow) => readonly EventBody[];

const BODIES: { readonly [Kind in TradingEvent['kind']]: Bodies<Kind> } = {
  anomaly: ({ anomaly }) => [
    {
      event_type: 'anomaly',
      payload: {
        symbol: symbolOf(anomaly.instrumentId),
        price: anomaly.price,
        volume_surge_ratio: anomaly.volumeRatio,
        price_change_5m: anomaly.change5m,
        price_change_24h: anomaly.change24h,
        quote_volume_24h: anomaly.quoteVolume24h,
      },
    },
  ],
  candidatesChosen: ({ poolSize, chosen }, now) => [
    {
      event_type: 'candidate_snapshot',
      payload: {
        pool_size: poolSize,
        candidate_count: chosen.length,
        top_symbols: chosen.slice(0, 10).map(({ instrumentId }) => symbolOf(instrumentId)),
        ...stateOf(now?.decisions.health),
      },
    },
  ],
  signals: ({ signals }, now) => [
    {
      event_type: 'signal_snapshot',
      payload: {
        signal_count: signals.length,
        actionable_count: signals.filter(({ action }) => action !== 'HOLD').length,
        signals: signals.map(({ instrumentId, action, strength }) => ({
          symbol: symbolOf(instrumentId),
          action,
          strength,
        })),
        allow_open: now !== null && areEntriesOpen(now.decisions),
        ...stateOf(now?.decisions.health),
      },
    },
  ],
  decision: ({ record }) => decisionBodies(record),
  // That an order is meant is the decision; what leaves is the attempt.
  order: ({ order }) => (order.state === 'intent' ? [] : [orderBody(order)]),
  intentRefused: ({ time, positionId, instrumentId, code, reason }, now) => [
    {
      event_type: 'order_result',
      payload: {
        symbol: symbolOf(instrumentId),
        ...(isHeld(now, positionId)
          ? ({ side: 'SELL', intent: 'close' } as const)
          : ({ side: 'BUY', intent: 'open' } as const)),
        client_order_id: null,
        position_id: positionId,
        ts: time / 1000,
        ok: false,
        error: reason,
        error_class: 'precheck',
        code,
        precheck_code: code,
        status: 'refused',
        executed_price: null,
        executed_qty: '0',
        reason: 'precheck',
      },
    },
  ],
  protection: ({ positionId, protection, stopPrice, nakedMs }) => [
    {
      event_type: 'stop_change',
      payload: {
        position_id: positionId,
        protection,
        stop_price: stopPrice === null ? null : toDecimalText(stopPrice),
        naked_ms: nakedMs,
      },
    },
  ],
  leg: ({ leg: { instrumentId, positionId, leg, pnlNet, reason } }) => [
    {
      event_type: 'leg_closed',
      payload: { symbol: symbolOf(instrumentId), position_id: positionId, leg, pnl_net: toDecimalText(pnlNet), reason },
    },
  ],
  positionClosed: ({ closed: { instrumentId, positionId, legs, pnlNet, lastReason } }) => [
    {
      event_type: 'position_closed',
      payload: {
        symbol: symbolOf(instrumentId),
        position_id: positionId,
        legs,
        pnl_net: toDecimalText(pnlNet),
        reason: lastReason,
      },
    },
  ],
  risk: ({ time, layer, text }, now) => [
    { event_type: 'risk_action', payload: { layer, text } },
    ...(layer === 'emergency' ? [emergencyBody(now, { text, ts: time / 1000 })] : []),
  ],
  health: ({ health }) => [
    { event_type: 'state_change', payload: { reasons: [...health.reasons], ...stateOf(health) } },
  ],
  mismatch: ({ mismatch: { kind, ...rest } }) => [{ event_type: 'mismatch', payload: { kind, ...textsOf(rest) } }],
};

/** What the log keeps of an event; `now` is trading as it stands. */
export function toEventBodies<Kind extends TradingEvent['kind']>(
  event: EventOf<Kind>,
  now: TradingNow,
): readonly EventBody[] {
  return BODIES[event.kind as Kind](event, now);
}

/** The state of trading as the contract words it. */
export function stateOf(health: TradingHealth | undefined) {
  const { state = 'unknown', pending = null } = health ?? {};
  return {
    engine_state: state as string,
    state_recovery_pending:
      pending === null
        ? null
        : {
            target_state: 'tradeable',
            ok_cycles: pending.healthy,
            required_cycles: pending.required,
            source_state: pending.from as string,
          },
  };
}

function decisionBodies(record: DecisionRecord): readonly EventBody[] {
  const payload = {
    decision_id: record.decisionId,
    symbol: symbolOf(record.instrumentId),
    position_id: record.positionId,
    intent_id: record.intentId,
    outcome: record.outcome,
    rule: record.gate,
    reason: record.reason,
    price: record.price === null ? null : toDecimalText(record.price),
    strength: record.strength,
    heat: record.heat,
    verdicts: record.verdicts.map((verdict) => ({ ...verdict })),
    size: record.size.map((step) => ({ ...step })),
  };
  if (record.kind === 'entry') {
    return [{ event_type: record.outcome === 'approved' ? 'entry_approved' : 'entry_rejected', payload }];
  }
  const { symbol, price, strength } = payload;
  const isSignal = record.reason === 'sellSignal';
  return [
    { event_type: 'exit_decision', payload },
    ...(isSignal
      ? [{ event_type: 'sell_signal_close', payload: { symbol, price, reason: 'sellSignal', strength } } as const]
      : []),
  ];
}

const INTENTS = { open: 'open', exit: 'close', protection: 'protect' } as const;
const ENDS: ReadonlySet<OrderRecord['state']> = new Set(['filled', 'cancelled', 'expired', 'rejected']);

function orderBody(order: OrderRecord): EventBody {
  const { instrumentId, side, purpose, clientOrderId, positionId, updatedTime, terms, reason, state, failure } = order;
  const common = {
    symbol: symbolOf(instrumentId),
    side: side === 'buy' ? ('BUY' as const) : ('SELL' as const),
    intent: INTENTS[purpose],
    client_order_id: clientOrderId,
    position_id: positionId,
    ts: updatedTime / 1000,
    reason,
  };
  if (state === 'sent') {
    const quote_amount = terms?.type === 'marketByQuote' ? toDecimalText(terms.quoteAmount) : null;
    const qty = terms !== null && terms.type !== 'marketByQuote' ? toDecimalText(terms.quantity) : null;
    return { event_type: 'order_attempt', payload: { ...common, type: terms?.type ?? null, quote_amount, qty } };
  }
  return {
    event_type: ENDS.has(state) ? 'order_result' : 'order_update',
    payload: {
      ...common,
      ok: state !== 'rejected' && state !== 'unknown',
      error: failure?.message ?? null,
      error_class: failure === null ? null : state,
      code: failure?.code ?? null,
      precheck_code: null,
      status: state,
      executed_price: meanPrice(order),
      executed_qty: toDecimalText(order.filledQuantity),
    },
  };
}

function isHeld(now: TradingNow, positionId: string): boolean {
  return now !== null && Object.hasOwn(now.portfolio.positions, positionId);
}

function meanPrice({ fills, filledQuantity }: OrderRecord): string | null {
  if (filledQuantity <= 0n) return null;
  const paid = fills.reduce<Decimal>((sum, { price, quantity }) => add(sum, multiply(price, quantity)), ZERO);
  return toDecimalText(divide(paid, filledQuantity));
}

function emergencyBody(now: TradingNow, { text, ts }: { readonly text: string; readonly ts: number }): EventBody {
  const held = Object.values(now?.portfolio.positions ?? {}).map(({ instrumentId }) => symbolOf(instrumentId));
  return { event_type: 'emergency_close', payload: { symbols: held, reason: text, ts } };
}

function textsOf(value: object): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      typeof each === 'bigint' ? toDecimalText(each as Decimal) : String(each),
    ]),
  );
}
