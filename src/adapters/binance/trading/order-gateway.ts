/**
 * Orders to the venue. In: approved orders, cancels, replacements, questions. Out: outcomes. Everything that keeps an
 * order from being sent is found before; a client order id is sent once, and again only when there certainly is no order.
 */
import { err, ok, type Result } from '../../../core/result.ts';
import { addMs, type EpochMs } from '../../../core/time.ts';
import { type Failure, failure } from '../../../model/failure.ts';
import type { InstrumentId } from '../../../model/instrument.ts';
import type { ApprovedOrder, OrderReport, ReplaceOutcome, SubmitOutcome } from '../../../model/order.ts';
import { isOpenStatus } from '../../../model/order-legs.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { OrderKey, OrderReplacement } from '../../../ports/venue.ts';
import { type Answered, AnswerReader, type Placing, unknownFailure } from './order-answers.ts';
import type { OrderPurpose } from './order-budget.ts';
import type { OrderLedger, OrderName } from './order-ledger.ts';
import { cancelRequest, placeRequest, replaceRequest } from './order-requests.ts';
import { baseId, type OrderTracker } from './order-tracker.ts';
import type { OrderWatch } from './order-watch.ts';
import type { RulesKeeper } from './rules-keeper.ts';
import { SentIds } from './sent-ids.ts';
import type { SignedTransport } from './signed-transport.ts';
import type { TradingTimings } from './trading-timings.ts';
import { judge, type ReplaceParts, readReplaceParts, readVenueError } from './venue-errors.ts';
import type { VenueTime } from './venue-time.ts';

/** What a gateway is made of. */
export type GatewayOptions = {
  readonly clock: Clock;
  readonly timings: TradingTimings;
  readonly time: VenueTime;
  readonly rules: RulesKeeper;
  readonly transport: SignedTransport;
  readonly tracker: OrderTracker;
  readonly ledger: OrderLedger;
  readonly watch: OrderWatch;
};

const CLIENT_ID = /^[A-Za-z0-9_-]{1,34}$/;

/** The orders' way to the venue and back. */
export class OrderGateway {
  readonly #options: GatewayOptions;
  readonly #sent = new SentIds();
  readonly #answers: AnswerReader;
  /** Until then, by our clock, a request of the program's run before may still be carried out. */
  readonly #startDeadline: EpochMs;

  constructor(options: GatewayOptions) {
    this.#options = options;
    const { clock, timings, ledger, watch } = options;
    this.#answers = new AnswerReader({ ledger, watch, sent: this.#sent });
    this.#startDeadline = addMs(clock.now(), timings.recvWindowMs + timings.certaintyMs);
  }

  /** The venue's name of an instrument; tries to fetch the rules when none are known yet. */
  async symbolOf(instrumentId: InstrumentId): Promise<Result<string, Failure>> {
    const { rules } = this.#options;
    await rules.ready();
    const symbol = rules.symbolOf(instrumentId);
    return symbol === null ? err(failure('symbol_unknown', { symbol: instrumentId })) : ok(symbol);
  }

  async submit(order: ApprovedOrder): Promise<SubmitOutcome> {
    const placing = await this.#prepare(order);
    if (!placing.ok) return placing.error;
    const request = placeRequest(order, placing.value.name.symbol);
    const reply = await this.#options.transport.send(request, purposeOf(order));
    return this.#answers.placed(placing.value, reply);
  }

  async query(key: OrderKey): Promise<Result<OrderReport | null, Failure>> {
    const name = await this.#nameOf(key);
    if (!name.ok) return name;
    const { time, ledger, watch, clock } = this.#options;
    await time.ready();
    // Looked at before asking: an order can not come to exist between the question and its answer then.
    const ofRequest = (watch.deadlineOf(name.value) ?? 0) - time.now();
    const uncertainMs = Math.max(ofRequest, this.#startDeadline - clock.now());
    const found = await ledger.find(name.value);
    if (!found.ok) return found;
    if (found.value === null && uncertainMs >= 0) {
      const reason = 'it is not there yet, and a request for it may still be carried out';
      const unknown = unknownFailure(key.clientOrderId, reason);
      return err({ ...unknown, context: { ...unknown.context, retryAfterMs: uncertainMs + 1 } });
    }
    if (found.value === null) this.#sent.forget(key.clientOrderId);
    watch.resolve(name.value);
    return found;
  }

  async cancel(key: OrderKey): Promise<Result<OrderReport, Failure>> {
    const name = await this.#nameOf(key);
    if (!name.ok) return name;
    const { tracker, ledger } = this.#options;
    const { symbol, clientOrderId } = name.value;
    const leg = tracker.openLeg(symbol, clientOrderId) ?? clientOrderId;
    const cancelled = await this.#cancelLeg(name.value, leg);
    if (cancelled.ok || cancelled.error.code !== 'order_not_open') return cancelled;
    // What is known of it was out of date: it has ended, or of a pair the other leg is the open one.
    await ledger.find(name.value);
    const other = tracker.openLeg(symbol, clientOrderId);
    return other === null || other === leg ? cancelled : this.#cancelLeg(name.value, other);
  }

  async replace({ cancel, order }: OrderReplacement): Promise<ReplaceOutcome> {
    if (order.terms.type === 'oco') return this.#replaceInTwo({ cancel, order });
    const placing = await this.#prepare(order);
    if (!placing.ok) return { cancelled: null, outcome: placing.error };
    const { symbol } = placing.value.name;
    const cancelled = { symbol, clientOrderId: cancel.clientOrderId };
    const leg = this.#options.tracker.openLeg(symbol, cancel.clientOrderId) ?? cancel.clientOrderId;
    const reply = await this.#options.transport.send(replaceRequest(symbol, leg, order), purposeOf(order));
    const parts = reply.phase === 'answered' ? partsOf(reply) : null;
    if (reply.phase !== 'answered' || parts === null) {
      return { cancelled: null, outcome: await this.#answers.placed(placing.value, reply) };
    }
    return this.#readReplaced(placing.value, cancelled, { ...reply, parts });
  }

  async openOrders(instrumentId: InstrumentId | null): Promise<Result<readonly OrderReport[], Failure>> {
    const symbol = instrumentId === null ? await this.#anySymbol() : await this.symbolOf(instrumentId);
    if (!symbol.ok) return symbol;
    const { watch, ledger } = this.#options;
    const listed = await watch.list(symbol.value);
    if (!listed.ok) return listed;
    const reports = new Map<string, OrderReport>();
    for (const { symbol: ofOrder, clientOrderId } of listed.value) {
      const name = { symbol: ofOrder, clientOrderId: baseId(clientOrderId) };
      const report = await ledger.complete(name);
      if (!report.ok) return report;
      if (isOpenStatus(report.value.status)) reports.set(`${ofOrder} ${name.clientOrderId}`, report.value);
    }
    return ok([...reports.values()]);
  }

  async #anySymbol(): Promise<Result<null, Failure>> {
    return this.#options.rules.ready();
  }

  async #nameOf({ instrumentId, clientOrderId }: OrderKey): Promise<Result<OrderName, Failure>> {
    const symbol = await this.symbolOf(instrumentId);
    return symbol.ok ? ok({ symbol: symbol.value, clientOrderId }) : symbol;
  }

  /** Everything that keeps an order from being sent; its client order id counts as sent from here on. */
  async #prepare(order: ApprovedOrder): Promise<Result<Placing, SubmitOutcome>> {
    const { rules } = this.#options;
    const { clientOrderId, instrumentId } = order;
    if (!CLIENT_ID.test(clientOrderId)) {
      const reason = 'the client order id is malformed';
      return refuse(failure('order_refused', { clientOrderId, reason }), 'lasting');
    }
    await rules.ready();
    const symbol = rules.symbolOf(instrumentId);
    if (symbol === null) return refuse(failure('symbol_unknown', { symbol: instrumentId }), 'lasting');
    const stale = order.terms.side === 'buy' ? rules.findStaleness() : null;
    if (stale !== null) return refuse(stale, 'transient');
    if (this.#sent.note(clientOrderId) === 'known') {
      return refuse(failure('order_duplicate', { clientOrderId }), 'lasting');
    }
    return ok({ order, name: { symbol, clientOrderId } });
  }

  async #cancelLeg(name: OrderName, leg: string): Promise<Result<OrderReport, Failure>> {
    const reply = await this.#options.transport.send(cancelRequest(name.symbol, leg), 'protect');
    if (reply.phase === 'notSent') return err(reply.failure);
    if (reply.phase === 'lost') return err(unknownFailure(name.clientOrderId, reply.reason));
    if (reply.status === 200) return this.#answers.cancelled(name, reply.body);
    const request = { clientOrderId: name.clientOrderId, instrumentId: name.symbol, pauseMs: reply.pauseMs };
    return err(judge(readVenueError(reply.status, reply.body), request).failure);
  }

  async #readReplaced(
    placing: Placing,
    cancelledName: OrderName,
    reply: Answered & { readonly parts: ReplaceParts },
  ): Promise<ReplaceOutcome> {
    const { parts } = reply;
    const part = (body: unknown): Answered => ({ ...reply, status: 400, body });
    if (parts.cancelResult !== 'SUCCESS') {
      return { cancelled: null, outcome: await this.#answers.placed(placing, part(parts.cancelResponse)) };
    }
    const cancelled = await this.#answers.cancelled(cancelledName, parts.cancelResponse);
    const isPlaced = parts.newOrderResult === 'SUCCESS';
    const placed = isPlaced ? { ...reply, status: 200, body: parts.newOrderResponse } : part(parts.newOrderResponse);
    return { cancelled: cancelled.ok ? cancelled.value : null, outcome: await this.#answers.placed(placing, placed) };
  }

  /** A pair can not be placed by a replacement, so it is cancelled first and placed then. */
  async #replaceInTwo({ cancel, order }: OrderReplacement): Promise<ReplaceOutcome> {
    const cancelled = await this.cancel(cancel);
    if (cancelled.ok) return { cancelled: cancelled.value, outcome: await this.submit(order) };
    const isUnknown = cancelled.error.code === 'order_outcome_unknown';
    // The new order was not sent in either case; whether the old one is gone the watch finds out.
    const outcome = { phase: 'notSent', failure: cancelled.error, transient: isUnknown } as const;
    return { cancelled: null, outcome };
  }
}

/** On spot whatever sells reduces a position. */
function purposeOf(order: ApprovedOrder): OrderPurpose {
  return order.terms.side === 'sell' ? 'protect' : 'orders';
}

function refuse(reason: Failure, how: 'transient' | 'lasting'): Result<never, SubmitOutcome> {
  return err({ phase: 'refused', failure: reason, transient: how === 'transient' });
}

/** The two halves of an answer to a replacement: the answer itself, or the data of a refusal. */
function partsOf(reply: Answered): ReplaceParts | null {
  return readReplaceParts(reply.status === 200 ? reply.body : readVenueError(reply.status, reply.body).data);
}
