/**
 * From an HTTP upgrade to a socket of the hub: `/ws/market` only, anything else is refused before a socket exists.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { MarketHub } from './market-hub.ts';

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

/** Hands upgraded sockets of `server` to the hub. */
export function acceptSockets(server: Server, hub: MarketHub): WebSocketServer {
  // Named outside the call because the type declarations lack `closeTimeout`.
  const options = {
    noServer: true,
    maxPayload: MESSAGE_BYTES_MAX,
    closeTimeout: CLOSE_TIMEOUT_MS,
    perMessageDeflate: false,
    clientTracking: false,
  };
  const sockets = new WebSocketServer(options);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = (request.url ?? '').split('?')[0];
    if (path === '/ws/market') sockets.handleUpgrade(request, socket, head, (client) => hub.accept(client));
    else refuse(socket);
  });
  return sockets;
}

function refuse(socket: Duplex): void {
  // The client may be gone already, and an error nobody hears stops the process.
  socket.on('error', () => socket.destroy());
  const body = '{"detail":"Not Found"}';
  socket.end(
    'HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n' +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
}
