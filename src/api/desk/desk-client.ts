/**
 * One socket of the desk: the topics it wants and the version it has of each. A socket that reads too slowly is sent
 * nothing more until it has read what waits; then it gets what it missed, or a snapshot where that is no longer kept. So
 * what waits for one client never exceeds a few snapshots, and nobody else notices.
 */
import type { WebSocket } from 'ws';
import type { DeskTopic } from '../contract.ts';
import type { TopicLog } from './desk-topic.ts';

/** Bytes that may wait for one client before it is left out. */
const BACKLOG_BYTES = 256 * 1024;

/** A connected client. */
export class DeskClient {
  readonly socket: WebSocket;
  /** Versions it has; -1 is nothing. */
  readonly versions = new Map<DeskTopic, number>();
  /** Pings since the last pong. */
  missedPongs = 0;

  constructor(socket: WebSocket) {
    this.socket = socket;
  }

  /** Whether it keeps up. */
  get hasRoom(): boolean {
    return this.socket.readyState === this.socket.OPEN && this.socket.bufferedAmount <= BACKLOG_BYTES;
  }

  /** Sends a text that belongs to no topic. */
  send(text: string): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(text);
  }

  /** Brings a topic up to its newest version; does nothing while the client is behind or does not want it. */
  bringUp(log: TopicLog, timeMs: number): void {
    const version = this.versions.get(log.topic);
    if (version === undefined || version === log.version || log.version === 0 || !this.hasRoom) return;
    for (const text of log.since(version) ?? [log.snapshot(timeMs)]) this.socket.send(text);
    this.versions.set(log.topic, log.version);
  }
}
