/**
 * A subscriber that trusts nobody: a real WebSocket client of all six series that comes back with `since` whenever its
 * connection is lost, and checks every message against what it was sent before and against the exchange's own candles.
 * What it finds wrong it tells; it never throws into the socket.
 */
import { WebSocket } from 'ws';
import type { ServerMessage, WireCandle } from '../../src/api/contract.ts';
import { addMs, type EpochMs } from '../../src/core/time.ts';
import { type SeriesId, seriesParts } from '../../src/model/series.ts';
import { latestClosedOpen, timeframeMs } from '../../src/model/timeframe.ts';
import type { Cancel, Clock } from '../../src/ports/clock.ts';

/** What a client checks with and how it subscribes. */
export type ClientOptions = {
  readonly name: string;
  readonly series: readonly SeriesId[];
  /** Where it says it stands at first: nowhere, at the beginning of everything, or at what was closed at some time. */
  readonly since: null | 'beginning' | EpochMs;
  readonly batch: 'yes' | 'no';
  /** Most candles in a page of history. */
  readonly pageLimit: number;
  /** The exchange's own candle, complete whether it is over or not; `null` where it has none. */
  readonly truth: (series: SeriesId, openSec: number) => WireCandle | null;
  /** Market time. */
  readonly clock: Clock;
  readonly onWrong: (text: string) => void;
  readonly onEvent: (text: string) => void;
};

/** What a client knows of one series. */
type Watched = {
  readonly id: SeriesId;
  readonly periodSec: number;
  /** Newest closed candle received, or where it said it stands. */
  cursor: number | null;
  /** Newest forming candle of this connection. */
  formingHead: number;
  closed: number;
  forming: number;
  gaps: number;
  /** A gap that was announced and whose candle has not come. */
  announced: { readonly expected: number; readonly actual: number } | null;
  /** Closed candles of this connection. */
  here: number;
  /**
   * Candles opening before this come from history, whose inner holes are not announced (wire contract 3.3); set anew
   * by every page, 0 once the stream has begun.
   */
  historyTo: number;
};

/** From losing a connection to asking for the next one, in market time. */
const RECONNECT_MS = 20_000;

/** A subscriber of all series. */
export class WatchfulClient {
  readonly #options: ClientOptions;
  readonly #watched = new Map<string, Watched>();
  #socket: WebSocket | null = null;
  #port: number | null = null;
  #cancelRetry: Cancel = () => {};

  constructor(options: ClientOptions) {
    this.#options = options;
    for (const id of options.series) {
      const periodSec = timeframeMs(seriesParts(id).timeframe) / 1000;
      this.#watched.set(id, {
        id,
        periodSec,
        cursor: firstCursor(options.since, periodSec),
        formingHead: 0,
        closed: 0,
        forming: 0,
        gaps: 0,
        announced: null,
        here: 0,
        historyTo: 0,
      });
    }
  }

  /** Connects, and again whenever the connection is lost. */
  connect(port: number): void {
    this.#port = port;
    this.#open();
  }

  /** Loses the connection: nothing that was not yet read is ever read. */
  lose(): void {
    this.#drop();
    this.#reopenLater();
  }

  /** Stays away until `connect`. */
  leave(): void {
    this.#port = null;
    this.#drop();
  }

  /** Newest closed candle of a series, `null` before the first. */
  head(id: SeriesId): number | null {
    return this.#watched.get(id)?.cursor ?? null;
  }

  /** Messages received since the beginning. */
  counts(): { readonly closed: number; readonly forming: number; readonly gaps: number } {
    const all = [...this.#watched.values()];
    const sum = (of: 'closed' | 'forming' | 'gaps'): number => all.reduce((total, one) => total + one[of], 0);
    return { closed: sum('closed'), forming: sum('forming'), gaps: sum('gaps') };
  }

  #drop(): void {
    this.#cancelRetry();
    const socket = this.#socket;
    this.#socket = null;
    socket?.removeAllListeners();
    // Cutting a socket that is still being opened makes it fail, which concerns nobody any more.
    socket?.on('error', () => undefined);
    socket?.terminate();
  }

  #reopenLater(): void {
    if (this.#port === null) return;
    const { clock } = this.#options;
    this.#cancelRetry();
    this.#cancelRetry = clock.schedule(addMs(clock.now(), RECONNECT_MS), () => this.#open());
  }

  #open(): void {
    this.#drop();
    if (this.#port === null) return;
    const socket = new WebSocket(`ws://127.0.0.1:${this.#port}/ws/market`);
    this.#socket = socket;
    socket.on('open', () => this.#subscribe(socket));
    socket.on('message', (data) => this.#receive(String(data)));
    // The close that follows every error opens the next connection.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#reopenLater());
  }

  #subscribe(socket: WebSocket): void {
    for (const watched of this.#watched.values()) {
      watched.announced = null;
      watched.formingHead = 0;
      watched.here = 0;
      watched.historyTo = Number.POSITIVE_INFINITY;
      const subscribe = {
        type: 'subscribe',
        series_id: watched.id,
        since: watched.cursor,
        supports_batch: this.#options.batch === 'yes',
      };
      socket.send(JSON.stringify(subscribe));
    }
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as ServerMessage;
    const watched = this.#watched.get(message.series_id ?? '');
    if (message.type === 'error' || watched === undefined) this.#wrong(null, `unexpected ${text.slice(0, 200)}`);
    else if (message.type === 'gap') this.#onGap(watched, message);
    else if (message.type === 'candle_forming') this.#onForming(watched, message.candle);
    else this.#onClosed(watched, message.type === 'candles_batch' ? message.candles : [message.candle]);
  }

  #onGap(watched: Watched, gap: { readonly expected_next_time: number; readonly actual_time: number }): void {
    watched.gaps++;
    const { expected_next_time: expected, actual_time: actual } = gap;
    if (watched.announced !== null) this.#wrong(watched, 'two gaps in a row');
    if (watched.cursor === null || expected !== watched.cursor + watched.periodSec || actual <= expected) {
      this.#wrong(watched, `gap ${expected}..${actual} behind ${watched.cursor}`);
    }
    watched.announced = { expected, actual };
    this.#options.onEvent(`${this.#options.name}: gap ${shortName(watched.id)} ${isoSec(expected)}..${isoSec(actual)}`);
  }

  #onForming(watched: Watched, candle: WireCandle): void {
    watched.forming++;
    watched.historyTo = 0;
    const { candle_time: time } = candle;
    if (watched.cursor !== null && time <= watched.cursor) {
      this.#wrong(watched, `forming ${isoSec(time)} at or before the closed ${isoSec(watched.cursor)}`);
    }
    if (time < watched.formingHead)
      this.#wrong(watched, `forming ${isoSec(time)} after ${isoSec(watched.formingHead)}`);
    watched.formingHead = time;
    const truth = this.#options.truth(watched.id, time);
    if (truth === null || candle.open !== truth.open) {
      this.#wrong(watched, `forming ${JSON.stringify(candle)}, becomes ${JSON.stringify(truth)}`);
    } else if (candle.high > truth.high || candle.low < truth.low || candle.volume > truth.volume) {
      this.#wrong(watched, `forming ${JSON.stringify(candle)} is beyond ${JSON.stringify(truth)}`);
    }
  }

  /** Candles of one message; a list has at most its first hole announced (wire contract 3.4). */
  #onClosed(watched: Watched, candles: readonly WireCandle[]): void {
    if (candles.length === 0) this.#wrong(watched, 'an empty list');
    if (watched.historyTo > 0 && watched.here % this.#options.pageLimit === 0) {
      watched.historyTo = latestClosedOpen(this.#options.clock.now(), watched.periodSec * 1000) / 1000 + 1;
    }
    candles.forEach((candle, index) => {
      const isInner = index > 0 || (watched.here > 0 && candle.candle_time < watched.historyTo);
      this.#onClosedOne(watched, candle, isInner ? 'mayFollowHole' : 'follows');
    });
  }

  #onClosedOne(watched: Watched, candle: WireCandle, place: 'mayFollowHole' | 'follows'): void {
    const { cursor, periodSec, announced } = watched;
    const time = candle.candle_time;
    const truth = this.#options.truth(watched.id, time);
    if (truth === null || JSON.stringify(candle) !== JSON.stringify(truth)) {
      this.#wrong(watched, `closed ${JSON.stringify(candle)}, the exchange has ${JSON.stringify(truth)}`);
    }
    if ((time + periodSec) * 1000 > this.#options.clock.now())
      this.#wrong(watched, `closed ${isoSec(time)} before its end`);
    if (cursor !== null && time === cursor) this.#wrong(watched, `closed ${isoSec(time)} twice`);
    if (cursor !== null && time < cursor) this.#wrong(watched, `closed ${isoSec(time)} after ${isoSec(cursor)}`);
    if (announced !== null && announced.actual !== time) {
      this.#wrong(watched, `a gap up to ${isoSec(announced.actual)} was announced, then ${isoSec(time)} came`);
    }
    // A cursor of 0 asks for everything there is, and the first list of a client without one begins anywhere.
    const isHole = cursor !== null && cursor > 0 && time > cursor + periodSec;
    if (isHole && announced === null && place === 'follows') {
      this.#wrong(watched, `a hole before ${isoSec(time)} without a gap message`);
    }
    // Inside history the contract announces no hole (3.3), so there must be none but those of the exchange itself.
    if (isHole && announced === null) this.#checkExchangeHole(watched, { after: cursor, before: time });
    watched.announced = null;
    watched.cursor = time;
    watched.closed++;
    watched.here++;
  }

  #checkExchangeHole(watched: Watched, hole: { readonly after: number; readonly before: number }): void {
    for (let time = hole.after + watched.periodSec; time < hole.before; time += watched.periodSec) {
      if (this.#options.truth(watched.id, time) === null) continue;
      this.#wrong(watched, `history lacks ${isoSec(time)}, which the exchange has, and no gap said so`);
      return;
    }
  }

  #wrong(watched: Watched | null, text: string): void {
    this.#options.onWrong(`${this.#options.name} ${watched === null ? '' : shortName(watched.id)}: ${text}`);
  }
}

/** Open time in seconds of the newest candle that is closed at `since`. */
function firstCursor(since: ClientOptions['since'], periodSec: number): number | null {
  if (since === null) return null;
  return since === 'beginning' ? 0 : latestClosedOpen(since, periodSec * 1000) / 1000;
}

function shortName(id: SeriesId): string {
  return seriesParts(id).timeframe;
}

function isoSec(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(5, 16);
}
