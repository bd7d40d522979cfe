/**
 * Has the server build a replay package and waits for it: ledgers prepared, candles that are missing asked for, then the
 * build with its progress, for as long as the server says that it is building. Whatever went wrong is one word that the
 * page has a sentence for.
 */
import type { WireCandle } from '../../src/api/contract.ts';
import type { HttpOutcome, PageMachine } from './ports.ts';
import { type Known, parseCoverage, parseJob, parseReplayStatus } from './replay-wire.ts';
import { parseDetail } from './wire.ts';

/** What is wanted: the package ends at `toTime`; `held` candles up to it are known to be there. */
export type PackageWish = {
  readonly seriesId: string;
  readonly toTime: number;
  readonly known: Known;
  readonly held: number;
};

/** A finished package. */
export type ReplayPackage = {
  readonly jobId: string;
  readonly windowSize: number;
  readonly candles: readonly WireCandle[];
};

/** Why there is none. `off`: the server does not offer replay; `behind`: its structure is still being computed. */
export type ReplayFailure = 'off' | 'noData' | 'behind' | 'busy' | 'failed' | 'unreachable';

/** How it ended. */
export type Built =
  | { readonly ok: true; readonly value: ReplayPackage }
  | { readonly ok: false; readonly error: ReplayFailure };

/** What watches a build; `progress` is told in percent. */
export type BuildHooks = { readonly signal: AbortSignal; readonly progress: (percent: number) => void };

/** Candles of a package at most, and of one window: some seconds of a fast walk, small enough to arrive at once. */
const CANDLES_MAX = 2000;
const WINDOW_SIZE = 200;
const SNAPSHOT_INTERVAL = 25;
/** Answers of 409 and 503 that are met with another try, and the wait between them. */
const TRIES = 12;
const TRY_MS = 500;
/** A server that fetches missing candles is waited for at most this often. */
const COVER_ASKS = 60;
/** Builds anew where the candles were corrected under the build, or fewer were known than are stored. */
const BUILDS = 6;
const ASK_MS = 100;
const ASK_MS_MAX = 1000;

class Stopped extends Error {
  readonly failure: ReplayFailure;

  constructor(failure: ReplayFailure) {
    super(failure);
    this.failure = failure;
  }
}

/** Builds the package; never rejects. An aborted build ends `unreachable`. */
export async function buildPackage(machine: PageMachine, wish: PackageWish, hooks: BuildHooks): Promise<Built> {
  try {
    return { ok: true, value: await new Builder(machine, wish, hooks).build() };
  } catch (thrown) {
    if (thrown instanceof Stopped) return { ok: false, error: thrown.failure };
    throw thrown;
  }
}

class Builder {
  readonly #machine: PageMachine;
  readonly #wish: PackageWish;
  readonly #hooks: BuildHooks;

  constructor(machine: PageMachine, wish: PackageWish, hooks: BuildHooks) {
    this.#machine = machine;
    this.#wish = wish;
    this.#hooks = hooks;
  }

  async build(): Promise<ReplayPackage> {
    await this.#post('prepare', { window_candles: CANDLES_MAX });
    let candles = CANDLES_MAX;
    let isCovered = false;
    for (let turn = 0; turn < BUILDS; turn++) {
      const jobId = await this.#start(candles);
      if (jobId !== null) {
        const built = await this.#wait(jobId);
        if (built !== null) return built;
      } else if (isCovered) candles = Math.max(2, Math.floor(candles * 0.9));
      else {
        candles = Math.max(2, Math.min(candles, await this.#cover()));
        isCovered = true;
      }
    }
    throw new Stopped('failed');
  }

  /** The job of the build; `null` when fewer candles are known than that. */
  async #start(candles: number): Promise<string | null> {
    const rules = { window_candles: candles, window_size: WINDOW_SIZE, snapshot_interval: SNAPSHOT_INTERVAL };
    const answer = await this.#post('build', { ...rules, known: this.#wish.known });
    if (answer.status !== 200) return null;
    const job = parseJob(answer.body);
    if (job === null) throw new Stopped('failed');
    return job.id;
  }

  /** The package; `null` when its candles were corrected under the build. */
  async #wait(jobId: string): Promise<ReplayPackage | null> {
    const path = `api/replay/status?job_id=${encodeURIComponent(jobId)}&include_candles=1`;
    for (let waitMs = ASK_MS; ; waitMs = Math.min(ASK_MS_MAX, waitMs * 1.5)) {
      const answer = await this.#answered(this.#machine.readHttp(path, this.#hooks.signal));
      const told = answer.status === 200 ? parseReplayStatus(answer.body) : null;
      if (told === null || (told.status === 'error' && !told.error.startsWith('ledger_out_of_sync'))) {
        throw new Stopped('failed');
      }
      if (told.status === 'error') return null;
      this.#hooks.progress(told.progressPct);
      if (told.status === 'done') {
        if (told.candles.length === 0 || told.windowSize === 0) throw new Stopped('failed');
        return { jobId, windowSize: told.windowSize, candles: told.candles };
      }
      await this.#pause(waitMs);
    }
  }

  /** Candles that are there, after the server had its chance to fetch what is missing. */
  async #cover(): Promise<number> {
    const { seriesId, toTime, held } = this.#wish;
    const wish = { series_id: seriesId, target_candles: CANDLES_MAX, to_time: toTime };
    const asked = await this.#answered(this.#machine.postHttp('api/replay/ensure_coverage', wish, this.#hooks.signal));
    const job = asked.status === 200 ? parseJob(asked.body) : null;
    if (job === null) return held;
    const path = `api/replay/coverage_status?job_id=${encodeURIComponent(job.id)}`;
    let ready = held;
    for (let turn = 0; turn < COVER_ASKS; turn++) {
      const answer = await this.#answered(this.#machine.readHttp(path, this.#hooks.signal));
      const told = answer.status === 200 ? parseCoverage(answer.body) : null;
      if (told === null) break;
      ready = told.ready;
      if (told.status !== 'building') break;
      await this.#pause(TRY_MS);
    }
    return ready;
  }

  /** The answer to a post about the wish: 200, or 409 for missing candles. Whatever passes is tried again. */
  async #post(name: string, fields: object): Promise<Answer> {
    const { seriesId, toTime } = this.#wish;
    const body = { series_id: seriesId, to_time: toTime, ...fields };
    for (let turn = 0; ; turn++) {
      const answer = await this.#answered(this.#machine.postHttp(`api/replay/${name}`, body, this.#hooks.signal));
      if (answer.status === 200) return answer;
      const detail = parseDetail(answer.body);
      if (answer.status === 409 && detail === 'coverage_missing') return answer;
      if (answer.status === 404) throw new Stopped(detail === 'no_data' ? 'noData' : 'off');
      if (answer.status !== 409 && answer.status !== 503) throw new Stopped('failed');
      if (turn >= TRIES) throw new Stopped(answer.status === 409 ? 'behind' : 'busy');
      await this.#pause(TRY_MS);
    }
  }

  async #answered(outcome: Promise<HttpOutcome>): Promise<Answer> {
    const answer = await outcome;
    if (answer.kind === 'unreachable' || this.#hooks.signal.aborted) throw new Stopped('unreachable');
    return answer;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#machine.clock.after(ms, resolve));
  }
}

type Answer = Extract<HttpOutcome, { readonly kind: 'answered' }>;
