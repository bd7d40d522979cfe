/**
 * Answers about chart structure as bytes (wire contract 2.10 to 2.12). An answer follows from its question, from what
 * the series holds and from how far its ledger is; it is kept under the first and given out again while the other two
 * are what they were, so clients that ask the same after a candle share one read.
 */
import { hash } from 'node:crypto';
import { assertNever } from '../core/assert.ts';
import { type EpochMs, fromEpochSec } from '../core/time.ts';
import type { SeriesId } from '../model/series.ts';
import { KeptAnswers, type KeptBounds } from './kept-answers.ts';
import {
  type Moment,
  type NoStructure,
  readStructure,
  type StructureReading,
  type StructureSources,
} from './structure-reader.ts';
import {
  deltaText,
  frameText,
  noDeltaText,
  noRecordText,
  noSlicesText,
  type Place,
  recordText,
  slicesText,
} from './structure-text.ts';

/** A question; times in whole seconds, `id` the series as the client wrote it. */
export type StructureQuestion = {
  readonly id: string;
  readonly seriesId: SeriesId;
  readonly windowCandles: number;
} & (
  | { readonly kind: 'slices'; readonly atTime: number }
  | { readonly kind: 'delta'; readonly cursor: number; readonly atTime: number | null }
  | { readonly kind: 'frame'; readonly atTime: number | null }
  | { readonly kind: 'poll'; readonly cursor: number }
);

/** An answer, or the words of a refusal. */
export type StructureAnswer =
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly etag: string }
  | { readonly kind: 'refused'; readonly status: 404 | 409; readonly detail: string };

type Bytes = Extract<StructureAnswer, { readonly kind: 'bytes' }>;
type Kept = Bytes & { readonly state: string };
type UnderWay = { readonly state: string; readonly answer: Promise<StructureAnswer> };

/** Answers that are kept: a frame of 2,000 candles is some 100 to 500 KiB. */
export const STRUCTURE_KEPT: KeptBounds = { answersMax: 256, bytesMax: 32 * 1024 * 1024 };

/** Makes answers and keeps them within bounds. */
export class StructureAnswers {
  readonly #sources: StructureSources;
  readonly #kept: KeptAnswers<Kept>;
  /** Bounded by the requests under way. */
  readonly #underWay = new Map<string, UnderWay>();

  constructor(sources: StructureSources, bounds: KeptBounds = STRUCTURE_KEPT) {
    this.#sources = sources;
    this.#kept = new KeptAnswers(bounds);
  }

  /** The answer, true at some moment between call and return; rejects like the stores. */
  async find(question: StructureQuestion): Promise<StructureAnswer> {
    const { store, charts } = this.#sources;
    const { version, head: stored } = await store.extent(question.seriesId);
    const head = await charts.head(question.seriesId);
    const state = `${version} ${stored} ${head?.generation} ${head?.version}`;
    const key = keyOf(question);
    const kept = this.#kept.find(key);
    if (kept?.state === state) return kept;
    const other = this.#underWay.get(key);
    if (other?.state === state) return other.answer;
    const answer = answerQuestion(this.#sources, question).then((made) => {
      if (made.kind === 'bytes') this.#kept.keep(key, { ...made, state });
      return made;
    });
    const entry = { state, answer };
    this.#underWay.set(key, entry);
    const end = (): void => {
      if (this.#underWay.get(key) === entry) this.#underWay.delete(key);
    };
    answer.then(end, end);
    return answer;
  }
}

function keyOf({ seriesId: _, ...question }: StructureQuestion): string {
  return JSON.stringify(question);
}

async function answerQuestion(sources: StructureSources, question: StructureQuestion): Promise<StructureAnswer> {
  const { seriesId, windowCandles } = question;
  const reading = await readStructure(sources, { seriesId, moment: momentOf(question), windowCandles });
  if (reading.kind !== 'read') return answerWithout(question, reading);
  return toBytes(textOf(question, reading));
}

function momentOf(question: StructureQuestion): Moment {
  if (question.kind === 'poll') return 'newest';
  if (question.atTime !== null) return fromEpochSec(question.atTime);
  return question.kind === 'frame' ? 'newest' : 'head';
}

function textOf(question: StructureQuestion, reading: StructureReading): string {
  const { id } = question;
  const { time, windowStart, version, headTime } = reading;
  const place: Place = { id, time, windowStart };
  switch (question.kind) {
    case 'slices':
      return slicesText(place, reading.slices);
    case 'delta':
      return deltaText(place, reading, question.cursor);
    case 'frame': {
      const asked: EpochMs = question.atTime === null ? headTime : fromEpochSec(question.atTime);
      return frameText(place, asked, partsOf(place, reading, 0));
    }
    case 'poll':
      return version > question.cursor
        ? recordText(place, version, partsOf(place, reading, question.cursor))
        : noRecordText(id, version);
    default:
      return assertNever(question);
  }
}

function partsOf(place: Place, reading: StructureReading, cursor: number) {
  return { slices: slicesText(place, reading.slices), delta: deltaText(place, reading, cursor) };
}

/** Where there is no structure: an empty answer where the contract has one, else its words. */
function answerWithout(question: StructureQuestion, { kind }: NoStructure): StructureAnswer {
  const { id } = question;
  if (kind !== 'noCandle') return refuseWithout(question, kind);
  switch (question.kind) {
    case 'slices':
      return toBytes(noSlicesText(id, question.atTime));
    case 'delta':
      return toBytes(noDeltaText(id, question.cursor));
    case 'poll':
      return toBytes(noRecordText(id, question.cursor));
    case 'frame':
      return { kind: 'refused', status: 404, detail: 'no_data' };
    default:
      return assertNever(question);
  }
}

function refuseWithout(question: StructureQuestion, kind: 'noLedger' | 'behind'): StructureAnswer {
  if (question.kind === 'frame' && kind === 'noLedger') return { kind: 'refused', status: 404, detail: 'no_overlay' };
  const ledger = question.kind === 'slices' ? 'factor' : 'overlay';
  return { kind: 'refused', status: 409, detail: `ledger_out_of_sync:${ledger}` };
}

function toBytes(text: string): StructureAnswer {
  const bytes = Buffer.from(text);
  return { kind: 'bytes', bytes, etag: `"${hash('sha256', bytes, 'base64url').slice(0, 22)}"` };
}
