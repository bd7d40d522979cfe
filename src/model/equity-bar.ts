/**
 * What everything was worth during a span of time: samples of equity folded into bars, short bars merged into longer ones.
 * A merge loses no extreme: the highest and the lowest of a long bar are those of its samples, whatever was merged when.
 */
import { add, greater, lesser, subtract } from '../core/decimal.ts';
import type { EpochMs } from '../core/time.ts';
import type { Money } from './money.ts';
import { bucketOpen } from './timeframe.ts';

/** Equity at a moment, of it cash, and the capital that was paid in. */
export type EquitySample = {
  readonly time: EpochMs;
  readonly equity: Money;
  readonly cash: Money;
  readonly capital: Money;
};

/** Equity from `openTime` on; `cash` and `capital` are those of its last sample. */
export type EquityBar = {
  readonly openTime: EpochMs;
  readonly open: Money;
  readonly high: Money;
  readonly low: Money;
  readonly close: Money;
  readonly cash: Money;
  readonly capital: Money;
};

/** The bar of `lengthMs` that a sample lies in, with nothing else in it. */
export function barOf({ time, equity, cash, capital }: EquitySample, lengthMs: number): EquityBar {
  return {
    openTime: bucketOpen(time, lengthMs),
    open: equity,
    high: equity,
    low: equity,
    close: equity,
    cash,
    capital,
  };
}

/**
 * Both in one bar that begins where `earlier` does; associative, and a bar merged with itself is itself. What was paid in
 * or out between them is no rise and no fall: the bar is told as if its last capital had been there all along.
 */
export function mergeBars(earlier: EquityBar, later: EquityBar): EquityBar {
  const { close, cash, capital } = later;
  const paid = subtract(capital, earlier.capital);
  return {
    openTime: earlier.openTime,
    open: add(earlier.open, paid),
    high: greater(add(earlier.high, paid), later.high),
    low: lesser(add(earlier.low, paid), later.low),
    close,
    cash,
    capital,
  };
}

/** Bars, ascending by time, in bars of `lengthMs`; what holds nothing is left out. */
export function regroupBars(bars: readonly EquityBar[], lengthMs: number): readonly EquityBar[] {
  const grouped: EquityBar[] = [];
  for (const bar of bars) {
    const placed = { ...bar, openTime: bucketOpen(bar.openTime, lengthMs) };
    const last = grouped.at(-1);
    if (last === undefined || last.openTime !== placed.openTime) grouped.push(placed);
    else grouped[grouped.length - 1] = mergeBars(last, placed);
  }
  return grouped;
}

/** Where bars of one length begin. */
export type BarsStart = { readonly lengthMs: number; readonly openTime: EpochMs };

/**
 * When the history begins, as exactly as bars of several lengths say: the oldest, narrowed by shorter ones for as long as
 * those still reach back into it. `null` without bars.
 */
export function historyStart(starts: readonly BarsStart[]): EpochMs | null {
  const [longest, ...shorter] = starts.toSorted((a, b) => b.lengthMs - a.lengthMs);
  if (longest === undefined) return null;
  let known = longest;
  for (const start of shorter) if (start.openTime < known.openTime + known.lengthMs) known = start;
  return known.openTime;
}
