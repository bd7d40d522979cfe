/**
 * What is sent to a connection that does not speak HTTP: the status that fits and a detail like every other refusal,
 * then the end of the connection, because nobody knows where its next request would begin.
 */
import type { Socket } from 'node:net';

/** Answers by the error of the HTTP parser; anything else is a request that can not be read. */
const ANSWERS: Readonly<Record<string, readonly [status: string, detail: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request took too long'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the path and headers are too long'],
};

/** Answers a connection whose bytes are no request, and ends it. */
export function refuseConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  // The client is gone: there is nobody to answer.
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [status, detail] = ANSWERS[error.code ?? ''] ?? ['400 Bad Request', 'this is no HTTP request'];
  if (socket.writable) {
    const body = JSON.stringify({ detail });
    socket.write(
      `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
  }
  socket.destroy(error);
}
