/**
 * Spreads the streams of one market over as few connections as the venue's limit allows. In come streams to
 * carry and to drop, out go the lanes' updates and losses.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { AttemptWindow } from './attempt-window.ts';
import type { StreamUpdate } from './handover.ts';
import { type LaneOptions, type LaneStream, StreamLane } from './stream-lane.ts';

/** What a pool is made of. */
export type PoolOptions<S extends LaneStream, U extends StreamUpdate> = Omit<LaneOptions<S, U>, 'attempts'> & {
  readonly streamsPerSocketMax: number;
};

/** Policy when reached: refuse. Twenty connections carry 4,000 futures or 20,480 spot streams, more than exist. */
const LANES_MAX = 20;

/** All connections of one market. */
export class StreamPool<S extends LaneStream, U extends StreamUpdate> {
  readonly #options: PoolOptions<S, U>;
  readonly #attempts: AttemptWindow;
  readonly #lanes: StreamLane<S, U>[] = [];
  readonly #laneOf = new Map<string, StreamLane<S, U>>();

  constructor(options: PoolOptions<S, U>) {
    this.#options = options;
    this.#attempts = new AttemptWindow(options.timings.attemptsPer5Min);
  }

  /** Carries `stream`; carrying it again does nothing. Fails with `usage_wrong` when every connection is full. */
  add(stream: S): Result<null, Failure> {
    if (this.#laneOf.has(stream.name)) return ok(null);
    const lane = this.#lanes.find((each) => each.size < this.#options.streamsPerSocketMax) ?? this.#openLane();
    if (lane === null) {
      const most = LANES_MAX * this.#options.streamsPerSocketMax;
      return err(failure('usage_wrong', { reason: `no more than ${most} streams of one market can be watched` }));
    }
    this.#laneOf.set(stream.name, lane);
    lane.add(stream);
    return ok(null);
  }

  /** Drops a stream; a connection without streams is closed. */
  remove(name: string): void {
    const lane = this.#laneOf.get(name);
    if (lane === undefined) return;
    this.#laneOf.delete(name);
    lane.remove(name);
    if (lane.size > 0) return;
    this.#lanes.splice(this.#lanes.indexOf(lane), 1);
    void lane.close();
  }

  /** Ends every connection; resolves when they are gone. */
  async close(): Promise<void> {
    this.#laneOf.clear();
    await Promise.all(this.#lanes.splice(0).map((lane) => lane.close()));
  }

  #openLane(): StreamLane<S, U> | null {
    if (this.#lanes.length >= LANES_MAX) return null;
    const lane = new StreamLane<S, U>({ ...this.#options, attempts: this.#attempts });
    this.#lanes.push(lane);
    return lane;
  }
}
