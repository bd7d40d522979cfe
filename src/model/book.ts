/**
 * The order book of an instrument as it is judged, never traded with: plain numbers.
 */

/** The top of a book and what lies near it; every number is finite, prices are above 0. */
export type BookFacts = {
  readonly bid: number;
  readonly ask: number;
  /** Quote units offered within 1 % above the ask, as far as the book was read. */
  readonly askDepthQuote: number;
  /** Quote units bid within 1 % below the bid, as far as the book was read. */
  readonly bidDepthQuote: number;
};
