/**
 * Two streams of decisions compared as they come: those that were recorded and those that are made now. Only what one
 * stream is ahead of the other is kept.
 */

/** How two streams compare. */
export type DecisionParity = {
  readonly recorded: number;
  readonly made: number;
  /** From the first on, byte for byte. */
  readonly identical: number;
  /** The first pair that differs, or the first that only one side has; `null` where all are the same. */
  readonly first_difference: { readonly recorded: string | null; readonly made: string | null } | null;
};

/** How far one side may be ahead before the comparison ends: further apart they have nothing to do with each other. */
const AHEAD_MAX = 10_000;

type Side = 'recorded' | 'made';

/** A comparison. */
export class DecisionComparison {
  readonly #ahead: Record<Side, string[]> = { recorded: [], made: [] };
  readonly #counts: Record<Side, number> = { recorded: 0, made: 0 };
  #identical = 0;
  #difference: DecisionParity['first_difference'] = null;

  /** Takes the next decision of one side. */
  take(side: Side, text: string): void {
    this.#counts[side]++;
    if (this.#difference !== null) return;
    this.#ahead[side].push(text);
    const { recorded, made } = this.#ahead;
    while (recorded.length > 0 && made.length > 0 && this.#difference === null) {
      this.#compare(recorded.shift() as string, made.shift() as string);
    }
    if (this.#ahead[side].length > AHEAD_MAX) this.#end();
  }

  /** How they compare; nothing more is expected. */
  conclude(): DecisionParity {
    if (this.#difference === null && this.#ahead.recorded.length + this.#ahead.made.length > 0) this.#end();
    return {
      recorded: this.#counts.recorded,
      made: this.#counts.made,
      identical: this.#identical,
      first_difference: this.#difference,
    };
  }

  #compare(recorded: string, made: string): void {
    if (recorded === made) this.#identical++;
    else this.#difference = { recorded, made };
  }

  #end(): void {
    const { recorded, made } = this.#ahead;
    this.#difference = { recorded: recorded[0] ?? null, made: made[0] ?? null };
    this.#ahead.recorded = [];
    this.#ahead.made = [];
  }
}
