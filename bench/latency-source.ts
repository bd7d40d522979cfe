/**
 * The exchange of the latency benchmark: combined kline streams and the klines request over real sockets. On command it
 * sends numbered frames at a steady pace to one path only and answers when each left. A frame's number is the whole
 * part of its volume, which every receiver passes on.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { serveCommands, sharedNowMs } from './child-process.ts';

/** One round: frames to the sockets of `path`, every `closedEvery`-th of them closing its candle. */
export type RoundOrder = {
  readonly path: string;
  readonly frames: number;
  readonly perSecond: number;
  readonly closedEvery: number;
};

/** When each frame left: `sentMs[i]` is of the frame numbered `firstNumber + i`. */
export type RoundSent = { readonly firstNumber: number; readonly sentMs: Float64Array };

/** What this process can be asked. */
export type SourceCommands = {
  readonly start: (nothing: null) => Promise<{ readonly port: number }>;
  readonly send: (order: RoundOrder) => Promise<RoundSent>;
  /** Sockets connected at a path, and the open time in ms of the candle forming there. */
  readonly status: (path: string) => Promise<{ readonly sockets: number; readonly formingOpen: number }>;
};

const MINUTE_MS = 60_000;
const SYMBOL = 'BTCUSDT';
const ROWS_MAX = 1_500;

/** Sockets of one path, and the candle that forms there. Market time runs ahead of the wall's: a minute a close. */
type Audience = { readonly sockets: Set<WebSocket>; formingOpen: number };

const audiences = new Map<string, Audience>();
const lastNumber = { value: 0 };

function audienceOf(path: string): Audience {
  const audience = audiences.get(path) ?? { sockets: new Set<WebSocket>(), formingOpen: currentMinute() };
  audiences.set(path, audience);
  return audience;
}

function currentMinute(): number {
  const now = Date.now();
  return now - (now % MINUTE_MS);
}

/** Prices that move a little from minute to minute, as plain decimal text. */
function pricesOf(open: number): { readonly o: string; readonly h: string; readonly l: string; readonly c: string } {
  const base = 60_000 + ((open / MINUTE_MS) % 1_000);
  return { o: `${base}.10000000`, h: `${base + 9}.70000000`, l: `${base - 8}.30000000`, c: `${base + 1}.20000000` };
}

function frameText(order: {
  readonly number: number;
  readonly open: number;
  readonly state: 'forming' | 'closed';
}): string {
  const { number, open, state } = order;
  const isClosed = state === 'closed';
  const k = {
    t: open,
    T: open + MINUTE_MS - 1,
    s: SYMBOL,
    i: '1m',
    f: 100,
    L: 200,
    ...pricesOf(open),
    v: `${number}.25000000`,
    n: 101,
    x: isClosed,
    q: '7401624.45954090',
    V: `${Math.floor(number / 2)}.12500000`,
    Q: '4508643.13756470',
    B: '0',
  };
  const data = { e: 'kline', E: open + (isClosed ? MINUTE_MS : 1_000), s: SYMBOL, k };
  return JSON.stringify({ stream: 'btcusdt@kline_1m', data });
}

function answerKlines(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const from = Math.ceil(Number(url.searchParams.get('startTime')) / MINUTE_MS) * MINUTE_MS;
  const to = Math.min(Number(url.searchParams.get('endTime')) + 1, currentMinute());
  const limit = Math.min(ROWS_MAX, Number(url.searchParams.get('limit') ?? ROWS_MAX));
  const rows: unknown[] = [];
  for (let open = from; open < to && rows.length < limit; open += MINUTE_MS) {
    const { o, h, l, c } = pricesOf(open);
    rows.push([open, o, h, l, c, '0.5', open + MINUTE_MS - 1, '30000.5', 10, '0.25', '15000.25', '0']);
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(rows));
}

function acceptSocket(socket: WebSocket, path: string): void {
  const { sockets } = audienceOf(path);
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  socket.on('error', () => socket.terminate());
  socket.on('message', (data) => {
    const id = /"id":(\d+)/.exec(String(data))?.[1] ?? '0';
    socket.send(`{"result":null,"id":${id}}`);
  });
}

async function sendRound(order: RoundOrder): Promise<RoundSent> {
  const audience = audienceOf(order.path);
  audience.formingOpen = Math.max(audience.formingOpen, currentMinute());
  const sentMs = new Float64Array(order.frames);
  const firstNumber = lastNumber.value + 1;
  const startedMs = sharedNowMs();
  for (let index = 0; index < order.frames; index++) {
    const state = (index + 1) % order.closedEvery === 0 ? 'closed' : 'forming';
    const text = frameText({ number: ++lastNumber.value, open: audience.formingOpen, state });
    await wait(Math.max(0, startedMs + (index * 1000) / order.perSecond - sharedNowMs()));
    sentMs[index] = sharedNowMs();
    for (const socket of audience.sockets) socket.send(text);
    if (state === 'closed') audience.formingOpen += MINUTE_MS;
  }
  return { firstNumber, sentMs };
}

const commands: SourceCommands = {
  start: async () => {
    const http = createServer(answerKlines);
    const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
    sockets.on('connection', (socket, request) => acceptSocket(socket, (request.url ?? '/').split('?')[0] ?? '/'));
    await new Promise<void>((listening) => {
      http.listen(0, '127.0.0.1', listening);
    });
    const address = http.address();
    if (address === null || typeof address === 'string') throw new Error('the source has no port');
    return { port: address.port };
  },
  send: sendRound,
  status: async (path) => {
    const { sockets, formingOpen } = audienceOf(path);
    return { sockets: sockets.size, formingOpen };
  },
};

serveCommands(commands);
