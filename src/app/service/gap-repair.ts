/**
 * Holes that a subscriber meets (wire contract 6.3): before it is told, the hole is filled as far as that goes, once
 * for all subscribers of the series. A delivery waits for a bounded time only; what comes later is there for readers.
 */
import { addMs, type EpochMs } from '../../core/time.ts';
import { type SeriesId, seriesParts } from '../../model/series.ts';
import { timeframeMs } from '../../model/timeframe.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RangeFiller } from './range-filler.ts';

/** What the repair works with. */
export type GapRepairOptions = {
  readonly filler: Pick<RangeFiller, 'fill'>;
  /** Real time. */
  readonly wallClock: Clock;
  readonly exchange: 'on' | 'off';
  /** Most candles of one hole that are fetched, from its oldest on. */
  readonly candlesMax: number;
  readonly onError: (error: unknown) => void;
};

/** A hole [`from`, `to`). */
export type Hole = { readonly from: EpochMs; readonly to: EpochMs };

type Attempt = { readonly hole: Hole; readonly at: EpochMs; readonly done: Promise<void>; state: 'running' | 'ended' };

/** A delivery is held up no longer than this. */
const WAIT_MS = 10_000;
/** The same hole is not tried again for this long. */
const COOL_DOWN_MS = 60_000;
/** Series whose last attempt is remembered. Policy beyond it: the oldest is forgotten. */
const SERIES_MAX = 1_000;

/** Repairs holes on demand. */
export class GapRepair {
  readonly #options: GapRepairOptions;
  readonly #attempts = new Map<SeriesId, Attempt>();

  constructor(options: GapRepairOptions) {
    this.#options = options;
  }

  /** An attempt that resolves when it is over or was waited for enough; `null` where the hole was tried just now. */
  repair(seriesId: SeriesId, hole: Hole): Promise<void> | null {
    const { wallClock } = this.#options;
    const last = this.#attempts.get(seriesId);
    // One after the other: whoever comes with another hole waits for the present attempt and meets its own again.
    if (last?.state === 'running') return this.#bounded(last.done);
    if (last !== undefined && covers(last.hole, hole) && wallClock.now() - last.at < COOL_DOWN_MS) return null;
    const attempt: Attempt = { hole, at: wallClock.now(), done: this.#run(seriesId, hole), state: 'running' };
    void attempt.done.then(() => (attempt.state = 'ended'));
    this.#attempts.delete(seriesId);
    this.#attempts.set(seriesId, attempt);
    const oldest = this.#attempts.keys().next();
    if (this.#attempts.size > SERIES_MAX && oldest.done !== true) this.#attempts.delete(oldest.value);
    return this.#bounded(attempt.done);
  }

  async #run(seriesId: SeriesId, { from, to }: Hole): Promise<void> {
    const { filler, exchange, candlesMax, onError } = this.#options;
    const most = from + candlesMax * timeframeMs(seriesParts(seriesId).timeframe);
    try {
      // A refusal of the exchange leaves the hole, which the subscriber is told of.
      await filler.fill({ seriesId, from, to: Math.min(to, most) as EpochMs, exchange });
    } catch (error) {
      onError(error);
    }
  }

  #bounded(done: Promise<void>): Promise<void> {
    const { wallClock } = this.#options;
    return new Promise((resolve) => {
      const cancel = wallClock.schedule(addMs(wallClock.now(), WAIT_MS), resolve);
      void done.then(() => {
        cancel();
        resolve();
      });
    });
  }
}

function covers(outer: Hole, inner: Hole): boolean {
  return outer.from <= inner.from && inner.to <= outer.to;
}
