/**
 * Keeps the venue's trading rules fresh. In: exchangeInfo, once an hour. Out: the rules as they were last told, and how
 * old they are. After a failure the venue is left alone for a while however often somebody asks, the old rules stay, and
 * whoever asks shares one request.
 */
import { err, ok, type Result } from '../../../core/result.ts';
import { addMs, type EpochMs } from '../../../core/time.ts';
import { type Failure, failure } from '../../../model/failure.ts';
import { type InstrumentId, parseInstrumentId } from '../../../model/instrument.ts';
import type { TradingRules } from '../../../model/trading-rules.ts';
import type { Cancel, Clock } from '../../../ports/clock.ts';
import { MARKET_RULES } from '../endpoints.ts';
import { parseWeightPerMinute } from '../rate-limits.ts';
import type { RestClient } from '../rest-client.ts';
import type { OrderBudget } from './order-budget.ts';
import { parseTradingRules } from './trading-filters.ts';
import type { TradingTimings } from './trading-timings.ts';

/** What a keeper is made of. */
export type RulesKeeperOptions = {
  readonly clock: Clock;
  readonly client: RestClient;
  readonly budget: OrderBudget;
  readonly timings: TradingTimings;
  readonly onFault: (failure: Failure) => void;
};

type Kept = {
  readonly fetchedAt: EpochMs;
  readonly rules: readonly TradingRules[];
  readonly symbols: ReadonlyMap<InstrumentId, string>;
  readonly instruments: ReadonlyMap<string, InstrumentId>;
};
type Rules = readonly TradingRules[];

/** The list has 15 MiB with its permission sets and 3 MiB without. */
const QUERY = { permissions: 'SPOT', showPermissionSets: 'false' };

/** Pause after a failure while no rules are known and an order of ours was asked for. */
const NEEDED_RETRY_MS = 10_000;

/** Instruments spelled before rules are known (policy: further ones have no name until then). */
const SPELLED_MAX = 1_000;

/** The rules of the spot market. */
export class RulesKeeper {
  readonly #options: RulesKeeperOptions;
  #kept: Kept | null = null;
  /** Instruments asked for before any rules were known. */
  readonly #spelled = new Map<string, InstrumentId>();
  #failedAt: EpochMs | null = null;
  #failures = 0;
  #lastFailure: Failure | null = null;
  #fetching: Promise<Result<Rules, Failure>> | null = null;
  #cancel: Cancel = () => {};
  #state: 'open' | 'closed' = 'open';

  constructor(options: RulesKeeperOptions) {
    this.#options = options;
  }

  /** Asks the venue; within the pause after a failure, shorter while orders of ours wait, answers that failure again. */
  fetch(): Promise<Result<Rules, Failure>> {
    const { clock, timings } = this.#options;
    // While none are known, what is open already can not be looked after without them.
    const isNeeded = this.#kept === null && this.#spelled.size > 0;
    const pauseMs = isNeeded ? Math.min(NEEDED_RETRY_MS, timings.rulesRetryMs) : timings.rulesRetryMs;
    const isPaused = this.#failedAt !== null && clock.now() - this.#failedAt < pauseMs;
    if (isPaused && this.#lastFailure !== null) return Promise.resolve(err(this.#lastFailure));
    this.#fetching ??= this.#refresh().finally(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  /** Makes sure that rules are known, however old. */
  async ready(): Promise<Result<null, Failure>> {
    if (this.#kept !== null) return ok(null);
    const fetched = await this.fetch();
    return fetched.ok ? ok(null) : fetched;
  }

  /**
   * The venue's name of an instrument; `null` when it has none. Before any rules are known it is spelled as names are
   * there, because what is open must be found and closed also then.
   */
  symbolOf(id: InstrumentId): string | null {
    if (this.#kept !== null) return this.#kept.symbols.get(id) ?? null;
    const parts = parseInstrumentId(id);
    if (!parts.ok || this.#spelled.size >= SPELLED_MAX) return null;
    const symbol = `${parts.value.base}${parts.value.quote}`;
    this.#spelled.set(symbol, id);
    return symbol;
  }

  /** The instrument the venue calls `symbol`. */
  instrumentOf(symbol: string): InstrumentId | null {
    return this.#kept?.instruments.get(symbol) ?? this.#spelled.get(symbol) ?? null;
  }

  /** Why the rules are too old to open positions by; `null` while they are not. */
  findStaleness(): Failure | null {
    const { clock, timings } = this.#options;
    const ageMs = this.#kept === null ? null : clock.now() - this.#kept.fetchedAt;
    if (ageMs !== null && ageMs <= timings.rulesStaleMs) return null;
    const age = ageMs === null ? 'they were never fetched' : `they are ${ageMs} ms old`;
    return failure('trading_rules_stale', { reason: `${age}, ${this.#failures} attempts failed`, ageMs });
  }

  close(): void {
    this.#state = 'closed';
    this.#cancel();
  }

  async #refresh(): Promise<Result<Rules, Failure>> {
    const read = await this.#read();
    if (this.#state === 'closed') return read;
    const { clock, timings, onFault } = this.#options;
    if (read.ok) {
      this.#failures = 0;
      this.#failedAt = null;
    } else {
      this.#failures++;
      this.#failedAt = clock.now();
      this.#lastFailure = read.error;
      onFault(this.findStaleness() ?? read.error);
    }
    this.#cancel();
    const waitMs = read.ok ? timings.rulesRefreshMs : timings.rulesRetryMs;
    this.#cancel = clock.schedule(addMs(clock.now(), waitMs), () => void this.fetch());
    return read;
  }

  async #read(): Promise<Result<Rules, Failure>> {
    const { client, clock, onFault, budget, timings } = this.#options;
    const { exchangeInfoPath: path, exchangeInfoWeight: weight } = MARKET_RULES.spot;
    const timeoutMs = timings.rulesTimeoutMs;
    const answer = await client.get({ host: 'spot', path, query: QUERY, weight, purpose: 'reconcile', timeoutMs });
    if (!answer.ok) return answer;
    const { url, body, asOf } = answer.value;
    const parsed = parseTradingRules(body);
    if (!parsed.ok) return err(failure('venue_answer_malformed', { url, reason: parsed.error }));
    const weightPerMinute = parseWeightPerMinute(body);
    if (weightPerMinute !== null) client.learnLimit('spot', weightPerMinute);
    const { symbols, unusable, limits } = parsed.value;
    budget.learnLimits(limits, asOf);
    if (unusable.length > 0) {
      const reason = `${unusable.length} symbols are left out: ${unusable.slice(0, 5).join('; ')}`;
      onFault(failure('venue_answer_malformed', { url, reason }));
    }
    const rules = symbols.map((one) => one.rules);
    this.#kept = {
      fetchedAt: clock.now(),
      rules,
      symbols: new Map(symbols.map((one) => [one.rules.instrumentId, one.symbol])),
      instruments: new Map(symbols.map((one) => [one.symbol, one.rules.instrumentId])),
    };
    return ok(rules);
  }
}
