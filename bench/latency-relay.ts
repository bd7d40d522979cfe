/**
 * The baseline of the latency benchmark: each frame is parsed, rewritten as the wire message and sent to every
 * subscriber. Nothing is checked, derived, recorded or stored.
 */
import { WebSocket, WebSocketServer } from 'ws';
import { serveCommands } from './child-process.ts';

/** What this process can be asked. */
export type RelayCommands = {
  /** Connects to the source at `url`; answers the port for subscribers. */
  readonly start: (order: { readonly url: string; readonly series: string }) => Promise<{ readonly port: number }>;
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

function rewrite(text: string, series: string): string | null {
  const k = parseFrame(text).data?.k;
  if (k === undefined) return null;
  return JSON.stringify({
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
}

const commands: RelayCommands = {
  start: async ({ url, series }) => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
    const source = new WebSocket(url, { perMessageDeflate: false });
    source.on('message', (data) => {
      const message = rewrite(String(data), series);
      if (message === null) return;
      for (const client of server.clients) if (client.readyState === WebSocket.OPEN) client.send(message);
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
