/**
 * The geometry of one candle: body, range and shadows, as the candlestick book speaks of them.
 */

/** A candle in scaled prices. */
export type BookCandle = {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
};

/** A candle with its parts; `top` and `bottom` bound the body. */
export type CandleShape = BookCandle & {
  readonly body: number;
  readonly range: number;
  readonly upper: number;
  readonly lower: number;
  readonly top: number;
  readonly bottom: number;
  readonly isGreen: boolean;
  readonly isRed: boolean;
};

/** The parts of a candle. */
export function shapeOf({ open, high, low, close, volume }: BookCandle): CandleShape {
  const top = Math.max(open, close);
  const bottom = Math.min(open, close);
  return {
    open,
    high,
    low,
    close,
    volume,
    body: top - bottom,
    range: high - low,
    upper: high - top,
    lower: bottom - low,
    top,
    bottom,
    isGreen: close > open,
    isRed: close < open,
  };
}
