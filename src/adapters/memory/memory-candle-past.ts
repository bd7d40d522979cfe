/**
 * What a series was: states of candles that were replaced and candles that came late, each with the newest candle of
 * the series before the batch that did it.
 */
import type { EpochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';

/** States by open time, the oldest first, and the head at which a late candle came. */
export type CandlePast = {
  readonly replaced: Map<EpochMs, { readonly candle: ClosedCandle; readonly head: EpochMs }[]>;
  readonly arrivals: Map<EpochMs, EpochMs>;
};

/** No past. */
export function createPast(): CandlePast {
  return { replaced: new Map(), arrivals: new Map() };
}

/** Notes a new candle; only one that is older than the head is late. */
export function noteArrival({ arrivals }: CandlePast, open: EpochMs, head: EpochMs): void {
  if (open < head) arrivals.set(open, head);
}

/** Keeps the state of a candle that is replaced while the series is at `head`. */
export function keepReplaced({ replaced }: CandlePast, candle: ClosedCandle, head: EpochMs): void {
  if (candle.openTime > head) return;
  const states = replaced.get(candle.openTime) ?? [];
  states.push({ candle, head });
  replaced.set(candle.openTime, states);
}

/** Whether the candle was there when the one at `head` was the newest. */
export function isKnownAt({ arrivals }: CandlePast, open: EpochMs, head: EpochMs): boolean {
  return (arrivals.get(open) ?? -1) < head;
}

/** The candle as it was then, `candle` being as it is now. */
export function stateAt({ replaced }: CandlePast, candle: ClosedCandle, head: EpochMs): ClosedCandle {
  return replaced.get(candle.openTime)?.find((state) => state.head >= head)?.candle ?? candle;
}
