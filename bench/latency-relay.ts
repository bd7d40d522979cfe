/**
 * The baselines of the latency benchmark: each frame is parsed, rewritten as the wire message and sent to every
 * subscriber. Nothing is checked, derived or stored; a synced relay appends closed candles to a file and waits for the
 * disk before it sends them, which is the least that durability costs.
 */
import { fdatasyncSync, openSync, writeSync } from 'node:fs';
import { WebSocket, WebSocketServer } from 'ws';
import { serveCommands } from './child-process.ts';

/** What this process can be asked. */
export type RelayCommands = {
  /** Connects one more relay to the source at `url`, synced where a file is named; answers its port for subscribers. */
  readonly start: (order: {
    readonly url: string;
    readonly series: string;
    readonly syncFile: string | null;
  }) => Promise<{ readonly port: number }>;
};

type Frame = {
  readonly data?: {
    readonly k: {
      readonly t: number;
      readonly o: string;
      readonly h: string;
      readonly l: string;
      readonly c: string;
      readonly v: string;
      readonly x: boolean;
    };
  };
};

function parseFrame(text: string): Frame {
  return JSON.parse(text) as Frame;
}

type Message = { readonly text: string; readonly state: 'forming' | 'closed' };

function rewrite(frame: string, series: string): Message | null {
  const k = parseFrame(frame).data?.k;
  if (k === undefined) return null;
  const text = JSON.stringify({
    type: k.x ? 'candle_closed' : 'candle_forming',
    series_id: series,
    candle: {
      candle_time: k.t / 1000,
      open: Number(k.o),
      high: Number(k.h),
      low: Number(k.l),
      close: Number(k.c),
      volume: Number(k.v),
    },
  });
  return { text, state: k.x ? 'closed' : 'forming' };
}

/** Keeps a text on the disk before it returns. */
function openSyncedFile(path: string): (text: string) => void {
  const file = openSync(path, 'a');
  return (text) => {
    writeSync(file, text);
    fdatasyncSync(file);
  };
}

const commands: RelayCommands = {
  start: async ({ url, series, syncFile }) => {
    const keep = syncFile === null ? null : openSyncedFile(syncFile);
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
    const source = new WebSocket(url, { perMessageDeflate: false });
    source.on('message', (data) => {
      const message = rewrite(String(data), series);
      if (message === null) return;
      if (message.state === 'closed') keep?.(message.text);
      for (const client of server.clients) if (client.readyState === WebSocket.OPEN) client.send(message.text);
    });
    await new Promise((open, failed) => {
      source.once('open', open);
      source.once('error', failed);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the relay has no port');
    return { port: address.port };
  },
};

serveCommands(commands);
