/**
 * The real machine behind the page's ports: clock, fetch, WebSocket and EventSource of the browser; all but the last
 * Node 24 offers under the same names. The only file of the page that touches them.
 */
import { createPlatform as createClientPlatform, socketOpener } from '../../src/client/platform.ts';
import type { OpenStream, PageMachine, PostHttp } from './ports.ts';

/** The machine's own clock, randomness and network, for the server at `base` (its address ends in a slash). */
export function createPlatform(base: URL): PageMachine {
  const { fetch, WebSocket } = globalThis;
  return {
    ...createClientPlatform({ base, machine: globalThis, fetch, WebSocket }),
    postHttp: poster(base),
    openStream: streamOpener(base),
    openDebugSocket: socketOpener({ base, WebSocket }, 'ws/debug'),
  };
}

function poster(base: URL): PostHttp {
  return async (path, body, signal) => {
    try {
      const answer = await fetch(new URL(path, base), {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
      });
      return { kind: 'answered', status: answer.status, body: await answer.text() };
    } catch {
      // Refused, cut or aborted: the caller treats every request without an answer alike.
      return { kind: 'unreachable' };
    }
  };
}

function streamOpener(base: URL): OpenStream {
  return (path, name, events) => {
    const source = new EventSource(new URL(path, base));
    source.addEventListener(name, (event) => {
      if (event instanceof MessageEvent && typeof event.data === 'string') events.received(event.data);
    });
    source.addEventListener('error', () => events.lost());
    return () => source.close();
  };
}
