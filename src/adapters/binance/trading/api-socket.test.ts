import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createWallClock } from '../../clock/wall-clock.ts';
import { ApiSocket } from './api-socket.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Scene = {
  readonly socket: ApiSocket;
  /** The server's end. */
  readonly peer: WebSocket;
  readonly received: Readonly<Record<string, unknown>>[];
  readonly events: unknown[];
  readonly corrupt: string[];
  readonly ends: string[];
};

async function open(how: { readonly timeoutMs?: number; readonly silenceMs?: number } = {}): Promise<Scene> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  const clock = createWallClock();
  const received: Scene['received'] = [];
  const [events, corrupt, ends]: [unknown[], string[], string[]] = [[], [], []];
  const connected = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
  let opened = (): void => {};
  const isOpen = new Promise<void>((resolve) => {
    opened = resolve;
  });
  const socket = new ApiSocket({
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clock,
    timeoutMs: how.timeoutMs ?? 2_000,
    silenceMs: how.silenceMs ?? 60_000,
    handlers: {
      onOpen: opened,
      onEvent: (event) => events.push(event),
      onCorrupt: (reason) => corrupt.push(reason),
      onEnd: (reason) => ends.push(reason),
    },
  });
  closers.push(
    () => clock.close(),
    () => server.close(),
    () => socket.close(),
  );
  const peer = await connected;
  peer.on('message', (data) => received.push(JSON.parse(String(data)) as Scene['received'][number]));
  await isOpen;
  return { socket, peer, received, events, corrupt, ends };
}

describe('a connection to the WebSocket API', () => {
  it('gives each request its own answer, in whatever order they come', async () => {
    const { socket, peer, received } = await open();
    const answers = Promise.all([socket.request('a', { x: 1 }), socket.request('b', {})]);
    await vi.waitFor(() => expect(received).toHaveLength(2));
    expect(received[0]).toMatchObject({ method: 'a', params: { x: 1 } });
    for (const [request, result] of [
      [received[1], 'second'],
      [received[0], 'first'],
    ] as const) {
      peer.send(JSON.stringify({ id: request?.['id'], status: 200, result }));
    }
    expect(await answers).toMatchObject([{ body: 'first' }, { body: 'second' }]);
    expect(socket.isIdle).toBe(true);
  });

  it('hands on events, and names what is neither event nor answer', async () => {
    const { peer, events, corrupt } = await open();
    for (const text of ['{"subscriptionId":0,"event":{"e":"executionReport"}}', '{"half', '{"id":5}']) peer.send(text);
    await vi.waitFor(() => expect(corrupt).toHaveLength(2));
    expect(events).toEqual([{ e: 'executionReport' }]);
  });

  it('loses what was not answered when it breaks, and sends nothing more', async () => {
    const { socket, peer, received, ends } = await open();
    const request = socket.request('order.place', {});
    await vi.waitFor(() => expect(received).toHaveLength(1));
    peer.terminate();
    expect((await request).phase).toBe('lost');
    await vi.waitFor(() => expect(ends).toHaveLength(1));
    expect((await socket.request('order.place', {})).phase).toBe('notSent');
  });

  it('loses what is not answered in time', async () => {
    const { socket } = await open({ timeoutMs: 50 });
    expect(await socket.request('order.place', {})).toEqual({ phase: 'lost', reason: 'no answer within 50 ms' });
  });

  it('ends when nothing is heard any more, and not while pings come', async () => {
    const { peer, ends } = await open({ silenceMs: 300 });
    for (let ping = 0; ping < 4; ping++) {
      await new Promise((resolve) => peer.once('pong', resolve).ping());
      expect(ends).toEqual([]);
    }
    await vi.waitFor(() => expect(ends).toEqual(['nothing was heard for 300 ms']), 2_000);
  });

  it('has at most 256 requests without an answer', async () => {
    const { socket } = await open({ timeoutMs: 300 });
    const requests = Array.from({ length: 257 }, () => socket.request('ping', {}));
    const phases = (await Promise.all(requests)).map((reply) => reply.phase);
    expect(phases.filter((phase) => phase === 'lost')).toHaveLength(256);
    expect(phases.at(-1)).toBe('notSent');
  });
});
