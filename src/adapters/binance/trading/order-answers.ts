/**
 * What answers to orders and cancels mean. In: replies of the transport. Out: outcomes with complete reports; what may
 * have happened is noted for the watch before anybody is told that it is unknown.
 */
import { err, type Result } from '../../../core/result.ts';
import type { EpochMs } from '../../../core/time.ts';
import { type Failure, failure } from '../../../model/failure.ts';
import type { ApprovedOrder, OrderReport, SubmitOutcome } from '../../../model/order.ts';
import { isOpenStatus } from '../../../model/order-legs.ts';
import type { OrderLedger, OrderName } from './order-ledger.ts';
import { parseOrders } from './order-messages.ts';
import type { OrderWatch } from './order-watch.ts';
import type { SentIds } from './sent-ids.ts';
import type { SignedReply } from './signed-transport.ts';
import { judge, readVenueError } from './venue-errors.ts';

/** An answer of any status. */
export type Answered = SignedReply & { readonly phase: 'answered' };
/** An order that is sent, with the venue's names. */
export type Placing = { readonly order: ApprovedOrder; readonly name: OrderName };

/** What reading needs. */
export type AnswerReaderOptions = {
  readonly ledger: OrderLedger;
  readonly watch: OrderWatch;
  /** Names of orders that certainly do not exist are forgotten here. */
  readonly sent: SentIds;
};

/** Reads the answers of one venue. */
export class AnswerReader {
  readonly #options: AnswerReaderOptions;

  constructor(options: AnswerReaderOptions) {
    this.#options = options;
  }

  /** What became of an order. */
  async placed({ order, name }: Placing, reply: SignedReply): Promise<SubmitOutcome> {
    const { clientOrderId } = order;
    if (reply.phase === 'notSent') {
      this.#options.sent.forget(clientOrderId);
      return reply;
    }
    if (reply.phase === 'lost') return this.#unknown(name, reply);
    if (reply.status === 200) return this.#accepted(name, reply);
    const judged = judge(readVenueError(reply.status, reply.body), { ...order, pauseMs: reply.pauseMs });
    if (judged.phase === 'unknown') return this.#unknown(name, { ...reply, reason: judged.failure.message });
    // Each name is sent once, so an order of this name at the venue is this one.
    if (judged.failure.code === 'order_duplicate')
      return this.#unknown(name, { ...reply, reason: judged.failure.message });
    this.#options.sent.forget(clientOrderId);
    return judged;
  }

  async #accepted(name: OrderName, reply: Answered): Promise<SubmitOutcome> {
    const report = await this.#orders(name, reply.body);
    return report.ok
      ? { phase: 'accepted', report: report.value }
      : this.#unknown(name, { ...reply, reason: report.error.message });
  }

  async #orders(name: OrderName, body: unknown): Promise<Result<OrderReport, Failure>> {
    const facts = parseOrders(body);
    if (!facts.ok) return err(failure('venue_answer_malformed', { url: 'an order', reason: facts.error }));
    const { ledger } = this.#options;
    ledger.learn(facts.value);
    return ledger.complete(name);
  }

  #unknown(name: OrderName, lost: { readonly deadline: EpochMs; readonly reason?: string }): SubmitOutcome {
    this.#options.watch.doubt(name, lost.deadline);
    const reason = lost.reason ?? 'the answer was lost';
    return { phase: 'unknown', failure: unknownFailure(name.clientOrderId, reason), transient: true };
  }

  /** The report of an order whose cancel was answered with `body`. */
  async cancelled(name: OrderName, body: unknown): Promise<Result<OrderReport, Failure>> {
    const report = await this.#orders(name, body);
    const isWhole = report.ok && !isOpenStatus(report.value.status);
    const whole = isWhole ? report : await this.#options.ledger.renew(name);
    return whole.ok ? whole : err(unknownFailure(name.clientOrderId, whole.error.message));
  }
}

/** Nobody knows what became of an order, or of a cancel. */
export function unknownFailure(clientOrderId: string, reason: string): Failure {
  return failure('order_outcome_unknown', { clientOrderId, reason });
}
