/**
 * Binance spot as a venue and an account. In: approved orders, cancels, questions. Out: outcomes that say exactly how
 * far a request got, and complete reports from the user stream, from answers and from looking, whichever comes first.
 * What is not certain is unknown, is looked for, and is never sent again.
 */
import { err, type Result } from '../../../core/result.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { AccountPermissions, Balance } from '../../../model/balance.ts';
import { type Failure, failure } from '../../../model/failure.ts';
import type { InstrumentId } from '../../../model/instrument.ts';
import type { ApprovedOrder, OrderReport, ReplaceOutcome, SubmitOutcome } from '../../../model/order.ts';
import type { TradingRules } from '../../../model/trading-rules.ts';
import type { Account } from '../../../ports/account.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Random } from '../../../ports/random.ts';
import type { OrderKey, OrderReplacement, Venue } from '../../../ports/venue.ts';
import type { BinanceEndpoints } from '../endpoints.ts';
import type { RestClient } from '../rest-client.ts';
import { fetchBalances, fetchOwnOrders, fetchPermissions } from './account-data.ts';
import type { ApiCredentials } from './credentials.ts';
import { Listeners } from './listeners.ts';
import { OrderBudget } from './order-budget.ts';
import { OrderGateway } from './order-gateway.ts';
import { OrderLedger } from './order-ledger.ts';
import { OrderTracker } from './order-tracker.ts';
import { OrderWatch } from './order-watch.ts';
import { RulesKeeper } from './rules-keeper.ts';
import { SignedTransport } from './signed-transport.ts';
import { TRADING_TIMINGS, type TradingTimings } from './trading-timings.ts';
import { UserStream } from './user-stream.ts';
import { VenueTime } from './venue-time.ts';

/** What the venue is made of; `client` is shared with the market data, because the venue counts them together. */
export type BinanceVenueOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly client: RestClient;
  readonly endpoints: BinanceEndpoints;
  readonly credentials: ApiCredentials;
  readonly timings?: Partial<TradingTimings>;
  /** Takes what went wrong and was dealt with; holds no secret. Must not throw. */
  readonly onFault: (failure: Failure) => void;
};

/** Binance spot: a venue and its account. */
export type BinanceVenue = Venue & Account;

/** A venue that begins to connect at once; `onConnection` tells when reports come. The client is not closed with it. */
export function createBinanceVenue(options: BinanceVenueOptions): BinanceVenue {
  return new SpotVenue({ ...options, timings: { ...TRADING_TIMINGS, ...options.timings } });
}

type Options = BinanceVenueOptions & { readonly timings: TradingTimings };

class SpotVenue implements BinanceVenue {
  readonly #reports = new Listeners<OrderReport>();
  readonly #connections = new Listeners<'up' | 'down'>();
  readonly #time: VenueTime;
  readonly #rules: RulesKeeper;
  readonly #transport: SignedTransport;
  readonly #ledger: OrderLedger;
  readonly #watch: OrderWatch;
  readonly #gateway: OrderGateway;
  readonly #stream: UserStream;
  #state: 'open' | 'closed' = 'open';

  constructor(options: Options) {
    const { clock, client, timings } = options;
    const budget = new OrderBudget();
    this.#time = new VenueTime({ clock, client, maxAgeMs: timings.clockSyncMs });
    this.#rules = new RulesKeeper({ ...options, budget });
    const tracker = new OrderTracker((symbol) => this.#rules.instrumentOf(symbol));
    const socket = (): ReturnType<UserStream['socket']> => this.#stream.socket();
    this.#transport = new SignedTransport({ ...options, budget, time: this.#time, socket });
    const [transport, time, rules] = [this.#transport, this.#time, this.#rules];
    this.#ledger = new OrderLedger({ clock, transport, tracker, tell: (report) => this.#reports.tell(report) });
    const ledger = this.#ledger;
    this.#watch = new OrderWatch({ ...options, time, transport, tracker, ledger });
    const watch = this.#watch;
    this.#gateway = new OrderGateway({ clock, timings, time, rules, transport, tracker, ledger, watch });
    const tell = (state: 'up' | 'down'): void => this.#connections.tell(state);
    this.#stream = new UserStream({ ...options, time, rules, ledger, watch, tell });
    this.#stream.start();
  }

  async submit(order: ApprovedOrder): Promise<SubmitOutcome> {
    return this.#state === 'closed' ? closedOutcome() : this.#gateway.submit(order);
  }

  async query(key: OrderKey): Promise<Result<OrderReport | null, Failure>> {
    return this.#ifOpen(() => this.#gateway.query(key));
  }

  async cancel(key: OrderKey): Promise<Result<OrderReport, Failure>> {
    return this.#ifOpen(() => this.#gateway.cancel(key));
  }

  async replace(replacement: OrderReplacement): Promise<ReplaceOutcome> {
    if (this.#state === 'closed') return { cancelled: null, outcome: closedOutcome() };
    return this.#gateway.replace(replacement);
  }

  async openOrders(instrumentId: InstrumentId | null): Promise<Result<readonly OrderReport[], Failure>> {
    return this.#ifOpen(() => this.#gateway.openOrders(instrumentId));
  }

  async fetchBalances(): Promise<Result<readonly Balance[], Failure>> {
    return this.#ifOpen(() => fetchBalances(this.#transport));
  }

  async fetchPermissions(): Promise<Result<AccountPermissions, Failure>> {
    return this.#ifOpen(() => fetchPermissions(this.#transport));
  }

  async fetchTradingRules(): Promise<Result<readonly TradingRules[], Failure>> {
    return this.#ifOpen(() => this.#rules.fetch());
  }

  async fetchOrders(instrumentId: InstrumentId, since: EpochMs): Promise<Result<readonly OrderReport[], Failure>> {
    return this.#ifOpen(async () => {
      const symbol = await this.#gateway.symbolOf(instrumentId);
      if (!symbol.ok) return symbol;
      const parts = { transport: this.#transport, ledger: this.#ledger };
      return fetchOwnOrders(parts, { symbol: symbol.value, since, now: this.#time.now() });
    });
  }

  onReport(listener: (report: OrderReport) => void): () => void {
    return this.#reports.add(listener);
  }

  onConnection(listener: (state: 'up' | 'down') => void): () => void {
    const stop = this.#connections.add(listener);
    if (this.#state === 'open' && this.#stream.reports === 'down') listener('down');
    return stop;
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    this.#reports.close();
    this.#connections.close();
    this.#watch.close();
    this.#rules.close();
    await this.#stream.close();
  }

  async #ifOpen<T>(action: () => Promise<Result<T, Failure>>): Promise<Result<T, Failure>> {
    return this.#state === 'closed' ? err(closed()) : action();
  }
}

function closed(): Failure {
  return failure('venue_unreachable', { url: 'binance', reason: 'the venue is closed' });
}

function closedOutcome(): SubmitOutcome {
  return { phase: 'notSent', failure: closed(), transient: false };
}
