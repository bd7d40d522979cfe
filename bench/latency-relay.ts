/**
 * The baselines of the latency benchmark: each frame is parsed, rewritten as the wire message and sent to every
 * subscriber. Nothing is checked or derived; a storing relay writes closed candles to SQLite before it sends them,
 * which is the least that "stored, then sent" costs.
 */
import Database from 'better-sqlite3';
import { WebSocket, WebSocketServer } from 'ws';
import { serveCommands } from './child-process.ts';

/** What this process can be asked. */
export type RelayCommands = {
  /** Connects one more relay to the source at `url`, storing where a file is named; answers its port for subscribers. */
  readonly start: (order: {
    readonly url: string;
    readonly series: string;
    readonly storeFile: string | null;
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

type Kline = NonNullable<Frame['data']>['k'];
type Message = { readonly text: string; readonly kline: Kline };

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
  return { text, kline: k };
}

/** Upserts a closed candle, one commit each, in the mode that the product's store uses: WAL and NORMAL. */
function openStore(path: string): (kline: Kline) => void {
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.exec(`CREATE TABLE candles (open_time INTEGER PRIMARY KEY,
    open TEXT, high TEXT, low TEXT, close TEXT, volume TEXT) STRICT`);
  const upsert = database.prepare(
    `INSERT INTO candles VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (open_time) DO UPDATE
     SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, volume = excluded.volume`,
  );
  return ({ t, o, h, l, c, v }) => void upsert.run(t, o, h, l, c, v);
}

const commands: RelayCommands = {
  start: async ({ url, series, storeFile }) => {
    const store = storeFile === null ? null : openStore(storeFile);
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
    const source = new WebSocket(url, { perMessageDeflate: false });
    source.on('message', (data) => {
      const message = rewrite(String(data), series);
      if (message === null) return;
      if (message.kline.x) store?.(message.kline);
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
