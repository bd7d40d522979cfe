/**
 * The markets with the largest volume, from an upstream that is asked as rarely as the answers allow: one request at
 * a time for each market, none while the last answer is fresh, and after a failure none for a while. What is stale is
 * served rather than nothing. A list is built once for all who want the same one.
 */
import { toFloat } from '../core/decimal.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { EpochMs } from '../core/time.ts';
import { type Failure, toFailure } from '../model/failure.ts';
import type { MarketType } from '../model/instrument.ts';
import type { TradedMarket } from '../model/traded-market.ts';
import type { Clock } from '../ports/clock.ts';
import type { FetchTopMarkets } from '../ports/fetch-top-markets.ts';
import type { TopMarketsAnswer } from './contract.ts';

/** Which list. */
export type TopMarketsQuery = { readonly market: MarketType; readonly quoteAsset: string; readonly limit: number };

/** What the lists are made with. */
export type TopMarketsOptions = {
  /** Real time. */
  readonly clock: Clock;
  readonly fetch: FetchTopMarkets;
  /** How long an answer of the upstream is fresh. */
  readonly ttlMs?: number;
};

type Fetched = { readonly rows: readonly TradedMarket[]; readonly at: EpochMs };
type Items = TopMarketsAnswer['items'];

const TTL_MS = 10_000;
/** An upstream that failed is left alone for this long. */
const RETRY_MS = 2_000;
/** Lists kept of one upstream answer. Policy beyond it: all are made anew. */
const LISTS_MAX = 64;
const EXCHANGE = 'binance';

/** Serves the lists. */
export class TopMarkets {
  readonly #clock: Clock;
  readonly #fetch: FetchTopMarkets;
  readonly #ttlMs: number;
  readonly #fetched = new Map<MarketType, Fetched>();
  readonly #failed = new Map<MarketType, { readonly failure: Failure; readonly at: EpochMs }>();
  readonly #underWay = new Map<MarketType, Promise<Result<Fetched, Failure>>>();
  #lists = new Map<string, { readonly of: Fetched; readonly items: Items }>();

  constructor({ clock, fetch, ttlMs = TTL_MS }: TopMarketsOptions) {
    this.#clock = clock;
    this.#fetch = fetch;
    this.#ttlMs = ttlMs;
  }

  /** The list, largest quote volume first; `forced` asks the upstream now. Fails with its failure when there is none. */
  async list(query: TopMarketsQuery, freshness: 'cached' | 'forced'): Promise<Result<TopMarketsAnswer, Failure>> {
    const { market } = query;
    const known = this.#fetched.get(market);
    const isFresh = known !== undefined && this.#clock.now() - known.at < this.#ttlMs;
    if (known !== undefined && isFresh && freshness === 'cached') return ok(this.#answer(query, known, 'cached'));
    const asked = await this.#ask(market, freshness);
    if (asked.ok) return ok(this.#answer(query, asked.value, 'asked'));
    return known === undefined ? asked : ok(this.#answer(query, known, 'cached'));
  }

  #ask(market: MarketType, freshness: 'cached' | 'forced'): Promise<Result<Fetched, Failure>> {
    const failed = this.#failed.get(market);
    if (failed !== undefined && freshness === 'cached' && this.#clock.now() - failed.at < RETRY_MS) {
      return Promise.resolve(err(failed.failure));
    }
    const underWay = this.#underWay.get(market) ?? this.#request(market);
    this.#underWay.set(market, underWay);
    return underWay;
  }

  async #request(market: MarketType): Promise<Result<Fetched, Failure>> {
    try {
      const answer = await this.#fetch(market);
      if (!answer.ok) return this.#remember(market, answer.error);
      const fetched = { rows: answer.value, at: this.#clock.now() };
      this.#fetched.set(market, fetched);
      this.#failed.delete(market);
      return ok(fetched);
    } catch (thrown) {
      return this.#remember(market, toFailure(thrown));
    } finally {
      this.#underWay.delete(market);
    }
  }

  #remember(market: MarketType, failed: Failure): Result<never, Failure> {
    this.#failed.set(market, { failure: failed, at: this.#clock.now() });
    return err(failed);
  }

  #answer(query: TopMarketsQuery, fetched: Fetched, from: 'cached' | 'asked'): TopMarketsAnswer {
    return {
      exchange: EXCHANGE,
      market: query.market,
      quote_asset: query.quoteAsset,
      limit: query.limit,
      generated_at_ms: fetched.at,
      cached: from === 'cached',
      items: this.#items(query, fetched),
    };
  }

  #items(query: TopMarketsQuery, fetched: Fetched): Items {
    const key = `${query.market} ${query.quoteAsset} ${query.limit}`;
    const known = this.#lists.get(key);
    if (known?.of === fetched) return known.items;
    const items = listItems(query, fetched.rows);
    if (this.#lists.size >= LISTS_MAX) this.#lists = new Map();
    this.#lists.set(key, { of: fetched, items });
    return items;
  }
}

function listItems({ market, quoteAsset, limit }: TopMarketsQuery, rows: readonly TradedMarket[]): Items {
  return rows
    .flatMap((row) => (row.quote === quoteAsset && row.quoteVolume !== null ? [{ row, volume: row.quoteVolume }] : []))
    .sort((a, b) => (a.volume === b.volume ? 0 : a.volume < b.volume ? 1 : -1))
    .slice(0, limit)
    .map(({ row, volume }) => ({
      exchange: EXCHANGE,
      market,
      symbol: `${row.base}/${row.quote}`,
      symbol_id: row.symbol,
      base_asset: row.base,
      quote_asset: row.quote,
      last_price: row.lastPrice === null ? null : toFloat(row.lastPrice),
      quote_volume: toFloat(volume),
      price_change_percent: row.changePercent === null ? null : toFloat(row.changePercent),
    }));
}

/** A client may force a list of a market once in this long. */
const FORCE_EVERY_MS = 2_000;
/** Clients remembered; policy beyond it: the one that forced longest ago is forgotten. */
const FORCERS_MAX = 10_000;

/** Who forced a list lately. */
export class ForceLimit {
  readonly #clock: Clock;
  readonly #lastAt = new Map<string, EpochMs>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the client at `address` may force a list of `market` now; if so, it has. */
  take(address: string, market: MarketType): 'allowed' | 'limited' {
    const key = `${market} ${address}`;
    const now = this.#clock.now();
    const last = this.#lastAt.get(key);
    if (last !== undefined && now - last < FORCE_EVERY_MS) return 'limited';
    this.#lastAt.delete(key);
    this.#lastAt.set(key, now);
    const oldest = this.#lastAt.keys().next();
    if (this.#lastAt.size > FORCERS_MAX && oldest.done !== true) this.#lastAt.delete(oldest.value);
    return 'allowed';
  }
}
