/**
 * One kline stream: its running bucket, minute by minute. In: closed minutes in order and the time. Out: frames as
 * text, or nothing where nothing changed. A bucket is closed once, at its end, and not at all when none of its
 * minutes was published.
 */
import { type EpochMs, epochMs } from '../../core/time.ts';
import { addMinute } from './minute-aggregation.ts';
import { bucketAfter, bucketOpenOf, SIM_MINUTE_MS, type SimInterval } from './sim-interval.ts';
import type { SimInstrument, SimRow } from './sim-market.ts';
import type { SimView } from './sim-view.ts';
import { toKlineFrame, type WirePlaces, wirePlaces } from './wire-frames.ts';

/** What a stream is made from. */
export type KlineStreamOptions = {
  readonly name: string;
  readonly instrument: SimInstrument;
  readonly interval: SimInterval;
  readonly view: SimView;
};

/** A kline stream; `start` comes first, then minutes without a hole. */
export class KlineStream {
  readonly name: string;
  readonly instrument: SimInstrument;
  readonly #interval: SimInterval;
  readonly #view: SimView;
  readonly #places: WirePlaces;
  #bucket: SimRow | null = null;
  #bucketOpen: EpochMs = epochMs(0);
  #nextMinute: EpochMs = epochMs(0);
  /** Last trade that was pushed; a forming frame needs a newer one. */
  #pushedTradeId = -1;

  constructor(options: KlineStreamOptions) {
    this.name = options.name;
    this.instrument = options.instrument;
    this.#interval = options.interval;
    this.#view = options.view;
    this.#places = wirePlaces(options.instrument);
  }

  /** Takes in the running bucket's minutes before `minute`, the first one still to come. */
  start(minute: EpochMs): void {
    this.#bucketOpen = bucketOpenOf(this.#interval, minute);
    this.#nextMinute = minute;
    const period = { from: this.#bucketOpen, to: minute };
    for (const row of this.#view.market.minutes(this.instrument.instrumentId, period)) this.#add(row);
    this.#pushedTradeId = this.#bucket?.lastTradeId ?? -1;
  }

  #add(row: SimRow): void {
    this.#bucket = { ...addMinute(this.#bucket, row), openTime: this.#bucketOpen };
  }

  /** Takes the next minute, `null` when it was not published; the closing frame when it ends the bucket. */
  closeMinute(row: SimRow | null, now: EpochMs): string | null {
    if (row !== null) this.#add(row);
    this.#nextMinute = epochMs(this.#nextMinute + SIM_MINUTE_MS);
    const end = bucketAfter(this.#interval, this.#bucketOpen, 1);
    if (this.#nextMinute < end) return null;
    const closed = this.#bucket;
    this.#bucket = null;
    this.#bucketOpen = end;
    if (closed === null) return null;
    this.#pushedTradeId = Math.max(this.#pushedTradeId, closed.lastTradeId);
    return this.#write(closed, now, 'closed');
  }

  /** A frame of the running bucket when it has trades that were not pushed yet. */
  forming(now: EpochMs): string | null {
    const running = this.#view.forming(this.instrument, now);
    const row = running === null ? this.#bucket : addMinute(this.#bucket, running);
    if (row === null || row.lastTradeId <= this.#pushedTradeId) return null;
    this.#pushedTradeId = row.lastTradeId;
    return this.#write({ ...row, openTime: this.#bucketOpen }, now, 'forming');
  }

  #write(row: SimRow, eventTime: EpochMs, phase: 'forming' | 'closed'): string {
    const { instrument } = this;
    return toKlineFrame(row, { instrument, places: this.#places, interval: this.#interval, eventTime, phase });
  }
}
