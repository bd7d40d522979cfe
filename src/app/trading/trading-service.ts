/**
 * The hot-coin system put together: its engine on one SQLite file, candidates in another, the market in, orders out.
 * Which market, which venue, which clock and which place are the caller's row of choices; nothing here knows a mode.
 */
import { createMemoryBus } from '../../adapters/memory/memory-bus.ts';
import type { RequestBudget } from '../../api/contract.ts';
import { assert } from '../../core/assert.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { listCandidates } from '../../discovery/index.ts';
import {
  Engine,
  type EngineInput,
  type Surroundings,
  step,
  type TradingEvent,
  type TradingPorts,
  type TradingSettings,
} from '../../engine/index.ts';
import { type Failure, FailureError, failure, toFailure, toReason } from '../../model/failure.ts';
import type { PostsReceived } from '../../model/social-post.ts';
import { viewPortfolio } from '../../portfolio/index.ts';
import type { Account } from '../../ports/account.ts';
import type { Bus } from '../../ports/bus.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DecisionLedger } from '../../ports/decision-ledger.ts';
import type { Feed } from '../../ports/feed.ts';
import type { MarketWatch, MarketWatchEvent } from '../../ports/market-watch.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { OrderStore } from '../../ports/order-store.ts';
import type { RequestLedger } from '../../ports/request-ledger.ts';
import type { SocialSource } from '../../ports/social-source.ts';
import type { Venue } from '../../ports/venue.ts';
import { afterFirstList } from '../discovery/after-first-list.ts';
import { ListedTimes } from '../discovery/listed-times.ts';
import type { MarketRecorder } from '../recording/market-recorder.ts';
import { prepareDataDir } from '../service/kline-service.ts';
import { type Closer, closeAll } from './closers.ts';
import { type EngineStopwatch, timeCommit, timeStep } from './engine-stopwatch.ts';
import { holdingsOf } from './ledger-holdings.ts';
import type { Holding } from './paper-venue.ts';
import { SeriesFollower } from './series-follower.ts';
import { SurroundingsWatch } from './surroundings-watch.ts';
import type { TradingMarket } from './trading-market.ts';
import { openTradingStores, type TradingStores } from './trading-stores.ts';

/**
 * Where orders go. For a venue that has no market and no wallet of its own, `follow` hears what the market does and
 * `fund` what the ledger says is held at the start.
 */
export type TradingVenue = {
  readonly venue: Venue;
  readonly account: Account;
  readonly follow: (event: MarketWatchEvent) => void;
  readonly fund: (holdings: readonly Holding[]) => void;
};

/** A row of choices. */
export type TradingOptions = {
  readonly version: string;
  readonly seed: number;
  readonly dataDir: string;
  /** Path of the candidates' database. */
  readonly candidatesPath: string;
  /** How long the candidates' heat is kept. */
  readonly heatRetentionMs: number;
  /** Stored bytes of the journal above which its oldest records are forgotten; the journal's own bound where absent. */
  readonly journalBytesMax?: number;
  readonly settings: TradingSettings;
  /** Time of the market. */
  readonly clock: Clock;
  /** Real time. */
  readonly wallClock: Clock;
  readonly notifier: Notifier;
  readonly openMarket: (ledger: RequestLedger) => TradingMarket;
  readonly openVenue: () => TradingVenue;
  /** Started and closed by trading; whatever becomes of them, trading goes on. */
  readonly socials: readonly SocialSource[];
  /** Writes down what the run is told; closed by it. */
  readonly recorder?: MarketRecorder;
  readonly onEvents: (events: readonly TradingEvent[]) => void;
  /** How it goes with what is stored beside the engine, looked at once a second: while it fails nothing is bought. */
  readonly storage?: () => Surroundings['storage'];
  /** Takes how long step and commits take; nothing is timed where absent. */
  readonly stopwatch?: EngineStopwatch;
  readonly onFatal: (failure: Failure) => void;
  readonly onWarning: (reason: string) => void;
};

/** Trading under way. */
export type TradingService = {
  readonly engine: Engine;
  readonly watch: MarketWatch;
  readonly socials: readonly SocialSource[];
  readonly account: Account;
  /** Why things were done and not done, and the orders behind it. */
  readonly decisions: DecisionLedger;
  readonly orders: OrderStore;
  /** For questions beside trading; they spend the same budget, last in line, and are not recorded. */
  readonly feed: Pick<Feed, 'fetchHistory'>;
  /** What the engine announces of the market, for whoever only listens. */
  readonly bus: Pick<Bus, 'subscribe'>;
  readonly readBudgets: () => readonly RequestBudget[];
  /** No more input; everything that waits is stored; positions are left to their resting stops. */
  readonly close: () => Promise<void>;
};

const BUS_WAITING_MAX = 10_000;

/** Starts trading; on failure nothing keeps running. */
export async function startTrading(options: TradingOptions): Promise<Result<TradingService, Failure>> {
  const prepared = prepareDataDir(options.dataDir);
  if (!prepared.ok) return prepared;
  const closers: Closer[] = [];
  try {
    const stores = openTradingStores(options, closers);
    const started = stores.ok ? await new Trading(options, stores.value, closers).start() : stores;
    if (!started.ok) await closeAll(closers, 'trading');
    return started;
  } catch (error) {
    await closeAll(closers, 'trading');
    return err(toFailure(error));
  }
}

class Trading {
  readonly #options: TradingOptions;
  readonly #stores: TradingStores;
  readonly #closers: Closer[];
  readonly #sides: TradingVenue;
  readonly #watch: MarketWatch;
  readonly #market: TradingMarket;
  #engine: Engine | null = null;
  #feed: Feed | null = null;
  /** The feed below the recorder. */
  #plainFeed: Feed | null = null;
  #bus: Bus | null = null;
  /** As the venue told it last, also before there was anybody to hear it. */
  #connection: 'up' | 'down' = 'up';

  constructor(options: TradingOptions, stores: TradingStores, closers: Closer[]) {
    this.#options = options;
    this.#stores = stores;
    this.#closers = closers;
    const { recorder } = options;
    if (recorder !== undefined) closers.push(async () => recorder.close());
    const market = this.#keepFeed(options.openMarket(stores.ledger));
    this.#market = recorder === undefined ? market : recorder.market(market);
    closers.push(() => this.#market.close());
    this.#sides = options.openVenue();
    this.#listen();
    closers.push(
      () => this.#sides.account.close(),
      () => this.#sides.venue.close(),
    );
    const watch = this.#market.openWatch((event) => {
      this.#sides.follow(event);
      this.#offer(event);
    });
    this.#watch = afterFirstList(watch, () => {
      for (const social of options.socials) social.start((posts) => this.#hearPosts(posts));
    });
    closers.push(() => this.#watch.close(), ...options.socials.map((social) => () => social.close()));
  }

  /** What is asked beside trading is no part of what the run was told. */
  #keepFeed(market: TradingMarket): TradingMarket {
    const openFeed: TradingMarket['openFeed'] = (sink) => {
      const feed = market.openFeed(sink);
      this.#plainFeed = feed;
      return feed;
    };
    return { ...market, openFeed };
  }

  #hearPosts(posts: PostsReceived): void {
    this.#options.recorder?.posts(posts);
    this.#offer(posts);
  }

  /** From the first moment on: a venue does not say again how its connection stands. */
  #listen(): void {
    const { venue } = this.#sides;
    const { clock } = this.#options;
    venue.onReport((report) => this.#offer({ kind: 'orderReported', receivedTime: clock.now(), report }));
    venue.onConnection((connection) => {
      this.#connection = connection;
      this.#offer({ kind: 'venueChanged', receivedTime: clock.now(), connection });
    });
  }

  async start(): Promise<Result<TradingService, Failure>> {
    const engine = await this.#createEngine();
    this.#engine = engine;
    const recovered = await engine.recover();
    if (!recovered.ok) return recovered;
    const portfolio = engine.state().trading?.portfolio ?? null;
    const { initialCapital } = this.#options.settings;
    this.#sides.fund(holdingsOf(portfolio, initialCapital));
    this.#feed = this.#market.openFeed((event) => this.#offer(event));
    const surroundings = this.#measure();
    // Stopping goes the way of the data: nothing more is measured or told, then everything that waits is stored.
    this.#closers.push(
      () => engine.stop(),
      () => this.#getFeed().close(),
      () => surroundings.stop(),
    );
    const { account } = this.#sides;
    const { socials } = this.#options;
    const first = await this.#describeStart(engine);
    this.#options.recorder?.begin(first[0]?.receivedTime ?? this.#options.clock.now());
    for (const input of first) engine.mailbox.mustOffer(input);
    engine.start();
    this.#watch.start();
    surroundings.start();
    const { decisions, orders } = this.#stores;
    return ok({
      engine,
      watch: this.#watch,
      socials,
      account,
      decisions,
      orders,
      feed: this.#plainFeed ?? this.#lateFeed(),
      bus: this.#getBus(),
      readBudgets: () => this.#market.readBudgets?.() ?? [],
      close: () => closeAll(this.#closers, 'trading'),
    });
  }

  async #createEngine(): Promise<Engine> {
    const { notifier, onWarning, onFatal, stopwatch } = this.#options;
    const { store, charts, journal, commit } = this.#stores;
    const bus = createMemoryBus({ waitingMax: BUS_WAITING_MAX, onError: (error) => onWarning(toReason(error)) });
    this.#closers.push(() => bus.close());
    this.#bus = bus;
    const trading = await this.#ports();
    const { clock } = trading;
    return new Engine({
      ports: { clock, store, charts, bus, notifier, journal, feed: this.#lateFeed(), trading },
      commit: stopwatch === undefined ? commit : timeCommit(commit, stopwatch),
      step: stopwatch === undefined ? step : timeStep(step, stopwatch),
      onFatal: (error) => onFatal(this.#describeFatal(error)),
    });
  }

  /** R5-7: with what trading was about when it failed. */
  #describeFatal(error: unknown): Failure {
    const trading = this.#engine?.state().trading ?? null;
    if (trading === null) return toFailure(error);
    return failure('trading_round_failed', {
      round: trading.cycle,
      candidates: listCandidates(trading.discovery.pool).length,
      positions: viewPortfolio(trading.portfolio).positions.length,
      reason: error instanceof FailureError ? error.message : toReason(error),
    });
  }

  async #ports(): Promise<TradingPorts> {
    const { settings, onEvents, onWarning, recorder } = this.#options;
    const { candidates } = this.#stores;
    const { venue } = this.#sides;
    const account = recorder?.account(this.#sides.account) ?? this.#sides.account;
    const clock = recorder?.timers ?? this.#options.clock;
    const watch = this.#watch;
    const series = new SeriesFollower({
      engine: { submit: (input) => this.#getEngine().submit(input) },
      feed: () => this.#getFeed(),
      clock,
      timeframes: settings.signals.profile.timeframes.map((params) => params.timeframe).filter((each) => each !== '1m'),
      onError: (error) => onWarning(toReason(error)),
    });
    const listedTimes = await ListedTimes.open({ clock, candidates, watch });
    this.#closers.push(() => listedTimes.close());
    const onFault = (failure: Failure): void => onWarning(`${failure.code}: ${failure.message}`);
    return {
      clock,
      feed: this.#lateFeed(),
      venue,
      account,
      watch,
      candidates,
      series,
      listedTimes,
      onEvents: (events) => {
        recorder?.events(events);
        onEvents(events);
      },
      onFault,
    };
  }

  /** The first inputs of a run: settings, what is stored of candidates where nothing is known, and what of orders. */
  async #describeStart(engine: Engine): Promise<readonly EngineInput[]> {
    const { clock, version, seed, settings, onWarning } = this.#options;
    const { candidates, orders } = this.#stores;
    const receivedTime = clock.now();
    const known = await candidates.loadCandidates();
    const listings = await candidates.loadListings();
    for (const skipped of [...known.skipped, ...listings.skipped]) onWarning(skipped);
    const portfolio = engine.state().trading?.portfolio ?? null;
    const isNew = portfolio === null;
    const capital = settings.initialCapital;
    return [
      { kind: 'runStarted', receivedTime, version, configHash: settings.configHash, seed },
      { kind: 'tradingOpened', receivedTime, settings },
      ...(isNew || portfolio.initialCapital === capital
        ? []
        : [{ kind: 'capitalSet', receivedTime, capital } as const]),
      ...(isNew ? [{ kind: 'candidatesRestored', receivedTime, candidates: known.value } as const] : []),
      ...(isNew && listings.value !== null
        ? [{ kind: 'listingsRestored', receivedTime, memory: listings.value } as const]
        : []),
      { kind: 'executionOpened', receivedTime, ...(await orders.loadOpen()) },
      { kind: 'venueChanged', receivedTime, connection: this.#connection },
    ];
  }

  #measure(): Pick<SurroundingsWatch, 'start' | 'stop'> {
    const { wallClock, clock, recorder, storage = () => 'working' } = this.#options;
    const tell = (surroundings: Surroundings): void => {
      const receivedTime = clock.now();
      recorder?.surroundings(receivedTime, surroundings);
      this.#offer({ kind: 'surroundingsMeasured', receivedTime, surroundings });
    };
    const { onSurroundings } = this.#market;
    if (onSurroundings !== undefined) return { start: () => onSurroundings(tell), stop: () => {} };
    const feed = (): Feed => this.#getFeed();
    return new SurroundingsWatch({ wallClock, clock, feed, watch: this.#watch, storage, tell });
  }

  /** A full mailbox drops what the next second replaces; everything else waits in line. */
  #offer(input: EngineInput): void {
    if (this.#engine === null || this.#engine.mailbox.offer(input)) return;
    const isFleeting =
      input.kind === 'tickersReceived' ||
      input.kind === 'formingReceived' ||
      (input.kind === 'minuteReceived' && input.minute.state === 'forming');
    if (!isFleeting) void this.#engine.mailbox.post(input);
  }

  #getEngine(): Engine {
    assert(this.#engine !== null, 'the engine is asked before it is made');
    return this.#engine;
  }

  #getBus(): Bus {
    assert(this.#bus !== null, 'the bus is asked before it is made');
    return this.#bus;
  }

  #getFeed(): Feed {
    assert(this.#feed !== null, 'the feed is asked before it is open');
    return this.#feed;
  }

  /** The feed tells the engine and the engine asks the feed: the second direction is tied when the feed is open. */
  #lateFeed(): Feed {
    const feed = (): Feed => this.#getFeed();
    return {
      watch: (seriesId) => feed().watch(seriesId),
      unwatch: (seriesId) => feed().unwatch(seriesId),
      fetchHistory: (request) => feed().fetchHistory(request),
      fetchInstruments: (market) => feed().fetchInstruments(market),
      fetchTime: () => feed().fetchTime(),
      close: () => feed().close(),
    };
  }
}
