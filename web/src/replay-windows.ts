/**
 * The windows of one replay package, read when the walk comes near them: at most one request at a time, the newest wish
 * first, and a few windows in memory.
 */
import { retryDelayMs } from './backoff.ts';
import type { Cancel, PageMachine } from './ports.ts';
import type { ReplayPackage } from './replay-build.ts';
import { parseReplayWindow, type ReplayWindow } from './replay-wire.ts';

/** Windows held. Policy: the one read longest ago goes. */
const WINDOWS_MAX = 6;

/** What a reader tells: a window came in, or the server has forgotten the package. */
export type WindowHooks = { readonly arrived: () => void; readonly forgotten: () => void };

/** Reads windows of one package until it is closed. */
export class ReplayWindows {
  readonly #machine: PageMachine;
  readonly #package: Pick<ReplayPackage, 'jobId' | 'windowSize'>;
  readonly #hooks: WindowHooks;
  readonly #windows = new Map<number, ReplayWindow>();
  readonly #abort = new AbortController();
  #timer: Cancel = () => {};
  #asking: number | null = null;
  #wanted: number | null = null;
  #failures = 0;

  constructor(machine: PageMachine, from: Pick<ReplayPackage, 'jobId' | 'windowSize'>, hooks: WindowHooks) {
    this.#machine = machine;
    this.#package = from;
    this.#hooks = hooks;
  }

  /** The window that holds the candle `idx`, if it is here. */
  find(idx: number): ReplayWindow | null {
    return this.#windows.get(this.#placeOf(idx)) ?? null;
  }

  /** Reads the window of the candle `idx` unless it is here or on its way; a later wish takes the place of this one. */
  want(idx: number): void {
    const place = this.#placeOf(idx);
    if (this.#windows.has(place) || this.#asking === place) return;
    this.#wanted = place;
    if (this.#asking === null) this.#next();
  }

  close(): void {
    this.#timer();
    this.#abort.abort();
  }

  #placeOf(idx: number): number {
    return Math.floor(idx / this.#package.windowSize);
  }

  #next(): void {
    const place = this.#wanted;
    this.#wanted = null;
    if (place !== null && !this.#abort.signal.aborted) void this.#read(place);
  }

  async #read(place: number): Promise<void> {
    this.#asking = place;
    const { jobId, windowSize } = this.#package;
    const path = `api/replay/window?job_id=${encodeURIComponent(jobId)}&target_idx=${place * windowSize}&form=compact`;
    const answer = await this.#machine.readHttp(path, this.#abort.signal);
    if (this.#abort.signal.aborted) return;
    this.#asking = null;
    if (answer.kind === 'answered' && answer.status === 404) {
      this.#hooks.forgotten();
      return;
    }
    const window = answer.kind === 'answered' && answer.status === 200 ? parseReplayWindow(answer.body) : null;
    if (window !== null) this.#take(place, window);
    else this.#again(place);
  }

  #take(place: number, window: ReplayWindow): void {
    this.#failures = 0;
    this.#windows.set(place, window);
    for (const held of this.#windows.keys()) if (this.#windows.size > WINDOWS_MAX) this.#windows.delete(held);
    this.#hooks.arrived();
    this.#next();
  }

  /** A server that does not answer is asked again; what was wanted meanwhile goes first. */
  #again(place: number): void {
    this.#failures++;
    this.#wanted ??= place;
    this.#timer = this.#machine.clock.after(retryDelayMs(this.#failures, this.#machine.random()), () => this.#next());
  }
}
