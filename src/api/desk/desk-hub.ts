/**
 * The hub of `/ws/hotcoin`. While somebody wants a topic it is looked at a few times a second, for everybody at once:
 * one reading, one comparison, one text. Topics that nobody wants cost nothing, and neither does a hub without clients.
 */
import type { WebSocket } from 'ws';
import { addMs } from '../../core/time.ts';
import { toReason } from '../../model/failure.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import { DESK_TOPICS, type DeskMessage, type DeskRequest, type DeskTopic } from '../contract.ts';
import { DeskClient } from './desk-client.ts';
import type { DeskRunner } from './desk-ports.ts';
import { parseDeskRequest } from './desk-requests.ts';
import { TopicLog } from './desk-topic.ts';
import { readTopic, WRITTEN_TOPICS } from './desk-topics.ts';

/** Bounds of the hub. */
export type DeskHubLimits = {
  /** Most sockets; further ones are closed with 1013. */
  readonly clientsMax: number;
  /** Looks a second; what happens between two is told as one change. */
  readonly updatesPerSecond: number;
  /** Time between protocol pings; a socket that answered none of two is dropped. */
  readonly pingEveryMs: number;
};

/** Limits that suit one machine and a few people. */
export const DESK_HUB_LIMITS: DeskHubLimits = { clientsMax: 100, updatesPerSecond: 4, pingEveryMs: 20_000 };

/** What the hub is made of. */
export type DeskHubOptions = {
  readonly runner: () => DeskRunner | null;
  /** Names this hub: versions of another are not its versions. */
  readonly run: string;
  /** Time of the market, for what is told. */
  readonly clock: Clock;
  /** Real time, for how often. */
  readonly wallClock: Clock;
  readonly limits?: Partial<DeskHubLimits>;
  readonly onError: (reason: string) => void;
};

/** Serves the sockets. */
export class DeskHub {
  readonly #options: DeskHubOptions;
  readonly #limits: DeskHubLimits;
  readonly #clients = new Set<DeskClient>();
  readonly #logs = new Map<DeskTopic, TopicLog>();
  readonly #seenTimes = new Map<DeskTopic, number>();
  #cancelLook: Cancel | null = null;
  #cancelPing: Cancel = () => {};
  #looks = 0;
  #state: 'open' | 'closed' = 'open';

  constructor(options: DeskHubOptions) {
    this.#options = options;
    this.#limits = { ...DESK_HUB_LIMITS, ...options.limits };
    this.#schedulePing();
  }

  get #lookEveryMs(): number {
    return Math.floor(1_000 / this.#limits.updatesPerSecond);
  }

  /** Numbers for metrics and tests: sockets, readings of topics so far, and the most bytes that wait for one socket. */
  stats(): { readonly clients: number; readonly looks: number; readonly waitingBytes: number } {
    const waiting = [...this.#clients].map(({ socket }) => socket.bufferedAmount);
    return { clients: this.#clients.size, looks: this.#looks, waitingBytes: Math.max(0, ...waiting) };
  }

  /** Takes over an accepted socket. */
  accept(socket: WebSocket): void {
    // Also for a socket that is refused: it can break as well, and an error nobody hears stops the process.
    socket.on('error', (error) => this.#options.onError(toReason(error)));
    if (this.#state === 'closed') socket.close(1001, 'server_shutdown');
    else if (this.#clients.size >= this.#limits.clientsMax) socket.close(1013, 'too many clients');
    else this.#add(socket);
  }

  #add(socket: WebSocket): void {
    const client = new DeskClient(socket);
    this.#clients.add(client);
    socket.on('pong', () => {
      client.missedPongs = 0;
    });
    socket.on('message', (data, isBinary) => this.#receive(client, isBinary ? null : String(data)));
    socket.on('close', () => this.#clients.delete(client));
    const { updatesPerSecond } = this.#limits;
    this.#tell(client, {
      type: 'hello',
      run: this.#options.run,
      topics: [...DESK_TOPICS],
      updates_per_second: updatesPerSecond,
    });
  }

  /** Ends every socket; nothing is read afterwards. Safe to call twice. */
  close(): void {
    this.#state = 'closed';
    this.#cancelLook?.();
    this.#cancelPing();
    for (const { socket } of this.#clients) socket.close(1001, 'server_shutdown');
  }

  #tell(client: DeskClient, message: DeskMessage): void {
    client.send(JSON.stringify(message));
  }

  #receive(client: DeskClient, text: string | null): void {
    // Who was sent away may go on talking until it has read so; who does not read is not answered.
    if (client.socket.readyState !== client.socket.OPEN) return;
    const request = parseDeskRequest(text);
    if (!request.ok) this.#tell(client, { type: 'error', code: 'bad_request', message: request.error });
    else if (request.value.type === 'subscribe') this.#subscribe(client, request.value);
    else for (const topic of request.value.topics) client.versions.delete(topic);
  }

  #subscribe(client: DeskClient, { topics, run, versions = {} }: Extract<DeskRequest, { type: 'subscribe' }>): void {
    const isKnown = run === this.#options.run;
    for (const topic of topics) client.versions.set(topic, isKnown ? (versions[topic] ?? -1) : -1);
    // Who asks often is shown what was seen last: looking has its pace, whoever asks.
    this.#look(topics.filter((topic) => !this.#isSeen(topic)));
    const { clock, wallClock } = this.#options;
    for (const topic of topics) {
      if (client.mayAsk(topic, wallClock.now(), this.#lookEveryMs)) client.bringUp(this.#logOf(topic), clock.now());
    }
    this.#keepLooking();
  }

  #keepLooking(): void {
    const { wallClock } = this.#options;
    if (this.#cancelLook !== null || this.#state === 'closed') return;
    const at = addMs(wallClock.now(), this.#lookEveryMs);
    this.#cancelLook = wallClock.schedule(at, () => {
      this.#cancelLook = null;
      const wanted = DESK_TOPICS.filter((topic) => this.#isWanted(topic));
      if (wanted.length === 0) return;
      this.#look(wanted);
      this.#keepLooking();
    });
  }

  #isSeen(topic: DeskTopic): boolean {
    return this.#options.wallClock.now() - (this.#seenTimes.get(topic) ?? 0) < this.#lookEveryMs;
  }

  #isWanted(topic: DeskTopic): boolean {
    for (const { versions } of this.#clients) if (versions.has(topic)) return true;
    return false;
  }

  /** Reads topics once and brings everybody up to date; one that can not be read stays as it was. */
  #look(topics: readonly DeskTopic[]): void {
    const runner = this.#options.runner();
    const now = this.#options.clock.now();
    for (const topic of topics) {
      const log = this.#logOf(topic);
      try {
        this.#looks++;
        this.#seenTimes.set(topic, this.#options.wallClock.now());
        log.look(readTopic(topic, runner, now), now);
      } catch (error) {
        this.#options.onError(`the desk's topic ${topic} can not be read: ${toReason(error)}`);
      }
      for (const client of this.#clients) client.bringUp(log, now);
    }
  }

  #logOf(topic: DeskTopic): TopicLog {
    const known = this.#logs.get(topic);
    if (known !== undefined) return known;
    const log = new TopicLog(topic, this.#options.run, WRITTEN_TOPICS.has(topic) ? 'kept' : 'made');
    this.#logs.set(topic, log);
    return log;
  }

  #schedulePing(): void {
    const { wallClock } = this.#options;
    this.#cancelPing = wallClock.schedule(addMs(wallClock.now(), this.#limits.pingEveryMs), () => {
      for (const client of this.#clients) {
        if (client.missedPongs >= 2) client.socket.terminate();
        else if (client.socket.readyState === client.socket.OPEN) {
          client.missedPongs++;
          client.socket.ping();
        }
      }
      this.#schedulePing();
    });
  }
}
