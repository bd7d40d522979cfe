/**
 * Builds replay packages beside the service's work: one at a time, a few hundred candles at a stretch, from the first
 * stored candle on, because structure has a memory. Finished packages are kept by their key, the least recently used
 * is forgotten first; whoever asks for a forgotten one builds it again.
 */
import { EPOCH_MS_MAX, type EpochMs, epochMs } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import { toReason } from '../model/failure.ts';
import { type SeriesId, seriesParts } from '../model/series.ts';
import { timeframeMs } from '../model/timeframe.ts';
import type { CandleRange, CandleStore } from '../ports/candle-store.ts';
import type { Clock } from '../ports/clock.ts';
import { pause } from './chart-wait.ts';
import { PackageBuilder, type ReplayPackage, type StartFold } from './replay-package.ts';

/** Candles as they are stored now, or as they were when the last one of the package was the newest. */
export type Known = 'now' | 'then';

/** What a package is of; `id` is the series as the client wrote it, `from` and `to` open times, both inclusive. */
export type ReplayRequest = {
  readonly id: string;
  readonly seriesId: SeriesId;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly windowCandles: number;
  readonly windowSize: number;
  readonly snapshotInterval: number;
  readonly known: Known;
};

/** A package on its way or ready; `progress` is 0 to 1. */
export type ReplayJob = { readonly key: string; readonly request: ReplayRequest } & (
  | { readonly status: 'building'; readonly progress: number }
  | { readonly status: 'done'; readonly replay: ReplayPackage }
  | { readonly status: 'error'; readonly error: string }
);

/** What jobs are done with. */
export type ReplaySources = {
  readonly store: CandleStore;
  readonly startFold: StartFold;
  /** Real time: the breath between two stretches. */
  readonly wallClock: Clock;
  readonly onError: (reason: string) => void;
};

/** Jobs remembered, ready ones included; policy: the least recently used that is not being built is forgotten. */
const JOBS_MAX = 8;
/** Jobs that wait for their turn; policy: another one is refused. */
const WAITING_MAX = 4;
/** Candles folded for one package at most; policy: the oldest are left out, and structure begins later. */
export const FOLD_MAX = 200_000;
const PAGE = 2_000;
/** Candles between two breaths: some milliseconds of work. */
const STRETCH = 200;

/** Jobs by key. */
export class ReplayJobs {
  readonly #sources: ReplaySources;
  readonly #jobs = new Map<string, ReplayJob>();
  readonly #waiting: ReplayJob[] = [];
  #life: 'idle' | 'busy' | 'closed' = 'idle';

  constructor(sources: ReplaySources) {
    this.#sources = sources;
  }

  /** The job of `key`, which counts as used. */
  find(key: string): ReplayJob | undefined {
    const job = this.#jobs.get(key);
    if (job !== undefined) this.#keep(job);
    return job;
  }

  /** Starts the job, or answers the one that there is; `null` when too many wait. A failed one is tried again. */
  start(key: string, request: ReplayRequest): ReplayJob | null {
    const known = this.find(key);
    if (known !== undefined && known.status !== 'error') return known;
    if (this.#waiting.length >= WAITING_MAX || this.#life === 'closed') return null;
    const job: ReplayJob = { key, request, status: 'building', progress: 0 };
    this.#keep(job);
    this.#waiting.push(job);
    if (this.#life === 'idle') void this.#work();
    return job;
  }

  /** Ends what is being built. */
  close(): void {
    this.#life = 'closed';
    this.#waiting.length = 0;
  }

  #keep(job: ReplayJob): void {
    this.#jobs.delete(job.key);
    this.#jobs.set(job.key, job);
    for (const [key, { status }] of this.#jobs) {
      if (this.#jobs.size <= JOBS_MAX) return;
      if (status !== 'building') this.#jobs.delete(key);
    }
  }

  async #work(): Promise<void> {
    this.#life = 'busy';
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      this.#keep(await this.#build(job));
    }
    if (this.#life === 'busy') this.#life = 'idle';
  }

  async #build({ key, request }: ReplayJob): Promise<ReplayJob> {
    try {
      const replay = await this.#fold(key, request);
      if (replay !== null) return { key, request, status: 'done', replay };
      return { key, request, status: 'error', error: 'ledger_out_of_sync:replay' };
    } catch (thrown) {
      if (this.#life !== 'closed') this.#sources.onError(`replay of ${request.seriesId}: ${toReason(thrown)}`);
      return { key, request, status: 'error', error: 'replay_build_failed' };
    }
  }

  /** The package; `null` when its candles were corrected while it was built. */
  async #fold(key: string, request: ReplayRequest): Promise<ReplayPackage | null> {
    const { store, startFold } = this.#sources;
    const { seriesId, from, to } = request;
    const candleMs = timeframeMs(seriesParts(seriesId).timeframe);
    const builder = new PackageBuilder(startFold(seriesId), { from, windowMs: request.windowCandles * candleMs });
    const { first } = await store.extent(seriesId);
    const start = epochMs(Math.max(first ?? 0, to - FOLD_MAX * candleMs));
    for (let next = start; next <= to; ) {
      const page = await readCandles(store, request, { from: next, limit: PAGE, take: 'oldest' });
      const last = page.at(-1)?.openTime;
      if (last === undefined) break;
      await this.#foldPage(builder, page);
      if (this.#life === 'closed') return null;
      this.#keep({ key, request, status: 'building', progress: (last - start) / Math.max(1, to - start) });
      next = epochMs(last + 1);
    }
    const replay = builder.build();
    const now = await readCandles(store, request, { from, limit: replay.candles.length + 1, take: 'oldest' });
    return isSame(replay.candles, now) ? replay : null;
  }

  async #foldPage(builder: PackageBuilder, page: readonly ClosedCandle[]): Promise<void> {
    const { wallClock } = this.#sources;
    for (const [index, candle] of page.entries()) {
      if (index % STRETCH === 0) await pause(wallClock, 0);
      builder.add(candle);
    }
  }
}

/** Candles of a package as they are known, up to its end. */
export function readCandles(
  store: CandleStore,
  { seriesId, to, known }: Pick<ReplayRequest, 'seriesId' | 'to' | 'known'>,
  range: Pick<CandleRange, 'from' | 'limit' | 'take'>,
): Promise<readonly ClosedCandle[]> {
  const wanted = { ...range, seriesId, to: Math.min(EPOCH_MS_MAX, to + 1) as EpochMs };
  return known === 'now' ? store.read(wanted) : store.readKnown({ ...wanted, head: to });
}

function isSame(a: readonly ClosedCandle[], b: readonly ClosedCandle[]): boolean {
  return (
    a.length === b.length &&
    a.every((candle, index) => {
      const other = b[index];
      return other?.openTime === candle.openTime && other.certificate.revision === candle.certificate.revision;
    })
  );
}
