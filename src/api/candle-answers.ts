/**
 * Answers of `GET /api/market/candles` as bytes. An answer follows from its query, from what the series holds and from
 * the newest candle that the clock lets be closed; it is kept under the first and given out only while the other two
 * are what they were. They are asked for every time, so nobody is told less than was stored before they asked, by
 * whichever process. Equal queries that meet share one read.
 */
import { hash } from 'node:crypto';
import { type EpochMs, toEpochSec } from '../core/time.ts';
import type { CandleStore, CandleText } from '../ports/candle-store.ts';
import type { Clock } from '../ports/clock.ts';
import { type CandleQuery, type CandleWindow, hideAhead, windowOf } from './candle-window.ts';
import { KEPT_BOUNDS, KeptAnswers, type KeptBounds } from './kept-answers.ts';
import { candleTextOf } from './wire.ts';

/** A query and the series id as the client wrote it, which the answer repeats. */
export type CandlesQuestion = CandleQuery & { readonly id: string };

/** One answer: its bytes, the entity tag that goes with exactly these, and what they contain. */
export type CandlesBytes = {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly count: number;
  /** The newest stored open time; `null` for a series that has nothing, whose answer is never kept. */
  readonly head: EpochMs | null;
};

/** What an answer is true for. */
type Moment = { readonly version: number; readonly latest: EpochMs };
type Kept = CandlesBytes & { readonly moment: Moment };
type UnderWay = { readonly moment: Moment; readonly answer: Promise<CandlesBytes> };

/** What answers are made from. */
export type AnswerParts = {
  readonly store: CandleStore;
  /** The clock of the market. */
  readonly clock: Clock;
  readonly bounds?: KeptBounds;
};

/** Makes answers and keeps them within bounds. */
export class CandleAnswers {
  readonly #parts: AnswerParts;
  readonly #kept: KeptAnswers<Kept>;
  /** Bounded by the requests under way. */
  readonly #underWay = new Map<string, UnderWay>();

  constructor(parts: AnswerParts) {
    this.#parts = parts;
    this.#kept = new KeptAnswers(parts.bounds ?? KEPT_BOUNDS);
  }

  /** The answer, true at some moment between call and return; rejects like `CandleStore`. */
  async find(question: CandlesQuestion): Promise<CandlesBytes> {
    const { store, clock } = this.#parts;
    const before = await store.extent(question.seriesId);
    const window = windowOf(question, clock.now());
    if (before.head === null) return nothingStored(question.id);
    const moment = { version: before.version, latest: window.latest };
    const key = `${question.limit} ${question.since} ${question.id}`;
    const kept = this.#kept.find(key);
    if (kept !== undefined && isSame(kept.moment, moment)) return kept;
    const other = this.#underWay.get(key);
    if (other !== undefined && isSame(other.moment, moment)) return other.answer;
    return this.#make(key, { question, window, moment });
  }

  #make(
    key: string,
    of: { readonly question: CandlesQuestion; readonly window: CandleWindow; readonly moment: Moment },
  ): Promise<CandlesBytes> {
    const { question, window, moment } = of;
    const answer = this.#read(question, window).then((made) => {
      // What was saved during the read may be in it or not; its version is behind by then, and nobody is given it again.
      this.#kept.keep(key, { ...made, moment });
      return made;
    });
    const entry = { moment, answer };
    this.#underWay.set(key, entry);
    const end = (): void => {
      if (this.#underWay.get(key) === entry) this.#underWay.delete(key);
    };
    answer.then(end, end);
    return answer;
  }

  async #read(question: CandlesQuestion, window: CandleWindow): Promise<CandlesBytes> {
    const { store } = this.#parts;
    const stored = await store.readTexts(window.range);
    const { head } = await store.extent(question.seriesId);
    return toAnswer(question.id, head, hideAhead(stored, window));
  }
}

function isSame(a: Moment, b: Moment): boolean {
  return a.version === b.version && a.latest === b.latest;
}

/** The answer for a series of which nothing is stored. */
export function nothingStored(id: string): CandlesBytes {
  return toAnswer(id, null, []);
}

/** The answer for `candles`, ascending, of the series that the client calls `id`. */
function toAnswer(id: string, head: EpochMs | null, candles: readonly CandleText[]): CandlesBytes {
  let text = `{"series_id":${JSON.stringify(id)},"server_head_time":${head === null ? 'null' : toEpochSec(head)},"candles":[`;
  let separator = '';
  for (const candle of candles) {
    text += separator + candleTextOf(candle);
    separator = ',';
  }
  const bytes = Buffer.from(`${text}]}`);
  return { bytes, etag: `"${hash('sha256', bytes, 'base64url').slice(0, 22)}"`, count: candles.length, head };
}
