/**
 * The face of the operator's desk for programs: what is asked and commanded over HTTP, and topics that are followed over
 * one socket. Answers have the types of the contract; every method rejects with `HotwickClientError`.
 */
import type {
  BalancesAnswer,
  CommandAnswer,
  ConfigAnswer,
  ConfigSaved,
  DeskChartAnswer,
  DeskHealth,
  DeskStatus,
  DeskTopic,
  EmergencyAnswer,
  EquityAnswer,
  EventsAnswer,
  ExecutionMetricsAnswer,
  FunnelAnswer,
  HotPostsAnswer,
  MlAnswer,
  ParamsAnswer,
  PoolAnswer,
  PositionsAnswer,
  PrecheckStatsAnswer,
  RiskAnswer,
  TradesAnswer,
  WhyAnswer,
  WireSignal,
} from '../api/contract.ts';
import { readAnswer } from './candles-request.ts';
import { type ClientOptions, parseBase } from './client.ts';
import { HotwickClientError } from './client-error.ts';
import { DeskStream, type DeskUpdate, type StreamMachine } from './desk-stream.ts';
import { createPlatform, type Platform, socketOpener } from './platform.ts';
import { parseObject } from './wire.ts';

/** Where the desk is, and the token that lets a program in; a page of the desk is let in by its cookie. */
export type DeskClientOptions = ClientOptions & { readonly token?: string };

/** What of the event log is wanted; several types are separated by commas. */
export type EventsOptions = {
  readonly type?: string;
  readonly symbol?: string;
  readonly trace_id?: string;
  readonly position_id?: string;
  readonly before?: number;
  readonly limit?: number;
};

/** What chart is wanted. */
export type DeskChartOptions = {
  readonly symbol: string;
  readonly interval?: '1m' | '5m' | '15m' | '1h' | '4h' | '1d';
  readonly days?: number;
  readonly bars_limit?: number;
  readonly trace_id?: string;
  readonly scores?: 1;
};

/** Why: about a coin (at a moment, Unix seconds), about a position, or about everything from a moment on. */
export type WhyOptions = {
  readonly symbol?: string;
  readonly time?: number;
  readonly trade?: string;
  readonly from?: number;
};

/** A change of settings by group and name; `null` takes one back to its default. */
export type ConfigChange = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What the desk can be asked. */
export type DeskReads = {
  readonly status: () => Promise<DeskStatus>;
  readonly health: () => Promise<DeskHealth>;
  readonly risk: () => Promise<RiskAnswer>;
  readonly positions: () => Promise<PositionsAnswer>;
  readonly equity: (wanted?: { readonly hours?: number; readonly points?: number }) => Promise<EquityAnswer>;
  /** The newest, or with the `next_before` of an answer those before it. */
  readonly trades: (limit?: number, before?: string) => Promise<TradesAnswer>;
  readonly pool: () => Promise<PoolAnswer>;
  readonly funnel: () => Promise<FunnelAnswer>;
  readonly signals: (symbol?: string) => Promise<{ readonly signals: readonly WireSignal[] }>;
  readonly balances: () => Promise<BalancesAnswer>;
  readonly executionMetrics: () => Promise<ExecutionMetricsAnswer>;
  readonly precheckStats: () => Promise<PrecheckStatsAnswer>;
  readonly events: (wanted?: EventsOptions) => Promise<EventsAnswer>;
  readonly chart: (wanted: DeskChartOptions) => Promise<DeskChartAnswer>;
  readonly hotPosts: () => Promise<HotPostsAnswer>;
  readonly ml: () => Promise<MlAnswer>;
  readonly params: () => Promise<ParamsAnswer>;
  readonly config: () => Promise<ConfigAnswer>;
  readonly why: (wanted: WhyOptions) => Promise<WhyAnswer>;
};

/** What the desk can be told; nothing of it is repeated by itself, and nothing is sold twice under one request id. */
export type DeskCommands = {
  readonly previewConfig: (change: ConfigChange) => Promise<ConfigSaved>;
  readonly saveConfig: (change: ConfigChange) => Promise<ConfigSaved>;
  readonly pauseEntries: (reason: string) => Promise<CommandAnswer>;
  readonly resumeEntries: () => Promise<CommandAnswer>;
  readonly acknowledge: (what: 'halt' | 'emergency') => Promise<CommandAnswer>;
  /** Sells one position at the market. */
  readonly closePosition: (positionId: string) => Promise<CommandAnswer>;
  /** Sells everything at the market and latches entries off; answers what is really sold. */
  readonly emergencyClose: (wanted: {
    readonly reason: string;
    readonly requestId: string;
  }) => Promise<EmergencyAnswer>;
};

/** A desk. */
export type DeskClient = DeskReads &
  DeskCommands & {
    /** Follows topics until the loop is left, its signal is aborted or the client is closed; lost connections are mended. */
    readonly watch: (
      topics: readonly DeskTopic[],
      options?: { readonly signal?: AbortSignal },
    ) => AsyncIterable<DeskUpdate>;
    /** Ends every request and every loop; calling it again does nothing. */
    readonly close: () => void;
  };

type Connected = Pick<Platform, 'readHttp'> & StreamMachine & { readonly ending: AbortController };

/** A client of the desk at `options.url`; nothing is sent before it is used. Throws `HotwickClientError`. */
export function createDeskClient(options: DeskClientOptions): DeskClient {
  const desk = connect(options);
  const { ending } = desk;
  return {
    ...readsOf(desk),
    ...commandsOf(desk),
    watch: (topics, { signal } = {}) => {
      const until = signal === undefined ? ending.signal : AbortSignal.any([ending.signal, signal]);
      return { [Symbol.asyncIterator]: () => follow(new DeskStream(desk, topics), until) };
    },
    close: () => ending.abort(),
  };
}

function connect(options: DeskClientOptions): Connected {
  const fetchIt = options.fetch ?? globalThis.fetch;
  const Socket = options.WebSocket ?? globalThis.WebSocket;
  if (fetchIt === undefined || Socket === undefined) {
    throw new HotwickClientError('machine_unsupported', 'hand in fetch and WebSocket, or use Node 22 or newer');
  }
  const { token } = options;
  const headers = token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } };
  const place = { base: parseBase(options.url), machine: globalThis, fetch: fetchIt, WebSocket: Socket, ...headers };
  return { ...createPlatform(place), openSocket: socketOpener(place, 'ws/hotcoin'), ending: new AbortController() };
}

function readsOf(desk: Connected): DeskReads {
  return {
    status: () => get(desk, 'hotcoin/api/status'),
    health: () => get(desk, 'hotcoin/health'),
    risk: () => get(desk, 'hotcoin/api/risk'),
    positions: () => get(desk, 'hotcoin/api/positions'),
    equity: (wanted) => get(desk, 'hotcoin/api/equity', { ...wanted }),
    trades: (limit, before) => get(desk, 'hotcoin/api/trades', { limit, before }),
    pool: () => get(desk, 'hotcoin/api/pool'),
    funnel: () => get(desk, 'hotcoin/api/funnel'),
    signals: (symbol) => get(desk, 'hotcoin/api/signals', { symbol }),
    balances: () => get(desk, 'hotcoin/api/balances'),
    executionMetrics: () => get(desk, 'hotcoin/api/execution_metrics'),
    precheckStats: () => get(desk, 'hotcoin/api/precheck_stats'),
    events: (wanted = {}) => get(desk, 'hotcoin/api/events', wanted),
    chart: (wanted) => get(desk, 'hotcoin/api/chart', wanted),
    hotPosts: () => get(desk, 'hotcoin/api/hot_posts'),
    ml: () => get(desk, 'hotcoin/api/ml'),
    params: () => get(desk, 'hotcoin/api/params'),
    config: () => get(desk, 'hotcoin/config'),
    why: (wanted) => get(desk, 'hotcoin/api/why', wanted),
  };
}

function commandsOf(desk: Connected): DeskCommands {
  return {
    previewConfig: (change) => post(desk, 'hotcoin/config/preview', change),
    saveConfig: (change) => post(desk, 'hotcoin/config', change),
    pauseEntries: (reason) => post(desk, 'hotcoin/api/entries', { action: 'pause', reason }),
    resumeEntries: () => post(desk, 'hotcoin/api/entries', { action: 'resume' }),
    acknowledge: (what) => post(desk, 'hotcoin/api/acknowledge', { what }),
    closePosition: (position_id) => post(desk, 'hotcoin/api/close_position', { position_id, confirm: 'yes' }),
    emergencyClose: ({ reason, requestId }) =>
      post(desk, 'hotcoin/api/emergency_close', { confirm: 'yes', reason, request_id: requestId }),
  };
}

type Query = Readonly<Record<string, string | number | undefined>>;

function get<T extends object>(desk: Connected, path: string, query: Query = {}): Promise<T> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return ask(desk, search.size === 0 ? path : `${path}?${search}`);
}

function post<T extends object>(desk: Connected, path: string, body: object): Promise<T> {
  return ask(desk, path, JSON.stringify(body));
}

async function ask<T extends object>(desk: Connected, path: string, body?: string): Promise<T> {
  const { signal } = desk.ending;
  if (signal.aborted) throw new HotwickClientError('closed', 'the client was closed');
  const parse = (text: string): T | null => parseObject(text) as T | null;
  const reading = await readAnswer<T>(desk, { path, parse, ...(body === undefined ? {} : { body }) }, signal);
  if (reading.kind === 'failed') throw reading.error;
  return reading.answer;
}

function follow(stream: DeskStream, signal: AbortSignal): AsyncIterator<DeskUpdate, undefined> {
  const stop = (): void => {
    signal.removeEventListener('abort', stop);
    stream.end();
  };
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  else stream.start();
  return {
    next: async () => {
      const value = await stream.take();
      return value === null ? { done: true, value: undefined } : { done: false, value };
    },
    return: async () => {
      stop();
      return { done: true, value: undefined };
    },
  };
}
