/**
 * The demo: a simulated exchange, the K-line service on it and the web page, in one process and without network. The
 * service reaches the exchange over real sockets through the same Binance adapter that the real exchange is reached by.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BinanceAccess, openBinance } from '../../adapters/binance/binance-access.ts';
import { resolveStream } from '../../adapters/binance/symbol-name.ts';
import { createWallClock } from '../../adapters/clock/wall-clock.ts';
import { createSeededRandom } from '../../adapters/memory/seeded-random.ts';
import { createLogNotifier } from '../../adapters/notify/log-notifier.ts';
import { type SimExchange, startSimExchange } from '../../adapters/sim/sim-exchange.ts';
import { acquireDataLock } from '../../adapters/sqlite/data-lock.ts';
import { createSqliteCandleStore } from '../../adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../../adapters/sqlite/sqlite-database.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import { type Failure, failure, toFailure, toReason } from '../../model/failure.ts';
import { instrumentId, type MarketType } from '../../model/instrument.ts';
import { type SeriesId, seriesId } from '../../model/series.ts';
import { bucketOpen } from '../../model/timeframe.ts';
import type { SeriesExtent } from '../../ports/candle-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Config } from '../config.ts';
import { parseAssets } from '../data/candle-files.ts';
import {
  DATABASE_FILE,
  type KlineService,
  LOCK_FILE,
  prepareDataDir,
  startKlineService,
} from '../service/kline-service.ts';
import { packageVersion, webDir } from '../version.ts';
import type { DemoDesk } from './demo-desk.ts';
import { createMarketClock } from './market-clock.ts';
import { scaleTimings } from './scale-timings.ts';
import { openSimSource, type SimSource } from './sim-source.ts';

/** What an operator may choose. */
export type DemoOptions = {
  readonly config: Config;
  readonly host: string;
  readonly port: number;
  /** Kept between runs; a folder that is removed at the end where `null`. */
  readonly dataDir: string | null;
  readonly seed: number;
  readonly speed: number;
  readonly replay?: string;
  readonly symbol: string;
  readonly market: MarketType;
  readonly onWarning: (reason: string) => void;
  readonly onFatal: (failure: Failure) => void;
  /** Whether the hot-coin system trades on paper beside the charts, with its desk; absent unless given. */
  readonly desk?: 'shown' | 'absent';
};

/** A running demo. */
export type Demo = {
  readonly service: KlineService;
  readonly exchange: SimExchange;
  readonly clock: Clock;
  readonly source: SimSource;
  readonly seriesId: SeriesId;
  readonly dataDir: string;
  /** Resolves when every minute that is over at `time` is through, or after some seconds in which it did not come. */
  readonly settle: (time: EpochMs) => Promise<void>;
  /** Stops everything and answers what is stored of the series in the end. */
  readonly close: () => Promise<SeriesExtent>;
};

/** What the last candle of a run may need to come through, in real time. */
const SETTLE_MS_MAX = 5_000;
const SETTLE_EVERY_MS = 20;

/** Starts everything; on failure nothing keeps running and nothing is left behind. */
export async function startDemo(options: DemoOptions): Promise<Result<Demo, Failure>> {
  const place = options.dataDir === null ? makeTemporaryDir() : ok(options.dataDir);
  if (!place.ok) return place;
  const dataDir = place.value;
  const cleanUp = (): void => {
    if (options.dataDir === null) rmSync(dataDir, { recursive: true, force: true });
  };
  const started = await startIn(dataDir, options);
  if (!started.ok) {
    cleanUp();
    return started;
  }
  const close = async (): Promise<SeriesExtent> => {
    try {
      return await started.value.close();
    } finally {
      cleanUp();
    }
  };
  return ok({ ...started.value, close });
}

function makeTemporaryDir(): Result<string, Failure> {
  try {
    return ok(mkdtempSync(join(tmpdir(), 'hotwick-demo-')));
  } catch (error) {
    return err(failure('data_dir_unwritable', { path: tmpdir(), reason: toReason(error) }));
  }
}

async function startIn(dataDir: string, options: DemoOptions): Promise<Result<Demo, Failure>> {
  try {
    const series = demoSeries(options);
    const resumeFrom = await findResumeTime(dataDir, series);
    if (!resumeFrom.ok) return resumeFrom;
    const source = await openSimSource({ ...options, resumeFrom: resumeFrom.value });
    return source.ok ? await startOn(options, source.value, { dataDir, series }) : source;
  } catch (error) {
    return err(toFailure(error));
  }
}

function demoSeries(options: DemoOptions): SeriesId {
  const assets = parseAssets(options.symbol) ?? { base: options.symbol, quote: 'USDT' };
  const instrument = instrumentId({ venue: 'binance', market: options.market, ...assets });
  return seriesId({ instrumentId: instrument, timeframe: options.config.baseTimeframe });
}

/** Where an earlier run in the same data directory stopped; rejects where its database can not be used. */
async function findResumeTime(dataDir: string, series: SeriesId): Promise<Result<EpochMs | null, Failure>> {
  const path = prepareDataDir(dataDir);
  if (!path.ok) return path;
  // Opening may bring the file up to date, which is not to happen under a running service.
  const lock = acquireDataLock(join(dataDir, LOCK_FILE));
  if (!lock.ok) return lock;
  try {
    const { head } = await readExtent(path.value, series);
    return ok(head === null ? null : addMs(head, 60_000));
  } finally {
    lock.value.release();
  }
}

async function readExtent(path: string, series: SeriesId): Promise<SeriesExtent> {
  const database = openSqliteDatabase({ path });
  try {
    return await createSqliteCandleStore(database).extent(series);
  } finally {
    database.close();
  }
}

async function startOn(
  options: DemoOptions,
  source: SimSource,
  place: { readonly dataDir: string; readonly series: SeriesId },
): Promise<Result<Demo, Failure>> {
  const { seed, speed } = options;
  const clock = createMarketClock(source.startTime, speed);
  const wallClock = createWallClock();
  const exchange = await startSimExchange({ host: '127.0.0.1', port: 0, clock, market: source.market, seed, speed });
  const endpoints = endpointsOf(exchange);
  // What a made-up market says never mixes with what a real one said.
  const discovery = { ...options.config.discovery, databasePath: join(place.dataDir, 'hotcoins.db') };
  const historyDays = Math.ceil(source.historyMs / 86_400_000);
  const desk = await openDesk(options, { startTime: source.startTime, wallClock });
  const closeRest = async (): Promise<void> => {
    if (desk.ok) await desk.value?.close();
    await exchange.close();
    clock.close();
    wallClock.close();
  };
  if (!desk.ok) {
    await closeRest();
    return desk;
  }
  const service = await startKlineService({
    mode: 'demo',
    version: packageVersion(),
    config: { ...options.config, historyDays, discovery },
    dataDir: place.dataDir,
    host: options.host,
    port: options.port,
    webDir: webDir(),
    desk: desk.value?.mount,
    seed,
    speed,
    clock,
    wallClock,
    notifier: createLogNotifier({ write: options.onWarning }),
    series: [place.series],
    onWarning: options.onWarning,
    onFatal: options.onFatal,
    canFollow: (seriesId) => resolveStream(seriesId).ok,
    openVenue: () => openVenue(options, { clock, wallClock, endpoints }),
  });
  if (!service.ok) {
    await closeRest();
    return service;
  }
  // The charts are there first; what the desk needs is made up while somebody looks at them.
  void desk.value?.begin();
  const close = async (): Promise<SeriesExtent> => {
    try {
      await service.value.close();
      // Stopping lets through what was on its way, so what is stored is known only now.
      return await readExtent(join(place.dataDir, DATABASE_FILE), place.series);
    } finally {
      await closeRest();
    }
  };
  const { series: shown, dataDir } = place;
  const settle = (time: EpochMs): Promise<void> => settleSeries(service.value, { wallClock, series: shown, time });
  return ok({ service: service.value, exchange, clock, source, seriesId: shown, dataDir, settle, close });
}

function openVenue(
  { seed, speed, config, onWarning }: DemoOptions,
  place: { readonly clock: Clock; readonly wallClock: Clock; readonly endpoints: Config['endpoints'] },
): BinanceAccess {
  return openBinance({
    ...place,
    random: createSeededRandom(seed, 'feed'),
    timings: scaleTimings(speed, config.backfill.exchangeTimeoutMs),
    onFault: (fault) => onWarning(`${fault.code}: ${fault.message}`),
    symbolsTtlMs: config.topMarkets.symbolsTtlMs,
  });
}

async function openDesk(
  { desk, seed, speed, config, onWarning, onFatal }: DemoOptions,
  { startTime, wallClock }: { readonly startTime: EpochMs; readonly wallClock: Clock },
): Promise<Result<DemoDesk | null, Failure>> {
  if (desk !== 'shown') return ok(null);
  const requestTimeoutMs = config.backfill.exchangeTimeoutMs;
  // It brings the whole trading system along, which charts alone have no use for.
  const { openDemoDesk } = await import('./demo-desk.ts');
  return openDemoDesk({ seed, speed, startTime, requestTimeoutMs, wallClock, onWarning, onFatal });
}

function endpointsOf({ httpUrl, wsUrl }: SimExchange): Config['endpoints'] {
  const rest = { futuresRestUrl: httpUrl, spotRestUrl: httpUrl, announcementsUrl: httpUrl };
  return { ...rest, futuresStreamUrl: wsUrl, spotStreamUrl: wsUrl, spotApiUrl: `${wsUrl}/ws-api/v3` };
}

/** The stream ends a minute when it ends, and a halted market has none to end: the wait is bounded. */
async function settleSeries(
  { engine }: KlineService,
  until: { readonly wallClock: Clock; readonly series: SeriesId; readonly time: EpochMs },
): Promise<void> {
  const { wallClock, series, time } = until;
  const target = bucketOpen(time, 60_000);
  for (let waitedMs = 0; waitedMs < SETTLE_MS_MAX; waitedMs += SETTLE_EVERY_MS) {
    if ((engine.state().market.series[series]?.nextOpen ?? 0) >= target) return;
    await new Promise<void>((resolve) => wallClock.schedule(addMs(wallClock.now(), SETTLE_EVERY_MS), resolve));
  }
}
