/**
 * What mood a text is in, -1..1. General English is VADER's (C. J. Hutto and E. E. Gilbert, ICWSM 2014); words of this
 * market, English and Chinese, are ours and counted once, with a negation window of three words. Both are added on
 * VADER's scale and brought to -1..1 by its own formula.
 */
import { createRequire } from 'node:module';
import {
  CHINESE_HEDGES,
  CHINESE_NEGATIONS,
  CHINESE_WORDS,
  ENGLISH_HEDGES,
  ENGLISH_NEGATIONS,
  ENGLISH_WORDS,
} from './crypto-words.ts';
import { shorten } from './plain-text.ts';

/** What is used of the package, which is CommonJS and brings no types. */
type Vader = {
  readonly SentimentIntensityAnalyzer: { readonly polarity_scores: (text: string) => { readonly compound: number } };
};

const vader: Vader = createRequire(import.meta.url)('vader-sentiment');

/** Characters that are judged; a mood is told by then. */
const JUDGED_MAX = 1_000;
const NEGATION_WINDOW = 3;
/** VADER's factor of a negated word, and the constant of its normalisation. */
const NEGATED = -0.74;
const NORMAL_ALPHA = 15;
const HEDGED = 0.7;

/** The mood of a plain text; 0 when it says nothing. */
export function scoreSentiment(text: string): number {
  const judged = shorten(text, JUDGED_MAX);
  const words = judged.toLowerCase().match(/[a-z][a-z'’]*|\d+|\p{Script=Han}+/gu) ?? [];
  const own = englishValence(words) + chineseValence(judged);
  const general = valenceOf(vader.SentimentIntensityAnalyzer.polarity_scores(withoutOwnWords(judged)).compound);
  const sum = own + general;
  const score = sum / Math.sqrt(sum * sum + NORMAL_ALPHA);
  return isHedged(judged, words) ? score * HEDGED : score;
}

/** The sum that a compound score was made of: the inverse of VADER's normalisation. */
function valenceOf(compound: number): number {
  const bounded = Math.max(-0.9999, Math.min(0.9999, compound));
  return bounded * Math.sqrt(NORMAL_ALPHA / (1 - bounded * bounded));
}

function englishValence(words: readonly string[]): number {
  let sum = 0;
  for (const [index, word] of words.entries()) {
    const valence = valenceOfWord(word);
    if (valence === 0) continue;
    const before = words.slice(Math.max(0, index - NEGATION_WINDOW), index);
    sum += before.some((each) => ENGLISH_NEGATIONS.has(each.replace('’', "'"))) ? valence * NEGATED : valence;
  }
  return sum;
}

function valenceOfWord(word: string): number {
  return Object.hasOwn(ENGLISH_WORDS, word) ? (ENGLISH_WORDS[word] as number) : 0;
}

/** Every place of every word; a negation stands at most one character before it. */
function chineseValence(text: string): number {
  let sum = 0;
  for (const [word, valence] of Object.entries(CHINESE_WORDS)) {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
      const before = text.slice(Math.max(0, at - NEGATION_WINDOW), at);
      sum += CHINESE_NEGATIONS.some((negation) => before.includes(negation)) ? valence * NEGATED : valence;
    }
  }
  return sum;
}

/** Our words and hedges are no words to VADER: each is counted once. */
function withoutOwnWords(text: string): string {
  return text.replace(/[a-z]+/gi, (word) => {
    const lower = word.toLowerCase();
    return valenceOfWord(lower) === 0 && !ENGLISH_HEDGES.has(lower) ? word : 'thing';
  });
}

function isHedged(text: string, words: readonly string[]): boolean {
  return words.some((word) => ENGLISH_HEDGES.has(word)) || CHINESE_HEDGES.some((hedge) => text.includes(hedge));
}
