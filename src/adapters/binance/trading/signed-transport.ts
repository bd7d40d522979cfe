/**
 * Signed requests on their way to the venue. In: requests about orders and the account. Out: answers of any status,
 * the certainty that nothing was sent, or that nobody knows. Orders go over the WebSocket API while it is connected and
 * over REST otherwise; nothing is ever sent twice, except what was refused for its time alone.
 */
import { err, ok, type Result } from '../../../core/result.ts';
import { addMs, type EpochMs } from '../../../core/time.ts';
import { type Failure, failure } from '../../../model/failure.ts';
import type { BinanceEndpoints } from '../endpoints.ts';
import type { Refusal } from '../request-governor.ts';
import type { CallOutcome, RestCall, RestClient } from '../rest-client.ts';
import type { ApiReply, ApiSocket } from './api-socket.ts';
import type { ApiCredentials } from './credentials.ts';
import type { OrderBudget, OrderPurpose } from './order-budget.ts';
import type { VenueRequest } from './order-requests.ts';
import { type Params, type RequestTime, signParams, signQuery } from './signed-params.ts';
import type { TradingTimings } from './trading-timings.ts';
import { judge, readVenueError } from './venue-errors.ts';
import type { VenueTime } from './venue-time.ts';

/** What came of a request; `deadline` is the venue's time after which it is certainly not carried out any more. */
export type SignedReply =
  | {
      readonly phase: 'answered';
      readonly status: number;
      readonly body: unknown;
      readonly deadline: EpochMs;
      /** How long nothing is sent after it. */
      readonly pauseMs: number;
    }
  | { readonly phase: 'lost'; readonly reason: string; readonly deadline: EpochMs }
  | { readonly phase: 'notSent'; readonly failure: Failure; readonly transient: boolean };

/** What a transport is made of. */
export type TransportOptions = {
  readonly client: RestClient;
  readonly endpoints: BinanceEndpoints;
  readonly credentials: ApiCredentials;
  readonly time: VenueTime;
  readonly budget: OrderBudget;
  readonly timings: TradingTimings;
  /** The connection to send by; `null` while there is none. */
  readonly socket: () => ApiSocket | null;
};

/** A question about the account. */
export type Question = {
  readonly path: string;
  readonly params: Params;
  readonly weight: number;
  readonly purpose: RestCall['purpose'];
};

/** What an answer says that is no JSON. */
const NO_JSON = Symbol('no JSON');
const TIME_REFUSED = -1021;

/** The way to the venue. */
export class SignedTransport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** Sends a request that changes something. */
  async send(request: VenueRequest, purpose: OrderPurpose): Promise<SignedReply> {
    const { time, budget } = this.#options;
    await time.ready();
    const excess = budget.findExcess({ purpose, orders: request.orders, now: time.now() });
    if (excess !== null) {
      const reason = `${excess.limit} in ${excess.windowMs} ms`;
      const reached = failure('order_limit_reached', { reason, retryAfterMs: excess.retryAfterMs });
      return { phase: 'notSent', failure: reached, transient: true };
    }
    budget.charge(request.orders, time.now());
    const reply = await this.#sendOnce(request, purpose);
    if (reply.phase !== 'answered' || !(await this.#isOnlyLate(reply))) return reply;
    return this.#sendOnce(request, purpose);
  }

  /** Asks over REST; an answer that is no success is a failure with the venue's words. */
  async ask(question: Question): Promise<Result<unknown, Failure>> {
    await this.#options.time.ready();
    const first = await this.#askOnce(question);
    const reply = first.phase === 'answered' && (await this.#isOnlyLate(first)) ? await this.#askOnce(question) : first;
    if (reply.phase === 'notSent') return err(reply.failure);
    if (reply.phase === 'lost') return err(failure('venue_unreachable', { url: question.path, reason: reply.reason }));
    if (reply.status === 200) return ok(reply.body);
    const error = readVenueError(reply.status, reply.body);
    const { pauseMs } = reply;
    const judged = judge(error, { pauseMs });
    const told = { url: question.path, reason: error.msg, status: error.status };
    const facts = { ...told, venueCode: error.code, retryAfterMs: pauseMs };
    return err(
      judged.phase === 'unknown' ? failure('venue_unreachable', facts) : { ...judged.failure, context: facts },
    );
  }

  /** Refused for its time and nothing else: the difference of the clocks is measured anew before it is tried again. */
  async #isOnlyLate(reply: SignedReply & { readonly phase: 'answered' }): Promise<boolean> {
    if (reply.status === 200 || readVenueError(reply.status, reply.body).code !== TIME_REFUSED) return false;
    return (await this.#options.time.sync()).ok;
  }

  async #sendOnce(request: VenueRequest, purpose: OrderPurpose): Promise<SignedReply> {
    if (this.#options.socket()?.isOpen !== true) return this.#sendOverRest(request, purpose);
    const { client } = this.#options;
    const admission = await client.admit('spot', { purpose, weight: request.weight });
    if (!admission.ok) return refusedHere(admission.error);
    const at = this.#requestTime();
    const params = signParams(request.params, at.time, this.#options.credentials);
    const reply = (await this.#options.socket()?.request(request.method, params)) ?? NO_SOCKET;
    client.settle('spot', admission.value, factsOfReply(reply, this.#options.time.now()));
    if (reply.phase === 'notSent') return this.#sendOverRest(request, purpose);
    if (reply.phase !== 'answered') return { phase: 'lost', reason: reply.reason, deadline: at.deadline };
    this.#options.budget.learnLimits(reply.limits, this.#options.time.now());
    const pauseMs = client.pauseMs('spot');
    return { phase: 'answered', status: reply.status, body: reply.body, deadline: at.deadline, pauseMs };
  }

  #sendOverRest(request: VenueRequest, purpose: OrderPurpose): Promise<SignedReply> {
    const [method = 'GET', path = ''] = request.route.split(' ');
    const { params, weight } = request;
    return this.#callRest({ method: method as RestCall['method'], path, params, weight, purpose });
  }

  #askOnce(question: Question): Promise<SignedReply> {
    return this.#callRest({ method: 'GET', ...question });
  }

  async #callRest(
    call: Pick<RestCall, 'method' | 'path' | 'weight' | 'purpose'> & { readonly params: Params },
  ): Promise<SignedReply> {
    const { credentials, client, timings, time, budget } = this.#options;
    const at = this.#requestTime();
    const { method, path, weight, purpose } = call;
    const outcome: CallOutcome = await client.call({
      host: 'spot',
      method,
      path,
      weight,
      purpose,
      query: signQuery(call.params, at.time, credentials),
      headers: { 'X-MBX-APIKEY': credentials.apiKey },
      timeoutMs: timings.requestTimeoutMs,
    });
    if (outcome.phase === 'refusedHere') return refusedHere(outcome.refusal);
    if (outcome.phase === 'notSent') return unreachable(path, outcome.reason);
    if (outcome.phase !== 'answered') return { phase: 'lost', reason: outcome.reason, deadline: at.deadline };
    budget.learnHeaders(outcome.headers, time.now());
    const body = parseJson(outcome.text);
    if (outcome.status === 200 && body === NO_JSON) {
      return { phase: 'lost', reason: 'the answer is no JSON', deadline: at.deadline };
    }
    return { phase: 'answered', status: outcome.status, body, deadline: at.deadline, pauseMs: client.pauseMs('spot') };
  }

  #requestTime(): { readonly time: RequestTime; readonly deadline: EpochMs } {
    const { time, timings } = this.#options;
    const timestamp = time.now();
    const { recvWindowMs: recvWindow } = timings;
    return {
      time: { timestamp, recvWindow },
      deadline: addMs(timestamp, recvWindow + timings.certaintyMs),
    };
  }
}

const NO_SOCKET: ApiReply = { phase: 'notSent', reason: 'there is no connection' };

function refusedHere(refusal: Refusal): SignedReply {
  const facts = { url: 'the request budget', ...refusal, sent: false };
  return { phase: 'notSent', failure: failure('venue_rate_limited', facts), transient: refusal.reason !== 'closed' };
}

function unreachable(path: string, reason: string): SignedReply {
  return { phase: 'notSent', failure: failure('venue_unreachable', { url: path, reason }), transient: true };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A page instead of an answer tells nothing about the request.
    return NO_JSON;
  }
}

type SpentFacts = Parameters<RestClient['settle']>[2];

/** What an answer of the WebSocket API says of the limits that it shares with REST. */
export function factsOfReply(reply: ApiReply, now: EpochMs): SpentFacts {
  if (reply.phase !== 'answered') return null;
  let usedWeight: number | null = null;
  for (const limit of reply.limits) {
    const { rateLimitType, intervalNum, interval, count } = (limit ?? {}) as Readonly<Record<string, unknown>>;
    const isWeight = rateLimitType === 'REQUEST_WEIGHT' && interval === 'MINUTE' && intervalNum === 1;
    if (isWeight && typeof count === 'number') usedWeight = count;
  }
  return { status: reply.status, usedWeight, retryAfterMs: readRetryTime(reply.body, now), stamp: null };
}

/** `data.retryAfter` of a refusal for its rate is the time at which the pause ends. */
function readRetryTime(body: unknown, now: EpochMs): number | null {
  const data = (body as { readonly data?: { readonly retryAfter?: unknown } } | null | undefined)?.data;
  const until = data?.retryAfter;
  return typeof until === 'number' ? Math.max(0, until - now) : null;
}
