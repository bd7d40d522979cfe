/**
 * The parts of trading that run beside the engine, each until it is told to stop. A part that trading can not be without
 * ends everything in order when it fails or returns by itself; any other is started again after a pause that doubles, five
 * times within an hour at most, and is then left as failed. Nothing a part does reaches the others.
 */
import { addMs, type EpochMs } from '../../core/time.ts';
import { type Failure, FailureError, failure, toReason } from '../../model/failure.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';

/** A part; `run` ends when the signal says so and not before. */
export type Task = {
  readonly name: string;
  readonly importance: 'critical' | 'other';
  readonly run: (stop: AbortSignal) => Promise<void>;
};

/** How a part stands. */
export type TaskStatus = {
  readonly name: string;
  readonly importance: Task['importance'];
  readonly state: 'running' | 'waiting' | 'failed' | 'stopped';
  readonly restarts: number;
  readonly lastError: string | null;
};

/** What supervision needs; `onFatal` hears once of the first critical part that ended. */
export type SupervisorParts = {
  /** Real time. */
  readonly clock: Clock;
  readonly onFatal: (failure: Failure) => void;
  readonly onWarning: (reason: string) => void;
};

const RESTARTS_MAX = 5;
const WINDOW_MS = 3_600_000;
const PAUSE_MIN_MS = 1_000;
const PAUSE_MAX_MS = 60_000;

type Watched = {
  readonly task: Task;
  state: TaskStatus['state'];
  /** Times of restarts within the last hour. */
  restartTimes: EpochMs[];
  restarts: number;
  lastError: string | null;
  over: Promise<void>;
  cancel: Cancel;
};

/** Runs parts until it is stopped. */
export class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #watched: Watched[] = [];
  readonly #stop = new AbortController();
  #hasFailed = false;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
  }

  /** Starts a part. */
  add(task: Task): void {
    const base = { restartTimes: [], restarts: 0, lastError: null, over: Promise.resolve(), cancel: () => {} };
    const watched: Watched = { task, state: 'running', ...base };
    this.#watched.push(watched);
    this.#run(watched);
  }

  /** Every part, in the order they were added. */
  status(): readonly TaskStatus[] {
    return this.#watched.map(({ task: { name, importance }, state, restarts, lastError }) => {
      return { name, importance, state, restarts, lastError };
    });
  }

  /** Tells every part to stop; resolves when all have, or after `limitMs` with those that have not named in a warning. */
  async stop(limitMs: number): Promise<void> {
    const { clock, onWarning } = this.#parts;
    this.#stop.abort();
    for (const { cancel } of this.#watched) cancel();
    const late = new Promise<'late'>((resolve) => {
      clock.schedule(addMs(clock.now(), limitMs), () => resolve('late'));
    });
    const all = Promise.all(this.#watched.map(({ over }) => over));
    if ((await Promise.race([all, late])) !== 'late') return;
    const names = this.#watched.filter(({ state }) => state === 'running').map(({ task }) => task.name);
    onWarning(`${names.join(', ')} did not stop within ${limitMs / 1000} s and is left behind`);
  }

  #run(watched: Watched): void {
    watched.state = 'running';
    watched.over = runTask(watched.task, this.#stop.signal).then((error) => this.#end(watched, error));
  }

  #end(watched: Watched, error: unknown): void {
    if (this.#stop.signal.aborted) {
      watched.state = 'stopped';
      return;
    }
    watched.lastError = toReason(error);
    if (watched.task.importance === 'critical') this.#fail(watched, error);
    else this.#restart(watched);
  }

  #fail(watched: Watched, error: unknown): void {
    watched.state = 'failed';
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const { name } = watched.task;
    const told =
      error instanceof FailureError ? error.failure : failure('task_failed', { task: name, reason: toReason(error) });
    this.#parts.onFatal(told);
  }

  #restart(watched: Watched): void {
    const { clock, onWarning } = this.#parts;
    const now = clock.now();
    watched.restartTimes = watched.restartTimes.filter((time) => now - time < WINDOW_MS);
    const { name } = watched.task;
    if (watched.restartTimes.length >= RESTARTS_MAX) {
      watched.state = 'failed';
      onWarning(`${name} failed again and is not started any more: ${watched.lastError}`);
      return;
    }
    const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS * 2 ** watched.restartTimes.length);
    watched.state = 'waiting';
    watched.restartTimes.push(now);
    watched.restarts++;
    onWarning(`${name} failed and is started again in ${pauseMs / 1000} s: ${watched.lastError}`);
    watched.cancel = clock.schedule(addMs(now, pauseMs), () => this.#run(watched));
  }
}

/** What ended the part: never rejects. */
async function runTask({ run }: Task, stop: AbortSignal): Promise<unknown> {
  try {
    await run(stop);
    return new Error('it returned without being told to');
  } catch (error) {
    return error;
  }
}

/** Resolves when `stop` says so. */
export function untilStopped(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Repeats `action` every `everyMs`, one after the other, the first after a pause, until `stop`; rejects as it does. */
export async function repeatUntil(
  stop: AbortSignal,
  { clock, everyMs, action }: { readonly clock: Clock; readonly everyMs: number; readonly action: () => Promise<void> },
): Promise<void> {
  while (!stop.aborted) {
    await pause(stop, { clock, ms: everyMs });
    if (!stop.aborted) await action();
  }
}

function pause(stop: AbortSignal, { clock, ms }: { readonly clock: Clock; readonly ms: number }): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.schedule(addMs(clock.now(), ms), () => {
      stop.removeEventListener('abort', end);
      resolve();
    });
    const end = (): void => {
      cancel();
      resolve();
    };
    stop.addEventListener('abort', end, { once: true });
  });
}
