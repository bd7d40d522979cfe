/**
 * The account's events. In: connections of the WebSocket API. Out: facts of orders for the ledger, and whether reports
 * come; they are said to come only when what was missed in between has been looked up.
 */
import { backoffMs } from '../../../core/backoff.ts';
import { addMs } from '../../../core/time.ts';
import { type Failure, failure } from '../../../model/failure.ts';
import type { Cancel, Clock } from '../../../ports/clock.ts';
import type { Random } from '../../../ports/random.ts';
import { apiUrl, type BinanceEndpoints } from '../endpoints.ts';
import type { RestClient } from '../rest-client.ts';
import { ApiLink } from './api-link.ts';
import type { ApiSocket } from './api-socket.ts';
import type { ApiCredentials } from './credentials.ts';
import type { OrderLedger } from './order-ledger.ts';
import { type OrderFacts, parseExecutionReport } from './order-messages.ts';
import type { OrderWatch } from './order-watch.ts';
import type { RulesKeeper } from './rules-keeper.ts';
import { signParams } from './signed-params.ts';
import { factsOfReply } from './signed-transport.ts';
import type { TradingTimings } from './trading-timings.ts';
import { judge, readVenueError } from './venue-errors.ts';
import type { VenueTime } from './venue-time.ts';

/** What the stream is made of. */
export type UserStreamOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly client: RestClient;
  readonly endpoints: BinanceEndpoints;
  readonly credentials: ApiCredentials;
  readonly timings: TradingTimings;
  readonly time: VenueTime;
  readonly rules: RulesKeeper;
  readonly ledger: OrderLedger;
  readonly watch: OrderWatch;
  readonly tell: (state: 'up' | 'down') => void;
  readonly onFault: (failure: Failure) => void;
};

const SUBSCRIBE = 'userDataStream.subscribe.signature';
const SUBSCRIBE_WEIGHT = 2;

/** The stream of one account. */
export class UserStream {
  readonly #options: UserStreamOptions;
  readonly #link: ApiLink;
  #told: 'up' | 'down' = 'down';
  /** Grows with every connection that comes or goes: what an older one began is over. */
  #generation = 0;
  #cancelRetry: Cancel = () => {};

  constructor(options: UserStreamOptions) {
    this.#options = options;
    this.#link = new ApiLink({
      ...options,
      url: apiUrl(options.endpoints),
      subscribe: (socket) => this.#subscribe(socket),
      onEvent: (event) => this.#onEvent(event),
      onUp: () => void this.#catchUp(++this.#generation, 0),
      onDown: () => this.#onDown(),
    });
  }

  start(): void {
    this.#options.watch.stream = 'down';
    this.#link.start();
  }

  /** The connection to send by; `null` while there is none. */
  socket(): ApiSocket | null {
    return this.#link.socket;
  }

  /** Whether reports come, as it was told last; none do before the first connection. */
  get reports(): 'up' | 'down' {
    return this.#told;
  }

  async close(): Promise<void> {
    this.#generation++;
    this.#cancelRetry();
    await this.#link.close();
  }

  async #subscribe(socket: ApiSocket): Promise<Failure | null> {
    const { time, rules, client, credentials, timings } = this.#options;
    await time.ready();
    // Reports of what is open are wanted also while the rules can not be had; the keeper says so.
    await rules.ready();
    const admission = await client.admit('spot', { purpose: 'protect', weight: SUBSCRIBE_WEIGHT });
    if (!admission.ok) return failure('venue_rate_limited', { url: SUBSCRIBE, ...admission.error, sent: false });
    const at = { timestamp: time.now(), recvWindow: timings.recvWindowMs };
    const reply = await socket.request(SUBSCRIBE, signParams({}, at, credentials));
    client.settle('spot', admission.value, factsOfReply(reply, time.now()));
    if (reply.phase !== 'answered') return failure('venue_unreachable', { url: SUBSCRIBE, reason: reply.reason });
    if (reply.status === 200) return null;
    const judged = judge(readVenueError(reply.status, reply.body), { pauseMs: client.pauseMs('spot') });
    if (judged.failure.code === 'clock_skewed') await time.sync();
    return judged.failure;
  }

  async #catchUp(generation: number, attempt: number): Promise<void> {
    const { watch, onFault, clock, random, timings, tell } = this.#options;
    watch.stream = 'up';
    const reconciled = await watch.reconcile();
    if (generation !== this.#generation) return;
    if (reconciled.ok) {
      if (this.#told === 'down') tell('up');
      this.#told = 'up';
      return;
    }
    onFault(reconciled.error);
    const waitMs = backoffMs(attempt, random.next(), timings.backoff);
    this.#cancelRetry = clock.schedule(addMs(clock.now(), waitMs), () => void this.#catchUp(generation, attempt + 1));
  }

  #onDown(): void {
    this.#generation++;
    this.#cancelRetry();
    this.#options.watch.stream = 'down';
    if (this.#told === 'up') this.#options.tell('down');
    this.#told = 'down';
  }

  #onEvent(event: Readonly<Record<string, unknown>>): void {
    if (event['e'] !== 'executionReport') return;
    const facts = parseExecutionReport(event);
    if (facts.ok) this.#take(facts.value);
    else this.#options.onFault(failure('frame_corrupt', { source: 'the user stream', reason: facts.error }));
  }

  #take(facts: OrderFacts): void {
    const { rules, ledger, onFault } = this.#options;
    if (rules.instrumentOf(facts.symbol) !== null) {
      ledger.take(facts);
      return;
    }
    // A symbol listed since the rules were fetched: the facts are kept with it, and reported when it is known.
    ledger.learn([facts]);
    void rules.fetch().then((fetched) => (fetched.ok ? ledger.take(facts) : onFault(fetched.error)));
  }
}
