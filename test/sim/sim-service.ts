/**
 * The K-line service on a simulated exchange, put together as the demo does it, with the feed's patience fitted to a
 * paced clock. In: clock, exchange, folder, series. Out: a running service over real sockets.
 */
import { openBinance } from '../../src/adapters/binance/binance-access.ts';
import { resolveStream } from '../../src/adapters/binance/symbol-name.ts';
import { BINANCE_TIMINGS, type BinanceTimings } from '../../src/adapters/binance/timings.ts';
import { createSeededRandom } from '../../src/adapters/memory/seeded-random.ts';
import { createLogNotifier } from '../../src/adapters/notify/log-notifier.ts';
import type { SimExchange } from '../../src/adapters/sim/sim-exchange.ts';
import { type Config, loadConfig } from '../../src/app/config.ts';
import { type KlineService, startKlineService } from '../../src/app/service/kline-service.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { SeriesId } from '../../src/model/series.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { FeedSink } from '../../src/ports/feed.ts';

const MINUTE_MS = 60_000;

/** What a service is made of. */
export type SimServiceOptions = {
  readonly clock: Clock;
  readonly wallClock: Clock;
  readonly exchange: SimExchange;
  readonly dataDir: string;
  /** The base series. */
  readonly series: SeriesId;
  /** What the service is told to have; the base series alone unless given. */
  readonly whitelist?: readonly SeriesId[];
  /** Settings by their names; what is not given is as it is by default. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly speed: number;
  readonly catchUpLimit: number;
  readonly timings?: BinanceTimings;
  readonly formingMinIntervalMs?: number;
  /** Hears every feed event before the service does. */
  readonly onFeedEvent?: FeedSink;
  readonly onWarning: (text: string) => void;
  readonly onFatal: (failure: Failure) => void;
};

/**
 * The feed's patience. A forming frame comes every half minute here instead of every quarter of a second, and an answer
 * takes some ten market seconds, so what is shorter than that in production is stretched; the order is kept.
 */
export const PACED_TIMINGS: BinanceTimings = {
  ...BINANCE_TIMINGS,
  firstFrameMs: 4 * MINUTE_MS,
  silenceMs: { futures: 3 * MINUTE_MS, spot: 4 * MINUTE_MS },
  thinSilenceMs: 6 * MINUTE_MS,
  backoff: { minMs: 2_000, maxMs: MINUTE_MS },
  overlapMs: 6 * MINUTE_MS,
  stableMs: 4 * MINUTE_MS,
  requestTimeoutMs: 2 * MINUTE_MS,
};

/** Starts the service; rejects when it does not start. */
export async function startSimService(options: SimServiceOptions): Promise<KlineService> {
  const { clock, wallClock, exchange, dataDir, seed, speed, onWarning, onFatal } = options;
  const { httpUrl, wsUrl } = exchange;
  const endpoints = { futuresRestUrl: httpUrl, spotRestUrl: httpUrl, futuresStreamUrl: wsUrl, spotStreamUrl: wsUrl };
  const started = await startKlineService({
    mode: 'sim',
    version: '0',
    config: configure(options),
    dataDir,
    host: '127.0.0.1',
    port: 0,
    webDir: '/nonexistent',
    seed,
    speed,
    clock,
    wallClock,
    notifier: createLogNotifier({ write: onWarning }),
    series: options.whitelist ?? [options.series],
    onWarning,
    onFatal,
    canFollow: (seriesId) => resolveStream(seriesId).ok,
    openVenue: () => {
      const venue = openBinance({
        clock,
        wallClock,
        random: createSeededRandom(seed, 'feed'),
        endpoints,
        timings: options.timings ?? PACED_TIMINGS,
        onFault: (fault) => onWarning(`${fault.code}: ${fault.message}`),
      });
      const openFeed: typeof venue.openFeed = (sink) => {
        return venue.openFeed((event) => {
          options.onFeedEvent?.(event);
          sink(event);
        });
      };
      return { ...venue, openFeed };
    },
  });
  if (!started.ok) throw new Error(`the service does not start: ${started.error.message}`);
  return started.value;
}

/** The circuit breaker counts real seconds, in which hours of faults pass here: with it a world would only pause. */
function configure({ catchUpLimit, formingMinIntervalMs = 0, environment = {} }: SimServiceOptions): Config {
  const config = loadConfig(environment);
  if (!config.ok) throw new Error(config.error.message);
  const ingest = { ...config.value.ingest, guardrail: 'off' as const };
  return { ...config.value, historyDays: 1, formingMinIntervalMs, catchUpLimit, ingest };
}
