/**
 * Carries out what the fold commands: reads over HTTP, one socket, retries. It holds the present state, tells one
 * listener of every change, and closes everything it opened. A socket that has been silent for a minute is replaced,
 * because a half-open connection says nothing either.
 */
import { assertNever } from './assert-never.ts';
import type { Cancel, HttpOutcome, Platform, Socket } from './ports.ts';
import type { Series } from './series.ts';
import {
  type CandlesOutcome,
  type CandlesRead,
  initialSession,
  type SessionCommand,
  type SessionInput,
  type SessionState,
} from './session-state.ts';
import { stepSession } from './session-step.ts';
import { parseCandlesAnswer, parseDetail, parseServerMessage } from './wire.ts';

/** An attempt that has not opened after this long counts as lost. */
const OPENING_MAX_MS = 10_000;
/** A venue's stream is never silent for a minute; a socket that is has probably died without saying so. */
const SILENCE_MAX_MS = 60_000;

/** A fact without its time and randomness, which the session stamps on. */
export type SessionFact = SessionInput extends infer I
  ? I extends SessionInput
    ? Omit<I, 'at' | 'random'>
    : never
  : never;

/** The page's stream of one series at a time. */
export type Session = {
  readonly state: () => SessionState;
  /** Shows another series over the same socket; the present one starts afresh. */
  readonly select: (series: Series) => void;
  /** Tries to connect now instead of at the end of the wait. */
  readonly retry: () => void;
  /** Candles that are held may have been corrected: they are read again. */
  readonly doubt: () => void;
  readonly dismiss: (noticeId: number) => void;
  readonly close: () => void;
};

/** Opens the stream of `series`; `changed` is called after every change of the state. */
export function openSession(platform: Platform, series: Series, changed: () => void): Session {
  const stream = new Stream(platform, series, changed);
  stream.open(series);
  return {
    state: () => stream.state,
    select: (next) => stream.take({ kind: 'seriesSelected', series: next }),
    retry: () => stream.take({ kind: 'retryDue' }),
    doubt: () => stream.take({ kind: 'historyDoubted' }),
    dismiss: (id) => stream.take({ kind: 'noticeDismissed', id }),
    close: () => stream.close(),
  };
}

type ReadCommand = Extract<SessionCommand, { kind: 'readCandles' }>;
type TimerName = 'retry' | 'proofOfLife' | ReadCommand['purpose'];

class Stream {
  state: SessionState;
  readonly #platform: Platform;
  readonly #changed: () => void;
  // One timer a name and one read a purpose: a newer one replaces the older, so neither can pile up.
  readonly #timers = new Map<TimerName, Cancel>();
  readonly #reads = new Map<ReadCommand['purpose'], AbortController>();
  #socket: Socket | null = null;
  #isClosed = false;

  constructor(platform: Platform, series: Series, changed: () => void) {
    this.#platform = platform;
    this.#changed = changed;
    this.state = initialSession(series);
  }

  open(series: Series): void {
    this.take({ kind: 'seriesSelected', series });
    this.#connect();
  }

  take(fact: SessionFact): void {
    if (this.#isClosed) return;
    const { clock, random } = this.#platform;
    const step = stepSession(this.state, { ...fact, at: clock.now(), random: random() });
    const isChange = step.state !== this.state;
    this.state = step.state;
    for (const command of step.commands) this.#perform(command);
    if (isChange) this.#changed();
  }

  close(): void {
    this.#isClosed = true;
    for (const cancel of this.#timers.values()) cancel();
    for (const abort of this.#reads.values()) abort.abort();
    this.#timers.clear();
    this.#reads.clear();
    this.#socket?.close();
  }

  #perform(command: SessionCommand): void {
    switch (command.kind) {
      case 'send':
        this.#socket?.send(JSON.stringify(command.message));
        break;
      case 'openSocket':
        if (command.delayMs === 0) this.#connect();
        else this.#setTimer('retry', command.delayMs, () => this.take({ kind: 'retryDue' }));
        break;
      case 'stopReads':
        this.#stopRead('history');
        this.#stopRead('refill');
        break;
      case 'readCandles':
        this.#stopRead(command.purpose);
        if (command.delayMs === 0) this.#startRead(command);
        else this.#setTimer(command.purpose, command.delayMs, () => this.#startRead(command));
        break;
      default:
        assertNever(command);
    }
  }

  #setTimer(name: TimerName, delayMs: number, action: () => void): void {
    this.#timers.get(name)?.();
    this.#timers.set(name, this.#platform.clock.after(delayMs, action));
  }

  #stopTimer(name: TimerName): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }

  #stopRead(purpose: ReadCommand['purpose']): void {
    this.#stopTimer(purpose);
    this.#reads.get(purpose)?.abort();
    this.#reads.delete(purpose);
  }

  #startRead({ purpose, generation, read }: ReadCommand): void {
    const abort = new AbortController();
    this.#reads.set(purpose, abort);
    const done = (answer: HttpOutcome): void => {
      if (this.#reads.get(purpose) !== abort) return;
      this.#reads.delete(purpose);
      this.take({ kind: ANSWERED[purpose], generation, outcome: candlesOutcome(answer) });
    };
    void this.#platform.readHttp(candlesPath(read), abort.signal).then(done);
  }

  #connect(): void {
    this.#stopTimer('retry');
    this.#socket?.close();
    const lost = (): void => this.#drop();
    this.#setTimer('proofOfLife', OPENING_MAX_MS, lost);
    this.#socket = this.#platform.openSocket({
      opened: () => {
        this.#setTimer('proofOfLife', SILENCE_MAX_MS, lost);
        this.take({ kind: 'socketOpened' });
      },
      received: (text) => {
        this.#setTimer('proofOfLife', SILENCE_MAX_MS, lost);
        const message = parseServerMessage(text);
        if (message !== null) this.take({ kind: 'messageReceived', message });
      },
      lost,
    });
  }

  #drop(): void {
    this.#stopTimer('proofOfLife');
    this.#socket?.close();
    this.#socket = null;
    this.take({ kind: 'socketLost' });
  }
}

const ANSWERED = { history: 'historyAnswered', refill: 'refillAnswered' } as const;

function candlesPath({ seriesId, since, limit }: CandlesRead): string {
  const query = new URLSearchParams({ series_id: seriesId, limit: String(limit) });
  if (since !== null) query.set('since', String(since));
  return `api/market/candles?${query}`;
}

function candlesOutcome(answer: HttpOutcome): CandlesOutcome {
  if (answer.kind === 'unreachable') return { kind: 'unreachable' };
  // 404 is what a proxy without its server says, 429 and 408 pass: only a plain refusal of the request is final.
  if (answer.status === 400 || answer.status === 422) return { kind: 'refused', detail: parseDetail(answer.body) };
  const candles = answer.status === 200 ? parseCandlesAnswer(answer.body) : null;
  return candles === null ? { kind: 'unreachable' } : { kind: 'candles', answer: candles };
}
