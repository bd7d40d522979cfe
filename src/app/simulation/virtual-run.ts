/**
 * The hot-coin system run through a stretch of market time as fast as the processor allows: the same composition and the
 * same step as ever, on a clock that moves when everything of its instant is done. In come a market and a venue without
 * prices of its own; out go what was done, what it cost, and the engine's state at the end.
 */
import { join } from 'node:path';
import { toFloat } from '../../core/decimal.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import type { EngineState } from '../../engine/index.ts';
import { digest } from '../../journal/index.ts';
import type { Failure } from '../../model/failure.ts';
import { equityOf } from '../../portfolio/index.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { SocialSource } from '../../ports/social-source.ts';
import type { ResolvedConfig } from '../hotcoin/hotcoin-config.ts';
import { toTradingSettings } from '../hotcoin/trading-settings.ts';
import type { PaperVenue } from '../trading/paper-venue.ts';
import type { TradingMarket } from '../trading/trading-market.ts';
import { startTrading, type TradingService } from '../trading/trading-service.ts';
import { type LoopLag, type MemorySample, startProcessSamples } from './process-samples.ts';
import { RunAuditor } from './run-auditor.ts';
import { RunTally } from './run-tally.ts';

/** What is run. */
export type VirtualRunOptions = {
  readonly resolved: ResolvedConfig;
  readonly seed: number;
  readonly version: string;
  readonly dataDir: string;
  /** Stands at the beginning; left open. */
  readonly clock: Clock;
  /** Moves the clock, and the market with it, until all that is due by then is done; `over` where no more can come. */
  readonly advanceTo: (time: EpochMs) => Promise<'more' | 'over'>;
  /** The end at the latest. */
  readonly end: EpochMs;
  readonly market: TradingMarket;
  readonly venue: PaperVenue;
  readonly socials: readonly SocialSource[];
  /** Stored bytes of the journal above which its oldest records are forgotten. */
  readonly journalBytesMax: number;
  /** Least time between two looks at everything that must hold; a multiple of a second. */
  readonly lookMs: number;
  readonly onDecision: (text: string) => void;
  /** Market time passed so far; called about once a minute of it. */
  readonly onProgress: (passedMs: number) => void;
};

/** What came of it. */
export type VirtualRun = {
  readonly auditor: RunAuditor;
  readonly tally: RunTally;
  readonly endTime: EpochMs;
  readonly inputs: number;
  readonly state: Readonly<EngineState>;
  readonly stateHash: string;
  readonly equityAtEnd: number;
  readonly memory: readonly MemorySample[];
  readonly lag: LoopLag;
  readonly elapsedMs: number;
  /** What went wrong and was tried again by itself, and notices to people; the first hundred. */
  readonly warnings: readonly string[];
};

const MINUTE_MS = 60_000;
const WARNINGS_MAX = 100;
/** Points of memory and of the curve of equity, however long the run is. */
const SAMPLES = 24;
const POINTS = 500;
/** A sample collects first, which takes longer than some minutes of a quiet market. */
const SAMPLE_MINUTES_MIN = 10;

/** Runs to the end; what fails ends it and is answered. */
export async function runVirtually(options: VirtualRunOptions): Promise<Result<VirtualRun, Failure>> {
  return await new Run(options).play();
}

class Run {
  readonly #options: VirtualRunOptions;
  readonly #tally: RunTally;
  readonly #auditor: RunAuditor;
  readonly #warnings: string[] = [];
  #service: TradingService | null = null;
  #fatal: Failure | null = null;

  constructor(options: VirtualRunOptions) {
    this.#options = options;
    this.#tally = new RunTally(options.onDecision);
    const { venue, resolved } = options;
    this.#auditor = new RunAuditor({
      venue,
      account: venue,
      limits: resolved.config.execution,
      nakedMaxMs: toTradingSettings(resolved, 'simulated').execution.protection.nakedMaxMs,
      trading: () => this.#service?.engine.state().trading ?? null,
    });
  }

  async play(): Promise<Result<VirtualRun, Failure>> {
    const started = await this.#start();
    if (!started.ok) return started;
    this.#service = started.value;
    const samples = startProcessSamples();
    try {
      await this.#passTime((time) => samples.takeMemory(time));
      this.#auditor.conclude(this.#options.clock.now());
    } finally {
      await started.value.close();
    }
    const lag = samples.stop();
    const state = started.value.engine.state();
    if (this.#fatal !== null) return err(this.#fatal);
    return ok({
      auditor: this.#auditor,
      tally: this.#tally,
      endTime: this.#options.clock.now(),
      inputs: state.sequence,
      state,
      stateHash: digest(state),
      equityAtEnd: this.#equity(),
      memory: samples.memory(),
      elapsedMs: samples.elapsedMs(),
      lag,
      warnings: this.#warnings,
    });
  }

  #start(): Promise<Result<TradingService, Failure>> {
    const { resolved, dataDir, clock, market, venue, version, seed, journalBytesMax } = this.#options;
    return startTrading({
      version,
      seed,
      dataDir,
      candidatesPath: join(dataDir, 'hotcoins.db'),
      heatRetentionMs: resolved.config.discovery.heat_history_retention_days * 86_400_000,
      journalBytesMax,
      settings: toTradingSettings(resolved, 'simulated'),
      clock,
      wallClock: clock,
      notifier: this.#notifier(),
      openMarket: () => market,
      openVenue: () => ({
        venue,
        account: venue,
        follow: venue.follow,
        fund: (holdings) => {
          this.#auditor.fund(holdings);
          venue.fund(holdings);
        },
      }),
      socials: this.#options.socials,
      onEvents: (events) => {
        this.#tally.hear(events);
        this.#auditor.hear(events);
      },
      onWarning: (reason) => this.#warn(reason),
      onFatal: (failure) => {
        this.#fatal = failure;
      },
    });
  }

  /** Notices are kept with the warnings: there is nobody to be told at night. */
  #notifier(): Notifier {
    return {
      notify: async ({ title }) => {
        this.#warn(title);
        return ok(null);
      },
      close: async () => {},
    };
  }

  #warn(text: string): void {
    if (this.#warnings.length < WARNINGS_MAX) this.#warnings.push(text);
  }

  async #passTime(takeMemory: (time: EpochMs) => void): Promise<void> {
    const { clock, advanceTo, end, lookMs, onProgress } = this.#options;
    const start = clock.now();
    const every = (parts: number, least: number): number =>
      Math.max(least, Math.floor((end - start) / parts / MINUTE_MS)) * MINUTE_MS;
    const [sampleMs, plotMs] = [every(SAMPLES, SAMPLE_MINUTES_MIN), every(POINTS, 1)];
    let state: 'more' | 'over' = 'more';
    while (state === 'more' && clock.now() < end && this.#fatal === null) {
      state = await advanceTo(addMs(clock.now(), Math.min(lookMs, end - clock.now())));
      const now = clock.now();
      const passedMs = now - start;
      await this.#auditor.look(now);
      if (passedMs % MINUTE_MS !== 0) continue;
      this.#tally.measure(now, this.#equity());
      if (passedMs % plotMs === 0) this.#tally.plot(now, this.#equity());
      if (passedMs % sampleMs === 0) takeMemory(now);
      onProgress(passedMs);
    }
  }

  #equity(): number {
    const trading = this.#service?.engine.state().trading ?? null;
    return trading === null ? 0 : toFloat(equityOf(trading.portfolio));
  }
}
