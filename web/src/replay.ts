/**
 * Walking through the candles the page holds, as if the later ones did not exist yet. The walk has its own frozen list,
 * so that live candles neither move it nor show through.
 */
import type { WireCandle } from '../../src/api/contract.ts';
import type { CandleWindow } from './candle-window.ts';
import type { Cancel, PageClock } from './ports.ts';

/** Milliseconds a candle, fastest first. */
export const REPLAY_SPEEDS: readonly number[] = [50, 100, 200, 400, 800];
/** Candles in view when a walk begins. */
const FIRST_CANDLES = 120;

/** A walk: candles up to and with `index` are known. */
export type ReplayState = {
  readonly seriesId: string;
  readonly candles: readonly WireCandle[];
  readonly index: number;
  readonly motion: 'playing' | 'paused';
  readonly stepMs: number;
  /** Changes whenever the walk did anything but go on, so that the drawing starts over. */
  readonly revision: number;
};

/** What a trader may do; each does nothing while there is no walk. */
export type Replay = {
  readonly state: () => ReplayState | null;
  readonly subscribe: (listener: () => void) => Cancel;
  /** Begins a walk in the later part of `candles` (ascending, closed); nothing happens with fewer than two. */
  readonly start: (seriesId: string, candles: readonly WireCandle[]) => void;
  readonly stop: () => void;
  readonly toggle: () => void;
  /** Goes to a candle and pauses; the index is kept inside the walk. */
  readonly seek: (index: number) => void;
  /** Changes the milliseconds a candle by places in `REPLAY_SPEEDS`; +1 is slower. */
  readonly setSpeed: (stepMs: number) => void;
};

/** The walk at `index`, kept inside its candles. */
export function walkTo(state: ReplayState, index: number): ReplayState {
  const next = Math.max(0, Math.min(state.candles.length - 1, Math.round(index)));
  const isOn = next === state.index + 1 || next === state.index;
  return { ...state, index: next, revision: state.revision + (isOn ? 0 : 1) };
}

/** What is known of the series at this point of the walk. */
export function knownWindow({ candles, index, revision }: ReplayState): CandleWindow {
  return { closed: candles.slice(0, index + 1), forming: null, floor: Number.NEGATIVE_INFINITY, revision };
}

/** The speed `places` further in the list; its ends hold. */
export function nextSpeed(stepMs: number, places: number): number {
  const at = REPLAY_SPEEDS.indexOf(stepMs) + places;
  return REPLAY_SPEEDS[Math.max(0, Math.min(REPLAY_SPEEDS.length - 1, at))] ?? stepMs;
}

/** No walk yet. */
export function openReplay(clock: PageClock): Replay {
  const listeners = new Set<() => void>();
  let state: ReplayState | null = null;
  let timer: Cancel = () => {};
  const change = (next: ReplayState | null): void => {
    state = next;
    timer();
    if (next?.motion === 'playing') timer = clock.after(next.stepMs, tick);
    for (const listener of listeners) listener();
  };
  function tick(): void {
    if (state === null) return;
    const next = walkTo(state, state.index + 1);
    change(next.index === next.candles.length - 1 ? { ...next, motion: 'paused' } : next);
  }
  return {
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start: (seriesId, candles) => {
      if (candles.length < 2) return;
      const index = Math.max(0, candles.length - 1 - FIRST_CANDLES);
      change({ seriesId, candles, index, motion: 'paused', stepMs: 200, revision: (state?.revision ?? 0) + 1 });
    },
    stop: () => state !== null && change(null),
    toggle: () => {
      if (state === null) return;
      const isAtEnd = state.index === state.candles.length - 1;
      change({ ...state, motion: state.motion === 'playing' || isAtEnd ? 'paused' : 'playing' });
    },
    seek: (index) => state !== null && change({ ...walkTo(state, index), motion: 'paused' }),
    setSpeed: (stepMs) => state !== null && change({ ...state, stepMs }),
  };
}
