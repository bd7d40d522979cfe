/**
 * Compressed WebSocket messages over real sockets: the same texts whatever the setting, and fewer bytes where it is on
 * and the client offers it.
 */
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { SocketCompression } from '../../src/api/index.ts';
import { ApiServer, freshSeries, minutesFrom } from '../fixtures/api-server.ts';

const T = 1_700_000_040;
const HISTORY = 400;
const SETTINGS = ['off', 'long', 'all'] as const;

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** What one client was sent: every text, and the bytes they took in the two scenes. */
type Heard = { readonly texts: readonly string[]; readonly historyBytes: number; readonly liveBytes: number };

/** One client through a page of history and twenty closed candles. */
async function listen(socketCompression: SocketCompression, offer: 'offers' | 'declines'): Promise<Heard> {
  const server = await new ApiServer({ socketCompression }).start();
  closers.push(() => server.stop());
  const id = freshSeries('PRESS');
  const candles = minutesFrom(id, T, HISTORY + 20);
  await server.save(...candles.slice(0, HISTORY));
  const transport: Socket = connect({ host: '127.0.0.1', port: server.port });
  const url = `ws://127.0.0.1:${server.port}/ws/market`;
  const socket = new WebSocket(url, { createConnection: () => transport, perMessageDeflate: offer === 'offers' });
  closers.push(() => socket.terminate());
  const texts: string[] = [];
  let wake = (): void => {};
  socket.on('message', (data) => {
    texts.push(String(data).replaceAll(id, 'SERIES'));
    wake();
  });
  const heard = async (count: number): Promise<void> => {
    while (texts.length < count) await new Promise<void>((resolve) => (wake = resolve));
  };
  await new Promise((resolve) => socket.once('open', resolve));
  const opened = transport.bytesRead;
  socket.send(JSON.stringify({ type: 'subscribe', series_id: id, since: 0, supports_batch: true }));
  await heard(1);
  const historyBytes = transport.bytesRead - opened;
  for (const candle of candles.slice(HISTORY)) await server.announce(candle);
  await heard(21);
  return { texts, historyBytes, liveBytes: transport.bytesRead - opened - historyBytes };
}

describe('compression', () => {
  it('sends the same texts whatever the setting is', async () => {
    const [off, long, all] = await Promise.all(SETTINGS.map((setting) => listen(setting, 'offers')));
    expect(off?.texts).toHaveLength(21);
    expect(long?.texts).toEqual(off?.texts);
    expect(all?.texts).toEqual(off?.texts);
  });

  it('makes pages of history small where it is long, and leaves candles as they come', async () => {
    const off = await listen('off', 'offers');
    const long = await listen('long', 'offers');
    expect(long.historyBytes).toBeLessThan(off.historyBytes / 3);
    expect(long.liveBytes).toBe(off.liveBytes);
  });

  it('makes every message small where it is all', async () => {
    const off = await listen('off', 'offers');
    const all = await listen('all', 'offers');
    expect(all.historyBytes).toBeLessThan(off.historyBytes / 3);
    expect(all.liveBytes).toBeLessThan(off.liveBytes / 3);
  });

  it('is not forced upon a client that does not offer it', async () => {
    const off = await listen('off', 'declines');
    const all = await listen('all', 'declines');
    expect(all).toEqual(off);
  });
});
