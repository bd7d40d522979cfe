/**
 * One socket's life: handshake, subscriptions at the pace that the venue allows, messages in, one end. It neither
 * reconnects nor judges liveness; who owns it does. A broken socket never throws: it ends with a reason.
 */
import { WebSocket } from 'ws';
import { addMs, type EpochMs } from '../../core/time.ts';
import { toReason } from '../../model/failure.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import { parseStreamMessage, type StreamMessage } from './stream-message.ts';

/** What a socket tells its owner. After `onEnd`, or `close`, nothing more is told. */
export type SocketHandlers = {
  /** The first subscription is on its way. */
  readonly onSubscribed: () => void;
  readonly onMessage: (message: StreamMessage) => void;
  readonly onEnd: (reason: string) => void;
};

/** What a socket is made of. `wanted` is the owner's live set of stream names; call `sync` after changing it. */
export type SocketOptions = {
  readonly url: string;
  readonly clock: Clock;
  readonly handshakeTimeoutMs: number;
  readonly controlSpacingMs: number;
  readonly wanted: { readonly keys: () => Iterable<string>; readonly has: (name: string) => boolean };
  readonly handlers: SocketHandlers;
};

/** Largest message taken: tickers of 20,000 symbols at 200 bytes, six times what exists; a kline frame has under 1 KiB. */
const MESSAGE_BYTES_MAX = 4_194_304;
/** Streams in one control message; keeps it below 4 KiB with the longest symbols. */
const STREAMS_PER_MESSAGE = 100;
/** How long a peer may take to answer our close frame before the socket is cut. */
const CLOSE_TIMEOUT_MS = 2_000;

/** A connection to the combined streams. */
export class StreamSocket {
  readonly #options: SocketOptions;
  readonly #socket: WebSocket;
  /** Streams that the venue was told of; never more than were wanted at some time. */
  readonly #sent = new Set<string>();
  #state: 'connecting' | 'open' | 'ended' = 'connecting';
  #endReason: string | null = null;
  #nextControlAt: EpochMs;
  #nextId = 1;
  #cancelControl: Cancel | null = null;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#nextControlAt = options.clock.now();
    this.#socket = new WebSocket(options.url, {
      perMessageDeflate: false,
      maxPayload: MESSAGE_BYTES_MAX,
      handshakeTimeout: options.handshakeTimeoutMs,
      followRedirects: false,
    });
    this.#socket.on('open', () => this.#onOpen());
    this.#socket.on('message', (data, isBinary) => this.#onMessage(String(data), isBinary ? 'binary' : 'text'));
    this.#socket.on('error', (error) => {
      this.#endReason ??= toReason(error);
    });
    this.#socket.on('close', (code, reason) => this.#onClose(code, reason.toString('utf8')));
  }

  /** Tells the venue what changed in the wanted streams, as soon as its limits allow. */
  sync(): void {
    if (this.#state !== 'open' || this.#cancelControl !== null) return;
    const { clock } = this.#options;
    if (clock.now() >= this.#nextControlAt) this.#sendControl();
    else {
      this.#cancelControl = clock.schedule(this.#nextControlAt, () => {
        this.#cancelControl = null;
        this.#sendControl();
      });
    }
  }

  /** Says goodbye; resolves when the connection is gone. Nothing is told to the owner any more. */
  async close(): Promise<void> {
    this.#end();
    if (this.#socket.readyState !== WebSocket.OPEN) return this.destroy();
    const gone = this.#gone();
    const { clock } = this.#options;
    const cancel = clock.schedule(addMs(clock.now(), CLOSE_TIMEOUT_MS), () => this.#socket.terminate());
    this.#socket.close(1000);
    await gone;
    cancel();
  }

  /** Cuts the connection at once; resolves when it is gone. Nothing is told to the owner any more. */
  async destroy(): Promise<void> {
    this.#end();
    const gone = this.#gone();
    this.#socket.terminate();
    await gone;
  }

  #gone(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return Promise.resolve();
    return new Promise((resolve) => {
      this.#socket.once('close', () => resolve());
    });
  }

  #onOpen(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    this.sync();
    this.#options.handlers.onSubscribed();
  }

  #onMessage(text: string, form: 'text' | 'binary'): void {
    if (this.#state !== 'open') return;
    if (form === 'binary') this.#options.handlers.onMessage({ kind: 'corrupt', reason: 'a binary message' });
    else this.#options.handlers.onMessage(parseStreamMessage(text));
  }

  #onClose(code: number, text: string): void {
    if (this.#state === 'ended') return;
    this.#end();
    const said = text === '' ? '' : ` ${text.slice(0, 100)}`;
    this.#options.handlers.onEnd(this.#endReason ?? `the venue closed the connection (${code}${said})`);
  }

  #end(): void {
    this.#state = 'ended';
    this.#cancelControl?.();
    this.#cancelControl = null;
  }

  /** One message at most; what is left is derived anew each time, so nothing queues up. */
  #sendControl(): void {
    const { clock, wanted, controlSpacingMs } = this.#options;
    const gone = [...this.#sent].filter((name) => !wanted.has(name)).slice(0, STREAMS_PER_MESSAGE);
    const fresh = [...wanted.keys()].filter((name) => !this.#sent.has(name)).slice(0, STREAMS_PER_MESSAGE);
    if (gone.length === 0 && fresh.length === 0) return;
    const params = gone.length > 0 ? gone : fresh;
    const method = gone.length > 0 ? 'UNSUBSCRIBE' : 'SUBSCRIBE';
    this.#socket.send(JSON.stringify({ method, params, id: this.#nextId++ }), (error) => {
      if (error) this.#endReason ??= toReason(error);
    });
    for (const name of params) {
      if (method === 'SUBSCRIBE') this.#sent.add(name);
      else this.#sent.delete(name);
    }
    this.#nextControlAt = addMs(clock.now(), controlSpacingMs);
    this.sync();
  }
}
