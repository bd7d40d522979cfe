/**
 * Clients of the desk's socket, or of a bare one, in a process of their own. They count what arrives and parse nothing.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { serveCommands } from './child-process.ts';

/** What this process can be asked. */
export type HubSubscriberCommands = {
  /** Connects so many to each address, and lets them say `message` where it is one. */
  readonly connect: (order: {
    readonly url: string;
    readonly count: number;
    readonly message: string | null;
  }) => Promise<null>;
  /** Waits until everybody at `url` has so many messages; rejects after a while. */
  readonly collect: (order: { readonly url: string; readonly each: number }) => Promise<null>;
  readonly disconnect: (nothing: null) => Promise<null>;
};

type Subscriber = { readonly url: string; readonly socket: WebSocket; messages: number };

const PATIENCE_MS = 30_000;
const POLL_MS = 2;

const subscribers: Subscriber[] = [];

async function connectOne(url: string, message: string | null): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const subscriber: Subscriber = { url, socket, messages: 0 };
  socket.on('message', () => {
    subscriber.messages++;
  });
  await new Promise((open, failed) => {
    socket.once('open', open);
    socket.once('error', failed);
  });
  if (message !== null) socket.send(message);
  subscribers.push(subscriber);
}

const commands: HubSubscriberCommands = {
  connect: async ({ url, count, message }) => {
    await Promise.all(Array.from({ length: count }, () => connectOne(url, message)));
    return null;
  },
  collect: async ({ url, each }) => {
    const deadline = performance.now() + PATIENCE_MS;
    while (subscribers.some((subscriber) => subscriber.url === url && subscriber.messages < each)) {
      if (performance.now() > deadline) throw new Error('messages are missing');
      await wait(POLL_MS);
    }
    return null;
  },
  disconnect: async () => {
    await Promise.all(
      subscribers.splice(0).map(async ({ socket }) => {
        const closed = new Promise((resolve) => socket.once('close', resolve));
        socket.terminate();
        await closed;
      }),
    );
    return null;
  },
};

serveCommands(commands);
