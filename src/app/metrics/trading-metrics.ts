/**
 * The figures of a trading process as text for Prometheus. In come events, durations and, with each scrape, the engine's
 * state as it is; nothing is computed for a tick. Figures belong to the process: an engine that ends takes only its own
 * with it.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { TradingEvent } from '../../engine/index.ts';
import type { Clock } from '../../ports/clock.ts';
import { viewMl } from '../desk/ml-view.ts';
import type { ShadowService } from '../ml/shadow-service.ts';
import type { NoticeCount } from '../notices/notice-service.ts';
import type { EngineStopwatch } from '../trading/engine-stopwatch.ts';
import type { TradingService } from '../trading/trading-service.ts';
import type { Metric } from './metric.ts';
import { type MetricFacts, type ProcessFacts, readEngine } from './metric-facts.ts';
import { DURATIONS, type DurationMetric, METRICS } from './metric-list.ts';
import { TradingCounter } from './trading-counts.ts';

/** What is measured and told with every scrape. */
export type TradingMetricsOptions = Pick<MetricFacts, 'version' | 'mode'> & {
  /** Time of the market. */
  readonly clock: Clock;
  readonly storage: () => MetricFacts['storage'];
};

/** Prefix of every name, as the K-line service has it. */
export const METRIC_PREFIX = 'hotwick_';

const LAG_RESOLUTION_MS = 10;
const NS_PER_SECOND = 1e9;

/** The figures of one process. */
export class TradingMetrics {
  /** Type of the text. */
  readonly contentType: string;
  /** Takes how long step and commit took. */
  readonly stopwatch: EngineStopwatch;
  readonly #options: TradingMetricsOptions;
  readonly #registry = new Registry();
  readonly #counter = new TradingCounter();
  readonly #lag: ReturnType<typeof monitorEventLoopDelay>;
  readonly #startedAt = performance.now();
  #service: TradingService | null = null;
  #notices: () => readonly NoticeCount[] = () => [];
  #shadow: ShadowService | null = null;
  #lastFacts: MetricFacts | null = null;

  constructor(options: TradingMetricsOptions) {
    this.#options = options;
    this.contentType = this.#registry.contentType;
    this.#lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
    for (const metric of METRICS) this.#register(metric);
    const step = this.#openHistogram(DURATIONS.step);
    const commit = this.#openHistogram(DURATIONS.commit);
    this.stopwatch = {
      now: () => performance.now(),
      step: (ms) => step.observe(ms / 1_000),
      commit: (ms) => commit.observe(ms / 1_000),
    };
  }

  /** Reads an engine from now on, and measures the event loop while there is one; none with `null`. */
  watch(service: TradingService | null): void {
    this.#service = service;
    if (service === null) this.#lag.disable();
    else this.#lag.enable();
  }

  /** Reads from now on how notices fared. */
  watchNotices(read: () => readonly NoticeCount[]): void {
    this.#notices = read;
  }

  /** Reads from now on how the model in shadow does. */
  watchShadow(shadow: ShadowService | null): void {
    this.#shadow = shadow;
  }

  /** Takes what trading tells. */
  take(events: readonly TradingEvent[]): void {
    this.#counter.take(events);
  }

  /** The text. */
  async text(): Promise<string> {
    this.#lastFacts = this.#readFacts();
    return this.#registry.metrics();
  }

  #readFacts(): MetricFacts {
    const { version, mode, clock, storage } = this.#options;
    return {
      version,
      mode,
      process: this.#readProcess(),
      ...readEngine(this.#service, clock.now()),
      counts: this.#counter.counts,
      notices: this.#notices(),
      storage: storage(),
      ml: viewMl(this.#shadow, clock.now()),
    };
  }

  #readProcess(): ProcessFacts {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const loopLagP99Seconds = Math.max(0, this.#lag.percentile(99) / NS_PER_SECOND - LAG_RESOLUTION_MS / 1_000);
    this.#lag.reset();
    return {
      uptimeSeconds: (performance.now() - this.#startedAt) / 1_000,
      residentBytes: rss,
      heapBytes: heapUsed,
      cpuSeconds: (user + system) / 1e6,
      loopLagP99Seconds,
    };
  }

  #register({ name, kind, meaning, labels, read }: Metric): void {
    const configuration = {
      name: `${METRIC_PREFIX}${name}`,
      help: meaning,
      labelNames: [...labels],
      registers: [this.#registry],
    };
    const samples = () => (this.#lastFacts === null ? [] : read(this.#lastFacts));
    if (kind === 'gauge') {
      const gauge: Gauge = new Gauge({
        ...configuration,
        collect: () => {
          gauge.reset();
          if (labels.length === 0) gauge.remove();
          for (const { value, labels: values = {} } of samples()) gauge.set(values, value);
        },
      });
      return;
    }
    const counter: Counter = new Counter({
      ...configuration,
      collect: () => {
        counter.reset();
        if (labels.length === 0) counter.remove();
        for (const { value, labels: values = {} } of samples()) counter.inc(values, value);
      },
    });
  }

  #openHistogram({ name, meaning, bounds }: DurationMetric): Histogram {
    return new Histogram({
      name: `${METRIC_PREFIX}${name}`,
      help: meaning,
      buckets: [...bounds],
      registers: [this.#registry],
    });
  }
}
