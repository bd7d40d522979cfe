/**
 * How long a socket lives: pings, the patience for their answers, and the cut after 24 hours. In: a socket. Out: its
 * end, when its time has come. Pings are about the transport, so they keep wall time; the age is market time.
 */
import type { WebSocket } from 'ws';
import { addMs } from '../../core/time.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';

/** What a life is measured by. */
export type SocketLifeOptions = {
  readonly ws: WebSocket;
  readonly clock: Clock;
  /** Market milliseconds per wall millisecond. */
  readonly speed: number;
  readonly pingMs: number;
  readonly pongMs: number;
  /** Called once, when the socket is 24 hours old. */
  readonly onOld: () => void;
};

const MAX_AGE_MS = 24 * 3_600_000;

/** Watches one socket until `end`. */
export class SocketLife {
  readonly #options: SocketLifeOptions;
  readonly #timers = new Map<'ping' | 'age', Cancel>();
  /** Who waits for which answer; bounded by the calls of `delivered` under way. */
  readonly #marks = new Map<string, () => void>();
  #lastPong: number;
  #nextMark = 0;

  constructor(options: SocketLifeOptions) {
    this.#options = options;
    const { clock, onOld } = options;
    this.#lastPong = clock.now();
    this.#timers.set('age', clock.schedule(addMs(clock.now(), MAX_AGE_MS), onOld));
    this.#armPing();
  }

  /** Notes that a ping was answered; answers whether it was one of the exchange's own or a mark of `delivered`. */
  pong(text: string): 'ping' | 'mark' {
    this.#lastPong = this.#options.clock.now();
    const arrived = this.#marks.get(text);
    if (arrived === undefined) return 'ping';
    this.#marks.delete(text);
    arrived();
    return 'mark';
  }

  /** Resolves when the client has received all that was sent before, which its answer to a ping tells, or is gone. */
  delivered(): Promise<void> {
    const { ws } = this.#options;
    if (ws.readyState !== ws.OPEN) return Promise.resolve();
    const mark = `mark ${this.#nextMark++}`;
    return new Promise((resolve) => {
      this.#marks.set(mark, resolve);
      ws.ping(mark);
    });
  }

  end(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    for (const arrived of this.#marks.values()) arrived();
    this.#marks.clear();
  }

  #armPing(): void {
    const { clock, speed, ws, pingMs, pongMs } = this.#options;
    const action = (): void => {
      if (clock.now() - this.#lastPong > pongMs * speed) {
        ws.terminate();
        return;
      }
      if (ws.readyState === ws.OPEN) ws.ping(String(clock.now()));
      this.#armPing();
    };
    this.#timers.set('ping', clock.schedule(addMs(clock.now(), Math.ceil(pingMs * speed)), action));
  }
}
