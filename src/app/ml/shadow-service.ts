/**
 * A model in shadow: beside trading, and never of it. Once a minute the folder of models is looked at; where a model is
 * there to be watched, candles are heard and predictions written down, where none is, nothing is opened or heard at all.
 * Whatever fails here is counted and told, and trading goes on as if this were not there.
 */
import { addMs, type EpochMs } from '../../core/time.ts';
import { type MonitorEvent, monitorText } from '../../ml/index.ts';
import { FailureError, toReason } from '../../model/failure.ts';
import type { Cancel } from '../../ports/clock.ts';
import { type ModelAlarm, ringingOver } from './shadow-alarm.ts';
import { fingerprint, loadWatched, takeBack } from './shadow-model.ts';
import { type OpeningParts, openWatching, type Watching } from './shadow-opening.ts';

/** What the service needs. */
export type ShadowParts = OpeningParts & {
  /** Whether the setting `ml.shadow` is on, asked anew each time. */
  readonly isWanted: () => boolean;
  /** Hears of an alarm once. */
  readonly onAlarm: (alarm: ModelAlarm) => void;
  readonly onWarning: (reason: string) => void;
};

/** How the service stands: switched off, without a model, watching one, or hindered since the newest failure. */
export type ShadowState = 'off' | 'idle' | 'watching' | 'failing';

/** What went wrong since the start. */
export type ShadowErrors = {
  readonly count: number;
  readonly lastTime: EpochMs | null;
  readonly lastReason: string | null;
};

const LOOK_MS = 60_000;
/** What fails is warned of once in so long; every failure counts. */
const WARNED_FOR_MS = 3_600_000;

/** The service. */
export class ShadowService {
  readonly #parts: ShadowParts;
  #watching: Watching | null = null;
  #seen: string | null = null;
  #why: string | null = null;
  /** An alarm that is still to be told. */
  #alarm: MonitorEvent | null = null;
  #errors: ShadowErrors = { count: 0, lastTime: null, lastReason: null };
  #isFailing = false;
  #warnedTime: EpochMs | null = null;
  #steps: Promise<void> = Promise.resolve();
  #cancel: Cancel = () => {};
  #life: 'open' | 'closed' = 'open';

  constructor(parts: ShadowParts) {
    this.#parts = parts;
  }

  /** Looks for a model now and then once a minute, until it is closed. */
  start(): void {
    void this.look();
    const { wallClock } = this.#parts;
    this.#cancel = wallClock.schedule(addMs(wallClock.now(), LOOK_MS), () => this.start());
  }

  /** Looks now: after a change of settings, or of the folder. Resolves when that is done; never rejects. */
  look(): Promise<void> {
    return this.#next(() => this.#look());
  }

  /** Nothing is heard afterwards; never rejects. */
  close(): Promise<void> {
    this.#life = 'closed';
    this.#cancel();
    return this.#next(() => this.#end());
  }

  /** What is watched; `null` where nothing is. */
  now(): Omit<Watching, 'log'> | null {
    return this.#watching;
  }

  state(): ShadowState {
    if (!this.#parts.isWanted()) return 'off';
    if (this.#isFailing) return 'failing';
    return this.#watching === null ? 'idle' : 'watching';
  }

  /** Why nothing is watched; `null` while something is. */
  why(): string | null {
    return this.#watching === null ? this.#why : null;
  }

  errors(): ShadowErrors {
    return this.#errors;
  }

  #next(step: () => Promise<void>): Promise<void> {
    this.#steps = this.#steps.then(step).catch((error: unknown) => this.#fail(error));
    return this.#steps;
  }

  async #look(): Promise<void> {
    if (this.#life === 'closed') return;
    const { folder, isWanted } = this.#parts;
    if (!isWanted()) {
      this.#seen = null;
      this.#why = 'ml.shadow is off';
      return this.#end();
    }
    const seen = await fingerprint(folder);
    if (seen !== this.#seen) await this.#load();
    this.#seen = seen;
    this.#watching?.watch.look();
    await this.#demote();
  }

  async #load(): Promise<void> {
    const loaded = await loadWatched(this.#parts.folder);
    if (!loaded.ok || loaded.value === null) {
      this.#why = loaded.ok ? 'no model of the task trade was trained' : loaded.error.message;
      if (!loaded.ok) this.#fail(new FailureError(loaded.error));
      return this.#end();
    }
    const model = loaded.value;
    const { interval } = model.key;
    if (!this.#parts.market.isFollowed(interval)) {
      this.#why = `trading follows no candles of ${interval}`;
      return this.#end();
    }
    const before = this.#watching;
    this.#isFailing = false;
    // The same weights under other papers: what was seen of them goes on.
    if (before?.model.hash === model.hash) {
      this.#watching = { ...before, model };
      return;
    }
    await this.#end();
    this.#watching = await openWatching(model, this.#parts, {
      onAlarm: (event) => this.#hear(event),
      onSaved: () => {
        this.#isFailing = false;
      },
      onError: (error) => this.#fail(error),
    });
  }

  async #end(): Promise<void> {
    const watching = this.#watching;
    this.#watching = null;
    this.#alarm = null;
    if (watching === null) return;
    await watching.watch.close();
    await watching.log.close();
  }

  /** What follows is the next step: an alarm comes from the middle of a save. */
  #hear(event: MonitorEvent): void {
    if (event.kind !== 'driftAlarmed') return;
    this.#alarm = event;
    void this.look();
  }

  /** An alarm is told once; while it rings no approval stands, also one that was given since. */
  async #demote(): Promise<void> {
    const watching = this.#watching;
    const alarm = watching === null ? null : (this.#alarm ?? ringingOver(watching));
    if (watching === null || alarm === null) return;
    const { folder, clock, onAlarm } = this.#parts;
    const { hash: model, key } = watching.model;
    const reason = monitorText(alarm);
    const taken = await takeBack(folder, watching.model, { reason, now: clock.now() });
    if (!taken.ok) throw new FailureError(taken.error);
    this.#alarm = null;
    const { kind: _kind, ...figures } = alarm;
    const approval = taken.value ? 'taken back' : 'none';
    onAlarm({ time: clock.now(), ...key, model, approval, ...figures, reason });
    if (taken.value) await this.#load();
  }

  #fail(error: unknown): void {
    const { wallClock, onWarning } = this.#parts;
    const now = wallClock.now();
    const reason = toReason(error);
    this.#isFailing = true;
    this.#errors = { count: this.#errors.count + 1, lastTime: now, lastReason: reason };
    if (this.#warnedTime !== null && now < this.#warnedTime + WARNED_FOR_MS) return;
    this.#warnedTime = now;
    onWarning(`the model in shadow: ${reason}; trading goes on without it`);
  }
}
