/**
 * The story of one world: what happened when, in market time and in real time. It keeps the last events only, which is
 * what a failing seed prints.
 */
import { toIsoText } from '../../src/core/time.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** Events kept; the oldest are forgotten. */
const EVENTS_MAX = 30;

/** The last events of a world. */
export class Timeline {
  readonly #clock: Clock;
  readonly #startedAt = performance.now();
  readonly #events: string[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes an event of now. */
  note(event: string): void {
    const realMs = Math.round(performance.now() - this.#startedAt);
    this.#events.push(`${toIsoText(this.#clock.now())} (+${realMs} ms) ${event}`);
    if (this.#events.length > EVENTS_MAX) this.#events.shift();
  }

  /** The story, oldest event first, one a line. */
  text(): string {
    return this.#events.map((event) => `  ${event}`).join('\n');
  }
}
