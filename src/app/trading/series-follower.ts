/**
 * Whose candles the engine follows for signals. Following opens the minute series in the engine from the present hour
 * on, then the stream; what is older is history that signals ask for themselves. Steps of one instrument never overlap.
 */
import type { EpochMs } from '../../core/time.ts';
import type { Engine } from '../../engine/index.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import { type SeriesId, seriesId } from '../../model/series.ts';
import { bucketOpen, type Timeframe, timeframe } from '../../model/timeframe.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Feed } from '../../ports/feed.ts';

/** What following needs. */
export type FollowerParts = {
  readonly engine: Pick<Engine, 'submit'>;
  readonly feed: () => Pick<Feed, 'watch' | 'unwatch'>;
  readonly clock: Clock;
  /** Longer timeframes that signals judge. */
  readonly timeframes: readonly Timeframe[];
  /** Hears what went wrong; the instrument is asked for again in time. */
  readonly onError: (error: unknown) => void;
};

const HOUR_MS = 3_600_000;

/** Follows and leaves instruments, one step at a time. */
export class SeriesFollower {
  readonly #parts: FollowerParts;
  readonly #followed = new Set<InstrumentId>();
  #steps: Promise<void> = Promise.resolve();

  constructor(parts: FollowerParts) {
    this.#parts = parts;
  }

  /** Lets the minutes of an instrument come; once is enough. */
  follow(instrumentId: InstrumentId): void {
    if (this.#followed.has(instrumentId)) return;
    this.#followed.add(instrumentId);
    this.#next(() => this.#open(instrumentId));
  }

  /** No more minutes of an instrument. */
  unfollow(instrumentId: InstrumentId): void {
    if (!this.#followed.delete(instrumentId)) return;
    this.#next(() => this.#close(instrumentId));
  }

  /** Resolves when every step that was asked for is through. */
  settled(): Promise<void> {
    return this.#steps;
  }

  #next(step: () => Promise<void>): void {
    this.#steps = this.#steps.then(step).catch(this.#parts.onError);
  }

  async #open(instrumentId: InstrumentId): Promise<void> {
    const { engine, feed, clock, timeframes } = this.#parts;
    const receivedTime = clock.now();
    const id = minutesOf(instrumentId);
    await engine.submit({
      kind: 'seriesOpened',
      receivedTime,
      seriesId: id,
      timeframes,
      tail: [],
      gaps: [],
      historyFrom: bucketOpen(receivedTime, HOUR_MS) as EpochMs,
      formingMinIntervalMs: HOUR_MS,
    });
    feed().watch(id);
  }

  async #close(instrumentId: InstrumentId): Promise<void> {
    const { engine, feed, clock } = this.#parts;
    const id = minutesOf(instrumentId);
    feed().unwatch(id);
    await engine.submit({ kind: 'seriesClosed', receivedTime: clock.now(), seriesId: id });
  }
}

function minutesOf(instrumentId: InstrumentId): SeriesId {
  return seriesId({ instrumentId, timeframe: timeframe('1m') });
}
