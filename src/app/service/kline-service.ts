/**
 * The K-line service put together: store and journal on one SQLite file, the engine over its ports, the feed in and
 * HTTP and WebSocket out. Which feed, which clock and which place are the caller's row of choices; nothing here knows
 * a mode.
 */

import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createMemoryBus } from '../../adapters/memory/memory-bus.ts';
import { acquireDataLock } from '../../adapters/sqlite/data-lock.ts';
import { openSqliteDatabase } from '../../adapters/sqlite/sqlite-database.ts';
import { createSqliteRequestLedger } from '../../adapters/sqlite/sqlite-request-ledger.ts';
import { createSqliteStorage } from '../../adapters/sqlite/sqlite-storage.ts';
import { DebugLog, type HttpServer } from '../../api/index.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Engine } from '../../engine/index.ts';
import { type Failure, failure, toFailure, toReason } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import type { Bus } from '../../ports/bus.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Feed, FeedSink } from '../../ports/feed.ts';
import type { FetchTopMarkets } from '../../ports/fetch-top-markets.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { RequestLedger } from '../../ports/request-ledger.ts';
import type { Config } from '../config.ts';
import type { DiscoveryOptions, DiscoveryService } from '../discovery/discovery-service.ts';
import { describeRun } from './series-opening.ts';
import { createServiceBackfill } from './service-backfill.ts';
import { readPoolOf, startServiceDiscovery } from './service-discovery.ts';
import { type EdgeParts, startServiceEdge } from './service-edge.ts';
import { type StartupParts, syncAtStart } from './startup-sync.ts';
import { Upstream } from './upstream.ts';
import { loadWhitelist } from './whitelist.ts';

/** A service's row of choices. */
export type ServiceOptions = {
  readonly mode: string;
  readonly version: string;
  readonly config: Config;
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly webDir: string;
  /** A desk that is served beside the charts; its pool and signals take the place of the service's. */
  readonly desk?: EdgeParts['desk'];
  readonly seed: number;
  /** Market seconds per real second. */
  readonly speed: number;
  /** Time of the market. */
  readonly clock: Clock;
  /** Real time, for pings. */
  readonly wallClock: Clock;
  readonly notifier: Notifier;
  readonly series: readonly SeriesId[];
  /** `ledger` remembers over restarts what the venue's request limits said. */
  readonly openVenue: (ledger: RequestLedger) => VenueAccess;
  /** Whether that feed can have a series at all, by its venue, market and timeframe. */
  readonly canFollow: (seriesId: SeriesId) => boolean;
  readonly onFatal: (failure: Failure) => void;
  readonly onWarning: (reason: string) => void;
};

/** The venue as a service needs it: one feed, and the lists of markets, within one budget of requests. */
export type VenueAccess = {
  readonly openFeed: (sink: FeedSink) => Feed;
  readonly fetchTopMarkets: FetchTopMarkets;
  /** The whole spot market, for discovery; absent where the venue has no such thing. */
  readonly openMarketWatch?: DiscoveryOptions['openWatch'];
  /** Called after the feed was closed. */
  readonly close: () => Promise<void>;
};

/** A running service. */
export type KlineService = {
  readonly port: number;
  readonly store: CandleStore;
  readonly bus: Bus;
  readonly engine: Engine;
  /** Stops in order: no more input, everything waiting stored, clients told, files closed. */
  readonly close: () => Promise<void>;
};

/** Name of the one database file in a data directory. */
export const DATABASE_FILE = 'hotwick.db';
/** Name of the file that one service holds. */
export const LOCK_FILE = 'hotwick.lock';

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
  if (failed.length > 0) throw new AggregateError(failed, 'parts of the service did not close');
}

async function startAll(
  options: ServiceOptions,
  path: string,
  closers: Closer[],
): Promise<Result<KlineService, Failure>> {
  const whitelist = loadWhitelist(options.config.ingest.whitelistPath, options.series, options.onWarning);
  if (!whitelist.ok) return whitelist;
  const lock = acquireDataLock(join(options.dataDir, LOCK_FILE));
  if (!lock.ok) return lock;
  closers.push(() => lock.value.release());
  const database = openSqliteDatabase({ path });
  closers.push(() => database.close());
  const { store, charts, journal, commit } = createSqliteStorage(database);
  closers.push(
    () => store.close(),
    () => charts.close(),
    () => journal.close(),
  );
  const bus = createMemoryBus({
    waitingMax: BUS_WAITING_MAX,
    onError: (error) => options.onWarning(toReason(error)),
  });
  closers.push(() => bus.close());
  const ledger = createSqliteRequestLedger(database);
  closers.push(() => ledger.close());
  const venue = options.openVenue(ledger);
  closers.push(() => venue.close());
  const { openFeed, fetchTopMarkets } = venue;
  const discovery = await openDiscovery(options, venue, closers);
  const upstream = new Upstream({
    ...options,
    store,
    charts,
    journal,
    commit,
    bus,
    openFeed,
    whitelist: whitelist.value,
  });
  const recovered = await upstream.engine.recover();
  if (!recovered.ok) return recovered;
  const backfill = createServiceBackfill({ ...options, store, upstream });
  const debugLog = new DebugLog({ clock: options.wallClock, state: options.config.gates.debug });
  const parts = {
    ...options,
    store,
    charts,
    bus,
    upstream,
    whitelist: whitelist.value,
    fetchTopMarkets,
    readPool: discovery === null ? undefined : () => readPoolOf(discovery),
    backfill,
    debugLog,
  };
  const http = await startSides(parts, closers);
  if (!http.ok) return http;
  return ok({ port: http.value.port, store, bus, engine: upstream.engine, close: () => closeAll(closers) });
}

/** Discovery where it is switched on and the venue has what it needs. */
async function openDiscovery(
  options: ServiceOptions,
  { openMarketWatch }: VenueAccess,
  closers: Closer[],
): Promise<DiscoveryService | null> {
  const { discovery: settings, social } = options.config;
  if (settings.state === 'off' || openMarketWatch === undefined) return null;
  const discovery = await startServiceDiscovery({ ...options, settings, social, openWatch: openMarketWatch });
  closers.push(() => discovery.close());
  return discovery;
}

/** Listens and then follows the whitelist; where the sync at the start is on, the other way round. */
async function startSides(
  parts: EdgeParts & StartupParts & { readonly seed: number },
  closers: Closer[],
): Promise<Result<HttpServer, Failure>> {
  const { upstream, config } = parts;
  let http: HttpServer | null = null;
  // Stopping goes the way of the data: no more input, everything waiting stored, then the clients are told.
  closers.push(
    () => http?.close(),
    () => upstream.stop(),
  );
  upstream.engine.mailbox.mustOffer(describeRun(parts));
  if (config.backfill.startup === 'on') {
    await upstream.start();
    await syncAtStart(parts);
  }
  const edge = await startServiceEdge(parts);
  if (!edge.ok) return edge;
  http = edge.value;
  if (config.backfill.startup === 'off') await upstream.start();
  return edge;
}
