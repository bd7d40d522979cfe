/**
 * Faults of the simulated exchange, switched on by tests and drills. In: what should go wrong, how often. Out: the
 * same kline frames and requests, some of them skipped, doubled, late, swapped, cut or refused. Without orders it
 * changes nothing.
 */
import { assertNever } from '../../core/assert.ts';
import { createRng, type Rng } from '../../core/rng.ts';
import { addMs } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';

/** Everything that can become of a request. */
export const REQUEST_FAULTS = [
  429,
  418,
  500,
  503,
  'hang',
  'dropRequest',
  'dropResponse',
  'delay',
  'duplicate',
  'reorder',
  'timeout',
  'cut',
  'page',
  'trailing',
] as const;
/** Everything that can happen to a frame. */
export const FRAME_FAULTS = ['skip', 'duplicate', 'delay', 'reorder', 'corrupt'] as const;

/** What happens to the next `count` (default 1) kline frames, optionally of one stream or phase only. */
export type FrameFault = {
  readonly kind: (typeof FRAME_FAULTS)[number];
  readonly count?: number;
  /** Stream name such as `btcusdt@kline_1m`; any when absent. */
  readonly stream?: string;
  readonly phase?: 'forming' | 'closed';
  /** Market time by which a `delay` is late; default 1000. */
  readonly delayMs?: number;
  /** What a `reorder` lets overtake: the stream's next frame (default), or its next closed one and all before it. */
  readonly overtakenBy?: 'frame' | 'closed';
};

/**
 * What becomes of the next `count` requests. Not carried out: a refusal, nothing at all (`hang`), or a lost connection
 * (`dropRequest`). Carried out: a lost connection (`dropResponse`), half an answer (`cut`), code -1007 (`timeout`), an
 * answer that is late (`delay`), twice (`duplicate`), after the request behind it (`reorder`), a web page (`page`), or
 * history that trails the stream (`trailing`).
 */
export type RequestFault = {
  readonly answer: (typeof REQUEST_FAULTS)[number];
  readonly count: number;
  /** Only requests whose path ends so, for example `/klines`. */
  readonly path?: string;
  /** Only requests of this method. */
  readonly method?: string;
  /** Market time by which a `delay` is late; default 1000. */
  readonly delayMs?: number;
  readonly retryAfterS?: number;
  /** Market time by which `trailing` history lags; default 60000. */
  readonly trailMs?: number;
};

/** The switches. */
export type SimFaults = {
  /** Cuts every socket without a closing handshake; answers how many. */
  readonly dropSockets: () => number;
  /** `on` refuses new sockets with HTTP 503. */
  readonly refuseSockets: (mode: 'on' | 'off') => void;
  /** `on` keeps sockets open and acknowledging but pushes nothing on them. */
  readonly silence: (mode: 'on' | 'off') => void;
  readonly nextFrames: (fault: FrameFault) => void;
  readonly nextRequests: (fault: RequestFault) => void;
  /** How far the exchange's idea of the time is ahead of the market's; negative is behind. */
  readonly skewClock: (ms: number) => void;
  /** Bans every address for so many wall seconds. */
  readonly ban: (seconds: number) => void;
  /** `on` halts a spot symbol: orders stay in the book and new ones are refused. Answers `unknown` for no such symbol. */
  readonly halt: (symbol: string, mode: 'on' | 'off') => 'done' | 'unknown';
  /** `on` answers 503 to all but ping, time and status. */
  readonly maintain: (mode: 'on' | 'off') => void;
  /** Forgets every order and sends what a `reorder` still held back. */
  readonly clear: () => void;
};

/** A kline frame on its way out. */
export type OutgoingFrame = { readonly stream: string; readonly phase: 'forming' | 'closed'; readonly text: string };

type Pending<T> = { readonly fault: T; left: number };
/** A frame held back until it was overtaken. */
type Held = { readonly overtakenBy: 'frame' | 'closed'; readonly release: () => void };
type Send = (text: string) => void;

/** Orders waiting at once; further ones are refused loudly, as a test that queues more has lost count. */
const ORDERS_MAX = 1_000;

/** Applies fault orders; the exchange's side of {@link SimFaults}. */
export class FaultBoard {
  sockets: 'accept' | 'refuse' = 'accept';
  streams: 'push' | 'silent' = 'push';
  service: 'open' | 'maintenance' = 'open';
  skewMs = 0;
  readonly #clock: Clock;
  readonly #rng: Rng;
  readonly #frames: Pending<FrameFault>[] = [];
  readonly #requests: Pending<RequestFault>[] = [];
  /** At most one frame per stream waits to be overtaken. */
  readonly #held = new Map<string, Held>();

  constructor(clock: Clock, seed: number) {
    this.#clock = clock;
    this.#rng = createRng(seed, 'faults');
  }

  orderFrames(fault: FrameFault): void {
    if (this.#frames.length >= ORDERS_MAX) throw new RangeError('too many frame faults are waiting');
    this.#frames.push({ fault, left: fault.count ?? 1 });
  }

  orderRequests(fault: RequestFault): void {
    if (this.#requests.length >= ORDERS_MAX) throw new RangeError('too many request faults are waiting');
    this.#requests.push({ fault, left: fault.count });
  }

  clear(): void {
    this.sockets = 'accept';
    this.streams = 'push';
    this.service = 'open';
    this.skewMs = 0;
    this.#frames.length = 0;
    this.#requests.length = 0;
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const { release } of held) release();
  }

  /** Sends `frame` as ordered: usually once and now. */
  pass(frame: OutgoingFrame, send: Send): void {
    if (this.streams === 'silent') return;
    const fault = takeFirst(
      this.#frames,
      (one) => (one.stream ?? frame.stream) === frame.stream && (one.phase ?? frame.phase) === frame.phase,
    );
    if (fault?.kind === 'reorder' && !this.#held.has(frame.stream)) {
      this.#held.set(frame.stream, {
        overtakenBy: fault.overtakenBy ?? 'frame',
        release: () => send(frame.text),
      });
      return;
    }
    this.#sendAs(fault, frame.text, send);
    // Only a frame that went out now has overtaken the one held back.
    if (fault?.kind !== 'skip' && fault?.kind !== 'delay') this.#releaseBehind(frame);
  }

  #releaseBehind({ stream, phase }: OutgoingFrame): void {
    const held = this.#held.get(stream);
    if (held === undefined || (held.overtakenBy === 'closed' && phase !== 'closed')) return;
    this.#held.delete(stream);
    held.release();
  }

  #sendAs(fault: FrameFault | null, text: string, send: Send): void {
    const kind = fault?.kind ?? 'none';
    switch (kind) {
      case 'none':
      case 'reorder':
        send(text);
        return;
      case 'skip':
        return;
      case 'duplicate':
        send(text);
        send(text);
        return;
      case 'delay':
        this.#clock.schedule(addMs(this.#clock.now(), fault?.delayMs ?? 1000), () => send(text));
        return;
      case 'corrupt':
        send(text.slice(0, 1 + this.#rng.integer(text.length - 1)));
        return;
      default:
        assertNever(kind);
    }
  }

  /** The order that the next request to `path` falls under, used up by one; `null` for none. */
  takeRequest(path: string, method = 'GET'): RequestFault | null {
    return takeFirst(
      this.#requests,
      (one) => path.endsWith(one.path ?? '') && (one.method ?? method).toUpperCase() === method,
    );
  }
}

function takeFirst<T>(pending: Pending<T>[], matches: (fault: T) => boolean): T | null {
  const index = pending.findIndex((one) => matches(one.fault));
  const found = pending[index];
  if (found === undefined) return null;
  found.left--;
  if (found.left <= 0) pending.splice(index, 1);
  return found.fault;
}
