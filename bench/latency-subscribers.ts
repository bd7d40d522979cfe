/**
 * The audience of the latency benchmark in a process of its own: a number of sockets, each message stamped the moment
 * it is handed over and read only when the round is over.
 */
import { WebSocket } from 'ws';
import { z } from 'zod';
import { serveCommands, sharedNowMs } from './child-process.ts';

/** What arrived in a round: the frame's number, whether it closed its candle (1) and when it came. Parallel arrays. */
export type Received = {
  readonly numbers: Float64Array;
  readonly closed: Uint8Array;
  readonly receivedMs: Float64Array;
};

/** What this process can be asked. */
export type SubscriberCommands = {
  /** Opens `count` sockets and, where `message` is not null, sends it on each. */
  readonly connect: (order: {
    readonly url: string;
    readonly count: number;
    readonly message: string | null;
  }) => Promise<null>;
  /** Messages so far since the last `take`. */
  readonly count: (nothing: null) => Promise<number>;
  /** Hands over what arrived and forgets it. */
  readonly take: (nothing: null) => Promise<Received>;
  /** Closes every socket. */
  readonly disconnect: (nothing: null) => Promise<null>;
};

const wireMessage = z.object({ type: z.string(), candle: z.object({ volume: z.number() }) });

const sockets: WebSocket[] = [];
/** Bounded by the round: its frames times the sockets. */
const arrived: { readonly text: Buffer; readonly at: number }[] = [];

async function connectOne(url: string, message: string | null): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  socket.on('message', (data) => {
    const at = sharedNowMs();
    if (Buffer.isBuffer(data)) arrived.push({ text: data, at });
  });
  await new Promise((open, failed) => {
    socket.once('open', open);
    socket.once('error', failed);
  });
  if (message !== null) socket.send(message);
  sockets.push(socket);
}

/** Candle messages only; history batches and notices are no part of the measurement. */
function takeReceived(): Received {
  const read = arrived.splice(0).flatMap(({ text, at }) => {
    const parsed = wireMessage.safeParse(JSON.parse(text.toString('utf8')));
    if (!parsed.success) return [];
    return [
      { number: Math.floor(parsed.data.candle.volume), closed: parsed.data.type === 'candle_closed' ? 1 : 0, at },
    ];
  });
  return {
    numbers: Float64Array.from(read, ({ number }) => number),
    closed: Uint8Array.from(read, ({ closed }) => closed),
    receivedMs: Float64Array.from(read, ({ at }) => at),
  };
}

async function closeOne(socket: WebSocket): Promise<void> {
  await new Promise((closed) => {
    socket.once('close', closed);
    socket.terminate();
  });
}

const commands: SubscriberCommands = {
  connect: async ({ url, count, message }) => {
    await Promise.all(Array.from({ length: count }, () => connectOne(url, message)));
    return null;
  },
  count: async () => arrived.length,
  take: async () => {
    const received = takeReceived();
    globalThis.gc?.();
    return received;
  },
  disconnect: async () => {
    await Promise.all(sockets.splice(0).map(closeOne));
    arrived.length = 0;
    return null;
  },
};

serveCommands(commands);
