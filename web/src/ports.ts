/**
 * What the page needs from the machine it runs on, as plain functions: time, HTTP and sockets. These are the ports of
 * the client and three more of the page's own; the page hands in the browser's, a test hands in Node's or a simulated one.
 */
import type { Cancel, HttpOutcome, OpenSocket, Platform } from '../../src/client/platform.ts';

export type {
  Cancel,
  HttpOutcome,
  MachineClock as PageClock,
  OpenSocket,
  Platform,
  ReadHttp,
  Socket,
  SocketEvents,
} from '../../src/client/platform.ts';

/** Sends `body` as JSON to `path` of the server; never rejects. An aborted request ends `unreachable`. */
export type PostHttp = (path: string, body: object, signal: AbortSignal) => Promise<HttpOutcome>;

/** What happens on a stream of server-sent events; after `lost` it may come back by itself. */
export type StreamEvents = {
  readonly received: (text: string) => void;
  readonly lost: () => void;
};

/** Opens the stream of events called `name` at `path` of the server. */
export type OpenStream = (path: string, name: string, events: StreamEvents) => Cancel;

/** The machine of the page. */
export type PageMachine = Platform & {
  readonly postHttp: PostHttp;
  readonly openStream: OpenStream;
  /** Opens `/ws/debug`. */
  readonly openDebugSocket: OpenSocket;
};
