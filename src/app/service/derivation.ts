/**
 * Derived series of what is followed, made whole behind the live fold: where derivation was off, a timeframe is new, or
 * minutes came late. A little is done before the series opens, so that nobody sees the hole; more goes on beside the
 * live series, a piece at a time, through the engine like a silent post. Nothing of it is announced as a close.
 */
import { setImmediate } from 'node:timers/promises';
import { createFanout, spanOpen } from '../../market/derived-timeframe-fanout.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import type { SeriesOpened } from '../../model/events.ts';
import { toReason } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import type { CandleStore, SaveBatch } from '../../ports/candle-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { deriveMissing, type MissingPiece } from '../data/derive-missing.ts';

/** What derivation works with. */
export type DerivationParts = {
  readonly store: CandleStore;
  readonly clock: Clock;
  readonly notifier: Notifier;
  /** Stores candles of one series through the engine, unannounced. */
  readonly post: (candles: readonly ClosedCandle[]) => Promise<void>;
  readonly onWarning: (reason: string) => void;
  /** Pieces before a series opens; `PIECES_BEFORE_OPENING` unless given. */
  readonly piecesBefore?: number;
};

/** Days of minutes looked at before a series opens: under a second. Policy beyond it: beside the live series. */
const PIECES_BEFORE_OPENING = 30;
/** Progress is told after every so many parts of the whole. */
const TELLINGS = 10;

type Save = (batch: SaveBatch) => Promise<unknown>;
type Work = {
  readonly pieces: AsyncGenerator<MissingPiece, void, undefined>;
  left: number;
  save: Save;
  state: 'wanted' | 'ended';
  done: Promise<void>;
};

/** Makes derived series whole; one work at a time for each base series. */
export class Derivation {
  readonly #parts: DerivationParts;
  readonly #works = new Map<SeriesId, Work>();

  constructor(parts: DerivationParts) {
    this.#parts = parts;
  }

  /** Does what is to be done before the series opens; rejects as the store does. */
  async begin({ seriesId, timeframes, tail }: SeriesOpened): Promise<void> {
    await this.end(seriesId);
    const { store, piecesBefore = PIECES_BEFORE_OPENING } = this.#parts;
    const newest = tail.at(-1);
    if (newest === undefined) return;
    const end = spanOpen(createFanout(seriesId, timeframes), newest.openTime);
    const save: Save = (batch) => work.save(batch);
    const pieces = deriveMissing({ store, baseId: seriesId, timeframes, end, save });
    const work: Work = { pieces, left: 0, save: store.save, state: 'wanted', done: Promise.resolve() };
    for (let count = 0; count < piecesBefore; count++) {
      const piece = await pieces.next();
      if (piece.done === true) return;
      work.left = piece.value.left;
      await setImmediate();
    }
    if (work.left > 0) this.#works.set(seriesId, work);
  }

  /** Lets the rest of the work go on beside the series, which is open now. */
  goOn(seriesId: SeriesId): void {
    const work = this.#works.get(seriesId);
    if (work === undefined) return;
    work.save = (batch) => this.#saveOpen(batch);
    work.done = this.#finish(seriesId, work)
      .catch((error: unknown) => this.#parts.onWarning(`deriving from ${seriesId}: ${toReason(error)}`))
      .finally(() => this.#forget(seriesId, work));
  }

  /** Ends the work of a series that closes, behind the piece under way; the next opening takes it up again. */
  async end(seriesId: SeriesId): Promise<void> {
    const work = this.#works.get(seriesId);
    if (work === undefined) return;
    work.state = 'ended';
    await work.done;
    this.#forget(seriesId, work);
  }

  async #finish(seriesId: SeriesId, work: Work): Promise<void> {
    const whole = work.left;
    this.#tell(seriesId, `${whole} pieces of stored minutes are left to look at; the series is live meanwhile`);
    let saved = 0;
    for await (const piece of work.pieces) {
      saved += piece.saved;
      const told = Math.floor(((whole - work.left) * TELLINGS) / whole);
      work.left = piece.left;
      const through = Math.floor(((whole - work.left) * TELLINGS) / whole);
      if (through > told) this.#tell(seriesId, `${through * (100 / TELLINGS)} %, ${saved} candles so far`);
      if (work.state === 'ended') return;
      await setImmediate();
    }
  }

  #forget(seriesId: SeriesId, work: Work): void {
    if (this.#works.get(seriesId) === work) this.#works.delete(seriesId);
  }

  /** Charts of an open series hear of what is stored of it, so it goes through the engine. */
  async #saveOpen({ candles, gaps }: SaveBatch): Promise<void> {
    if (gaps.length > 0) await this.#parts.store.save({ candles: [], gaps });
    for (const own of Map.groupBy(candles, ({ seriesId }) => seriesId).values()) await this.#parts.post(own);
  }

  #tell(seriesId: SeriesId, text: string): void {
    const { notifier, clock } = this.#parts;
    void notifier.notify({ level: 'info', time: clock.now(), title: `deriving what is missing of ${seriesId}`, text });
  }
}
