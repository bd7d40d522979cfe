/**
 * What the session needs from the machine it runs on, as plain functions: time, HTTP and one socket. The page hands
 * in the browser's; a test hands in Node's or a simulated one. Nothing else in this folder reads a clock.
 */

/** Stops what it was returned for; calling it again does nothing. */
export type Cancel = () => void;

/** Time and timers of the machine. */
export type PageClock = {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Runs `action` once after `delayMs`, never synchronously. */
  readonly after: (delayMs: number, action: () => void) => Cancel;
};

/** How an HTTP request ended: with any answer of the server, or without one. */
export type HttpOutcome =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | { readonly kind: 'unreachable' };

/** Reads `path` of the server; never rejects. An aborted request ends `unreachable`. */
export type ReadHttp = (path: string, signal: AbortSignal) => Promise<HttpOutcome>;

/** What happens on a socket; `lost` comes once and last, also when the socket never opened. */
export type SocketEvents = {
  readonly opened: () => void;
  readonly received: (text: string) => void;
  readonly lost: () => void;
};

/** An open or opening socket. */
export type Socket = {
  /** Sends text; does nothing unless the socket is open. */
  readonly send: (text: string) => void;
  /** Closes the socket; no event is delivered afterwards. */
  readonly close: () => void;
};

/** Opens the market socket of the server. */
export type OpenSocket = (events: SocketEvents) => Socket;

/** Everything the session needs from its machine. */
export type Platform = {
  readonly clock: PageClock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly readHttp: ReadHttp;
  readonly openSocket: OpenSocket;
};
