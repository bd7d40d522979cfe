/**
 * One connection to the WebSocket API: requests out, their answers and the account's events in, one end. It signs
 * nothing and reconnects nowhere. A request that left and was not answered is `lost`; one that found no open
 * connection is `notSent`.
 */
import { WebSocket } from 'ws';
import { z } from 'zod';
import { addMs, type EpochMs } from '../../../core/time.ts';
import { toReason } from '../../../model/failure.ts';
import type { Cancel, Clock } from '../../../ports/clock.ts';
import type { Params } from './signed-params.ts';

/** What came of a request. */
export type ApiReply =
  | { readonly phase: 'answered'; readonly status: number; readonly body: unknown; readonly limits: readonly unknown[] }
  | { readonly phase: 'notSent' | 'lost'; readonly reason: string };

/** What a connection tells its owner; after `onEnd`, or `close`, nothing more. */
export type ApiHandlers = {
  readonly onOpen: () => void;
  /** An event of a subscription, or of the connection itself. */
  readonly onEvent: (event: Readonly<Record<string, unknown>>) => void;
  readonly onCorrupt: (reason: string) => void;
  readonly onEnd: (reason: string) => void;
};

/** What a connection is made of. */
export type ApiSocketOptions = {
  readonly url: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Silence, pings included, after which it counts as dead. */
  readonly silenceMs: number;
  readonly handlers: ApiHandlers;
};

type Pending = { readonly resolve: (reply: ApiReply) => void; readonly cancel: Cancel };

const MESSAGE_BYTES_MAX = 4_194_304;
/** Requests without an answer yet (policy: further ones are not sent). */
const PENDING_MAX = 256;

const answerShape = z.object({
  id: z.string(),
  status: z.number(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
  rateLimits: z.array(z.unknown()).default([]),
});
const eventShape = z.object({ event: z.record(z.string(), z.unknown()) });

/** A connection. */
export class ApiSocket {
  readonly #options: ApiSocketOptions;
  readonly #socket: WebSocket;
  readonly #pending = new Map<string, Pending>();
  #nextId = 1;
  #lastHeard: EpochMs;
  #cancelWatch: Cancel = () => {};
  #endReason: string | null = null;
  #state: 'open' | 'ended' = 'open';

  constructor(options: ApiSocketOptions) {
    this.#options = options;
    this.#lastHeard = options.clock.now();
    this.#socket = new WebSocket(options.url, {
      perMessageDeflate: false,
      maxPayload: MESSAGE_BYTES_MAX,
      handshakeTimeout: options.timeoutMs,
      followRedirects: false,
    });
    this.#socket.on('open', () => this.#onOpen());
    this.#socket.on('message', (data) => this.#onMessage(String(data)));
    this.#socket.on('ping', () => this.#noteLife());
    this.#socket.on('error', (error) => {
      this.#endReason ??= toReason(error);
    });
    this.#socket.on('close', (code) => this.#onClose(code));
  }

  get isOpen(): boolean {
    return this.#state === 'open' && this.#socket.readyState === WebSocket.OPEN;
  }

  /** Whether no request waits for its answer. */
  get isIdle(): boolean {
    return this.#pending.size === 0;
  }

  /** Sends a request and waits for its answer; never rejects. */
  request(method: string, params: Params): Promise<ApiReply> {
    if (!this.isOpen) return Promise.resolve({ phase: 'notSent', reason: 'the connection is not open' });
    if (this.#pending.size >= PENDING_MAX) {
      return Promise.resolve({ phase: 'notSent', reason: `${PENDING_MAX} requests have no answer yet` });
    }
    const id = String(this.#nextId++);
    const { clock, timeoutMs } = this.#options;
    return new Promise((resolve) => {
      const cancel = clock.schedule(addMs(clock.now(), timeoutMs), () =>
        this.#settle(id, { phase: 'lost', reason: `no answer within ${timeoutMs} ms` }),
      );
      this.#pending.set(id, { resolve, cancel });
      this.#socket.send(JSON.stringify({ id, method, params }), (error) => {
        // A part of it may have left before the connection broke.
        if (error) this.#settle(id, { phase: 'lost', reason: toReason(error) });
      });
    });
  }

  /** Ends the connection; what waits is lost. Nothing is told to the owner any more. */
  async close(): Promise<void> {
    this.#end('the connection was closed');
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const gone = new Promise<void>((resolve) => {
      this.#socket.once('close', () => resolve());
    });
    this.#socket.terminate();
    await gone;
  }

  #onOpen(): void {
    if (this.#state === 'ended') return;
    this.#noteLife();
    this.#watch();
    this.#options.handlers.onOpen();
  }

  #noteLife(): void {
    this.#lastHeard = this.#options.clock.now();
  }

  #watch(): void {
    const { clock, silenceMs } = this.#options;
    this.#cancelWatch = clock.schedule(addMs(this.#lastHeard, silenceMs), () => {
      if (clock.now() - this.#lastHeard < silenceMs) {
        this.#watch();
        return;
      }
      this.#endReason ??= `nothing was heard for ${silenceMs} ms`;
      this.#socket.terminate();
    });
  }

  #onMessage(text: string): void {
    if (this.#state === 'ended') return;
    this.#noteLife();
    const message = parseJson(text);
    const event = eventShape.safeParse(message);
    if (event.success) {
      this.#options.handlers.onEvent(event.data.event);
      return;
    }
    const answer = answerShape.safeParse(message);
    if (!answer.success) {
      this.#options.handlers.onCorrupt('neither an answer nor an event');
      return;
    }
    const { id, status, result, error, rateLimits } = answer.data;
    this.#settle(id, { phase: 'answered', status, body: status === 200 ? result : error, limits: rateLimits });
  }

  #settle(id: string, reply: ApiReply): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    pending.cancel();
    pending.resolve(reply);
  }

  #onClose(code: number): void {
    if (this.#state === 'ended') return;
    const reason = this.#endReason ?? `the venue closed the connection (${code})`;
    this.#end(reason);
    this.#options.handlers.onEnd(reason);
  }

  #end(reason: string): void {
    this.#state = 'ended';
    this.#cancelWatch();
    for (const id of [...this.#pending.keys()]) this.#settle(id, { phase: 'lost', reason });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Told to the owner as corrupt, as it has neither shape.
    return null;
  }
}
