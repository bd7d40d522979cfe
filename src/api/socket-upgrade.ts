/**
 * From an HTTP upgrade to a socket of a hub: the paths that have one only, anything else is refused before a socket
 * exists.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { deflateOptions, type SocketCompression } from './socket-compression.ts';

/** What happens at a path: its sockets are taken unless a request is refused, or all are refused, by name. */
export type SocketDoor =
  | {
      readonly accept: (socket: WebSocket, request: IncomingMessage) => void;
      readonly refuse?: (request: IncomingMessage) => string | null;
    }
  | { readonly refusal: string };

/** Largest client message; larger ones end the connection with 1009. */
const MESSAGE_BYTES_MAX = 64 * 1024;
/** How long a socket that was told to close may take to read so; afterwards it is cut. */
const CLOSE_TIMEOUT_MS = 5_000;

/**
 * Whether a request asks for a WebSocket. Others that offer an upgrade, as clients that would speak HTTP/2 do, are
 * requests like any other.
 */
export function isSocketRequest(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

/** Hands upgraded sockets of `server` to the door of their path. */
export function acceptSockets(
  server: Server,
  doors: ReadonlyMap<string, SocketDoor>,
  compression: SocketCompression,
): WebSocketServer {
  // Named outside the call because the type declarations lack `closeTimeout`.
  const options = {
    noServer: true,
    maxPayload: MESSAGE_BYTES_MAX,
    closeTimeout: CLOSE_TIMEOUT_MS,
    perMessageDeflate: deflateOptions(compression),
    clientTracking: false,
  };
  const sockets = new WebSocketServer(options);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const door = doors.get((request.url ?? '').split('?')[0] ?? '');
    if (door === undefined) return refuse(socket, '404 Not Found', 'Not Found');
    const refusal = 'refusal' in door ? door.refusal : (door.refuse?.(request) ?? null);
    if (refusal !== null || 'refusal' in door) refuse(socket, '403 Forbidden', refusal ?? 'Forbidden');
    else sockets.handleUpgrade(request, socket, head, door.accept);
  });
  return sockets;
}

function refuse(socket: Duplex, status: string, detail: string): void {
  // The client may be gone already, and an error nobody hears stops the process.
  socket.on('error', () => socket.destroy());
  const body = JSON.stringify({ detail });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
}
