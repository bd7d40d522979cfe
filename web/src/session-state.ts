/**
 * The state of the page's one stream, the inputs that move it and the commands that follow. Plain data: the fold is in
 * `session-step.ts`, the machine that carries commands out in `session.ts`.
 */
import type { CandlesAnswer, ServerMessage } from '../../src/api/contract.ts';
import { type CandleWindow, EMPTY_WINDOW, type Span } from './candle-window.ts';
import type { Series } from './series.ts';

/** How far the history of the chosen series is; `refused` waits for another series, `unreachable` retries. */
export type History =
  | { readonly kind: 'loading' }
  /** The server has no candle yet; the page asks again and is subscribed meanwhile. */
  | { readonly kind: 'backfilling' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'unreachable' };

/** State of the one socket. */
export type Link = {
  /** When the socket opened, ms; `null` while it is not open. */
  readonly openedAt: number | null;
  /** Attempts that failed in a row. */
  readonly failures: number;
  /** When the next attempt starts, ms; `null` while one is under way or the socket is open. */
  readonly retryAt: number | null;
};

/** A hole being filled over HTTP. */
export type Refill = Span & {
  /** Candles of this hole that are in already. */
  readonly filled: number;
  /** Answers that left some of it open. */
  readonly tries: number;
  /** Requests that failed in a row. */
  readonly failures: number;
};

/** Something to tell the trader, with the time it happened, ms. `id` ascends. */
export type Notice = { readonly id: number; readonly at: number } & (
  | { readonly kind: 'filled'; readonly count: number }
  | { readonly kind: 'missing'; readonly count: number }
  | { readonly kind: 'capacity' }
  | { readonly kind: 'serverError'; readonly detail: string }
);

/** What is known of the stream's rhythm. */
export type Freshness = {
  /** Newest forming update, ms of the page's clock; `null` before the first. */
  readonly formingAt: number | null;
  /** Close time of the newest closed candle, ms of the market; `null` before the first. */
  readonly closedUntil: number | null;
  /** Smoothed distance between forming updates, ms; `null` before it is learned. */
  readonly cadenceMs: number | null;
};

/** Everything the page knows of its stream. */
export type SessionState = {
  readonly series: Series;
  /** Rises with every choice of a series; answers to an older one are ignored. */
  readonly generation: number;
  readonly history: History;
  /** History answers since the choice, and the failures in a row among requests. */
  readonly historyReads: number;
  readonly historyFailures: number;
  readonly link: Link;
  readonly isSubscribed: boolean;
  readonly window: CandleWindow;
  readonly refill: Refill | null;
  /** Newest last, at most four: the oldest go first. */
  readonly notices: readonly Notice[];
  readonly freshness: Freshness;
  /** Candles that closed before the trader's eyes since the choice. */
  readonly closedLive: number;
  /** Open time of the newest closed candle that came over the socket. */
  readonly lastSocketTime: number | null;
};

/** How a read of candles ended. */
export type CandlesOutcome =
  | { readonly kind: 'candles'; readonly answer: CandlesAnswer }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'unreachable' };

/** A fact for the fold; `at` is the page's time in ms, `random` is in [0, 1) and spreads retries. */
export type SessionInput = { readonly at: number; readonly random: number } & (
  | { readonly kind: 'seriesSelected'; readonly series: Series }
  | { readonly kind: 'historyAnswered'; readonly generation: number; readonly outcome: CandlesOutcome }
  | { readonly kind: 'refillAnswered'; readonly generation: number; readonly outcome: CandlesOutcome }
  | { readonly kind: 'socketOpened' }
  | { readonly kind: 'messageReceived'; readonly message: ServerMessage }
  | { readonly kind: 'socketLost' }
  | { readonly kind: 'historyDoubted' }
  | { readonly kind: 'retryDue' }
  | { readonly kind: 'noticeDismissed'; readonly id: number }
);

/** A read of `GET /api/market/candles`. */
export type CandlesRead = { readonly seriesId: string; readonly since: number | null; readonly limit: number };

/** What the machine has to do; a new read of a purpose replaces the one before. */
export type SessionCommand =
  | {
      readonly kind: 'readCandles';
      readonly purpose: 'history' | 'refill';
      readonly generation: number;
      readonly read: CandlesRead;
      readonly delayMs: number;
    }
  | { readonly kind: 'stopReads' }
  | { readonly kind: 'openSocket'; readonly delayMs: number }
  | { readonly kind: 'send'; readonly message: ClientMessage };

/** Client to server, as the wire contract has it. */
export type ClientMessage =
  | {
      readonly type: 'subscribe';
      readonly series_id: string;
      readonly since: number | null;
      readonly supports_batch: true;
    }
  | { readonly type: 'unsubscribe'; readonly series_id: string };

/** The next state and what has to be done, in order. */
export type SessionStep = { readonly state: SessionState; readonly commands: readonly SessionCommand[] };

/** Freshness before anything arrived. */
export const NO_FRESHNESS: Freshness = { formingAt: null, closedUntil: null, cadenceMs: null };

/** The state before the first series was chosen and before the socket opened. */
export function initialSession(series: Series): SessionState {
  return {
    series,
    generation: 0,
    history: { kind: 'loading' },
    historyReads: 0,
    historyFailures: 0,
    link: { openedAt: null, failures: 0, retryAt: null },
    isSubscribed: false,
    window: EMPTY_WINDOW,
    refill: null,
    notices: [],
    freshness: NO_FRESHNESS,
    closedLive: 0,
    lastSocketTime: null,
  };
}
