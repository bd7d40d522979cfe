/**
 * What waits between a stream and its reader. Closed candles and gaps wait in order up to a bound that the stream
 * respects by asking for the room that is left (policy: stop taking, read again later). Of forming candles and link
 * states only the latest waits, so neither can pile up.
 */
import type { Candle, LinkEvent, StreamEvent } from './stream-event.ts';

type Reader = { readonly give: (event: StreamEvent | null) => void; readonly fail: (error: Error) => void };

/** A bounded queue with one writer and any number of waiting readers, served in their order. */
export class EventQueue {
  readonly #max: number;
  readonly #events: StreamEvent[] = [];
  readonly #readers: Reader[] = [];
  #forming: Candle | null = null;
  #ending: { readonly error: Error | null } | null = null;
  #onRoom: (() => void) | null = null;

  constructor(max: number) {
    this.#max = max;
  }

  /** How many more events may be pushed. */
  get room(): number {
    return Math.max(0, this.#max - this.#events.length);
  }

  /** Resolves when at least half of the queue is free, or the queue has ended. */
  async hasRoom(): Promise<void> {
    if (this.#isHalfFree()) return;
    await new Promise<void>((resolve) => {
      this.#onRoom = resolve;
    });
  }

  /** Adds an event that must arrive. A forming candle that is not newer than a closed one is forgotten. */
  push(event: Exclude<StreamEvent, { kind: 'forming' | 'link' }>): void {
    if (
      event.kind === 'closed' &&
      (this.#forming?.candle_time ?? Number.POSITIVE_INFINITY) <= event.candle.candle_time
    ) {
      this.#forming = null;
    }
    this.#add(event);
  }

  /** Tells of a link state; one that still waits at the end of the queue is replaced. */
  tell(event: LinkEvent): void {
    if (this.#events.at(-1)?.kind === 'link') this.#events.pop();
    this.#add(event);
  }

  /** Replaces the waiting forming candle. */
  form(candle: Candle): void {
    if (this.#ending !== null) return;
    this.#forming = candle;
    this.#serve();
  }

  /** Ends the queue: what waits is let go, readers get `error`, or the end when it is `null`. */
  end(error: Error | null): void {
    if (this.#ending !== null) return;
    this.#ending = { error };
    if (error === null) this.#events.length = 0;
    this.#forming = null;
    this.#onRoom?.();
    this.#serve();
  }

  /** The next event; `null` at the end. An error is told once, after everything that was pushed before it. */
  take(): Promise<StreamEvent | null> {
    return new Promise((give, fail) => {
      this.#readers.push({ give, fail });
      this.#serve();
    });
  }

  #add(event: StreamEvent): void {
    if (this.#ending !== null) return;
    this.#events.push(event);
    this.#serve();
  }

  #serve(): void {
    for (let reader = this.#readers[0]; reader !== undefined; reader = this.#readers[0]) {
      const event = this.#next();
      if (event !== null) reader.give(event);
      else if (this.#ending === null) return;
      else this.#giveEnd(reader);
      this.#readers.shift();
    }
  }

  #giveEnd(reader: Reader): void {
    const error = this.#ending?.error ?? null;
    this.#ending = { error: null };
    if (error === null) reader.give(null);
    else reader.fail(error);
  }

  #next(): StreamEvent | null {
    const event = this.#events.shift();
    if (event !== undefined) {
      if (this.#isHalfFree()) this.#wakeWriter();
      return event;
    }
    const candle = this.#forming;
    this.#forming = null;
    return candle === null ? null : { kind: 'forming', candle };
  }

  #isHalfFree(): boolean {
    return this.#ending !== null || this.room >= Math.ceil(this.#max / 2);
  }

  #wakeWriter(): void {
    this.#onRoom?.();
    this.#onRoom = null;
  }
}
