/**
 * A bounded memory of ids seen lately. It holds two generations: when the younger one reaches half of the bound it
 * becomes the older and the older is forgotten. An id is surely known while fewer than half the bound came after it.
 */

/** The memory; it never holds more than its bound. */
export type RecentIds = {
  /** Remembers `id`; `known` when it was remembered already. */
  readonly add: (id: string) => 'new' | 'known';
};

/** An empty memory of at most `bound` ids (at least 2). */
export function createRecentIds(bound: number): RecentIds {
  if (!Number.isInteger(bound) || bound < 2) throw new RangeError(`not a bound: ${bound}`);
  let younger = new Set<string>();
  let older = new Set<string>();
  return {
    add: (id) => {
      if (younger.has(id) || older.has(id)) return 'known';
      younger.add(id);
      if (younger.size >= bound / 2) {
        older = younger;
        younger = new Set();
      }
      return 'new';
    },
  };
}
