/**
 * The browser as the desk uses it: clock, requests, the socket, frames and a secret number. The only file of the desk
 * that touches them. Every path is taken from the root of the server, because the page lies below `/hotcoin/`.
 */
import { createPlatform, type Platform, socketOpener } from '../../src/client/platform.ts';

/** How a request ended. */
export type Posted =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | { readonly kind: 'unreachable' };

/** What the desk needs of its machine. */
export type DeskPlatform = Platform & {
  /** Sends JSON with the session's token; never rejects. Waits as long as the server does: money is not asked twice. */
  readonly post: (path: string, body: unknown, csrf: string | null) => Promise<Posted>;
  /** Runs `action` before the next picture is drawn. */
  readonly onFrame: (action: () => void) => void;
  /** A new random name. */
  readonly newId: () => string;
};

/** Longest time a command may take; selling everything answers within seconds. */
const POST_MS = 60_000;

/** The machine of the page; `root` ends in a slash. */
export function createDeskPlatform(root: URL): DeskPlatform {
  const { fetch, WebSocket } = globalThis;
  const platform = createPlatform({ base: root, machine: globalThis, fetch: fetch.bind(globalThis), WebSocket });
  return {
    ...platform,
    openSocket: socketOpener({ base: root, WebSocket }, 'ws/hotcoin'),
    post: (path, body, csrf) => post(new URL(path, root), body, csrf),
    onFrame: (action) => {
      requestAnimationFrame(action);
    },
    newId: () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(36)).join(''),
  };
}

async function post(address: URL, body: unknown, csrf: string | null): Promise<Posted> {
  try {
    const answer = await fetch(address, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        ...(csrf === null ? {} : { 'x-hotwick-csrf': csrf }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(POST_MS),
    });
    return { kind: 'answered', status: answer.status, body: await answer.text() };
  } catch {
    // Refused, cut or timed out: whether it was carried out is unknown, which the callers say.
    return { kind: 'unreachable' };
  }
}
