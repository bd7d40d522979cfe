/**
 * Walking through a package of past candles that the server builds, with structure as it was at each of them. The walk
 * is frozen: live candles neither move it nor show through. While another package is built the present walk stands.
 */
import type { WireCandle } from '../../src/api/contract.ts';
import type { Cancel, PageMachine } from './ports.ts';
import { buildPackage, type PackageWish, type ReplayFailure, type ReplayPackage } from './replay-build.ts';
import { momentAt, type ReplayMoment } from './replay-moment.ts';
import { focusTime, indexAt, type Walk, walkTo } from './replay-walk.ts';
import { ReplayWindows } from './replay-windows.ts';
import type { Known } from './replay-wire.ts';

/** Candles after the focus when a walk begins. */
const FIRST_CANDLES = 120;
/** A walk that waits for its structure looks again after this long. */
const WAIT_MS = 50;
/** Packages forgotten by the server in a row after which the page gives up. */
const FORGOTTEN_MAX = 3;

/** A walk in a package; `moment` is `null` until the structure of its candle is here. */
export type ReplayWalk = Walk & {
  readonly known: Known;
  readonly moment: ReplayMoment | null;
};

/** A package on its way, or why there is none. */
export type ReplayWork =
  | { readonly kind: 'building'; readonly known: Known; readonly percent: number }
  | { readonly kind: 'failed'; readonly known: Known; readonly failure: ReplayFailure };

/** A replay of one series; without a walk the page is still live. */
export type ReplayState = {
  readonly seriesId: string;
  readonly walk: ReplayWalk | null;
  readonly work: ReplayWork | null;
  readonly stepMs: number;
};

/** What a trader may do; each does nothing while there is nothing to do it with. */
export type Replay = {
  readonly state: () => ReplayState | null;
  readonly subscribe: (listener: () => void) => Cancel;
  /** Has a package of `candles` (ascending, closed) built, and begins a walk in its later part. */
  readonly start: (seriesId: string, candles: readonly WireCandle[]) => void;
  readonly stop: () => void;
  readonly toggle: () => void;
  /** Goes to a candle and pauses; the index is kept inside the walk. */
  readonly seek: (index: number) => void;
  readonly setSpeed: (stepMs: number) => void;
  /**
   * Candles as corrected now, up to the end the replay began with, or as they were known when the candle in focus was
   * the newest: that walk ends there.
   */
  readonly choose: (known: Known) => void;
  /** Builds what failed once more. */
  readonly retry: () => void;
};

/** No walk yet. */
export function openReplay(machine: PageMachine): Replay {
  const player = new Player(machine);
  return {
    state: () => player.state,
    subscribe: player.subscribe,
    start: player.start,
    stop: player.stop,
    toggle: player.toggle,
    seek: player.seek,
    setSpeed: player.setSpeed,
    choose: player.choose,
    retry: player.retry,
  };
}

type Wish = PackageWish & { readonly focus: number };

class Player {
  state: ReplayState | null = null;
  readonly #machine: PageMachine;
  readonly #listeners = new Set<() => void>();
  /** What the package of `work` or `walk` is of, and the end that a replay of now has. */
  #wish: Wish | null = null;
  #end = 0;
  #windows: ReplayWindows | null = null;
  #abort = new AbortController();
  #timer: Cancel = () => {};
  #revision = 0;
  #forgotten = 0;

  constructor(machine: PageMachine) {
    this.#machine = machine;
  }

  readonly subscribe = (listener: () => void): Cancel => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly start = (seriesId: string, candles: readonly WireCandle[]): void => {
    const last = candles.at(-1);
    if (candles.length < 2 || last === undefined) return;
    this.stop();
    this.#end = last.candle_time;
    this.#forgotten = 0;
    const focus = candles[Math.max(0, candles.length - 1 - FIRST_CANDLES)]?.candle_time ?? this.#end;
    this.#change({ seriesId, walk: null, work: null, stepMs: 200 });
    this.#build({ seriesId, toTime: this.#end, known: 'now', held: candles.length, focus });
  };

  readonly stop = (): void => {
    if (this.state === null) return;
    this.#abort.abort();
    this.#timer();
    this.#windows?.close();
    this.#windows = null;
    this.#change(null);
  };

  readonly toggle = (): void => {
    const walk = this.state?.walk;
    if (walk === undefined || walk === null) return;
    const isAtEnd = walk.index === walk.candles.length - 1;
    this.#walk({ ...walk, motion: walk.motion === 'playing' || isAtEnd ? 'paused' : 'playing' });
  };

  readonly seek = (index: number): void => {
    const walk = this.state?.walk;
    if (walk !== undefined && walk !== null) this.#walk({ ...walkTo(walk, index), motion: 'paused' });
  };

  readonly setSpeed = (stepMs: number): void => {
    if (this.state !== null) this.#change({ ...this.state, stepMs });
  };

  readonly choose = (known: Known): void => {
    const { state } = this;
    const wish = this.#wish;
    if (state === null || wish === null || (wish.known === known && state.work?.kind !== 'failed')) return;
    const focus = state.walk === null ? wish.focus : focusTime(state.walk);
    const held = state.walk === null ? wish.held : state.walk.index + 1;
    this.#forgotten = 0;
    this.#build({ ...wish, known, focus, held, toTime: known === 'then' ? focus : this.#end });
  };

  readonly retry = (): void => {
    if (this.#wish !== null && this.state?.work?.kind === 'failed') this.#build(this.#wish);
  };

  #change(next: ReplayState | null): void {
    this.state = next;
    for (const listener of this.#listeners) listener();
  }

  #build(wish: Wish): void {
    this.#wish = wish;
    this.#abort.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.#work({ kind: 'building', known: wish.known, percent: 0 });
    this.seek(this.state?.walk?.index ?? 0);
    const progress = (percent: number): void => {
      if (!abort.signal.aborted) this.#work({ kind: 'building', known: wish.known, percent });
    };
    void buildPackage(this.#machine, wish, { signal: abort.signal, progress }).then((built) => {
      if (abort.signal.aborted) return;
      if (built.ok) this.#begin(wish, built.value);
      else this.#work({ kind: 'failed', known: wish.known, failure: built.error });
    });
  }

  #work(work: ReplayWork): void {
    if (this.state !== null) this.#change({ ...this.state, work });
  }

  #begin(wish: Wish, built: ReplayPackage): void {
    if (this.state === null) return;
    this.#windows?.close();
    this.#windows = new ReplayWindows(this.#machine, built, {
      arrived: () => this.#refresh(),
      forgotten: () => this.#rebuild(),
    });
    const { candles } = built;
    const index = indexAt(candles, wish.focus);
    this.#change({ ...this.state, work: null });
    this.#walk({ candles, index, motion: 'paused', revision: ++this.#revision, known: wish.known });
  }

  /** The server has let the package go, or is another one: the same is built again. */
  #rebuild(): void {
    const walk = this.state?.walk;
    if (this.#wish === null || walk === undefined || walk === null || this.state?.work?.kind === 'building') return;
    this.#forgotten++;
    if (this.#forgotten <= FORGOTTEN_MAX) this.#build({ ...this.#wish, focus: focusTime(walk) });
    else this.#work({ kind: 'failed', known: walk.known, failure: 'failed' });
  }

  /** Shows the walk with the structure that is here, and asks for what it needs next. */
  #walk(walk: Omit<ReplayWalk, 'moment'>): void {
    if (this.state === null) return;
    this.#revision = Math.max(this.#revision, walk.revision);
    const window = this.#windows?.find(walk.index) ?? null;
    const moment = window === null ? null : momentAt(window, { idx: walk.index, time: focusTime(walk) });
    this.#timer();
    this.#change({ ...this.state, walk: { ...walk, moment } });
    if (window === null) this.#windows?.want(walk.index);
    else if (window.end < walk.candles.length) this.#windows?.want(window.end);
    if (walk.motion === 'playing') {
      this.#timer = this.#machine.clock.after(moment === null ? WAIT_MS : this.state.stepMs, () => this.#tick());
    }
  }

  #refresh(): void {
    const walk = this.state?.walk;
    this.#forgotten = 0;
    if (walk !== undefined && walk !== null && walk.moment === null) this.#walk(walk);
  }

  /** A step on; a walk whose structure is not here yet waits for it. */
  #tick(): void {
    const walk = this.state?.walk;
    if (walk === undefined || walk === null || walk.motion !== 'playing') return;
    const next = walk.moment === null ? walk : walkTo(walk, walk.index + 1);
    const isAtEnd = next.index === next.candles.length - 1;
    this.#walk(isAtEnd ? { ...next, motion: 'paused' } : next);
  }
}
