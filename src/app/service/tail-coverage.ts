/**
 * Newest candles that a reader misses: after a read of a series nobody follows, what is missing between its stored
 * head and the present is fetched in the background. Closed candles only, one run per series at a time, and a short
 * rest between two runs. What was fetched goes through the engine like every other candle.
 */

import type { BackfillState } from '../../api/market-control.ts';
import type { EpochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type Failure, toReason } from '../../model/failure.ts';
import { type SeriesId, seriesParts } from '../../model/series.ts';
import { latestClosedOpen, timeframeMs } from '../../model/timeframe.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Feed } from '../../ports/feed.ts';

/** What tail coverage works with. */
export type TailCoverageOptions = {
  readonly store: CandleStore;
  readonly clock: Clock;
  readonly fetchHistory: Feed['fetchHistory'];
  /** Stores candles through the engine, unannounced. */
  readonly save: (candles: readonly ClosedCandle[]) => Promise<void>;
  readonly maxCandles: number;
  readonly onError: (error: unknown) => void;
};

/** A rest between two runs of one series. */
const COOL_DOWN_MS = 2_000;
/** Series whose progress is remembered; policy beyond it: the one that was touched least recently is forgotten. */
const SERIES_MAX = 1_000;
/** Requests of one run: 5,000 candles in pages of 1,000, and some that bring nothing. */
const PAGES_MAX = 20;

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

/** Fetches missing newest candles on demand. */
export class TailCoverage {
  readonly #options: TailCoverageOptions;
  readonly #states = new Map<SeriesId, BackfillState>();
  /** Series with a run under way, also before it is known whether anything is missing. */
  readonly #running = new Set<SeriesId>();

  constructor(options: TailCoverageOptions) {
    this.#options = options;
  }

  /** How far the series has come. */
  state(seriesId: SeriesId): BackfillState {
    return this.#states.get(seriesId) ?? IDLE;
  }

  /** Starts a run for the newest `limit` candles unless one runs or has just ended. */
  start(seriesId: SeriesId, limit: number): void {
    const now = this.#options.clock.now();
    const { updatedAt } = this.state(seriesId);
    if (this.#running.has(seriesId) || (updatedAt !== null && now - updatedAt < COOL_DOWN_MS)) return;
    this.#running.add(seriesId);
    this.#run(seriesId, limit)
      .catch((error: unknown) => {
        const seen = { updatedAt: this.#options.clock.now(), note: FAILED_NOTE, error: toReason(error) };
        this.#remember(seriesId, { ...this.state(seriesId), ...seen, state: 'failed' });
        this.#options.onError(error);
      })
      .finally(() => this.#running.delete(seriesId));
  }

  async #run(seriesId: SeriesId, limit: number): Promise<void> {
    const { store, clock, maxCandles } = this.#options;
    const startedAt = clock.now();
    const lengthMs = timeframeMs(seriesParts(seriesId).timeframe);
    const end = latestClosedOpen(startedAt, lengthMs) + lengthMs;
    const { head } = await store.extent(seriesId);
    const earliest = end - Math.min(limit, maxCandles) * lengthMs;
    let from = Math.max(0, earliest, head === null ? 0 : head + lengthMs);
    if (from >= end) return;
    const missing = (): number => Math.max(0, Math.ceil((end - from) / lengthMs));
    const base = { ...IDLE, startedAt, reason: 'tail_coverage', startMissing: missing() };
    const report = (state: BackfillState['state'], more: Partial<BackfillState> = {}): void => {
      this.#remember(seriesId, { ...base, state, updatedAt: clock.now(), currentMissing: missing(), ...more });
    };
    report('running');
    for (let page = 0; page < PAGES_MAX && from < end; page++) {
      const answer = await this.#fetch(seriesId, from as EpochMs, end as EpochMs);
      if ('failure' in answer) {
        report('failed', { note: FAILED_NOTE, error: answer.failure.message });
        return;
      }
      if (answer.next === null) break;
      from = answer.next;
      report('running');
    }
    report('succeeded', { note: from >= end ? 'tail_coverage_done' : 'tail_coverage_partial' });
  }

  async #fetch(
    seriesId: SeriesId,
    from: EpochMs,
    to: EpochMs,
  ): Promise<{ readonly next: number | null } | { readonly failure: Failure }> {
    const answer = await this.#options.fetchHistory({ seriesId, from, to, source: 'rest', purpose: 'history' });
    if (!answer.ok) return { failure: answer.error };
    const last = answer.value[answer.value.length - 1];
    if (last === undefined) return { next: null };
    await this.#options.save(answer.value);
    return { next: last.openTime + timeframeMs(seriesParts(seriesId).timeframe) };
  }

  #remember(seriesId: SeriesId, state: BackfillState): void {
    this.#states.delete(seriesId);
    this.#states.set(seriesId, state);
    const oldest = this.#states.keys().next();
    if (this.#states.size > SERIES_MAX && oldest.done !== true) this.#states.delete(oldest.value);
  }
}
