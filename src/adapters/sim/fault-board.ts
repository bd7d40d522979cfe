/**
 * Keeps the ordered faults and applies them to frames and requests. In: orders, and every frame and request on its way.
 * Out: the same, some of them skipped, doubled, late, swapped, cut or refused. Without orders it changes nothing.
 */
import { assertNever } from '../../core/assert.ts';
import { createRng, type Rng } from '../../core/rng.ts';
import { addMs } from '../../core/time.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { FrameFault, OutgoingFrame, RequestFault, RequestWay, Silence, StandingFault } from './sim-faults.ts';

/** A request on its way in; `paths` are the names it goes by. */
export type IncomingRequest = {
  readonly paths: readonly string[];
  readonly method: string;
  readonly over: RequestWay;
  readonly symbol: string | null;
};

type Pending<T> = { readonly fault: T; left: number };
/** A frame held back until it was overtaken. */
type Held = { readonly overtakenBy: 'frame' | 'closed'; readonly release: () => void };
type Send = (text: string) => void;

/** Orders waiting at once; further ones are refused loudly, as a test that queues more has lost count. */
const ORDERS_MAX = 1_000;

/** Applies fault orders; the exchange's side of the switches. */
export class FaultBoard {
  sockets: 'accept' | 'refuse' = 'accept';
  service: 'open' | 'maintenance' = 'open';
  skewMs = 0;
  readonly #clock: Clock;
  readonly #rng: Rng;
  readonly #frames: Pending<FrameFault>[] = [];
  readonly #requests: Pending<RequestFault>[] = [];
  readonly #silences: Silence[] = [];
  readonly #timers = new Set<Cancel>();
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

  orderSilence(mode: 'on' | 'off', which: Silence): void {
    const isSame = (one: Silence): boolean => one.stream === which.stream && one.symbol === which.symbol;
    const index = this.#silences.findIndex(isSame);
    if (mode === 'off' && index >= 0) this.#silences.splice(index, 1);
    if (mode === 'off' || index >= 0) return;
    if (this.#silences.length >= ORDERS_MAX) throw new RangeError('too many streams are silent');
    this.#silences.push(which);
  }

  /** Does something after so much market time, unless cleared before. */
  after(ms: number, action: () => void): void {
    if (this.#timers.size >= ORDERS_MAX) throw new RangeError('too many faults wait for their end');
    const cancel = this.#clock.schedule(addMs(this.#clock.now(), ms), () => {
      this.#timers.delete(cancel);
      action();
    });
    this.#timers.add(cancel);
  }

  clear(): void {
    this.sockets = 'accept';
    this.service = 'open';
    this.skewMs = 0;
    this.#frames.length = 0;
    this.#requests.length = 0;
    this.#silences.length = 0;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const { release } of held) release();
  }

  /** Everything in force that the board keeps. */
  list(): readonly StandingFault[] {
    const modes = { refuseSockets: this.sockets === 'refuse', maintenance: this.service === 'maintenance' };
    return [
      ...this.#requests.map(({ fault: { count, ...fault }, left }) => ({ kind: 'request', ...fault, left })),
      ...this.#frames.map(({ fault: { kind: what, count, ...fault }, left }) => ({
        kind: 'frame',
        fault: what,
        ...fault,
        left,
      })),
      ...this.#silences.map((silence) => ({ kind: 'silence', ...silence })),
      ...Object.entries(modes).flatMap(([mode, isOn]) => (isOn ? [{ kind: mode }] : [])),
      ...(this.skewMs === 0 ? [] : [{ kind: 'skew', ms: this.skewMs }]),
    ];
  }

  /** Whether nothing is pushed on a stream at present. */
  isSilent(frame: Pick<OutgoingFrame, 'stream' | 'symbol'>): boolean {
    return this.#silences.some((silence) => meets(silence, frame));
  }

  /** Sends `frame` as ordered: usually once and now. */
  pass(frame: OutgoingFrame, send: Send): void {
    if (this.isSilent(frame)) return;
    const fault = takeFirst(this.#frames, (one) => meets(one, frame) && (one.phase ?? frame.phase) === frame.phase);
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

  /** The order that a request falls under, used up by one; `null` for none. */
  takeRequest({ paths, method, over, symbol }: IncomingRequest): RequestFault | null {
    return takeFirst(
      this.#requests,
      (one) =>
        paths.some((path) => path.endsWith(one.path ?? '')) &&
        (one.method ?? method).toUpperCase() === method &&
        (one.over ?? over) === over &&
        (one.symbol ?? symbol) === symbol,
    );
  }
}

function meets(target: Silence, { stream, symbol }: Pick<OutgoingFrame, 'stream' | 'symbol'>): boolean {
  return (target.stream ?? stream) === stream && (target.symbol ?? symbol) === symbol;
}

function takeFirst<T>(pending: Pending<T>[], matches: (fault: T) => boolean): T | null {
  const index = pending.findIndex((one) => matches(one.fault));
  const found = pending[index];
  if (found === undefined) return null;
  found.left--;
  if (found.left <= 0) pending.splice(index, 1);
  return found.fault;
}
