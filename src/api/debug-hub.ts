/**
 * The hub of `/ws/debug`: on connecting, and whenever asked, a client gets the newest events; then every event as it
 * happens. A text is made once whatever the number of clients. A client that does not read is cut off: the page that
 * asks again gets the snapshot.
 */
import type { WebSocket } from 'ws';
import { toReason } from '../model/failure.ts';
import type { DebugEvent, DebugMessage } from './contract.ts';
import type { DebugLog } from './debug-log.ts';

/** Most sockets; further ones are closed with 1013. */
const CLIENTS_MAX = 50;
/** Bytes that may wait unsent for one client: some snapshots. Policy beyond it: the client is cut off with 4008. */
const BACKLOG_BYTES = 8 * 1024 * 1024;
const SLOW_CODE = 4008;

/** Serves `/ws/debug` sockets. */
export class DebugHub {
  readonly #log: DebugLog;
  readonly #onError: (reason: string) => void;
  readonly #clients = new Set<WebSocket>();
  readonly #endListening: () => void;
  #state: 'open' | 'closed' = 'open';

  constructor(log: DebugLog, onError: (reason: string) => void) {
    this.#log = log;
    this.#onError = onError;
    this.#endListening = log.listen((event) => this.#announce(event));
  }

  /** Takes over an accepted socket. */
  accept(socket: WebSocket): void {
    // Also for a socket that is refused: it can break as well, and an error nobody hears stops the process.
    socket.on('error', (error) => this.#onError(toReason(error)));
    if (this.#state === 'closed') socket.close(1001, 'server_shutdown');
    else if (this.#clients.size >= CLIENTS_MAX) socket.close(1013, 'too many clients');
    else this.#add(socket);
  }

  #add(socket: WebSocket): void {
    this.#clients.add(socket);
    socket.on('close', () => this.#clients.delete(socket));
    socket.on('message', (data) => {
      if (isSubscribe(String(data))) this.#sendSnapshot(socket);
    });
    this.#sendSnapshot(socket);
  }

  #sendSnapshot(socket: WebSocket): void {
    this.#send(socket, toText({ type: 'debug_snapshot', events: [...this.#log.snapshot()] }));
  }

  #announce(event: DebugEvent): void {
    if (this.#clients.size === 0) return;
    const text = toText({ type: 'debug_event', event });
    for (const socket of this.#clients) this.#send(socket, text);
  }

  #send(socket: WebSocket, text: string): void {
    if (socket.bufferedAmount <= BACKLOG_BYTES) {
      socket.send(text);
      return;
    }
    this.#clients.delete(socket);
    socket.close(SLOW_CODE, 'too slow: reconnect for a snapshot');
  }

  /** Closes every socket with 1001 and stops listening. */
  close(): void {
    this.#state = 'closed';
    this.#endListening();
    for (const socket of this.#clients) socket.close(1001, 'server_shutdown');
    this.#clients.clear();
  }
}

function toText(message: DebugMessage): string {
  return JSON.stringify(message);
}

function isSubscribe(text: string): boolean {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null && 'type' in message && message.type === 'subscribe';
  } catch {
    return false; // no message at all asks for nothing
  }
}
