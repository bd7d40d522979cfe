/**
 * Prebuilt answers in memory, by key. Bounded in number and in bytes; policy at either bound: the least recently used
 * are forgotten. Whether an answer is still true is for the caller to know.
 */

/** Bounds of what is kept; bytes count the bodies and their keys. */
export type KeptBounds = { readonly answersMax: number; readonly bytesMax: number };

/** The answers kept by `KEPT_BOUNDS` unless told otherwise: the newest 2,000 candles of some 300 series. */
export const KEPT_BOUNDS: KeptBounds = { answersMax: 1_024, bytesMax: 64 * 1024 * 1024 };

/** Two bytes a character is the most that a text takes in memory. */
const BYTES_A_CHARACTER = 2;

/** Answers by key, the least recently used first. */
export class KeptAnswers<A extends { readonly bytes: Uint8Array }> {
  readonly #bounds: KeptBounds;
  readonly #answers = new Map<string, A>();
  #bytes = 0;

  constructor(bounds: KeptBounds = KEPT_BOUNDS) {
    this.#bounds = bounds;
  }

  /** Number of answers and the bytes they take. */
  get size(): { readonly answers: number; readonly bytes: number } {
    return { answers: this.#answers.size, bytes: this.#bytes };
  }

  /** The answer of `key`, which counts as used. */
  find(key: string): A | undefined {
    const answer = this.#answers.get(key);
    if (answer === undefined) return undefined;
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    return answer;
  }

  /** Keeps `answer` in place of what `key` had; one that is larger than the bound is not kept. */
  keep(key: string, answer: A): void {
    this.forget(key);
    this.#answers.set(key, answer);
    this.#bytes += bytesOf(key, answer);
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= this.#bounds.answersMax && this.#bytes <= this.#bounds.bytesMax) return;
      this.forget(oldest);
    }
  }

  /** Forgets the answer of `key`. */
  forget(key: string): void {
    const answer = this.#answers.get(key);
    if (answer === undefined) return;
    this.#answers.delete(key);
    this.#bytes -= bytesOf(key, answer);
  }
}

function bytesOf(key: string, answer: { readonly bytes: Uint8Array }): number {
  return key.length * BYTES_A_CHARACTER + answer.bytes.byteLength;
}
