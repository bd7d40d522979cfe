/**
 * The outer side of the service: what clients can ask of it, and the server that answers them. Requests become reads
 * of the store and inputs of the engine; nothing here decides about candles.
 */

import type { DeskMount } from '../../api/desk/desk-mount.ts';
import {
  CandleReader,
  type DebugLog,
  type HttpServer,
  MarketHub,
  type PoolView,
  startHttpServer,
} from '../../api/index.ts';
import type { Result } from '../../core/result.ts';
import { DEFAULT_FACTOR_SETTINGS } from '../../factors/index.ts';
import type { Failure } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import type { Bus } from '../../ports/bus.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import type { ChartStore } from '../../ports/chart-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FetchTopMarkets } from '../../ports/fetch-top-markets.ts';
import type { SignalReader } from '../../ports/signal-reader.ts';
import type { Config } from '../config.ts';
import { FACTOR_LEXICON, startFactorFold } from './factor-lexicon.ts';
import type { ServiceBackfill } from './service-backfill.ts';
import { createServiceControl } from './service-control.ts';
import { createServiceMetrics } from './service-metrics.ts';
import type { Upstream } from './upstream.ts';

/** What the edge is made of. */
export type EdgeParts = {
  readonly mode: string;
  readonly version: string;
  readonly config: Config;
  readonly host: string;
  readonly port: number;
  readonly webDir: string;
  readonly desk?: DeskMount | undefined;
  readonly speed: number;
  /** Time of the market. */
  readonly clock: Clock;
  /** Real time. */
  readonly wallClock: Clock;
  readonly whitelist: readonly SeriesId[];
  readonly store: CandleStore;
  readonly charts: ChartStore;
  readonly bus: Bus;
  readonly upstream: Upstream;
  readonly fetchTopMarkets: FetchTopMarkets;
  /** `undefined` where discovery is off. */
  readonly readPool: (() => PoolView) | undefined;
  readonly backfill: ServiceBackfill;
  readonly debugLog: DebugLog;
  /** The board of whatever makes signals; absent where nothing does. */
  readonly signals?: SignalReader;
  readonly onWarning: (reason: string) => void;
};

/** Starts listening; fails with `port_occupied`. */
export function startServiceEdge(parts: EdgeParts): Promise<Result<HttpServer, Failure>> {
  const { config, store, bus, clock, wallClock, upstream, whitelist, backfill, onWarning } = parts;
  const metrics = createServiceMetrics({ upstream, hub: () => hub, clock: wallClock });
  const control = createServiceControl({ config, upstream, store, clock, backfill, whitelist, metrics });
  const reader = new CandleReader({ store, clock, prepare: control.prepareSeries });
  const hub = new MarketHub({
    bus,
    clock: wallClock,
    reader,
    control,
    limits: { catchUpLimit: config.catchUpLimit },
    onError: onWarning,
  });
  return startHttpServer({
    host: parts.host,
    port: parts.port,
    store,
    reader,
    hub,
    control,
    gates: config.gates,
    charts: parts.charts,
    lexicon: FACTOR_LEXICON,
    startFold: startFactorFold(config.charts.settings ?? DEFAULT_FACTOR_SETTINGS),
    signals: parts.signals ?? null,
    debugLog: parts.debugLog,
    fetchTopMarkets: parts.fetchTopMarkets,
    readPool: parts.readPool,
    topMarketsTtlMs: config.topMarkets.tickersTtlMs,
    clock,
    wallClock,
    webDir: parts.webDir,
    desk: parts.desk,
    corsOrigins: config.corsOrigins,
    socketCompression: config.socketCompression,
    onError: onWarning,
    info: () => ({
      name: 'hotwick',
      version: parts.version,
      mode: parts.mode,
      series: [...whitelist],
      speed: parts.speed,
      market_time: Math.floor(clock.now() / 1000),
    }),
  });
}
