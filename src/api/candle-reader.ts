/**
 * Reading stored closed candles by the rules of the wire contract (2.1), as candles or as the bytes of an answer. An
 * empty series is prepared first: a derived one may only be waiting to be made.
 */
import type { EpochMs } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import type { SeriesId } from '../model/series.ts';
import type { CandleRange, CandleStore } from '../ports/candle-store.ts';
import type { Clock } from '../ports/clock.ts';
import { CandleAnswers, type CandlesBytes, type CandlesQuestion } from './candle-answers.ts';
import { type CandleQuery, hideAhead, periodOf, windowOf } from './candle-window.ts';
import type { KeptBounds } from './kept-answers.ts';

/** Candles ascending; `head` is the newest stored open time whatever was filtered; `since` is the effective cursor. */
export type CandleReading = {
  readonly head: EpochMs | null;
  readonly candles: readonly ClosedCandle[];
  readonly since: number | null;
};

/** What a reader works with. */
export type ReaderParts = {
  readonly store: CandleStore;
  /** The clock of the market. */
  readonly clock: Clock;
  /** Makes a series that is empty and can be made; does nothing otherwise. */
  readonly prepare: (seriesId: SeriesId) => Promise<void>;
  /** Bounds of the answers that are kept. */
  readonly bounds?: KeptBounds;
};

/** Reads stored candles for HTTP answers and WebSocket catch-up alike. */
export class CandleReader {
  readonly #parts: ReaderParts;
  readonly #answers: CandleAnswers;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.#answers = new CandleAnswers(parts);
  }

  /** Candles for `query`; rejects like `CandleStore`. */
  async read(query: CandleQuery): Promise<CandleReading> {
    const reading = await this.#readStored(query);
    if (reading.head !== null) return reading;
    await this.#parts.prepare(query.seriesId);
    const { head } = await this.#parts.store.extent(query.seriesId);
    return head === null ? reading : this.#readStored(query);
  }

  /** The bytes that answer `question`, the same as made anew from what is stored; rejects like `CandleStore`. */
  async answer(question: CandlesQuestion): Promise<CandlesBytes> {
    const answer = await this.#answers.find(question);
    if (answer.head !== null) return answer;
    await this.#parts.prepare(question.seriesId);
    return this.#answers.find(question);
  }

  /** Stored candles of `range` that can be over by the clock; rejects like `CandleStore`. */
  async readRange(range: CandleRange): Promise<readonly ClosedCandle[]> {
    const { store, clock, prepare } = this.#parts;
    const { head } = await store.extent(range.seriesId);
    if (head === null) await prepare(range.seriesId);
    return hideAhead(await store.read(range), periodOf(range.seriesId, clock.now()));
  }

  async #readStored(query: CandleQuery): Promise<CandleReading> {
    const { store, clock } = this.#parts;
    const window = windowOf(query, clock.now());
    const stored = await store.read(window.range);
    const { head } = await store.extent(query.seriesId);
    return { head, since: window.since, candles: hideAhead(stored, window) };
  }
}
