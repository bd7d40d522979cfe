/**
 * The K-line service put together: store and journal on one SQLite file, the engine over its ports, the feed in and
 * HTTP and WebSocket out. Which feed, which clock and which place are the caller's row of choices; nothing here knows
 * a mode.
 */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createMemoryBus } from '../../adapters/memory/memory-bus.ts';
import { createSqliteCandleStore } from '../../adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../../adapters/sqlite/sqlite-database.ts';
import { createSqliteJournal } from '../../adapters/sqlite/sqlite-journal.ts';
import { CandleReader, type HttpServer, MarketHub, startHttpServer } from '../../api/index.ts';
import { assert } from '../../core/assert.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { addMs, type EpochMs, epochMs } from '../../core/time.ts';
import { Engine, step } from '../../engine/index.ts';
import { digest } from '../../journal/index.ts';
import { createFanout, spanOpen } from '../../market/derived-timeframe-fanout.ts';
import type { RunStarted, SeriesOpened } from '../../model/events.ts';
import { type Failure, failure, toFailure, toReason } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import { bucketOpen } from '../../model/timeframe.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Feed, FeedSink } from '../../ports/feed.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { Config } from '../config.ts';

/** A service's row of choices. */
export type ServiceOptions = {
  readonly mode: string;
  readonly version: string;
  readonly config: Config;
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly webDir: string;
  readonly seed: number;
  /** Market seconds per real second. */
  readonly speed: number;
  /** Time of the market. */
  readonly clock: Clock;
  /** Real time, for pings. */
  readonly wallClock: Clock;
  readonly notifier: Notifier;
  readonly series: readonly SeriesId[];
  readonly openFeed: (sink: FeedSink) => Feed;
  readonly onFatal: (failure: Failure) => void;
  readonly onWarning: (reason: string) => void;
};

/** A running service. */
export type KlineService = {
  readonly port: number;
  readonly store: CandleStore;
  readonly engine: Engine;
  /** Stops in order: no more input, everything waiting stored, clients told, files closed. */
  readonly close: () => Promise<void>;
};

/** Name of the one database file in a data directory. */
export const DATABASE_FILE = 'hotwick.db';

const DAY_MS = 86_400_000;
const BUS_WAITING_MAX = 10_000;

/** Makes the data directory and checks that it can be written; fails with `data_dir_unwritable`. */
export function prepareDataDir(path: string): Result<string, Failure> {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK);
    return ok(join(path, DATABASE_FILE));
  } catch (error) {
    return err(failure('data_dir_unwritable', { path, reason: toReason(error) }));
  }
}

/** Starts the service; on failure nothing keeps running. */
export async function startKlineService(options: ServiceOptions): Promise<Result<KlineService, Failure>> {
  const path = prepareDataDir(options.dataDir);
  if (!path.ok) return path;
  const closers: Closer[] = [];
  try {
    const started = await startAll(options, path.value, closers);
    if (!started.ok) await closeAll(closers);
    return started;
  } catch (error) {
    await closeAll(closers);
    return err(toFailure(error));
  }
}

/** Ends one part of the service. */
type Closer = () => void | Promise<void>;

/** Ends the parts, the newest first; one that fails does not keep the others, and is reported when all are through. */
async function closeAll(closers: readonly Closer[]): Promise<void> {
  const failed: unknown[] = [];
  for (const close of closers.toReversed()) {
    try {
      await close();
    } catch (error) {
      failed.push(error);
    }
  }
  if (failed.length > 0) throw failed[0];
}

async function startAll(
  options: ServiceOptions,
  path: string,
  closers: Closer[],
): Promise<Result<KlineService, Failure>> {
  const database = openSqliteDatabase({ path });
  closers.push(() => database.close());
  const store = createSqliteCandleStore(database);
  closers.push(() => store.close());
  const journal = createSqliteJournal(database);
  closers.push(() => journal.close());
  const bus = createMemoryBus({
    waitingMax: BUS_WAITING_MAX,
    onError: (error) => options.onWarning(toReason(error)),
  });
  closers.push(() => bus.close());
  const parts = { ...options, store, journal, bus };
  const tie: FeedTie = { feed: null };
  const engine = createEngine(parts, tie);
  const recovered = await engine.recover();
  if (!recovered.ok) return recovered;
  const http = await startServer(parts);
  if (!http.ok) return http;
  // Stopping goes the way of the data: no more input, everything waiting stored, then the clients are told.
  closers.push(
    () => http.value.close(),
    () => engine.stop(),
  );
  await openFeed(parts, engine, (feed) => {
    tie.feed = feed;
    closers.push(() => feed.close());
  });
  return ok({ port: http.value.port, store, engine, close: () => closeAll(closers) });
}

type Parts = ServiceOptions & {
  readonly store: CandleStore;
  readonly journal: ReturnType<typeof createSqliteJournal>;
  readonly bus: ReturnType<typeof createMemoryBus>;
};

/** The feed posts into the engine and the engine asks the feed: the second direction is tied when the feed is open. */
type FeedTie = { feed: Feed | null };

function createEngine(parts: Parts, tie: FeedTie): Engine {
  const { clock, store, bus, notifier, journal } = parts;
  const tied = (): Feed => {
    assert(tie.feed !== null, 'the feed is asked before it is open');
    return tie.feed;
  };
  const lateFeed: Feed = {
    watch: (seriesId) => tied().watch(seriesId),
    unwatch: (seriesId) => tied().unwatch(seriesId),
    fetchHistory: (request) => tied().fetchHistory(request),
    fetchInstruments: (market) => tied().fetchInstruments(market),
    fetchTime: () => tied().fetchTime(),
    close: () => tied().close(),
  };
  return new Engine({
    ports: { clock, store, bus, notifier, journal, feed: lateFeed },
    step,
    onFatal: (error) => parts.onFatal(toFailure(error)),
  });
}

/** Opens the feed and every series; `opened` hears of the feed before anything can fail after it. */
async function openFeed(parts: Parts, engine: Engine, opened: (feed: Feed) => void): Promise<void> {
  const feed = parts.openFeed((event) => {
    // A full mailbox makes a closed candle wait; a forming one is simply too late.
    if (!engine.mailbox.offer(event) && event.kind !== 'formingReceived') void engine.mailbox.post(event);
  });
  opened(feed);
  engine.mailbox.mustOffer(describeRun(parts));
  for (const seriesId of parts.series) engine.mailbox.mustOffer(await describeSeries(parts, seriesId));
  engine.start();
  for (const seriesId of parts.series) feed.watch(seriesId);
}

function startServer(parts: Parts): Promise<Result<HttpServer, Failure>> {
  const reader = new CandleReader(parts.store, parts.clock);
  const hub = new MarketHub({
    bus: parts.bus,
    clock: parts.wallClock,
    reader,
    limits: { catchUpLimit: parts.config.catchUpLimit },
    onError: parts.onWarning,
  });
  return startHttpServer({
    host: parts.host,
    port: parts.port,
    reader,
    hub,
    webDir: parts.webDir,
    corsOrigins: parts.config.corsOrigins,
    onError: parts.onWarning,
    info: () => ({
      name: 'hotwick',
      version: parts.version,
      mode: parts.mode,
      series: [...parts.series],
      speed: parts.speed,
      market_time: Math.floor(parts.clock.now() / 1000),
    }),
  });
}

function describeRun(parts: Parts): RunStarted {
  return {
    kind: 'runStarted',
    receivedTime: parts.clock.now(),
    version: parts.version,
    configHash: digest(parts.config),
    seed: parts.seed,
  };
}

/** What the store already has of a base series, so that its running buckets go on. */
export async function describeSeries(
  parts: Pick<ServiceOptions, 'clock' | 'config'> & { readonly store: CandleStore },
  seriesId: SeriesId,
): Promise<SeriesOpened> {
  const now = parts.clock.now();
  const timeframes = parts.config.derivedTimeframes;
  const { head } = await parts.store.extent(seriesId);
  const fanout = createFanout(seriesId, timeframes);
  const from = head === null ? now : spanOpen(fanout, head);
  const to = addMs(head ?? from, fanout.baseMs);
  const tail = await parts.store.read({ seriesId, from, to, limit: Number.MAX_SAFE_INTEGER, take: 'oldest' });
  const gaps = await parts.store.readGaps(seriesId, { from: 0 as EpochMs, to });
  return {
    kind: 'seriesOpened',
    receivedTime: now,
    seriesId,
    timeframes,
    tail,
    gaps: gaps.filter((gap) => gap.reason === 'unknown' || gap.to > from),
    historyFrom: bucketOpen(epochMs(Math.max(0, now - parts.config.historyDays * DAY_MS)), DAY_MS),
    formingMinIntervalMs: parts.config.formingMinIntervalMs,
  };
}
