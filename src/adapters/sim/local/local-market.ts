/**
 * The simulated exchange's market inside the process: what its streams and answers would tell, without sockets and
 * JSON. In: a market that knows everything, a clock, and when the exchange is gone. Out: the ports of a market. Nothing
 * is told that the exchange would not have told by then, and the same market and clock tell the same in the same order.
 */
import { assert } from '../../../core/assert.ts';
import { type Decimal, ZERO } from '../../../core/decimal.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import { createRng } from '../../../core/rng.ts';
import { addMs, type EpochMs, epochMs } from '../../../core/time.ts';
import type { BookFacts } from '../../../model/book.ts';
import type { ClosedCandle } from '../../../model/candle.ts';
import { type Failure, failure } from '../../../model/failure.ts';
import type { InstrumentId } from '../../../model/instrument.ts';
import type { Announcement, ListedInstrument } from '../../../model/listing-facts.ts';
import { seriesParts } from '../../../model/series.ts';
import { timeframeMs } from '../../../model/timeframe.ts';
import type { TradingRules } from '../../../model/trading-rules.ts';
import type { Cancel, Clock } from '../../../ports/clock.ts';
import type { Feed, FeedSink, HistoryRequest } from '../../../ports/feed.ts';
import type { MarketWatch, MarketWatchSink } from '../../../ports/market-watch.ts';
import { shareOf } from '../sim-grid.ts';
import { parseSimInterval, SIM_MINUTE_MS } from '../sim-interval.ts';
import type { SimInstrument, SimMarket, SimPeriod } from '../sim-market.ts';
import { SimView } from '../sim-view.ts';
import { shapeBook } from '../spot/book-shape.ts';
import { LocalFeed } from './local-feed.ts';
import { isOver, toBookFacts, toCandle, toListed, toTradingRules } from './local-rows.ts';
import { LocalWatch } from './local-watch.ts';

/** How often the market is told, in milliseconds; both divide a minute, and minutes are a multiple of tickers. */
export type LocalPace = { readonly tickersMs: number; readonly minutesMs: number };

/** What the market is made of. */
export type LocalMarketOptions = {
  readonly market: SimMarket;
  readonly clock: Clock;
  readonly quoteAsset: string;
  readonly pace: LocalPace;
  /** Stretches in which the exchange tells nothing and answers nothing. */
  readonly outages: readonly SimPeriod[];
  /** In the order of their times. */
  readonly announcements: readonly { readonly time: EpochMs; readonly title: string }[];
};

/** The ports, and what a venue without rules of its own asks. */
export type LocalMarket = {
  readonly openFeed: (sink: FeedSink) => Feed;
  readonly openWatch: (sink: MarketWatchSink) => MarketWatch;
  readonly fetchTradingRules: () => Promise<Result<readonly TradingRules[], Failure>>;
  readonly close: () => Promise<void>;
};

const PAGE_LIMIT = 1_000;
/** Announcements of one answer, newest first, as the website gives them. */
const ANNOUNCEMENTS_MAX = 10;
/** Minutes that tell how busy a market is. */
const ACTIVITY_MINUTES = 5;

/** A market; it moves from the moment its watch is started. */
export function createLocalMarket(options: LocalMarketOptions): LocalMarket {
  const { tickersMs, minutesMs } = options.pace;
  assert(SIM_MINUTE_MS % tickersMs === 0 && SIM_MINUTE_MS % minutesMs === 0, 'the pace does not divide a minute');
  assert(minutesMs % tickersMs === 0, 'minutes are told between two tickers');
  const made = new InProcessMarket(options);
  return {
    openFeed: (sink) => made.openFeed(sink),
    openWatch: (sink) => made.openWatch(sink),
    fetchTradingRules: () => made.fetchTradingRules(),
    close: async () => made.close(),
  };
}

class InProcessMarket {
  readonly #options: LocalMarketOptions;
  readonly #view: SimView;
  #watch: LocalWatch | null = null;
  #feed: LocalFeed | null = null;
  #cancel: Cancel | null = null;
  #wasGone = false;

  constructor(options: LocalMarketOptions) {
    this.#options = options;
    this.#view = new SimView(options.market, options.clock);
  }

  openWatch(sink: MarketWatchSink): MarketWatch {
    const { quoteAsset } = this.#options;
    const watch = new LocalWatch({ view: this.#view, sink, quoteAsset });
    this.#watch = watch;
    return {
      start: () => {
        watch.start();
        this.#cancel ??= this.#arm();
      },
      followMinutes: (instrumentIds) => watch.follow(instrumentIds),
      status: () => watch.status(),
      fetchInstruments: () => this.#answer(() => this.#instruments()),
      fetchAnnouncements: () => this.#answer(() => this.#announcements()),
      fetchListedTime: (id) => this.#answer(() => this.#firstDay(id)),
      fetchBook: (id) => this.#fetchBook(id),
      close: async () => watch.close(),
    };
  }

  openFeed(sink: FeedSink): Feed {
    const feed = new LocalFeed({ view: this.#view, sink });
    this.#feed = feed;
    return {
      watch: (seriesId) => feed.watch(seriesId),
      unwatch: (seriesId) => feed.unwatch(seriesId),
      fetchHistory: (request) => this.#fetchHistory(request),
      fetchInstruments: async () => ok([]),
      fetchTime: () => this.#answer(() => this.#view.now()),
      close: async () => feed.close(),
    };
  }

  fetchTradingRules(): Promise<Result<readonly TradingRules[], Failure>> {
    return this.#answer(() =>
      this.#listed().map((instrument) => toTradingRules(instrument, this.#statusOf(instrument))),
    );
  }

  close(): void {
    this.#cancel?.();
    this.#watch?.close();
    this.#feed?.close();
  }

  #arm(): Cancel {
    const { clock, pace } = this.#options;
    const due = epochMs((Math.floor(clock.now() / pace.tickersMs) + 1) * pace.tickersMs);
    return clock.schedule(due, () => {
      this.#cancel = this.#arm();
      this.#tell(due);
    });
  }

  /** Minutes that ended first, then what is running, then prices: the order of the exchange's own streams. */
  #tell(now: EpochMs): void {
    const isGone = this.#isGone();
    if (isGone && !this.#wasGone) {
      this.#watch?.lose();
      this.#feed?.lose(now);
    }
    this.#wasGone = isGone;
    if (isGone) return;
    if (now % SIM_MINUTE_MS === 0) {
      const openTime = addMs(now, -SIM_MINUTE_MS);
      this.#watch?.tellClosed(openTime, now);
      this.#feed?.tellClosed(openTime, now);
    } else if (now % this.#options.pace.minutesMs === 0) {
      this.#watch?.tellForming(now);
      this.#feed?.tellForming(now);
    }
    this.#watch?.tellTickers(now);
  }

  #isGone(): boolean {
    const now = this.#view.now();
    return this.#options.outages.some(({ from, to }) => now >= from && now < to);
  }

  async #answer<T>(read: () => T): Promise<Result<T, Failure>> {
    if (!this.#isGone()) return ok(read());
    return err(failure('venue_unreachable', { url: 'the simulated exchange', reason: 'it is gone' }));
  }

  #listed(): readonly SimInstrument[] {
    return this.#view.listed('spot').filter(({ quote }) => quote === this.#options.quoteAsset);
  }

  #statusOf({ instrumentId }: SimInstrument): ReturnType<SimMarket['status']> {
    return this.#view.market.status(instrumentId, this.#view.now());
  }

  #instruments(): readonly ListedInstrument[] {
    return this.#listed().map((instrument) => toListed(instrument, this.#statusOf(instrument)));
  }

  #announcements(): readonly Announcement[] {
    const now = this.#view.now();
    return this.#options.announcements
      .flatMap(({ time, title }, index): readonly Announcement[] =>
        time <= now ? [{ id: `sim${index + 1}`, title, body: '', releaseTime: time }] : [],
      )
      .slice(-ANNOUNCEMENTS_MAX)
      .reverse();
  }

  #firstDay(id: InstrumentId): EpochMs | null {
    const instrument = this.#find(id);
    return instrument === null || instrument.historyFrom > this.#view.now() ? null : instrument.listedTime;
  }

  #find(id: InstrumentId): SimInstrument | null {
    return this.#view.listed('spot').find(({ instrumentId }) => instrumentId === id) ?? null;
  }

  async #fetchBook(id: InstrumentId): Promise<Result<BookFacts, Failure>> {
    const instrument = this.#find(id);
    const answer = await this.#answer(() => (instrument === null ? null : this.#bookOf(instrument)));
    if (!answer.ok) return answer;
    return answer.value === null ? err(failure('symbol_unknown', { symbol: id })) : ok(answer.value);
  }

  #bookOf(instrument: SimInstrument): BookFacts | null {
    const now = this.#view.now();
    const from = epochMs(Math.max(0, now - ACTIVITY_MINUTES * SIM_MINUTE_MS));
    const rows = this.#view.market.minutes(instrument.instrumentId, { from, to: now });
    const price = this.#view.forming(instrument, now)?.close ?? rows.at(-1)?.close ?? null;
    if (price === null) return null;
    const volume = rows.reduce((sum, row) => sum + row.volume, 0n) as Decimal;
    const minuteVolume = rows.length === 0 ? ZERO : shareOf(volume, 1, rows.length);
    const rng = createRng(this.#view.market.seed, `${instrument.instrumentId}:${now}:book`);
    return toBookFacts(shapeBook({ grid: instrument, price, taker: 'BUY', minuteVolume }, rng));
  }

  async #fetchHistory(request: HistoryRequest): Promise<Result<readonly ClosedCandle[], Failure>> {
    const { instrumentId, timeframe } = seriesParts(request.seriesId);
    const interval = parseSimInterval(timeframe);
    const instrument = this.#find(instrumentId);
    if (interval === null || instrument === null) return err(failure('symbol_unknown', { symbol: request.seriesId }));
    const { seriesId, source, from, to } = request;
    const lengthMs = timeframeMs(timeframe);
    return this.#answer(() =>
      this.#view
        .klines(instrument, { interval, startTime: from, endTime: addMs(to, -lengthMs), limit: PAGE_LIMIT })
        .filter(({ openTime }) => isOver(openTime, lengthMs, this.#view.now()))
        .map((row) => toCandle(row, { seriesId, source })),
    );
  }
}
