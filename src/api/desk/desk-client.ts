/**
 * One socket of the desk: the topics it wants and the version it has of each. A socket that reads too slowly is sent
 * nothing more until it has read what waits; then it gets what it missed, or a snapshot where that is no longer kept. So
 * what waits for one client never exceeds the backlog by more than one topic, and nobody else notices.
 */
import type { WebSocket } from 'ws';
import type { EpochMs } from '../../core/time.ts';
import type { DeskTopic } from '../contract.ts';
import type { TopicLog } from './desk-topic.ts';

/** Bytes that may wait for one client before it is left out. */
const BACKLOG_BYTES = 256 * 1024;

/** Bytes that are text already, and are not to be encoded for each client. */
const TEXT = { binary: false };

/** A connected client. */
export class DeskClient {
  readonly socket: WebSocket;
  /** Versions it has; -1 is nothing. */
  readonly versions = new Map<DeskTopic, number>();
  readonly #askedTimes = new Map<DeskTopic, EpochMs>();
  /** Pings since the last pong. */
  missedPongs = 0;

  constructor(socket: WebSocket) {
    this.socket = socket;
  }

  /** Whether it keeps up. */
  get hasRoom(): boolean {
    return this.socket.readyState === this.socket.OPEN && this.socket.bufferedAmount <= BACKLOG_BYTES;
  }

  /** Sends a text that belongs to no topic; who does not read what waits is not sent it. */
  send(text: string): void {
    if (this.hasRoom) this.socket.send(text);
  }

  /** Whether it is told a topic at once because it asks; who asked less than `everyMs` ago waits for the next look. */
  mayAsk(topic: DeskTopic, now: EpochMs, everyMs: number): boolean {
    const asked = this.#askedTimes.get(topic);
    if (asked !== undefined && now - asked < everyMs) return false;
    this.#askedTimes.set(topic, now);
    return true;
  }

  /** Brings a topic up to its newest version; does nothing while the client is behind or does not want it. */
  bringUp(log: TopicLog, timeMs: number): void {
    const version = this.versions.get(log.topic);
    if (version === undefined || version === log.version || log.version === 0 || !this.hasRoom) return;
    for (const bytes of log.since(version) ?? [log.snapshot(timeMs)]) this.socket.send(bytes, TEXT);
    this.versions.set(log.topic, log.version);
  }
}
