/**
 * The real machine behind the session's ports: clock, fetch and WebSocket of the browser, which Node 24 offers under
 * the same names. The only file of the page that touches them.
 */
import { createPlatform as createClientPlatform } from '../../src/client/platform.ts';
import type { Platform } from './ports.ts';

/** The machine's own clock, randomness and network, for the server at `base` (its address ends in a slash). */
export function createPlatform(base: URL): Platform {
  const { fetch, WebSocket } = globalThis;
  return createClientPlatform({ base, machine: globalThis, fetch, WebSocket });
}
