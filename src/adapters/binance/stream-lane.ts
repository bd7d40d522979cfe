/**
 * Keeps a group of streams flowing over one connection at a time: connects with back-off, watches for silence, and
 * replaces the connection make-before-break when it ages or the venue announces its end. Out go checked updates and
 * losses; across a planned replacement no stream is lost and no candle is missed, though a close may come twice.
 */
import type { Result } from '../../core/result.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { AttemptWindow } from './attempt-window.ts';
import { ConnectPace } from './connect-pace.ts';
import { CorruptFrames } from './corrupt-frames.ts';
import { isHandedOver, type StreamUpdate } from './handover.ts';
import { findDeath, judgeOverlap, patientFirstFrameMs } from './liveness.ts';
import { SocketLife } from './socket-life.ts';
import type { StreamMessage } from './stream-message.ts';
import { StreamSocket } from './stream-socket.ts';
import type { BinanceTimings } from './timings.ts';

/** A stream as a lane carries it: its name at the venue, and the length of what one update belongs to. */
export type LaneStream = { readonly name: string; readonly lengthMs: number };

/** What a lane tells. A stream is live from its first update to its loss; `onLost` comes only for a live one. */
export type LaneEvents<S extends LaneStream, U extends StreamUpdate> = {
  readonly onUpdate: (stream: S, update: U) => void;
  readonly onLost: (stream: S, reason: string) => void;
  readonly onFault: (failure: Failure) => void;
};

/** The update in the data of a frame; `foreign` for one that is none of ours; else what is wrong with it. */
export type ParseFrame<S extends LaneStream, U extends StreamUpdate> = (
  data: unknown,
  stream: S,
  now: EpochMs,
) => Result<U | 'foreign', string>;

/** What a lane is made of; `attempts` is shared by all lanes of a market. */
export type LaneOptions<S extends LaneStream, U extends StreamUpdate> = {
  readonly url: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly timings: BinanceTimings;
  readonly silenceMs: number;
  readonly controlSpacingMs: number;
  readonly attempts: AttemptWindow;
  readonly parse: ParseFrame<S, U>;
  /**
   * What it means when one stream of proven pace stops while its neighbours go on: that the venue has lost it, or,
   * where every coin of a market is followed, that the coin is quiet.
   */
  readonly quietStream: 'dead' | 'normal';
  readonly events: LaneEvents<S, U>;
};

/** One connection: the socket, and what it has proven. */
type Link = { readonly socket: StreamSocket; readonly life: SocketLife; shutdownAnnounced: boolean };

/** How often liveness is judged; a second is a tenth of the shortest limit in production. */
const TICK_MS_MAX = 1_000;

/** One connection and, while it is being replaced, its successor. */
export class StreamLane<S extends LaneStream, U extends StreamUpdate> {
  readonly #options: LaneOptions<S, U>;
  readonly #corrupt: CorruptFrames;
  readonly #pace: ConnectPace;
  readonly #tickMs: number;
  readonly #streams = new Map<string, S>();
  readonly #live = new Set<string>();
  /** Streams that the successor carries without a hole. */
  readonly #handedOver = new Set<string>();
  /** Sockets saying goodbye, each for two seconds at most, so back-off bounds their number. */
  readonly #retired = new Set<StreamSocket>();
  #current: Link | null = null;
  #next: Link | null = null;
  #replacing = false;
  #closed = false;
  /** Connections in a row that never sent a frame. */
  #silentStarts = 0;
  #lastTickAt: EpochMs;
  #lastTickLate = false;
  #cancelTick: Cancel;

  constructor(options: LaneOptions<S, U>) {
    this.#options = options;
    this.#corrupt = new CorruptFrames(options.url);
    this.#pace = new ConnectPace({
      clock: options.clock,
      random: options.random,
      backoff: options.timings.backoff,
      attempts: options.attempts,
      isNeeded: () => this.#needsConnection(),
      begin: () => this.#begin(),
    });
    this.#tickMs = Math.max(1, Math.min(TICK_MS_MAX, Math.floor(options.silenceMs / 4)));
    this.#lastTickAt = options.clock.now();
    this.#cancelTick = this.#armTick();
  }

  /** Number of streams carried. */
  get size(): number {
    return this.#streams.size;
  }

  /** Adds a stream; it is not live before its first update. */
  add(stream: S): void {
    this.#streams.set(stream.name, stream);
    this.#current?.socket.sync();
    this.#next?.socket.sync();
    if (this.#current === null) this.#pace.first();
  }

  /** Drops a stream; nothing more is told of it. */
  remove(name: string): void {
    this.#streams.delete(name);
    this.#live.delete(name);
    this.#handedOver.delete(name);
    for (const link of [this.#current, this.#next]) {
      link?.life.forget(name);
      link?.socket.sync();
    }
    this.#cutOverWhenComplete();
  }

  /** Ends everything at once; resolves when the sockets are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTick();
    this.#pace.close();
    const sockets = [...this.#retired, this.#current?.socket, this.#next?.socket];
    await Promise.all(sockets.map((socket) => socket?.destroy()));
  }

  #needsConnection(): boolean {
    return !this.#closed && (this.#current === null || (this.#replacing && this.#next === null));
  }

  #begin(): void {
    if (this.#current === null) this.#current = this.#open();
    else this.#next = this.#open();
  }

  #open(): Link {
    const { url, clock, timings, controlSpacingMs } = this.#options;
    const life = new SocketLife(clock.now());
    const socket = new StreamSocket({
      url,
      clock,
      handshakeTimeoutMs: timings.requestTimeoutMs,
      controlSpacingMs,
      wanted: this.#streams,
      handlers: {
        onSubscribed: () => life.markSubscribed(clock.now()),
        onMessage: (message) => this.#onMessage(link, message),
        onEnd: (reason) => this.#onSocketEnd(link, reason),
      },
    });
    const link: Link = { socket, life, shutdownAnnounced: false };
    return link;
  }

  #onMessage(link: Link, message: StreamMessage): void {
    if (message.kind === 'frame') this.#onFrame(link, message.name, message.data);
    else if (message.kind === 'corrupt') this.#reportCorrupt(message.reason);
    else if (message.kind === 'refused') {
      const { url, events } = this.#options;
      events.onFault(failure('venue_refused', { url, status: message.code, reason: message.reason }));
      this.#drop(link, `the venue refused a subscription: ${message.reason}`);
    } else if (message.kind === 'shutdown') {
      link.shutdownAnnounced = true;
      if (link === this.#current) this.#replace();
    }
  }

  #reportCorrupt(reason: string): void {
    const fault = this.#corrupt.count(reason, this.#options.clock.now());
    if (fault !== null) this.#options.events.onFault(fault);
  }

  #onFrame(link: Link, name: string, data: unknown): void {
    const stream = this.#streams.get(name);
    // A frame may still be under way when its stream is dropped.
    if (stream === undefined) return;
    const parsed = this.#options.parse(data, stream, this.#options.clock.now());
    if (!parsed.ok) this.#reportCorrupt(parsed.error);
    else if (parsed.value !== 'foreign') this.#onUpdate(link, stream, parsed.value);
  }

  #onUpdate(link: Link, stream: S, update: U): void {
    link.life.record(stream.name, update, this.#options.clock.now());
    this.#silentStarts = 0;
    this.#noteHandover(stream);
    // From its first frame on the successor speaks for the running candle; closes are taken from both.
    const outdated = link === this.#current && (this.#next?.life.seen(stream.name) ?? null) !== null;
    if (!outdated || update.state === 'closed') {
      this.#live.add(stream.name);
      this.#options.events.onUpdate(stream, update);
    }
    this.#cutOverWhenComplete();
  }

  #noteHandover(stream: S): void {
    if (this.#next === null || this.#current === null) return;
    const next = this.#next.life.seen(stream.name);
    const old = this.#current.life.seen(stream.name);
    // A stream that is not live has told its hole already; the successor's first frame is all it needs.
    const complete = this.#live.has(stream.name)
      ? isHandedOver({ old, next, lengthMs: stream.lengthMs })
      : next !== null;
    if (complete) this.#handedOver.add(stream.name);
  }

  #cutOverWhenComplete(): void {
    // Streams that are not live owe nobody a candle, so they do not hold up the others.
    if (this.#closed || this.#next === null || this.#next.life.firstFrameAt === null) return;
    if (this.#liveButNotHandedOver().length === 0) this.#cutOver([], '');
  }

  /** Makes the successor the connection and lets the old one go; `lost` streams have a hole between the two. */
  #cutOver(lost: readonly string[], reason: string): void {
    if (this.#current !== null) this.#retire(this.#current.socket);
    this.#current = this.#next;
    this.#next = null;
    this.#replacing = false;
    this.#handedOver.clear();
    this.#lose(lost, reason);
    if (this.#current?.shutdownAnnounced === true) this.#replace();
  }

  /** Begins to replace a connection that still works; at once, unless replacements have been failing. */
  #replace(): void {
    if (this.#closed || this.#replacing) return;
    this.#replacing = true;
    this.#pace.besideWorking();
  }

  #onSocketEnd(link: Link, reason: string): void {
    // After a first frame the loss of the streams says it all.
    if (link.life.firstFrameAt === null) {
      this.#options.events.onFault(failure('venue_unreachable', { url: this.#options.url, reason }));
    }
    this.#forget(link, reason);
  }

  #drop(link: Link, reason: string): void {
    this.#retire(link.socket);
    this.#forget(link, reason);
  }

  /** Lets a socket say goodbye in its own time; it tells us nothing more. */
  #retire(socket: StreamSocket): void {
    this.#retired.add(socket);
    void socket.close().then(() => this.#retired.delete(socket));
  }

  #forget(link: Link, reason: string): void {
    if (this.#closed) return;
    if (link === this.#next) {
      this.#next = null;
      this.#handedOver.clear();
      this.#pace.afterFailure();
    } else if (link === this.#current && this.#next !== null) {
      this.#cutOver(this.#liveButNotHandedOver(), reason);
    } else if (link === this.#current) {
      this.#current = null;
      this.#replacing = false;
      this.#pace.afterFailure();
      this.#lose([...this.#live], reason);
    }
  }

  #liveButNotHandedOver(): readonly string[] {
    return [...this.#live].filter((name) => !this.#handedOver.has(name));
  }

  #lose(names: readonly string[], reason: string): void {
    for (const name of names) {
      const stream = this.#streams.get(name);
      if (this.#live.delete(name) && stream !== undefined) this.#options.events.onLost(stream, reason);
    }
  }

  #armTick(): Cancel {
    const { clock } = this.#options;
    return clock.schedule(addMs(clock.now(), this.#tickMs), () => this.#tick());
  }

  #tick(): void {
    const now = this.#options.clock.now();
    // A late tick means that this process slept: frames lie unread, so the venue is given one tick more.
    const late = !this.#lastTickLate && now - this.#lastTickAt > 2 * this.#tickMs;
    this.#lastTickAt = now;
    this.#lastTickLate = late;
    this.#cancelTick = this.#armTick();
    if (late) return;
    for (const link of [this.#next, this.#current]) {
      if (link !== null) this.#judgeSilence(link, now);
    }
    this.#judgeOverlap(now);
    this.#judgeAge(now);
  }

  #judgeSilence(link: Link, now: EpochMs): void {
    const { timings, silenceMs, url, events } = this.#options;
    const firstFrameMs = patientFirstFrameMs(timings.firstFrameMs, this.#silentStarts);
    const silentMs = findDeath(link.life, now, { firstFrameMs, silenceMs, thinSilenceMs: timings.thinSilenceMs });
    if (silentMs === null) return;
    if (link.life.firstFrameAt === null) this.#silentStarts++;
    events.onFault(failure('feed_silent', { source: url, silentMs }));
    this.#drop(link, `silent for ${silentMs} ms`);
  }

  #judgeOverlap(now: EpochMs): void {
    const { overlapMs } = this.#options.timings;
    const [old, next] = [this.#current, this.#next];
    if (old === null || next === null || now - next.life.bornAt < overlapMs) return;
    const names = this.#liveButNotHandedOver();
    const verdict = judgeOverlap({ old: old.life, next: next.life, names, overlapMs });
    if (verdict.kind === 'cutOver') {
      this.#cutOver(verdict.lost, 'the connection was replaced before this stream was complete on both');
      return;
    }
    const source = `${this.#options.url} ${verdict.missing}`;
    this.#options.events.onFault(failure('feed_silent', { source, silentMs: now - next.life.bornAt }));
    this.#drop(next, 'the new connection does not deliver every stream');
  }

  #judgeAge(now: EpochMs): void {
    if (this.#current === null) return;
    const { life } = this.#current;
    const { timings, silenceMs, url, events } = this.#options;
    const stable = life.firstFrameAt !== null && now - life.firstFrameAt >= timings.stableMs;
    // While a successor is being tried its failures keep counting, or the back-off would never grow.
    if (stable && !this.#replacing) this.#pace.markStable();
    if (now - life.bornAt >= timings.maxAgeMs) this.#replace();
    if (this.#options.quietStream === 'normal') return;
    const silent = life.silentStreams(now, silenceMs).filter(({ name }) => this.#live.has(name));
    for (const { name, silentMs } of silent) {
      events.onFault(failure('feed_silent', { source: `${url} ${name}`, silentMs }));
      this.#lose([name], `silent for ${silentMs} ms`);
    }
    if (silent.length > 0) this.#replace();
  }
}
