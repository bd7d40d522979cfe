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
import { err, ok, type Result } from '../../core/result.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import { Engine, step } from '../../engine/index.ts';
import { digest } from '../../journal/index.ts';
import { createFanout, spanOpen } from '../../market/derived-timeframe-fanout.ts';
import type { RunStarted, SeriesOpened } from '../../model/events.ts';
import { type Failure, FailureError, failure, toReason } from '../../model/failure.ts';
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
  try {
    const database = openSqliteDatabase({ path: path.value });
    const store = createSqliteCandleStore(database);
    const journal = createSqliteJournal(database);
    const bus = createMemoryBus({
      waitingMax: BUS_WAITING_MAX,
      onError: (error) => options.onWarning(toReason(error)),
    });
    const closers: (() => Promise<void>)[] = [() => bus.close(), () => journal.close(), () => store.close()];
    let feed: Feed | null = null;
    const parts = { ...options, store, journal, bus };
    const engine = createEngine(parts, () => feed);
    const started = await startParts(parts, engine, (opened) => {
      feed = opened;
    });
    if (!started.ok) {
      for (const close of closers) await close();
      return started;
    }
    const http = started.value;
    return ok({ port: http.port, store, engine, close: () => closeAll(http, { feed, engine, closers }) });
  } catch (error) {
    if (error instanceof FailureError) return err(error.failure);
    throw error;
  }
}

type Parts = ServiceOptions & {
  readonly store: CandleStore;
  readonly journal: ReturnType<typeof createSqliteJournal>;
  readonly bus: ReturnType<typeof createMemoryBus>;
};

function createEngine(parts: Parts, feed: () => Feed | null): Engine {
  const { clock, store, bus, notifier, journal } = parts;
  // The feed posts into the engine and the engine asks the feed: the second direction is tied when the feed is open.
  const tied = (): Feed => {
    const opened = feed();
    if (opened === null) throw new Error('the feed is asked before it is open');
    return opened;
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
    onFatal: (error) => {
      const reason = error instanceof FailureError ? error.failure : failure('unexpected', { reason: toReason(error) });
      parts.onFatal(reason);
    },
  });
}

async function startParts(
  parts: Parts,
  engine: Engine,
  setFeed: (feed: Feed) => void,
): Promise<Result<HttpServer, Failure>> {
  const recovered = await engine.recover();
  if (!recovered.ok) return recovered;
  const http = await startServer(parts);
  if (!http.ok) return http;
  const feed = parts.openFeed((event) => {
    // A full mailbox makes a closed candle wait; a forming one is simply too late.
    if (!engine.mailbox.offer(event) && event.kind !== 'formingReceived') void engine.mailbox.post(event);
  });
  setFeed(feed);
  engine.mailbox.mustOffer(describeRun(parts));
  for (const seriesId of parts.series) engine.mailbox.mustOffer(await describeSeries(parts, seriesId));
  engine.start();
  for (const seriesId of parts.series) feed.watch(seriesId);
  return http;
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
export async function describeSeries(parts: Parts, seriesId: SeriesId): Promise<SeriesOpened> {
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
    historyFrom: bucketOpen(addMs(now, -parts.config.historyDays * DAY_MS), DAY_MS),
    formingMinIntervalMs: parts.config.formingMinIntervalMs,
  };
}

async function closeAll(
  http: HttpServer,
  parts: {
    readonly feed: Feed | null;
    readonly engine: Engine;
    readonly closers: readonly (() => Promise<void>)[];
  },
): Promise<void> {
  await parts.feed?.close();
  await parts.engine.stop();
  await http.close();
  for (const close of parts.closers) await close();
}
