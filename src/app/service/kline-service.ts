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
import type { FetchTopMarkets } from '../../api/index.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Engine } from '../../engine/index.ts';
import { type Failure, failure, toFailure, toReason } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Feed, FeedSink } from '../../ports/feed.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { RequestLedger } from '../../ports/request-ledger.ts';
import type { Config } from '../config.ts';
import { describeRun } from './series-opening.ts';
import { startServiceEdge } from './service-edge.ts';
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
  readonly openFeed: (sink: FeedSink, ledger: RequestLedger) => Feed;
  /** Whether that feed can have a series at all, by its venue, market and timeframe. */
  readonly canFollow: (seriesId: SeriesId) => boolean;
  /** Opens what the lists of markets come from. */
  readonly openTopMarkets: () => { readonly fetch: FetchTopMarkets; readonly close: () => Promise<void> };
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
  const { store, journal, commit } = createSqliteStorage(database);
  closers.push(
    () => store.close(),
    () => journal.close(),
  );
  const bus = createMemoryBus({
    waitingMax: BUS_WAITING_MAX,
    onError: (error) => options.onWarning(toReason(error)),
  });
  closers.push(() => bus.close());
  const ledger = createSqliteRequestLedger(database);
  closers.push(() => ledger.close());
  const openFeed = (sink: FeedSink): Feed => options.openFeed(sink, ledger);
  const upstream = new Upstream({ ...options, store, journal, commit, bus, openFeed, whitelist: whitelist.value });
  const recovered = await upstream.engine.recover();
  if (!recovered.ok) return recovered;
  const topMarkets = options.openTopMarkets();
  closers.push(() => topMarkets.close());
  const edge = { store, bus, upstream, whitelist: whitelist.value, fetchTopMarkets: topMarkets.fetch };
  const http = await startServiceEdge({ ...options, ...edge });
  if (!http.ok) return http;
  // Stopping goes the way of the data: no more input, everything waiting stored, then the clients are told.
  closers.push(
    () => http.value.close(),
    () => upstream.stop(),
  );
  upstream.engine.mailbox.mustOffer(describeRun(options));
  await upstream.start();
  return ok({ port: http.value.port, store, engine: upstream.engine, close: () => closeAll(closers) });
}
