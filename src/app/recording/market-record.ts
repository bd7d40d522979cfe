/**
 * What a trading run was told by its surroundings, as lines of a recording and back: the market's events, answers to
 * requests, timers as they fired, and what was decided, to be compared with. The first character says whether a record
 * belongs to the same turn of the event loop as the one before it, because such inputs are stepped together.
 */
import { assertNever } from '../../core/assert.ts';
import type { Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import type { Surroundings } from '../../engine/index.ts';
import { encode, parseEncoded } from '../../journal/index.ts';
import type { Failure } from '../../model/failure.ts';
import type { PostsReceived } from '../../model/social-post.ts';
import type { FeedEvent, HistoryRequest } from '../../ports/feed.ts';
import type { MarketWatchEvent } from '../../ports/market-watch.ts';
import { inputLine, parseRecord } from '../discovery/flight-records.ts';

/** The head of a segment: who recorded, and by which settings. */
export type RecordedHead = {
  readonly format: 'hotwick.trading';
  readonly format_version: 1;
  readonly version: string;
  readonly time: EpochMs;
  /** A program started, or the segment before it was full. */
  readonly reason: 'start' | 'continued';
  /** Hot-coin settings as they are saved. */
  readonly config: unknown;
};

/** A record. */
export type MarketRecord =
  | { readonly kind: 'head'; readonly head: RecordedHead }
  | { readonly kind: 'watch'; readonly event: MarketWatchEvent }
  | { readonly kind: 'feed'; readonly event: FeedEvent }
  | { readonly kind: 'posts'; readonly event: PostsReceived }
  /** The answer to a request; `known` repeats an earlier one at the beginning of a segment. */
  | {
      readonly kind: 'answer' | 'known';
      readonly key: string;
      readonly time: EpochMs;
      readonly answer: Result<unknown, Failure>;
    }
  /** A timer that was due at `at` fired at `time`. */
  | { readonly kind: 'timer'; readonly at: EpochMs; readonly time: EpochMs }
  | { readonly kind: 'surroundings'; readonly time: EpochMs; readonly surroundings: Surroundings }
  /** The text of a decision. */
  | { readonly kind: 'decision'; readonly text: string };

/** A record with its place among the others. */
export type PlacedRecord = { readonly turn: 'new' | 'same'; readonly record: MarketRecord };

const LETTERS = { answer: 'a', known: 'k' } as const;

/** The line of a record. */
export function recordLine({ turn, record }: PlacedRecord): string {
  return `${turn === 'new' ? '-' : '+'}${textOf(record)}`;
}

function textOf(record: MarketRecord): string {
  switch (record.kind) {
    case 'head':
      return JSON.stringify(['h', record.head]);
    case 'watch':
      return inputLine(record.event);
    case 'feed':
      return encode(['f', record.event]);
    case 'posts':
      return JSON.stringify(['p', record.event]);
    case 'answer':
    case 'known':
      return encode([LETTERS[record.kind], record.key, record.time, record.answer]);
    case 'timer':
      return JSON.stringify(['x', record.at, record.time]);
    case 'surroundings':
      return JSON.stringify(['s', record.time, record.surroundings]);
    case 'decision':
      return JSON.stringify(['e', record.text]);
    default:
      return assertNever(record);
  }
}

/** A line read; `null` for one that is none of ours. */
export function parseMarketRecord(line: string): PlacedRecord | null {
  const turn = line.startsWith('+') ? 'same' : line.startsWith('-') ? 'new' : null;
  const record = turn === null ? null : parseText(line.slice(1));
  return turn === null || record === null ? null : { turn, record };
}

function parseText(text: string): MarketRecord | null {
  if (text.startsWith('["t"') || text.startsWith('["m"')) {
    const told = parseRecord(text);
    return told?.kind === 'input' ? { kind: 'watch', event: told.input as MarketWatchEvent } : null;
  }
  let fields: unknown;
  try {
    fields = parseEncoded(text);
  } catch {
    // The caller names the place of a line that can not be read.
    return null;
  }
  if (!Array.isArray(fields)) return null;
  const [letter, ...rest] = fields as readonly unknown[];
  const read = typeof letter === 'string' && Object.hasOwn(READERS, letter) ? READERS[letter] : undefined;
  return read?.(rest) ?? null;
}

/** The checksums of a recording vouch for the shapes: what is read here was written above. */
const READERS: Readonly<Record<string, (fields: readonly unknown[]) => MarketRecord>> = {
  h: ([head]) => ({ kind: 'head', head: head as RecordedHead }),
  f: ([event]) => ({ kind: 'feed', event: event as FeedEvent }),
  p: ([event]) => ({ kind: 'posts', event: event as PostsReceived }),
  a: (fields) => readAnswer('answer', fields),
  k: (fields) => readAnswer('known', fields),
  x: ([at, time]) => ({ kind: 'timer', at: at as EpochMs, time: time as EpochMs }),
  s: ([time, surroundings]) => ({
    kind: 'surroundings',
    time: time as EpochMs,
    surroundings: surroundings as Surroundings,
  }),
  e: ([text]) => ({ kind: 'decision', text: String(text) }),
};

function readAnswer(kind: 'answer' | 'known', [key, time, answer]: readonly unknown[]): MarketRecord {
  return { kind, key: String(key), time: time as EpochMs, answer: answer as Result<unknown, Failure> };
}

/** When a record was made; `null` for what has no time of its own. */
export function timeOf(record: MarketRecord): EpochMs | null {
  if ('event' in record) return record.event.receivedTime;
  if (record.kind === 'head') return record.head.time;
  return record.kind === 'decision' ? null : record.time;
}

/** What requests are known by. */
export const REQUEST_KEYS = {
  instruments: 'instruments',
  announcements: 'announcements',
  rules: 'rules',
  listedTime: (instrumentId: string): string => `listed ${instrumentId}`,
  book: (instrumentId: string): string => `book ${instrumentId}`,
  history: ({ seriesId, from, to, purpose }: HistoryRequest): string => `history ${seriesId} ${from} ${to} ${purpose}`,
} as const;
