/**
 * A candlestick pattern, before and after it is weighed.
 */

/** A pattern before it is weighed; positive points are bullish. */
export type Finding = {
  readonly id: string;
  readonly raw: number;
  readonly reliability: 'H' | 'M' | 'L';
  /** Whether it claims a reversal, which can fail. */
  readonly isReversal: boolean;
};

/** A pattern with its modifiers; positive points are bullish. */
export type Pattern = Finding & {
  readonly volumeFactor: number;
  readonly levelFactor: number;
  readonly adjusted: number;
};
