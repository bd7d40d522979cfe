/**
 * A walk through the candles of a package, as if the later ones did not exist yet. Pure: where it is, what is known
 * there, how fast it goes.
 */
import type { WireCandle } from '../../src/api/contract.ts';
import type { CandleWindow } from './candle-window.ts';

/** Milliseconds a candle, fastest first. */
export const REPLAY_SPEEDS: readonly number[] = [50, 100, 200, 400, 800];

/** A walk: candles up to and with `index` are known. */
export type Walk = {
  readonly candles: readonly WireCandle[];
  readonly index: number;
  readonly motion: 'playing' | 'paused';
  /** Changes whenever the walk did anything but go on, so that the drawing starts over. */
  readonly revision: number;
};

/** The walk at `index`, kept inside its candles. */
export function walkTo<W extends Walk>(walk: W, index: number): W {
  const next = Math.max(0, Math.min(walk.candles.length - 1, Math.round(index)));
  const isOn = next === walk.index + 1 || next === walk.index;
  return { ...walk, index: next, revision: walk.revision + (isOn ? 0 : 1) };
}

/** What is known of the series at this point of the walk. */
export function knownWindow({ candles, index, revision }: Walk): CandleWindow {
  return { closed: candles.slice(0, index + 1), forming: null, floor: Number.NEGATIVE_INFINITY, revision };
}

/** Open time of the candle the walk is at, Unix seconds. */
export function focusTime({ candles, index }: Walk): number {
  return candles[index]?.candle_time ?? 0;
}

/** Index of the newest candle at or before `time`, the first one if all are later. */
export function indexAt(candles: readonly WireCandle[], time: number): number {
  return Math.max(
    0,
    candles.findLastIndex(({ candle_time }) => candle_time <= time),
  );
}

/** The speed `places` further in the list; its ends hold. */
export function nextSpeed(stepMs: number, places: number): number {
  const at = REPLAY_SPEEDS.indexOf(stepMs) + places;
  return REPLAY_SPEEDS[Math.max(0, Math.min(REPLAY_SPEEDS.length - 1, at))] ?? stepMs;
}
