/**
 * Query parameters of the desk: a number that is none counts as its default, one out of range as the nearest bound, so
 * that a page with an old link still shows something (hotcoin.md 7). Texts are cut at what could be meant.
 */
import type { RawQuery } from '../query-parser.ts';

/** Bounds of a number, both inclusive, and what counts where none is given. */
export type Bounds = { readonly name: string; readonly min: number; readonly max: number; readonly initial: number };

/** Longest text that is looked at. */
const TEXT_MAX = 200;
/** Longest list of words; every type of event there is takes a quarter of it. */
const WORDS_MAX = 2_000;

/** An integer within its bounds, whatever was sent. */
export function clampInteger(query: RawQuery, { name, min, max, initial }: Bounds): number {
  const sent = textOf(query, name);
  if (sent === null || !/^\s*[+-]?\d+(\.\d+)?\s*$/.test(sent)) return initial;
  return Math.min(max, Math.max(min, Math.trunc(Number(sent))));
}

/** A text that is not empty, or `null`; what is longer than `most` is cut. */
export function textOf(query: RawQuery, name: string, most: number = TEXT_MAX): string | null {
  const value = query[name];
  const last = typeof value === 'string' ? value : value?.at(-1);
  return last === undefined || last.trim() === '' ? null : last.trim().slice(0, most);
}

/** Words separated by commas, or `null` where there are none. */
export function wordsOf(query: RawQuery, name: string): readonly string[] | null {
  const words = (textOf(query, name, WORDS_MAX) ?? '')
    .split(',')
    .flatMap((word) => (word.trim() === '' ? [] : [word.trim()]));
  return words.length === 0 ? null : words;
}
