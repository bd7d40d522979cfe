/**
 * Writes down what everything is worth, beside trading and never of it: once a second of the market's time the portfolio is
 * looked at, and a minute that is over is stored. What fails here is counted and told, what could not be stored is tried
 * again, and trading goes on as if this were not there.
 */
import { addMs, type EpochMs } from '../../core/time.ts';
import { barOf, type EquityBar, type EquitySample, mergeBars, regroupBars } from '../../model/equity-bar.ts';
import { FailureError, failure, toReason } from '../../model/failure.ts';
import { MINUTE_MS } from '../../model/timeframe.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { EquityBarsWanted, EquityLog } from '../../ports/equity-log.ts';

/** What it needs. */
export type EquityParts = {
  /** Time of the market. */
  readonly clock: Clock;
  readonly openLog: () => EquityLog;
  /** What everything is worth now; `null` while that is not known. */
  readonly read: () => EquitySample | null;
  readonly onWarning: (reason: string) => void;
};

/** How the storing goes: failing is from a failure to the next minute that could be stored. */
export type EquityStanding = {
  readonly state: 'storing' | 'failing';
  /** Minutes that wait to be stored. */
  readonly waiting: number;
  readonly lastError: string | null;
};

const LOOK_MS = 1_000;
const CLOSED = { path: 'the history of equity', reason: 'it is closed' };
/** Minutes that are told to whoever follows, the forming one among them. */
const FOLLOWED = 5;
/** Minutes that wait for a storage that fails; policy beyond: the oldest is given up. */
const WAITING_MAX = 1_440;
/** A failure is warned of once in so long. */
const WARNED_FOR_MS = 3_600_000;

/** Records. */
export class EquityRecorder {
  readonly #parts: EquityParts;
  #log: EquityLog | null = null;
  #forming: EquityBar | null = null;
  /** The newest minutes that are over. */
  readonly #recent: EquityBar[] = [];
  /** Minutes that are not stored, oldest first. */
  #waiting: EquityBar[] = [];
  #saving: Promise<void> = Promise.resolve();
  #lastError: string | null = null;
  #warnedTime: EpochMs | null = null;
  #cancel: Cancel = () => {};
  #life: 'open' | 'closed' = 'open';

  constructor(parts: EquityParts) {
    this.#parts = parts;
  }

  /** Begins to look, now and then once a second. */
  start(): void {
    this.#look();
    const { clock } = this.#parts;
    this.#cancel = clock.schedule(addMs(clock.now(), LOOK_MS), () => this.start());
  }

  /** Ends: the minute under way is stored as far as it got. Never rejects; safe to call twice. */
  async close(): Promise<void> {
    this.#cancel();
    this.#endMinute();
    await this.#saving;
    this.#life = 'closed';
    try {
      await this.#log?.close();
    } catch (error) {
      this.#fail(toReason(error));
    }
  }

  /** The newest minutes, ascending by time; the last one is forming and ends with this moment. */
  newest(): readonly EquityBar[] {
    this.#look();
    return [...this.#recent, ...(this.#forming === null ? [] : [this.#forming])].slice(-FOLLOWED);
  }

  /** What is stored and what is not yet, in bars of the length that is wanted, ascending; rejects as the log does. */
  async load(wanted: EquityBarsWanted): Promise<readonly EquityBar[]> {
    this.#look();
    const minutes = [...this.#waiting, ...(this.#forming === null ? [] : [this.#forming])];
    const stored = await this.#opened().load(wanted);
    const bars = [...stored, ...minutes].toSorted((a, b) => a.openTime - b.openTime);
    return regroupBars(bars, wanted.lengthMs).filter(({ openTime }) => openTime >= wanted.from);
  }

  /** When the history begins; rejects as the log does. */
  async firstTime(): Promise<EpochMs | null> {
    return (await this.#opened().firstTime()) ?? this.#waiting[0]?.openTime ?? this.#forming?.openTime ?? null;
  }

  standing(): EquityStanding {
    const state = this.#lastError === null ? 'storing' : 'failing';
    return { state, waiting: this.#waiting.length, lastError: this.#lastError };
  }

  #opened(): EquityLog {
    if (this.#life === 'closed') throw new FailureError(failure('store_unavailable', CLOSED));
    this.#log ??= this.#parts.openLog();
    return this.#log;
  }

  #look(): void {
    if (this.#life === 'closed') return;
    const sample = this.#read();
    if (sample === null) return;
    const bar = barOf(sample, MINUTE_MS);
    const forming = this.#forming;
    if (forming !== null && bar.openTime > forming.openTime) this.#endMinute();
    // A clock that was set back adds to the minute under way: no minute ends twice.
    this.#forming = this.#forming === null ? bar : mergeBars(this.#forming, bar);
  }

  /** What can not be read is not known, and must not end the timer that asks. */
  #read(): EquitySample | null {
    try {
      return this.#parts.read();
    } catch (error) {
      this.#fail(toReason(error));
      return null;
    }
  }

  #endMinute(): void {
    if (this.#forming === null) return;
    this.#recent.push(this.#forming);
    if (this.#recent.length > FOLLOWED) this.#recent.shift();
    this.#waiting.push(this.#forming);
    if (this.#waiting.length > WAITING_MAX) this.#waiting.shift();
    this.#forming = null;
    this.#saving = this.#saving.then(() => this.#save());
  }

  /** Minutes that come meanwhile are the next save's. */
  async #save(): Promise<void> {
    const minutes = [...this.#waiting];
    if (minutes.length === 0) return;
    try {
      await this.#opened().save(minutes);
      this.#waiting = this.#waiting.filter((minute) => !minutes.includes(minute));
      this.#lastError = null;
    } catch (error) {
      this.#fail(toReason(error));
    }
  }

  #fail(reason: string): void {
    const { clock, onWarning } = this.#parts;
    const now = clock.now();
    this.#lastError = reason;
    if (this.#warnedTime !== null && now < this.#warnedTime + WARNED_FOR_MS) return;
    this.#warnedTime = now;
    onWarning(`the history of equity: ${reason}; it is tried again with every minute, and trading goes on`);
  }
}
