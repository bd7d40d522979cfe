/**
 * The face of the client: requests, history and streams of one Hotwick server. Options enter and are checked before
 * anything is sent; every stream of a client shares its one socket.
 */
import type { CandlesAnswer, FrameAnswer, InfoAnswer } from '../api/contract.ts';
import { CandleStream } from './candle-stream.ts';
import { PAGE_MAX, type Reading, readAnswer, readCandles } from './candles-request.ts';
import { HotwickClientError } from './client-error.ts';
import { frameRequest } from './frame-request.ts';
import { MarketSocket } from './market-socket.ts';
import { createPlatform, type Fetch, type Platform, type WebSocketClass } from './platform.ts';
import { stepSecOf } from './series-step.ts';
import type { Candle, StreamEvent } from './stream-event.ts';
import { parseInfoAnswer } from './wire.ts';

/** Where the server is, and with what to reach it; without `fetch` and `WebSocket` the global ones are used. */
export type ClientOptions = {
  /** Address of the server, `http://127.0.0.1:18080`; a path in it is kept. */
  readonly url: string;
  readonly fetch?: Fetch;
  readonly WebSocket?: WebSocketClass;
};

/** What to end a request or a stream with. */
export type Stoppable = { readonly signal?: AbortSignal };

/** A page of stored candles: the oldest `limit` after `since`, or without `since` the newest `limit`. */
export type CandlesOptions = Stoppable & {
  readonly seriesId: string;
  /** Unix seconds, exclusive. */
  readonly since?: number;
  /** 1 to 5000, 500 unless given. */
  readonly limit?: number;
};

/** Stored candles from `since` to the newest one, page by page. */
export type HistoryOptions = Stoppable & {
  readonly seriesId: string;
  /** Unix seconds, exclusive; from the first stored candle unless given. */
  readonly since?: number;
  /** Candles a request, 1 to 5000, 5000 unless given. */
  readonly pageSize?: number;
};

/** Chart structure of the newest candle, or of the newest stored one at or before `atTime`. */
export type FrameOptions = Stoppable & {
  readonly seriesId: string;
  /** Unix seconds. */
  readonly atTime?: number;
  /** Candles back within which anything is shown, 1 to 5000, 2000 unless given. */
  readonly windowCandles?: number;
};

/** Where a stream begins: after `since`, or with the newest `history` candles, or with the next candle that closes. */
export type StreamOptions = Stoppable & {
  /** Unix seconds, exclusive: the `candle_time` of the last closed candle that the program already has. */
  readonly since?: number;
  /** 0 to 5000, 0 unless given; not together with `since`. */
  readonly history?: number;
  /** Most closed candles that wait for a slow reader, 1000 unless given; a slower one makes the stream read again. */
  readonly bufferMax?: number;
};

/** A client of one server. Every method throws `closed` after `close`. */
export type Client = {
  /** What runs there; rejects with `HotwickClientError`. */
  readonly info: (options?: Stoppable) => Promise<InfoAnswer>;
  /** One page of stored closed candles, ascending; rejects with `HotwickClientError`. */
  readonly candles: (options: CandlesOptions) => Promise<CandlesAnswer>;
  /** What the factors say and what is drawn at one candle; rejects with `HotwickClientError`. */
  readonly frame: (options: FrameOptions) => Promise<FrameAnswer>;
  /** Every stored closed candle after `since`, ascending, each once; throws `HotwickClientError`. */
  readonly history: (options: HistoryOptions) => AsyncIterable<Candle>;
  /**
   * Follows a series until its loop is left, its signal is aborted or the client is closed; each loop over the answer
   * is a stream of its own. Lost connections are mended; throws `HotwickClientError` only for what can not be.
   */
  readonly stream: (seriesId: string, options?: StreamOptions) => AsyncIterable<StreamEvent>;
  /** Ends every request and stream and the socket; calling it again does nothing. */
  readonly close: () => void;
};

const LIMIT_DEFAULT = 500;
const BUFFER_DEFAULT = 1000;
const WINDOW_DEFAULT = 2000;

/** A client of the server at `options.url`; nothing is sent before it is used. Throws `HotwickClientError`. */
export function createClient(options: ClientOptions): Client {
  const fetchIt = options.fetch ?? globalThis.fetch;
  const Connection = options.WebSocket ?? globalThis.WebSocket;
  if (fetchIt === undefined || Connection === undefined) {
    throw new HotwickClientError('machine_unsupported', 'hand in fetch and WebSocket, or use Node 22 or newer');
  }
  const base = parseBase(options.url);
  return clientOn(createPlatform({ base, machine: globalThis, fetch: fetchIt, WebSocket: Connection }));
}

/** A client on any platform. */
export function clientOn(platform: Platform): Client {
  const connection: Connection = { platform, socket: new MarketSocket(platform), ending: new AbortController() };
  return {
    info: async ({ signal } = {}) => {
      const wanted = { path: 'api/hotwick/info', parse: parseInfoAnswer };
      return unwrap(await readAnswer(platform, wanted, openSignal(connection, signal)));
    },
    candles: async ({ seriesId, since, limit = LIMIT_DEFAULT, signal }) => {
      stepSecOf(seriesId);
      if (since !== undefined) checkInteger('since', since, [0, Number.MAX_SAFE_INTEGER]);
      checkInteger('limit', limit, [1, PAGE_MAX]);
      const query = { seriesId, since: since ?? null, limit };
      return unwrap(await readCandles(platform, query, openSignal(connection, signal)));
    },
    frame: async ({ seriesId, atTime, windowCandles = WINDOW_DEFAULT, signal }) => {
      stepSecOf(seriesId);
      if (atTime !== undefined) checkInteger('atTime', atTime, [0, Number.MAX_SAFE_INTEGER]);
      checkInteger('windowCandles', windowCandles, [1, PAGE_MAX]);
      const wanted = frameRequest({ seriesId, atTime: atTime ?? null, windowCandles });
      return unwrap(await readAnswer(platform, wanted, openSignal(connection, signal)));
    },
    history: (wanted) => readHistory(connection, wanted),
    stream: (seriesId, wanted = {}) => openStream(connection, seriesId, wanted),
    close: () => connection.ending.abort(),
  };
}

type Connection = { readonly platform: Platform; readonly socket: MarketSocket; readonly ending: AbortController };

function openSignal({ ending }: Connection, signal: AbortSignal | undefined): AbortSignal {
  if (ending.signal.aborted) throw new HotwickClientError('closed', 'the client was closed');
  return signal === undefined ? ending.signal : AbortSignal.any([ending.signal, signal]);
}

function unwrap<T>(reading: Reading<T>): T {
  if (reading.kind === 'failed') throw reading.error;
  return reading.answer;
}

async function* readHistory(connection: Connection, options: HistoryOptions): AsyncGenerator<Candle, void> {
  const { seriesId, pageSize = PAGE_MAX, signal } = options;
  let since = options.since ?? 0;
  stepSecOf(seriesId);
  checkInteger('since', since, [0, Number.MAX_SAFE_INTEGER]);
  checkInteger('pageSize', pageSize, [1, PAGE_MAX]);
  for (;;) {
    const query = { seriesId, since, limit: pageSize };
    const { candles } = unwrap(await readCandles(connection.platform, query, openSignal(connection, signal)));
    for (const candle of candles) {
      if (candle.candle_time <= since) throw new HotwickClientError('answer_malformed', 'candles are not ascending');
      since = candle.candle_time;
      yield candle;
    }
    if (candles.length < pageSize) return;
  }
}

function openStream(connection: Connection, seriesId: string, options: StreamOptions): AsyncIterable<StreamEvent> {
  const { since, history = 0, bufferMax = BUFFER_DEFAULT, signal } = options;
  const stepSec = stepSecOf(seriesId);
  if (since !== undefined) checkInteger('since', since, [0, Number.MAX_SAFE_INTEGER]);
  if (since !== undefined && history > 0) {
    throw new HotwickClientError('option_invalid', 'a stream begins either with since or with history');
  }
  checkInteger('history', history, [0, PAGE_MAX]);
  checkInteger('bufferMax', bufferMax, [1, Number.MAX_SAFE_INTEGER]);
  const plan = { seriesId, stepSec, since: since ?? null, history, bufferMax };
  return { [Symbol.asyncIterator]: () => follow(new CandleStream(plan, connection), openSignal(connection, signal)) };
}

function follow(stream: CandleStream, signal: AbortSignal): AsyncIterator<StreamEvent, undefined> {
  const stop = (): void => {
    signal.removeEventListener('abort', stop);
    stream.end(null);
  };
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  else stream.start();
  return {
    next: async () => {
      const event = await stream.queue.take().catch((error: unknown) => {
        stop();
        throw error;
      });
      if (event !== null) return { done: false, value: event };
      stop();
      return { done: true, value: undefined };
    },
    return: async () => {
      stop();
      return { done: true, value: undefined };
    },
  };
}

function checkInteger(name: string, value: number, [min, max]: readonly [number, number]): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw new HotwickClientError('option_invalid', `${name} is ${value}, not an integer from ${min} to ${max}`);
}

/** An address to which paths can be added; throws `option_invalid`. */
export function parseBase(url: string): URL {
  if (!URL.canParse(url)) throw new HotwickClientError('option_invalid', `"${url}" is not an address`);
  const base = new URL(url);
  if (base.protocol !== 'http:' && base.protocol !== 'https:') {
    throw new HotwickClientError('option_invalid', `"${url}" begins neither with http: nor with https:`);
  }
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  base.search = '';
  base.hash = '';
  return base;
}
