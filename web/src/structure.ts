/**
 * Keeps the drawing instructions of the shown series true: a whole frame first, then what changed after each closed
 * candle. One read at a time; answers to an older question are dropped. A server whose ledgers are still catching up
 * (409) is asked again, one without these routes is left alone until another series is chosen.
 */
import { retryDelayMs } from './backoff.ts';
import { applyDelta, type DrawCatalog, EMPTY_CATALOG, isRewritten } from './draw-catalog.ts';
import { type FactorSlices, type Frame, parseDelta, parseFrame, parsePoll, parseSlices } from './draw-wire.ts';
import type { Cancel, HttpOutcome, Platform } from './ports.ts';

/** How far the structure of the shown series is. */
export type StructureStatus = 'loading' | 'ready' | 'behind' | 'absent' | 'unreachable';

/** An immutable view; `rewrites` counts how often the server told of another past than it had told before. */
export type StructureState = {
  readonly seriesId: string;
  readonly status: StructureStatus;
  readonly catalog: DrawCatalog;
  readonly slices: FactorSlices | null;
  readonly rewrites: number;
};

/** The structure of one series at a time. */
export type Structure = {
  readonly state: () => StructureState;
  readonly subscribe: (listener: () => void) => Cancel;
  /** Shows another series from the beginning. */
  readonly show: (seriesId: string) => void;
  /** A candle closed: what changed is asked for soon, once for a burst. */
  readonly candleClosed: () => void;
  /** History changed: everything is read again soon. */
  readonly reload: () => void;
  readonly close: () => void;
};

/** Candles of a frame. */
const WINDOW_CANDLES = 2000;
/** A burst of closed candles or corrections is one question. */
const COALESCE_MS = 1000;
/** Answers of 409 in a row that are met with another try, and the wait between them. */
const FRAME_TRIES = 6;
const FRAME_WAIT_MS = 200;
const DELTA_TRIES = 8;
const DELTA_WAIT_MS = 150;

type Job = 'frame' | 'delta' | 'poll';

/** Opens the structure of no series yet. */
export function openStructure(platform: Platform): Structure {
  return new StructureReader(platform);
}

const NO_STRUCTURE = { status: 'loading', catalog: EMPTY_CATALOG, slices: null } as const;

class StructureReader implements Structure {
  readonly #platform: Platform;
  readonly #listeners = new Set<() => void>();
  #state: StructureState = { ...NO_STRUCTURE, seriesId: '', rewrites: 0 };
  #timer: Cancel = () => {};
  /** What the timer will start; a poll never takes the place of a whole reload. */
  #due: Job | null = null;
  #abort = new AbortController();
  #failures = 0;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  readonly state = (): StructureState => this.#state;

  readonly subscribe = (listener: () => void): Cancel => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly show = (seriesId: string): void => {
    this.#stop();
    this.#failures = 0;
    this.#change({ ...this.#state, ...NO_STRUCTURE, seriesId });
    this.#run('frame', 0);
  };

  readonly candleClosed = (): void => {
    const { status } = this.#state;
    if (status === 'absent') return;
    this.#later(status === 'ready' ? 'poll' : 'frame', COALESCE_MS);
  };

  readonly reload = (): void => {
    if (this.#state.status !== 'absent') this.#later('frame', COALESCE_MS);
  };

  readonly close = (): void => {
    this.#stop();
    this.#listeners.clear();
  };

  #change(next: StructureState): void {
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }

  #stop(): void {
    this.#timer();
    this.#due = null;
    this.#abort.abort();
  }

  /** Starts `job` after the wait unless one is due already: a stream of candles can not push it away for ever. */
  #later(job: Job, delayMs: number): void {
    if (this.#due !== null) {
      if (this.#due === 'poll') this.#due = job;
      return;
    }
    this.#due = job;
    this.#timer = this.#platform.clock.after(delayMs, () => {
      const due = this.#due;
      this.#due = null;
      if (due !== null) this.#run(due, 0);
    });
  }

  #retry(job: Job, delayMs: number, tries: number): void {
    this.#due = job;
    this.#timer = this.#platform.clock.after(delayMs, () => {
      const due = this.#due ?? job;
      this.#due = null;
      this.#run(due, due === job ? tries : 0);
    });
  }

  #run(job: Job, tries: number): void {
    this.#abort.abort();
    const abort = new AbortController();
    this.#abort = abort;
    const { seriesId, catalog } = this.#state;
    const path = pathOf(job, { seriesId, cursor: catalog.cursor });
    void this.#platform.readHttp(path, abort.signal).then((answer) => {
      if (!abort.signal.aborted) this.#fold(job, answer, tries);
    });
  }

  #fold(job: Job, answer: HttpOutcome, tries: number): void {
    if (answer.kind === 'unreachable') {
      this.#wait('unreachable');
      return;
    }
    this.#failures = answer.status === 200 ? 0 : this.#failures;
    if (answer.status === 200) {
      this.#take(job, answer.body);
      return;
    }
    if (answer.status === 409) {
      this.#behind(job, tries);
      return;
    }
    if (job === 'frame') {
      this.#run('delta', 0);
      return;
    }
    if (job === 'delta' && answer.status === 404) {
      this.#change({ ...this.#state, status: 'absent' });
      return;
    }
    if (job === 'poll') {
      this.#run('frame', 0);
      return;
    }
    this.#wait('behind');
  }

  #behind(job: Job, tries: number): void {
    const isDelta = job === 'delta';
    if (tries < (isDelta ? DELTA_TRIES : FRAME_TRIES)) {
      this.#retry(job, isDelta ? DELTA_WAIT_MS : FRAME_WAIT_MS, tries + 1);
    } else if (job === 'frame') this.#run('delta', 0);
    else this.#wait('behind');
  }

  #wait(status: StructureStatus): void {
    this.#failures++;
    if (this.#state.status !== status) this.#change({ ...this.#state, status });
    this.#retry('frame', retryDelayMs(this.#failures, this.#platform.random()), 0);
  }

  #take(job: Job, body: string): void {
    if (job === 'poll') {
      this.#takePoll(body);
      return;
    }
    const frame = job === 'delta' ? deltaFrame(body) : parseFrame(body);
    if (frame === null) {
      this.#wait('behind');
      return;
    }
    this.#show(EMPTY_CATALOG, frame);
    if (job === 'delta') this.#readSlices();
  }

  #takePoll(body: string): void {
    const poll = parsePoll(body);
    if (poll === null) {
      this.#wait('behind');
      return;
    }
    // A cursor that went back is another ledger: nothing held can be continued.
    if (poll.cursor < this.#state.catalog.cursor) {
      this.#run('frame', 0);
      return;
    }
    if (poll.frame !== null) this.#show(this.#state.catalog, poll.frame);
    else this.#readSlices();
  }

  #show(base: DrawCatalog, { delta, slices }: Frame): void {
    const catalog = applyDelta(base, delta);
    const rewrites = this.#state.rewrites + (isRewritten(this.#state.catalog, delta) ? 1 : 0);
    this.#change({ ...this.#state, status: 'ready', catalog, slices: slices ?? this.#state.slices, rewrites });
  }

  /** The words of the side panel; without them the drawing stands all the same. */
  #readSlices(): void {
    const { seriesId, catalog } = this.#state;
    if (catalog.toTime === null) return;
    const abort = this.#abort;
    const path = `api/factor/slices?${queryOf(seriesId)}&at_time=${catalog.toTime}`;
    void this.#platform.readHttp(path, abort.signal).then((answer) => {
      if (abort.signal.aborted || answer.kind !== 'answered' || answer.status !== 200) return;
      const slices = parseSlices(answer.body);
      if (slices !== null) this.#change({ ...this.#state, slices });
    });
  }
}

function deltaFrame(body: string): Frame | null {
  const delta = parseDelta(body);
  return delta === null ? null : { delta, slices: null };
}

function queryOf(seriesId: string): string {
  return `series_id=${encodeURIComponent(seriesId)}&window_candles=${WINDOW_CANDLES}`;
}

type Question = { readonly seriesId: string; readonly cursor: number };

function pathOf(job: Job, { seriesId, cursor }: Question): string {
  const query = queryOf(seriesId);
  if (job === 'poll') return `api/delta/poll?${query}&after_id=${cursor}`;
  return job === 'delta' ? `api/draw/delta?${query}&cursor_version_id=0` : `api/frame/live?${query}`;
}
