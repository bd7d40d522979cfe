/**
 * What the client needs from the machine it runs on, as plain functions: time, randomness, HTTP and one socket. The
 * real one is made from a global scope that is handed in, a browser's or Node's; a test hands in a simulated one.
 * Nothing else in this folder touches a clock or the network.
 */

/** Stops what it was returned for; calling it again does nothing. */
export type Cancel = () => void;

/** Time and timers of the machine. */
export type MachineClock = {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Runs `action` once after `delayMs`, never synchronously. */
  readonly after: (delayMs: number, action: () => void) => Cancel;
};

/** How an HTTP request ended: with any answer of the server, or without one. */
export type HttpOutcome =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | { readonly kind: 'unreachable' };

/** Reads `path` of the server, or posts `body` to it; never rejects. An aborted request ends `unreachable`. */
export type ReadHttp = (path: string, signal: AbortSignal, body?: string) => Promise<HttpOutcome>;

/** What happens on a socket; `lost` comes once and last, also when it never opened, with the close code if there is one. */
export type SocketEvents = {
  readonly opened: () => void;
  readonly received: (text: string) => void;
  readonly lost: (code?: number) => void;
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

/** Everything the client needs from its machine. */
export type Platform = {
  readonly clock: MachineClock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly readHttp: ReadHttp;
  readonly openSocket: OpenSocket;
};

/** As much of the standard `fetch` as is used. */
export type Fetch = (
  url: string,
  options: {
    readonly signal: AbortSignal;
    readonly headers: Record<string, string>;
    readonly method?: string;
    readonly body?: string;
  },
) => Promise<{ readonly status: number; readonly text: () => Promise<string> }>;

/** As much of the standard `WebSocket` as is used. */
export type WebSocketClass = new (
  url: string,
) => {
  readonly readyState: number;
  send(text: string): void;
  close(): void;
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: unknown) => void): void;
};

/** The members of a global scope that time and randomness come from. */
export type Machine = {
  readonly Date: { now(): number };
  readonly Math: { random(): number };
  setTimeout(action: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
};

/** Where the server is (the address ends in a slash), and with what to reach it. */
export type PlatformOptions = {
  readonly base: URL;
  readonly machine: Machine;
  readonly fetch: Fetch;
  readonly WebSocket: WebSocketClass;
  /** Sent with every request, and with sockets where the machine can; none unless given. */
  readonly headers?: Readonly<Record<string, string>>;
};

/** A request without an answer after this long counts as unreachable: the slowest honest history read takes 2 s. */
const REQUEST_TIMEOUT_MS = 20_000;
/** `WebSocket.OPEN`, the same number in every implementation. */
const OPEN = 1;

/** The machine's own clock, randomness and network, for one server. */
export function createPlatform(options: PlatformOptions): Platform {
  const { machine } = options;
  const clock: MachineClock = {
    now: () => machine.Date.now(),
    after: (delayMs, action) => {
      const timer = machine.setTimeout(action, delayMs);
      return () => machine.clearTimeout(timer);
    },
  };
  const random = (): number => machine.Math.random();
  return { clock, random, readHttp: httpReader(options, clock), openSocket: socketOpener(options, 'ws/market') };
}

function httpReader({ base, fetch: request, headers = {} }: PlatformOptions, clock: MachineClock): ReadHttp {
  return async (path, signal, body) => {
    const limit = new AbortController();
    const cancel = clock.after(REQUEST_TIMEOUT_MS, () => limit.abort());
    try {
      const options = {
        signal: AbortSignal.any([signal, limit.signal]),
        headers: { accept: 'application/json', ...headers },
        ...(body === undefined ? {} : { method: 'POST', body }),
      };
      const answer = await request(new URL(path, base).href, options);
      return { kind: 'answered', status: answer.status, body: await answer.text() };
    } catch {
      // Refused, timed out or aborted: the caller treats every request without an answer alike.
      return { kind: 'unreachable' };
    } finally {
      cancel();
    }
  };
}

/** Opens the socket at `path` of the server. */
export function socketOpener(
  { base, WebSocket: Connection, headers }: Pick<PlatformOptions, 'base' | 'WebSocket' | 'headers'>,
  path: string,
): OpenSocket {
  const address = new URL(path, base);
  address.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';
  if (headers === undefined) return (events) => wrapSocket(new Connection(address.href), events);
  // Beyond the standard: Node's class takes headers where a browser's takes protocols.
  return (events) => wrapSocket(Reflect.construct(Connection, [address.href, { headers: { ...headers } }]), events);
}

function wrapSocket(socket: InstanceType<WebSocketClass>, events: SocketEvents): Socket {
  let isWanted = true;
  socket.addEventListener('open', () => isWanted && events.opened());
  // A failure is followed by the close event; some implementations throw when nobody listens to it.
  socket.addEventListener('error', () => {});
  socket.addEventListener('message', (event) => {
    const text = readField(event, 'data');
    if (isWanted && typeof text === 'string') events.received(text);
  });
  socket.addEventListener('close', (event) => {
    if (!isWanted) return;
    isWanted = false;
    const code = readField(event, 'code');
    events.lost(typeof code === 'number' ? code : undefined);
  });
  return {
    send: (text) => {
      if (isWanted && socket.readyState === OPEN) socket.send(text);
    },
    close: () => {
      isWanted = false;
      socket.close();
    },
  };
}

function readField(event: unknown, name: 'data' | 'code'): unknown {
  return typeof event === 'object' && event !== null ? Reflect.get(event, name) : undefined;
}
