/**
 * The real machine behind the session's ports: clock, fetch and WebSocket of the browser, which Node 24 offers under
 * the same names. The only file of the page that touches them.
 */
import type { Cancel, HttpOutcome, OpenSocket, PageClock, Platform, ReadHttp, Socket, SocketEvents } from './ports.ts';

/** A request without an answer after this long counts as unreachable: the slowest honest history read takes 2 s. */
const REQUEST_TIMEOUT_MS = 20_000;

function after(delayMs: number, action: () => void): Cancel {
  const timer = setTimeout(action, delayMs);
  return () => clearTimeout(timer);
}

const clock: PageClock = { now: () => Date.now(), after };

function httpReader(base: URL): ReadHttp {
  return async (path, signal): Promise<HttpOutcome> => {
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
      const answer = await fetch(new URL(path, base), { signal: limit, headers: { accept: 'application/json' } });
      return { kind: 'answered', status: answer.status, body: await answer.text() };
    } catch {
      // Refused, timed out or aborted: the caller treats every request without an answer alike.
      return { kind: 'unreachable' };
    }
  };
}

function socketOpener(base: URL): OpenSocket {
  const address = new URL('ws/market', base);
  address.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';
  return (events) => openSocket(address, events);
}

function openSocket(address: URL, events: SocketEvents): Socket {
  const socket = new WebSocket(address);
  let wanted = true;
  socket.addEventListener('open', () => wanted && events.opened());
  socket.addEventListener('message', (event) => {
    if (wanted && typeof event.data === 'string') events.received(event.data);
  });
  socket.addEventListener('close', () => {
    if (!wanted) return;
    wanted = false;
    events.lost();
  });
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => {
      wanted = false;
      socket.close();
    },
  };
}

/** The machine's own clock, randomness and network, for the server at `base` (its address ends in a slash). */
export function createPlatform(base: URL): Platform {
  return { clock, random: Math.random, readHttp: httpReader(base), openSocket: socketOpener(base) };
}
