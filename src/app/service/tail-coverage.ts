/**
 * Newest candles that a reader misses (wire contract 6.4): after a read, what is missing among the newest that can be
 * over is made or fetched in the background. One run per series at a time, and a short rest between two runs.
 */
import type { BackfillState } from '../../api/market-control.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import { toReason } from '../../model/failure.ts';
import { type SeriesId, seriesParts } from '../../model/series.ts';
import { latestClosedOpen, timeframeMs } from '../../model/timeframe.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FillRequest, RangeFiller } from './range-filler.ts';

/** What tail coverage works with. */
export type TailCoverageOptions = {
  readonly filler: Pick<RangeFiller, 'fill'>;
  readonly clock: Clock;
  /** Where the series' own job takes over: nothing from there on is fetched. `null` where no job follows it. */
  readonly jobStart: (seriesId: SeriesId) => Promise<EpochMs | null>;
  readonly onError: (error: unknown) => void;
};

/** A run: the newest `candles` of a series. */
export type TailRequest = Pick<FillRequest, 'seriesId' | 'exchange'> & { readonly candles: number };

/** A rest between two runs of one series. */
const COOL_DOWN_MS = 2_000;
/** Series whose progress is remembered; policy beyond it: the one that was touched least recently is forgotten. */
const SERIES_MAX = 1_000;

/** What the contract calls a run that ended early. */
const FAILED_NOTE = 'tail_coverage_best_effort_failed';

const IDLE: BackfillState = {
  state: 'idle',
  startedAt: null,
  updatedAt: null,
  reason: null,
  note: null,
  error: null,
  startMissing: 0,
  currentMissing: 0,
};

/** Completes the newest candles on demand. */
export class TailCoverage {
  readonly #options: TailCoverageOptions;
  readonly #states = new Map<SeriesId, BackfillState>();

  constructor(options: TailCoverageOptions) {
    this.#options = options;
  }

  /** How far the series has come. */
  state(seriesId: SeriesId): BackfillState {
    return this.#states.get(seriesId) ?? IDLE;
  }

  /** Starts a run unless one runs or has just ended. */
  start(request: TailRequest): void {
    const { clock, onError } = this.#options;
    const { state, updatedAt } = this.state(request.seriesId);
    if (state === 'running' || (updatedAt !== null && clock.now() - updatedAt < COOL_DOWN_MS)) return;
    this.run(request).catch(onError);
  }

  /** A run to its end; a failure of the exchange is in the state it answers, any other rejects and is in it as well. */
  async run(request: TailRequest): Promise<BackfillState> {
    const { seriesId } = request;
    try {
      return await this.#run(request);
    } catch (error) {
      const seen = { updatedAt: this.#options.clock.now(), note: FAILED_NOTE, error: toReason(error) };
      this.#remember(seriesId, { ...this.state(seriesId), ...seen, state: 'failed' });
      throw error;
    }
  }

  async #run(request: TailRequest): Promise<BackfillState> {
    const { filler, clock, jobStart } = this.#options;
    const { seriesId, candles, exchange } = request;
    const startedAt = clock.now();
    const lengthMs = timeframeMs(seriesParts(seriesId).timeframe);
    const end = addMs(latestClosedOpen(startedAt, lengthMs), lengthMs);
    const from = Math.max(0, end - candles * lengthMs) as EpochMs;
    let progress: BackfillState = { ...IDLE, state: 'running', startedAt, reason: 'tail_coverage' };
    const report = (news: Partial<BackfillState>): void => {
      progress = { ...progress, ...news, updatedAt: clock.now() };
      this.#remember(seriesId, progress);
    };
    report({});
    const to = Math.min(end, (await jobStart(seriesId)) ?? end) as EpochMs;
    let isFirst = true;
    const onProgress = (missing: number): void => {
      report({ currentMissing: missing, ...(isFirst ? { startMissing: missing } : {}) });
      isFirst = false;
    };
    const filled = await filler.fill({ seriesId, from, to, exchange, onProgress });
    if (filled.ok) {
      report({ state: 'succeeded', note: filled.value === 0 ? 'tail_coverage_done' : 'tail_coverage_partial' });
    } else report({ state: 'failed', note: FAILED_NOTE, error: filled.error.message });
    return progress;
  }

  #remember(seriesId: SeriesId, state: BackfillState): void {
    this.#states.delete(seriesId);
    this.#states.set(seriesId, state);
    const oldest = this.#states.keys().next();
    if (this.#states.size > SERIES_MAX && oldest.done !== true) this.#states.delete(oldest.value);
  }
}
