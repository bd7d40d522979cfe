/**
 * Subscribers that take compression where it is given, in a process of their own. They count the bytes that crossed
 * the network and stamp each message when it can be read.
 */
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { serveCommands, sharedNowMs } from './child-process.ts';

/** What arrived: `receivedMs[i]` is of message `i`, over all subscribers one after the other. */
export type Arrived = { readonly bytes: number; readonly startedMs: number; readonly receivedMs: Float64Array };

/** What this process can be asked. */
export type DeflateSubscriberCommands = {
  /** Connects so many; resolves when all are open. */
  readonly connect: (order: { readonly port: number; readonly count: number }) => Promise<null>;
  /** Sends `message` on each and counts from here. */
  readonly say: (message: string) => Promise<null>;
  /** Waits until each has so many messages and hands them over; rejects after a while. */
  readonly collect: (each: number) => Promise<Arrived>;
  readonly disconnect: (nothing: null) => Promise<null>;
};

type Subscriber = { readonly socket: WebSocket; readonly transport: Socket; bytesBefore: number; at: number[] };

const PATIENCE_MS = 30_000;
const POLL_MS = 5;

const subscribers: Subscriber[] = [];
const started = { ms: 0 };

async function connectOne(port: number): Promise<void> {
  const transport = connect({ host: '127.0.0.1', port });
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/market`, { createConnection: () => transport });
  const subscriber: Subscriber = { socket, transport, bytesBefore: 0, at: [] };
  socket.on('message', () => subscriber.at.push(sharedNowMs()));
  await new Promise((open, failed) => {
    socket.once('open', open);
    socket.once('error', failed);
  });
  subscribers.push(subscriber);
}

async function closeOne({ socket }: Subscriber): Promise<void> {
  await new Promise((closed) => {
    socket.once('close', closed);
    socket.terminate();
  });
}

const commands: DeflateSubscriberCommands = {
  connect: async ({ port, count }) => {
    await Promise.all(Array.from({ length: count }, () => connectOne(port)));
    return null;
  },
  say: async (message) => {
    started.ms = sharedNowMs();
    for (const subscriber of subscribers) {
      subscriber.bytesBefore = subscriber.transport.bytesRead;
      subscriber.at = [];
      subscriber.socket.send(message);
    }
    return null;
  },
  collect: async (each) => {
    const deadline = performance.now() + PATIENCE_MS;
    while (subscribers.some(({ at }) => at.length < each)) {
      if (performance.now() > deadline) throw new Error('messages are missing');
      await wait(POLL_MS);
    }
    const bytes = subscribers.reduce((sum, { transport, bytesBefore }) => sum + transport.bytesRead - bytesBefore, 0);
    const receivedMs = Float64Array.from(subscribers.flatMap(({ at }) => at));
    return { bytes, startedMs: started.ms, receivedMs };
  },
  disconnect: async () => {
    await Promise.all(subscribers.splice(0).map(closeOne));
    globalThis.gc?.();
    return null;
  },
};

serveCommands(commands);
