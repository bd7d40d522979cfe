/**
 * Which series are followed, and for whom. A job is one base series at the upstream: pinned by the whitelist, or held
 * by the subscribers of it and of everything derived from it. Jobs nobody needs any more end after a while; a job that
 * keeps failing is paused by its circuit breaker. The supervisor owns no data: it opens and closes series in the
 * engine and at the feed.
 */
import type { EpochMs } from '../../core/time.ts';
import { addMs } from '../../core/time.ts';
import type { SeriesId } from '../../model/series.ts';
import { seriesParts, siblingSeries } from '../../model/series.ts';
import type { Timeframe } from '../../model/timeframe.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import { type Breaker, describeBreaker, FRESH_BREAKER, foldAttempt, foldFailure } from './circuit-breaker.ts';

/** How the supervisor decides. */
export type SupervisorLimits = {
  readonly pinned: readonly SeriesId[];
  readonly onDemand: 'on' | 'off';
  /** Most jobs that are not pinned; 0 is no limit. Beyond it the one idle for longest makes room, else refused. */
  readonly onDemandMax: number;
  /** A job without subscribers ends after this long. */
  readonly idleMs: number;
  readonly guardrail: 'on' | 'off';
  readonly baseTimeframe: Timeframe;
  readonly derivedTimeframes: readonly Timeframe[];
  /** Whether the upstream can have a base series at all; one that it can not have takes no place. */
  readonly canFollow: (seriesId: SeriesId) => boolean;
};

/** What starting and ending a job does; both must be safe to repeat. */
export type JobActions = {
  readonly open: (seriesId: SeriesId) => Promise<void>;
  readonly close: (seriesId: SeriesId) => Promise<void>;
};

/** One job as the debug page shows it; times in Unix seconds. */
export type JobState = {
  readonly series_id: string;
  readonly source: 'binance_ws';
  /** -1 for a pinned job. */
  readonly refcount: number;
  readonly last_zero_at: number | null;
  readonly started_at: number;
  readonly crashes: number;
  readonly last_crash_at: number | null;
  readonly running: boolean;
  readonly guardrail: object | null;
};

type Job = {
  readonly seriesId: SeriesId;
  readonly kind: 'pinned' | 'onDemand';
  refcount: number;
  lastZeroAt: EpochMs | null;
  readonly startedAt: EpochMs;
  crashes: number;
  lastCrashAt: EpochMs | null;
  state: 'running' | 'paused';
  breaker: Breaker;
};

/** How often idle and paused jobs are looked at. */
const REAP_EVERY_MS = 1_000;

/** Supervises the upstream jobs. */
export class IngestSupervisor {
  readonly #limits: SupervisorLimits;
  readonly #actions: JobActions;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #jobs = new Map<SeriesId, Job>();
  /** Opening and closing of one series follow each other, also when its job was ended and is wanted again at once. */
  readonly #work = new Map<SeriesId, Promise<void>>();
  #cancelReap: Cancel = () => {};
  #stopped = false;

  constructor(options: {
    readonly limits: SupervisorLimits;
    readonly actions: JobActions;
    /** Real time. */
    readonly clock: Clock;
    readonly onError: (error: unknown) => void;
  }) {
    this.#limits = options.limits;
    this.#actions = options.actions;
    this.#clock = options.clock;
    this.#onError = options.onError;
  }

  /** Starts the pinned jobs and the reaper; resolves when the pinned series are open. */
  async start(): Promise<void> {
    for (const seriesId of this.#limits.pinned) this.#startJob(seriesId, 'pinned');
    this.#scheduleReap();
    await Promise.all(this.#work.values());
  }

  /** A subscriber came: `refused` when there is no room or nobody can follow the series. */
  reserve(seriesId: SeriesId): 'served' | 'refused' {
    const baseId = this.baseOf(seriesId);
    const job = this.#jobs.get(baseId);
    if (job?.kind === 'pinned' || this.#limits.onDemand === 'off') return 'served';
    if (!this.#limits.canFollow(baseId)) return 'refused';
    if (job !== undefined) {
      job.refcount++;
      job.lastZeroAt = null;
      return 'served';
    }
    if (this.#stopped || !this.#makeRoom()) return 'refused';
    this.#startJob(baseId, 'onDemand').refcount = 1;
    return 'served';
  }

  /** A subscriber that was served left. */
  release(seriesId: SeriesId): void {
    const job = this.#jobs.get(this.baseOf(seriesId));
    if (job === undefined || job.kind === 'pinned' || job.refcount === 0) return;
    job.refcount--;
    if (job.refcount === 0) job.lastZeroAt = this.#clock.now();
  }

  /** Whether a job brings this series, or the one it is derived from. */
  follows(seriesId: SeriesId): boolean {
    return this.#jobs.has(this.baseOf(seriesId));
  }

  /** The upstream of a series was lost: counts as a crash, and pauses the job when it happens too often. */
  reportCrash(seriesId: SeriesId, error: string): void {
    const job = this.#jobs.get(seriesId);
    if (job === undefined || this.#stopped) return;
    const at = this.#clock.now();
    job.crashes++;
    job.lastCrashAt = at;
    if (this.#limits.guardrail === 'off') return;
    job.breaker = foldFailure(job.breaker, { at, error });
    if (job.breaker.state === 'open' && job.state === 'running') this.#pause(job);
  }

  /** The upstream of a series is alive. */
  reportAlive(seriesId: SeriesId): void {
    const job = this.#jobs.get(seriesId);
    if (job !== undefined) job.breaker = FRESH_BREAKER;
  }

  /** Every job, in the order they were started. */
  jobs(): readonly JobState[] {
    const now = this.#clock.now();
    return [...this.#jobs.values()].map((job) => ({
      series_id: job.seriesId,
      source: 'binance_ws',
      refcount: job.kind === 'pinned' ? -1 : job.refcount,
      last_zero_at: job.lastZeroAt === null ? null : job.lastZeroAt / 1000,
      started_at: job.startedAt / 1000,
      crashes: job.crashes,
      last_crash_at: job.lastCrashAt === null ? null : job.lastCrashAt / 1000,
      running: job.state === 'running',
      guardrail: this.#limits.guardrail === 'off' ? null : describeBreaker(job.breaker, now),
    }));
  }

  /** Ends every job in order; nothing is started afterwards. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelReap();
    for (const job of this.#jobs.values()) this.#endJob(job);
    await Promise.all(this.#work.values());
    this.#jobs.clear();
  }

  /** The series whose job serves this one: derived series are served by that of their base. */
  baseOf(seriesId: SeriesId): SeriesId {
    const { timeframe } = seriesParts(seriesId);
    const isDerived = this.#limits.derivedTimeframes.includes(timeframe);
    return isDerived ? siblingSeries(seriesId, this.#limits.baseTimeframe) : seriesId;
  }

  #startJob(seriesId: SeriesId, kind: Job['kind']): Job {
    const job: Job = {
      seriesId,
      kind,
      refcount: 0,
      lastZeroAt: null,
      startedAt: this.#clock.now(),
      crashes: 0,
      lastCrashAt: null,
      state: 'running',
      breaker: FRESH_BREAKER,
    };
    this.#jobs.set(seriesId, job);
    this.#queue(seriesId, () => this.#actions.open(seriesId));
    return job;
  }

  #queue(seriesId: SeriesId, action: () => Promise<void>): void {
    const before = this.#work.get(seriesId) ?? Promise.resolve();
    const work = before
      .then(action)
      .catch(this.#onError)
      .then(() => {
        if (this.#work.get(seriesId) === work) this.#work.delete(seriesId);
      });
    this.#work.set(seriesId, work);
  }

  #endJob(job: Job): void {
    this.#queue(job.seriesId, () => this.#actions.close(job.seriesId));
  }

  #pause(job: Job): void {
    job.state = 'paused';
    this.#endJob(job);
  }

  /** Whether one more on-demand job fits; the one without subscribers for longest is ended for it. */
  #makeRoom(): boolean {
    const { onDemandMax } = this.#limits;
    const jobs = [...this.#jobs.values()].filter((job) => job.kind === 'onDemand');
    if (onDemandMax === 0 || jobs.length < onDemandMax) return true;
    const idle = jobs.filter((job) => job.refcount === 0).sort((a, b) => (a.lastZeroAt ?? 0) - (b.lastZeroAt ?? 0))[0];
    if (idle === undefined) return false;
    this.#drop(idle);
    return true;
  }

  #drop(job: Job): void {
    this.#jobs.delete(job.seriesId);
    this.#endJob(job);
  }

  #scheduleReap(): void {
    this.#cancelReap = this.#clock.schedule(addMs(this.#clock.now(), REAP_EVERY_MS), () => {
      this.#reap(this.#clock.now());
      this.#scheduleReap();
    });
  }

  #reap(now: EpochMs): void {
    for (const job of [...this.#jobs.values()]) {
      const isIdle =
        job.kind === 'onDemand' && job.refcount === 0 && now - (job.lastZeroAt ?? now) >= this.#limits.idleMs;
      if (isIdle) this.#drop(job);
      else if (job.state === 'paused') this.#resumeWhenDue(job, now);
    }
  }

  #resumeWhenDue(job: Job, now: EpochMs): void {
    const attempt = foldAttempt(job.breaker, now);
    job.breaker = attempt.breaker;
    if (attempt.answer === 'wait') return;
    job.state = 'running';
    this.#queue(job.seriesId, () => this.#actions.open(job.seriesId));
  }
}
