/**
 * How messages to WebSocket clients are compressed (`permessage-deflate`), as far as a client offers it.
 */
import type { PerMessageDeflateOptions } from 'ws';

/**
 * `off`: nothing is. `long`: messages of 1 KiB and more, which are pages of history, each for itself, so that nothing
 * is kept between two messages. `all`: every message, with what was sent before as the dictionary; zlib then keeps
 * about 256 KiB for each client (`zconf.h`, window 15, memory level 8).
 */
export type SocketCompression = 'off' | 'long' | 'all';

const LONG_BYTES = 1024;
/** Messages in zlib's hands at once, over all clients; the others wait in their sockets. */
const AT_ONCE = 4;
/** The fastest level of zlib: candles shrink to a quarter with it, and hardly further with more. */
const LEVEL = 1;

/** What `ws` is told. */
export function deflateOptions(compression: SocketCompression): PerMessageDeflateOptions | false {
  if (compression === 'off') return false;
  const common = { concurrencyLimit: AT_ONCE, zlibDeflateOptions: { level: LEVEL }, clientNoContextTakeover: true };
  if (compression === 'all') return { ...common, threshold: 0 };
  return { ...common, threshold: LONG_BYTES, serverNoContextTakeover: true };
}
