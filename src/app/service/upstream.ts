/**
 * The upstream side of the service: the engine, the feed that posts into it, and the supervisor that decides which
 * series are open in both.
 */
import { setImmediate } from 'node:timers/promises';
import { assert } from '../../core/assert.ts';
import { Engine, step } from '../../engine/index.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import type { CandlesPosted } from '../../model/events.ts';
import { type Failure, toFailure, toReason } from '../../model/failure.ts';
import { type SeriesId, seriesParts, siblingSeries } from '../../model/series.ts';
import type { Bus } from '../../ports/bus.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import type { ChartStore } from '../../ports/chart-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CommitBurst } from '../../ports/commit-burst.ts';
import type { Feed, FeedEvent, FeedSink } from '../../ports/feed.ts';
import type { Journal } from '../../ports/journal.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { Config } from '../config.ts';
import { ChartOpener } from './chart-opening.ts';
import { Derivation } from './derivation.ts';
import { IngestSupervisor } from './ingest-supervisor.ts';
import { describeSeries } from './series-opening.ts';

/** What the upstream is made of. */
export type UpstreamParts = {
  readonly config: Config;
  readonly store: CandleStore;
  readonly charts: ChartStore;
  readonly journal: Journal;
  readonly commit: CommitBurst;
  readonly bus: Bus;
  readonly notifier: Notifier;
  /** Time of the market. */
  readonly clock: Clock;
  /** Real time, for the supervisor. */
  readonly wallClock: Clock;
  readonly whitelist: readonly SeriesId[];
  readonly openFeed: (sink: FeedSink) => Feed;
  /** Whether the feed can have a series at all. */
  readonly canFollow: (seriesId: SeriesId) => boolean;
  readonly onFatal: (failure: Failure) => void;
  readonly onWarning: (reason: string) => void;
};

/** The upstream side. */
export class Upstream {
  readonly engine: Engine;
  readonly supervisor: IngestSupervisor;
  readonly #charts: ChartOpener;
  readonly #derivation: Derivation;
  readonly #parts: UpstreamParts;
  #feed: Feed | null = null;

  constructor(parts: UpstreamParts) {
    this.#parts = parts;
    const { clock, store, charts, bus, notifier, journal, commit } = parts;
    this.engine = new Engine({
      ports: { clock, store, charts, bus, notifier, journal, feed: this.#lateFeed(), breathe: setImmediate },
      commit,
      step,
      onFatal: (error) => parts.onFatal(toFailure(error)),
    });
    this.#charts = new ChartOpener({ ...parts, engine: this.engine });
    this.#derivation = new Derivation({ ...parts, post: (candles) => this.post(candles, 'silent') });
    this.supervisor = createSupervisor(parts, {
      open: (seriesId) => this.#openSeries(seriesId),
      close: (seriesId) => this.#closeSeries(seriesId),
    });
  }

  /** The feed, once it is open. */
  feed(): Feed {
    assert(this.#feed !== null, 'the feed is asked before it is open');
    return this.#feed;
  }

  /** Opens the feed, starts the engine and the jobs that are always on. */
  async start(): Promise<void> {
    this.#feed = this.#parts.openFeed((event) => this.#receive(event));
    this.engine.start();
    await this.supervisor.start();
  }

  /** No more input, then everything that waits is stored; the feed is closed last because requests may be under way. */
  async stop(): Promise<void> {
    await this.supervisor.stop();
    await this.#feed?.close();
    await this.engine.stop();
  }

  /** Stores candles of one series that were handed in, and their structure; rejects as `Engine.submit` does. */
  async post(candles: readonly ClosedCandle[], announce: CandlesPosted['announce']): Promise<void> {
    const seriesId = candles[0]?.seriesId;
    if (seriesId === undefined) return;
    await this.#charts.openForPost(seriesId);
    const receivedTime = this.#parts.clock.now();
    await this.engine.submit({ kind: 'candlesPosted', receivedTime, seriesId, candles, announce });
  }

  /** Computes the chart of a series that lacks one, or computes it again; rejects as `Engine.submit` does. */
  prepareChart(seriesId: SeriesId, how: 'missing' | 'again'): Promise<'working' | 'idle'> {
    return this.#charts.prepare(seriesId, how);
  }

  #receive(event: FeedEvent): void {
    if (event.kind === 'feedDown') this.supervisor.reportCrash(event.seriesId, event.reason);
    if (event.kind === 'feedUp') this.supervisor.reportAlive(event.seriesId);
    // A full mailbox makes a closed candle wait; a forming one is simply too late.
    if (!this.engine.mailbox.offer(event) && event.kind !== 'formingReceived') void this.engine.mailbox.post(event);
  }

  async #openSeries(seriesId: SeriesId): Promise<void> {
    const opened = await describeSeries(this.#parts, seriesId);
    await this.#derivation.begin(opened);
    for (const timeframe of [seriesParts(seriesId).timeframe, ...opened.timeframes]) {
      await this.#charts.open(siblingSeries(seriesId, timeframe), 'followed');
    }
    await this.engine.submit(opened);
    this.feed().watch(seriesId);
    this.#derivation.goOn(seriesId);
  }

  async #closeSeries(seriesId: SeriesId): Promise<void> {
    this.feed().unwatch(seriesId);
    await this.#derivation.end(seriesId);
    await this.engine.submit({ kind: 'seriesClosed', receivedTime: this.#parts.clock.now(), seriesId });
  }

  /** The feed posts into the engine and the engine asks the feed: the second direction is tied when the feed is open. */
  #lateFeed(): Feed {
    return {
      watch: (seriesId) => this.feed().watch(seriesId),
      unwatch: (seriesId) => this.feed().unwatch(seriesId),
      fetchHistory: (request) => this.feed().fetchHistory(request),
      fetchInstruments: (market) => this.feed().fetchInstruments(market),
      fetchTime: () => this.feed().fetchTime(),
      close: () => this.feed().close(),
    };
  }
}

function createSupervisor(
  parts: UpstreamParts,
  actions: ConstructorParameters<typeof IngestSupervisor>[0]['actions'],
): IngestSupervisor {
  const { ingest, baseTimeframe, derivedTimeframes } = parts.config;
  const mayRun = !(ingest.roleGuard === 'on' && ingest.role === 'read');
  return new IngestSupervisor({
    limits: {
      pinned: mayRun && ingest.whitelist === 'on' ? parts.whitelist : [],
      onDemand: mayRun ? ingest.onDemand : 'off',
      onDemandMax: ingest.onDemandMax,
      idleMs: ingest.idleMs,
      guardrail: ingest.guardrail,
      baseTimeframe,
      derivedTimeframes,
      canFollow: parts.canFollow,
    },
    actions,
    clock: parts.wallClock,
    onError: (error) => parts.onWarning(toReason(error)),
  });
}
