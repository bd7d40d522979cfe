/**
 * The desk's socket for the life of the page: it subscribes to every topic, comes back by itself with the versions it
 * has, and says since when it has heard nothing. What arrives between two pictures is told as one change. A socket that
 * is open but silent for too long counts as lost: a cable that was pulled does not close it.
 */
import type { DeskTopic } from '../../src/api/contract.ts';
import type { Cancel, Socket } from '../../src/client/platform.ts';
import { retryDelayMs } from '../src/backoff.ts';
import { type DeskFeed, EMPTY_FEED, foldMessage, parseDeskMessage, versionsOf } from './desk-feed.ts';
import type { DeskPlatform } from './desk-platform.ts';
import type { DeskLink } from './link-word.ts';

/** What is known, and how well. */
export type LiveState = { readonly link: DeskLink; readonly feed: DeskFeed };

/** The socket's life. */
export type DeskLive = {
  readonly state: () => LiveState;
  readonly subscribe: (listener: () => void) => Cancel;
  /** Tries now instead of later. */
  readonly retry: () => void;
  readonly close: () => void;
};

/** Every topic. The contract's own list is a value, which pages do not import. */
const TOPICS: readonly DeskTopic[] = [
  'status',
  'risk',
  'positions',
  'pool',
  'signals',
  'trades',
  'events',
  'equity',
  'metrics',
  'funnel',
  'posts',
];
/** The status changes with every look of the server, so that silence this long is none of its own. */
const SILENT_MS = 20_000;
/** Least time between two drawings: twenty a second look continuous, and a busy market sends more. */
const TELL_MS = 50;
const NO_LINK: DeskLink = { openedAt: null, failures: 0, retryAt: null, heardAt: null };

/** Connects at once; `onRefused` hears of a socket that never opened, which is how a server refuses who is not logged in. */
export function openDeskLive(platform: DeskPlatform, onRefused: () => void): DeskLive {
  return new LiveSocket(platform, onRefused);
}

class LiveSocket implements DeskLive {
  readonly #platform: DeskPlatform;
  readonly #onRefused: () => void;
  readonly #listeners = new Set<() => void>();
  #state: LiveState = { link: NO_LINK, feed: EMPTY_FEED };
  #socket: Socket | null = null;
  #cancelWait: Cancel = () => {};
  #isTellingDue = false;
  #toldAt = 0;
  #isClosed = false;

  constructor(platform: DeskPlatform, onRefused: () => void) {
    this.#platform = platform;
    this.#onRefused = onRefused;
    this.#connect();
  }

  readonly state = (): LiveState => this.#state;

  readonly subscribe = (listener: () => void): Cancel => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly retry = (): void => {
    if (this.#isClosed || this.#socket !== null) return;
    this.#cancelWait();
    this.#connect();
  };

  readonly close = (): void => {
    this.#isClosed = true;
    this.#cancelWait();
    this.#socket?.close();
    this.#socket = null;
  };

  #connect(): void {
    const { clock } = this.#platform;
    this.#setLink({ retryAt: null });
    this.#socket = this.#platform.openSocket({
      opened: () => {
        const now = clock.now();
        this.#setLink({ openedAt: now, failures: 0, heardAt: this.#state.link.heardAt ?? now });
        this.#ask(TOPICS);
        this.#watchSilence(now);
      },
      received: (text) => this.#receive(text),
      lost: () => this.#lose(),
    });
  }

  #ask(topics: readonly DeskTopic[]): void {
    const { feed } = this.#state;
    const known = feed.run === null ? {} : { run: feed.run, versions: versionsOf(feed) };
    this.#socket?.send(JSON.stringify({ type: 'subscribe', topics, ...known }));
  }

  #receive(text: string): void {
    const message = parseDeskMessage(text);
    if (message === null) return;
    const { feed, doubt } = foldMessage(this.#state.feed, message);
    this.#state = { feed, link: { ...this.#state.link, heardAt: this.#platform.clock.now() } };
    if (doubt !== null) this.#socket?.send(JSON.stringify({ type: 'subscribe', topics: [doubt] }));
    this.#tell();
  }

  #lose(): void {
    const { clock, random } = this.#platform;
    const { openedAt, failures: before } = this.#state.link;
    this.#socket = null;
    this.#cancelWait();
    const failures = before + 1;
    const delay = retryDelayMs(failures, random());
    this.#setLink({ openedAt: null, failures, retryAt: clock.now() + delay });
    this.#cancelWait = clock.after(delay, () => this.#connect());
    if (openedAt === null) this.#onRefused();
  }

  #watchSilence(since: number): void {
    const { clock } = this.#platform;
    const heard = Math.max(since, this.#state.link.heardAt ?? 0);
    const left = heard + SILENT_MS - clock.now();
    this.#cancelWait = clock.after(Math.max(1_000, left), () => {
      if (this.#state.link.openedAt === null) return;
      if (clock.now() - Math.max(since, this.#state.link.heardAt ?? 0) < SILENT_MS) return this.#watchSilence(since);
      this.#socket?.close();
      this.#lose();
    });
  }

  #setLink(change: Partial<DeskLink>): void {
    this.#state = { ...this.#state, link: { ...this.#state.link, ...change } };
    this.#tell();
  }

  /** Once for everything that happens before the next picture, and not more often than anybody can read. */
  #tell(): void {
    if (this.#isTellingDue) return;
    this.#isTellingDue = true;
    const { clock } = this.#platform;
    const left = this.#toldAt + TELL_MS - clock.now();
    if (left > 0) clock.after(left, () => this.#tellOnFrame());
    else this.#tellOnFrame();
  }

  #tellOnFrame(): void {
    this.#platform.onFrame(() => {
      this.#isTellingDue = false;
      this.#toldAt = this.#platform.clock.now();
      for (const listener of this.#listeners) listener();
    });
  }
}
