/**
 * What happened inside the server, for people who look for a fault: the newest events in a ring, and everyone who
 * listens. Nothing is kept while the debug routes are off.
 */
import { Ring } from '../core/ring.ts';
import type { Clock } from '../ports/clock.ts';
import type { DebugEvent } from './contract.ts';

/** An event without what the log adds. */
export type DebugEntry = Pick<DebugEvent, 'pipe' | 'event' | 'message'> & {
  readonly series_id?: string;
  readonly level?: DebugEvent['level'];
  readonly data?: Readonly<Record<string, unknown>>;
};

/** Events kept; policy beyond it: the oldest is forgotten. */
const EVENTS_MAX = 2000;

/** The log. */
export class DebugLog {
  readonly #clock: Clock;
  readonly #state: 'on' | 'off';
  readonly #events = new Ring<DebugEvent>(EVENTS_MAX);
  readonly #listeners = new Set<(event: DebugEvent) => void>();

  constructor(options: { readonly clock: Clock; readonly state: 'on' | 'off' }) {
    this.#clock = options.clock;
    this.#state = options.state;
  }

  /** Notes an event, `info` unless it says otherwise. */
  write(entry: DebugEntry): void {
    if (this.#state === 'off') return;
    const { pipe, event, series_id = null, level = 'info', message, data } = entry;
    const base = { ts_ms: this.#clock.now(), source: 'backend', pipe, event, series_id, level, message } as const;
    const noted: DebugEvent = data === undefined ? base : { ...base, data };
    this.#events.push(noted);
    for (const listener of this.#listeners) listener(noted);
  }

  /** The newest events, oldest first. */
  snapshot(): readonly DebugEvent[] {
    return this.#events.toArray();
  }

  /** Hears every event from now on, until the answer is called. */
  listen(listener: (event: DebugEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
