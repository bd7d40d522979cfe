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
        signals: signals.map(({ instrumentId, action, strength, traceId }) => ({
          signal_id: signalIdOf(traceId, instrumentId),
          symbol: symbolOf(instrumentId),
          action,
          strength,
        })),
        allow_open: now !== null && areEntriesOpen(now.decisions),
        ...stateOf(now?.decisions.health),
      },
    },
  ],
  poolChanged: ({ instrumentId, from, to, reason, heat, source }) => [
    { event_type: 'pool_change', payload: { symbol: symbolOf(instrumentId), from, to, reason, heat, source } },
  ],
  filterRejected: ({ instrumentId, gate: rule, reason, value, limit, heat, price }) => [
    {
      event_type: 'filter_rejected',
      payload: { symbol: symbolOf(instrumentId), rule, reason, value, limit, heat, price: textOf(price) },
    },
  ],
  decision: ({ record, repeated }) => (isOldRefusal(record, repeated) ? [] : decisionBodies(record)),
  // That an order is meant is the decision; what leaves is the attempt.
  order: (event) => (event.order.state === 'intent' ? [] : [orderBody(event)]),
  intentRefused: ({ time, positionId, instrumentId, code, reason, sale }) => [
    {
      event_type: 'order_result',
      payload: {
        symbol: symbolOf(instrumentId),
        side: sale === null ? 'BUY' : 'SELL',
        intent: sale === null ? 'open' : SALES[sale],
        client_order_id: null,
        position_id: positionId,
        signal_id: null,
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
        hint_price: null,
      },
    },
  ],
  protection: ({ positionId, instrumentId, protection, stopPrice, nakedMs }) => [
    {
      event_type: 'stop_change',
      payload: {
        symbol: instrumentId === null ? null : symbolOf(instrumentId),
        position_id: positionId,
        protection,
        stop_price: textOf(stopPrice),
        naked_ms: nakedMs,
      },
    },
  ],
  leg: ({ leg: { instrumentId, positionId, leg, clientOrderId, pnlNet, reason } }) => [
    {
      event_type: 'leg_closed',
      payload: {
        symbol: symbolOf(instrumentId),
        position_id: positionId,
        leg,
        client_order_id: clientOrderId,
        pnl_net: toDecimalText(pnlNet),
        reason,
      },
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
  risk: ({ time, layer, text, held }) => [
    { event_type: 'risk_action', payload: { layer, text } },
    ...(layer === 'emergency'
      ? [
          {
            event_type: 'emergency_close',
            payload: { symbols: held.map(symbolOf), reason: text, ts: time / 1000 },
          } as const,
        ]
      : []),
  ],
  health: ({ health }) => [
    { event_type: 'state_change', payload: { reasons: [...health.reasons], ...stateOf(health) } },
  ],
  capitalChanged: ({ from, to }) => [
    { event_type: 'capital', payload: { from: toDecimalText(from), to: toDecimalText(to), refused: null } },
  ],
  capitalKept: ({ capital, wanted, cash }) => [
    {
      event_type: 'capital',
      payload: {
        from: toDecimalText(capital),
        to: toDecimalText(capital),
        refused: { wanted: toDecimalText(wanted), cash: toDecimalText(cash) },
      },
    },
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
    signal_id: signalIdOf(record.traceId, record.instrumentId),
    symbol: symbolOf(record.instrumentId),
    position_id: record.positionId,
    intent_id: record.intentId,
    outcome: record.outcome,
    rule: record.gate,
    reason: record.reason,
    price: textOf(record.price),
    strength: record.strength,
    heat: record.heat,
    verdicts: record.verdicts.map((verdict) => ({ ...verdict })),
    size: record.size.map((step) => ({ ...step })),
  };
  if (record.kind === 'entry') {
    return [{ event_type: record.outcome === 'approved' ? 'entry_approved' : 'entry_rejected', payload }];
  }
  const { symbol, position_id, price } = payload;
  const isSignal = record.reason === 'sellSignal';
  // What the rule saw of a signal is its strength.
  const seen = record.verdicts[0]?.value;
  const strength = typeof seen === 'number' ? seen : null;
  return [
    { event_type: 'exit_decision', payload },
    ...(isSignal
      ? [
          {
            event_type: 'sell_signal_close',
            payload: { symbol, position_id, price, reason: 'sellSignal', strength },
          } as const,
        ]
      : []),
  ];
}

const SALES = { whole: 'close', part: 'partial_close' } as const;
const ENDS: ReadonlySet<OrderRecord['state']> = new Set(['filled', 'cancelled', 'expired', 'rejected']);

function orderBody({ order, sale, ground }: EventOf<'order'>): EventBody {
  const {
    instrumentId,
    side,
    purpose,
    traceId,
    clientOrderId,
    positionId,
    updatedTime,
    terms,
    reason,
    state,
    failure,
  } = order;
  const common = {
    symbol: symbolOf(instrumentId),
    side: side === 'buy' ? ('BUY' as const) : ('SELL' as const),
    intent: purpose === 'exit' ? SALES[sale ?? 'whole'] : purpose === 'open' ? ('open' as const) : ('protect' as const),
    client_order_id: clientOrderId,
    position_id: positionId,
    signal_id: signalIdOf(traceId, instrumentId),
    ts: updatedTime / 1000,
    reason,
    hint_price: ground.price,
  };
  if (state === 'sent') {
    const quote_amount = terms?.type === 'marketByQuote' ? toDecimalText(terms.quoteAmount) : null;
    const qty = terms !== null && terms.type !== 'marketByQuote' ? toDecimalText(terms.quantity) : null;
    const { strength, confidence } = ground;
    const asked = { type: terms?.type ?? null, quote_amount, qty, strength, confidence };
    return { event_type: 'order_attempt', payload: { ...common, ...asked } };
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

/** A refusal that began earlier; the ledger counts it. */
function isOldRefusal({ kind, outcome }: DecisionRecord, repeated: number): boolean {
  return kind === 'entry' && outcome === 'refused' && repeated > 0;
}

/** Names the opinion on a coin in a round. */
function signalIdOf(traceId: string, instrumentId: string): string {
  return `${traceId}-${symbolOf(instrumentId)}`;
}

function textOf(value: Decimal | null): string | null {
  return value === null ? null : toDecimalText(value);
}

function meanPrice({ fills, filledQuantity }: OrderRecord): string | null {
  if (filledQuantity <= 0n) return null;
  const paid = fills.reduce<Decimal>((sum, { price, quantity }) => add(sum, multiply(price, quantity)), ZERO);
  return toDecimalText(divide(paid, filledQuantity));
}

function textsOf(value: object): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      typeof each === 'bigint' ? toDecimalText(each as Decimal) : String(each),
    ]),
  );
}
