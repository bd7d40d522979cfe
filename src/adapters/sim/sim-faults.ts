/**
 * Faults of the simulated exchange, as tests, drills and scenarios order them. In: what should go wrong, where and how
 * often. Nothing here acts; the board keeps the orders and applies them.
 */
/** Everything that can become of a request. */
export const REQUEST_FAULTS = [
  429,
  418,
  500,
  503,
  'hang',
  'dropRequest',
  'dropResponse',
  'delay',
  'duplicate',
  'reorder',
  'timeout',
  'cut',
  'page',
  'trailing',
] as const;
/** Everything that can happen to a frame. */
export const FRAME_FAULTS = ['skip', 'duplicate', 'delay', 'reorder', 'corrupt'] as const;

/** What happens to the next `count` (default 1) frames, optionally of one stream, symbol or phase only. */
export type FrameFault = {
  readonly kind: (typeof FRAME_FAULTS)[number];
  readonly count?: number;
  /** Stream name such as `btcusdt@kline_1m`, or `userData` for accounts' events; any when absent. */
  readonly stream?: string;
  /** Only frames about this symbol, as the exchange spells it. */
  readonly symbol?: string;
  readonly phase?: 'forming' | 'closed';
  /** Market time by which a `delay` is late; default 1000. */
  readonly delayMs?: number;
  /** What a `reorder` lets overtake: the stream's next frame (default), or its next closed one and all before it. */
  readonly overtakenBy?: 'frame' | 'closed';
};

/**
 * What becomes of the next `count` requests. Not carried out: a refusal, nothing at all (`hang`), or a lost connection
 * (`dropRequest`). Carried out: a lost connection (`dropResponse`), half an answer (`cut`), code -1007 (`timeout`), an
 * answer that is late (`delay`), twice (`duplicate`), after the request behind it (`reorder`), a web page (`page`), or
 * history that trails the stream (`trailing`).
 */
export type RequestFault = {
  readonly answer: (typeof REQUEST_FAULTS)[number];
  readonly count: number;
  /** Only requests whose path ends so, for example `/klines`, or whose method of the WebSocket API is this one. */
  readonly path?: string;
  /** Only requests of this HTTP method; over the WebSocket API that of the route behind the request. */
  readonly method?: string;
  /** Only requests that come over HTTP (`rest`) or over the WebSocket API (`socket`). */
  readonly over?: RequestWay;
  /** Only requests about this symbol. */
  readonly symbol?: string;
  /** Market time by which a `delay` is late; default 1000. */
  readonly delayMs?: number;
  readonly retryAfterS?: number;
  /** Market time by which `trailing` history lags; default 60000. */
  readonly trailMs?: number;
};

/** How a request came in. */
export type RequestWay = 'rest' | 'socket';
/** Every choice of sockets. */
export const SOCKET_CHOICES = ['all', 'streams', 'api'] as const;
/** Which sockets: those of streams, those of the WebSocket API with their accounts' events, or all. */
export type SocketChoice = (typeof SOCKET_CHOICES)[number];
/** Streams that push nothing while their sockets stay open and acknowledge. */
export type Silence = { readonly stream?: string; readonly symbol?: string };

/** The switches. */
export type SimFaults = {
  /** Cuts the sockets (default all) without a closing handshake; answers how many. */
  readonly dropSockets: (which?: SocketChoice) => number;
  /** Closes the sockets (default all) with a closing handshake; answers how many. */
  readonly cutSockets: (which?: SocketChoice) => number;
  /** `on` refuses new sockets with HTTP 503. */
  readonly refuseSockets: (mode: 'on' | 'off') => void;
  /** `on` keeps sockets open and acknowledging but pushes nothing on them. */
  readonly silence: (mode: 'on' | 'off', which?: Silence) => void;
  readonly nextFrames: (fault: FrameFault) => void;
  readonly nextRequests: (fault: RequestFault) => void;
  /** How far the exchange's idea of the time is ahead of the market's; negative is behind. */
  readonly skewClock: (ms: number) => void;
  /** Refuses every address for so many market seconds: with 418 as banned (default), or with 429 as too fast. */
  readonly ban: (seconds: number, status?: 418 | 429) => void;
  /** `on` halts a spot symbol: orders stay in the book and new ones are refused. Answers `unknown` for no such symbol. */
  readonly halt: (symbol: string, mode: 'on' | 'off') => 'done' | 'unknown';
  /** `on` answers 503 to all but ping, time and status. */
  readonly maintain: (mode: 'on' | 'off') => void;
  /** Forgets every order and sends what a `reorder` still held back. */
  readonly clear: () => void;
  /** Does something after so much market time, unless everything is cleared before. */
  readonly after: (ms: number, action: () => void) => void;
  /** Everything in force, in the order it was ordered. */
  readonly list: () => readonly StandingFault[];
};

/** A fault in force: its kind and what it was ordered with, and how many frames or requests it still waits for. */
export type StandingFault = { readonly kind: string; readonly left?: number } & Readonly<Record<string, unknown>>;

/** A frame on its way out; `symbol` where it is about one. */
export type OutgoingFrame = {
  readonly stream: string;
  readonly symbol: string | null;
  readonly phase: 'forming' | 'closed';
  readonly text: string;
};
