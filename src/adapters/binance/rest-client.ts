/**
 * Requests to Binance over HTTP. In comes what to ask and its weight, out goes the parsed JSON with the venue's time or
 * a typed failure, of signed requests the answer as it is; nothing is retried here, nothing is sent that the budget of
 * its market does not allow.
 */
import { Agent } from 'undici';
import { err, ok, type Result } from '../../core/result.ts';
import { addMs, type EpochMs, isVenueMs } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { MarketType } from '../../model/instrument.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RequestLedger } from '../../ports/request-ledger.ts';
import { type BinanceEndpoints, type RestHost, restBaseUrl, weightPerMinuteOf } from './endpoints.ts';
import { type RequestPurpose, SLOTS_MAX } from './request-classes.ts';
import {
  type Admission,
  type BudgetStats,
  type LimitFacts,
  type Refusal,
  type RequestClaim,
  RequestGovernor,
} from './request-governor.ts';
import { RequestMemory } from './request-memory.ts';
import { type AnswerHeaders, type Exchanged, exchangeOnce, type OutgoingRequest } from './rest-exchange.ts';
import { readRetryAfter, toStatusFailure } from './rest-failure.ts';

/** One request. */
export type RestRequest = {
  readonly host: RestHost;
  readonly path: string;
  readonly query: Readonly<Record<string, string | number>>;
  readonly weight: number;
  readonly purpose: RequestPurpose;
  /** Longest wait for the answer; the client's own where it is absent. */
  readonly timeoutMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
};

/** An answer. `asOf` is a venue time at which it was certainly not yet made: what was over then is over in it. */
export type RestAnswer = { readonly url: string; readonly body: unknown; readonly asOf: EpochMs };

/** What a client is made of. */
export type RestOptions = {
  readonly clock: Clock;
  readonly endpoints: BinanceEndpoints;
  readonly requestTimeoutMs: number;
  /** What the limits were before this process; without it they are learned from the first answers. */
  readonly ledger?: RequestLedger | undefined;
  /** Takes failures of the ledger. Must not throw. */
  readonly onFault: (failure: Failure) => void;
};

/** The budgets of both markets. */
export type RequestBudgetStats = Readonly<Record<MarketType, BudgetStats>>;

/** A request of any method that its caller signed: `query` is complete and goes out as it is. */
export type RestCall = RequestClaim & {
  readonly host: RestHost;
  readonly method: OutgoingRequest['method'];
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
};

/** What came of a call: an answer of any status, no permission to send, or how far it got without an answer. */
export type CallOutcome = Exchanged | { readonly phase: 'refusedHere'; readonly refusal: Refusal };

type Target = Omit<OutgoingRequest, 'signal'> & { readonly timeoutMs: number };

/** Sockets per address: both markets may share one, and a request with permission waits for no other's answer. */
const SOCKETS_MAX = 2 * SLOTS_MAX;
/** No answer at all: the request counts as spent. */
const NOTHING_TOLD = { status: null, usedWeight: null, retryAfterMs: null, stamp: null } as const;
/** The client of both markets and the website. */
export class RestClient {
  readonly #options: RestOptions;
  readonly #agent = new Agent({ connections: SOCKETS_MAX, pipelining: 1 });
  readonly #governors: Readonly<Record<RestHost, RequestGovernor>>;
  readonly #underWay = new Set<AbortController>();
  #ended: Promise<void> | null = null;

  constructor(options: RestOptions) {
    this.#options = options;
    this.#governors = {
      futures: createGovernor(options, 'futures'),
      spot: createGovernor(options, 'spot'),
      announcements: createGovernor(options, 'announcements'),
    };
  }

  /** Asks once. */
  async get(request: RestRequest): Promise<Result<RestAnswer, Failure>> {
    const url = new URL(request.path, restBaseUrl(this.#options.endpoints, request.host));
    for (const [name, value] of Object.entries(request.query)) url.searchParams.set(name, String(value));
    const governor = this.#governors[request.host];
    const admission = await governor.admit(request);
    if (this.#ended !== null) {
      if (admission.ok) governor.settle(admission.value, NOTHING_TOLD);
      return err(failure('venue_unreachable', { url: url.href, reason: 'the feed is closed' }));
    }
    if (!admission.ok) return err(failure('venue_rate_limited', { url: url.href, ...admission.error, sent: false }));
    const { timeoutMs = this.#options.requestTimeoutMs, headers = {} } = request;
    return this.#exchange({ url, method: 'GET', timeoutMs, headers }, governor, admission.value);
  }

  /** Sends a signed request once, whatever its method, and tells how far it got; nothing of it goes into a failure. */
  async call(request: RestCall): Promise<CallOutcome> {
    const governor = this.#governors[request.host];
    const admission = await governor.admit(request);
    if (!admission.ok) return { phase: 'refusedHere', refusal: admission.error };
    if (this.#ended !== null) {
      governor.settle(admission.value, NOTHING_TOLD);
      return { phase: 'notSent', reason: 'the client is closed' };
    }
    const url = new URL(`${request.path}?${request.query}`, restBaseUrl(this.#options.endpoints, request.host));
    const raw = await this.#send({ ...request, url });
    governor.settle(admission.value, raw.phase === 'answered' ? this.#factsOf(raw) : NOTHING_TOLD);
    return raw;
  }

  /** Permission for a request that goes another way than HTTP and counts all the same. */
  admit(host: RestHost, claim: RequestClaim): Promise<Result<Admission, Refusal>> {
    return this.#governors[host].admit(claim);
  }

  /** Takes back such a permission with what the answer said. */
  settle(host: RestHost, admission: Admission, facts: LimitFacts | null): void {
    this.#governors[host].settle(admission, facts ?? NOTHING_TOLD);
  }

  /** How long `host` wants to be left alone; 0 when it does not. */
  pauseMs(host: RestHost): number {
    return this.#governors[host].retryAfterMs;
  }

  /** Takes over the request weight per minute that the venue itself names for `market`. */
  learnLimit(market: MarketType, weightPerMinute: number): void {
    this.#governors[market].learnLimit(weightPerMinute);
  }

  budget(): RequestBudgetStats {
    return { futures: this.#governors.futures.stats(), spot: this.#governors.spot.stats() };
  }

  /** Ends every request, waiting ones included, and every socket; the ledger is not touched afterwards. Safe to call twice. */
  close(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    const remembered = Object.values(this.#governors).map((governor) => governor.close());
    for (const abort of this.#underWay) abort.abort(new Error('the feed is closed'));
    await Promise.all([this.#agent.destroy(), ...remembered]);
  }

  async #exchange(
    target: Target,
    governor: RequestGovernor,
    admission: Admission,
  ): Promise<Result<RestAnswer, Failure>> {
    const { clock } = this.#options;
    const { url } = target;
    const sentAt = clock.now();
    const raw = await this.#send(target);
    if (raw.phase !== 'answered') {
      governor.settle(admission, NOTHING_TOLD);
      return err(failure('venue_unreachable', { url: url.href, reason: raw.reason }));
    }
    const { status, text } = raw;
    const facts = this.#factsOf(raw);
    governor.settle(admission, facts);
    if (status !== 200) {
      return err(toStatusFailure({ url: url.href, status, text, retryAfterMs: governor.retryAfterMs }));
    }
    return toAnswer(url, text, answeredNotBefore(facts.stamp, { sentAt, now: clock.now() }));
  }

  #factsOf({ status, text, headers }: Exchanged & { readonly phase: 'answered' }): LimitFacts {
    const header = readHeader(headers, 'retry-after');
    const retryAfterMs = readRetryAfter({ status, header, text, now: this.#options.clock.now() });
    return { status, usedWeight: parseWeight(headers), retryAfterMs, stamp: parseStamp(headers) };
  }

  async #send({ timeoutMs, ...request }: Target): Promise<Exchanged> {
    const { clock } = this.#options;
    const abort = new AbortController();
    this.#underWay.add(abort);
    const cancel = clock.schedule(addMs(clock.now(), timeoutMs), () =>
      abort.abort(new Error(`no complete answer within ${timeoutMs} ms`)),
    );
    const exchanged = await exchangeOnce(this.#agent, { ...request, signal: abort.signal });
    cancel();
    this.#underWay.delete(abort);
    return exchanged;
  }
}

/** A host's budget is its own: the addresses differ, and where they do not, the venue still counts them apart. */
function createGovernor(options: RestOptions, host: RestHost): RequestGovernor {
  const { clock, endpoints, ledger, onFault } = options;
  const scope = `${new URL(restBaseUrl(endpoints, host)).host}/${host}`;
  const memory = new RequestMemory({ scope, ledger, onFault });
  return new RequestGovernor({ clock, weightPerMinute: weightPerMinuteOf(host), memory });
}

function toAnswer(url: URL, text: string, asOf: EpochMs): Result<RestAnswer, Failure> {
  try {
    const body: unknown = JSON.parse(text);
    return ok({ url: url.href, body, asOf });
  } catch {
    // The parser's message would repeat a whole error page.
    return err(failure('venue_answer_malformed', { url: url.href, reason: `no JSON: ${text.slice(0, 60)}` }));
  }
}

function readHeader(headers: AnswerHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}

/** The venue's clock when it answered, to the second below. */
function parseStamp(headers: AnswerHeaders): EpochMs | null {
  const stamp = Date.parse(readHeader(headers, 'date') ?? '');
  return isVenueMs(stamp) ? stamp : null;
}

function parseWeight(headers: AnswerHeaders): number | null {
  const text = readHeader(headers, 'x-mbx-used-weight-1m');
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/**
 * The venue made its answer after we asked and stamped it when it sent it, to the second below. The stamp minus the
 * whole exchange is therefore before the data was read. Our own clock at sending bounds it too: the earlier of the two
 * stays true when either clock runs ahead.
 */
function answeredNotBefore(stamp: EpochMs | null, times: { readonly sentAt: EpochMs; readonly now: EpochMs }): EpochMs {
  if (stamp === null) return times.sentAt;
  const bound = stamp - (times.now - times.sentAt);
  return isVenueMs(bound) && bound < times.sentAt ? bound : times.sentAt;
}
