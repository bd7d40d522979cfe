/**
 * Topics of the desk, followed: one socket, opened again after a jittered wait when it is lost, every topic resumed from
 * the version that is known. A reader that is slower than the desk sees the newest of each topic, not every step.
 */
import type { DeskTopic, DeskTopicData } from '../api/contract.ts';
import { retryDelayMs } from './backoff.ts';
import { applyDeskMessage, NO_TOPICS, parseDeskMessage, subscribeRequest, type TopicStates } from './desk-topics.ts';
import type { Cancel, Platform, Socket } from './platform.ts';

/** A topic as it is now, or how the connection stands. */
export type DeskUpdate =
  | {
      readonly [Topic in DeskTopic]: {
        readonly kind: 'topic';
        readonly topic: Topic;
        readonly version: number;
        readonly data: DeskTopicData[Topic];
      };
    }[DeskTopic]
  | { readonly kind: 'link'; readonly state: 'open' | 'lost' };

/** What the client needs of its machine. */
export type StreamMachine = Pick<Platform, 'clock' | 'random' | 'openSocket'>;

/** The status changes several times a second; who follows it and hears nothing for this long has a dead socket. */
const SILENCE_MAX_MS = 60_000;

/** Follows topics until it is ended. */
export class DeskStream {
  readonly #machine: StreamMachine;
  readonly #topics: readonly DeskTopic[];
  #states: TopicStates = NO_TOPICS;
  #socket: Socket | null = null;
  #failures = 0;
  #cancelTimer: Cancel = () => {};
  #isEnded = false;
  readonly #changed = new Set<DeskTopic>();
  #link: 'open' | 'lost' | null = null;
  #wake: () => void = () => {};

  constructor(machine: StreamMachine, topics: readonly DeskTopic[]) {
    this.#machine = machine;
    this.#topics = topics;
  }

  /** Opens the socket. */
  start(): void {
    this.#socket = this.#machine.openSocket({
      opened: () => {
        this.#noteLink('open');
        this.#socket?.send(JSON.stringify(subscribeRequest(this.#states, this.#topics)));
        this.#watchSilence();
      },
      received: (text) => this.#receive(text),
      lost: () => this.#retry(),
    });
  }

  /** Ends it; whoever waits gets `null`. */
  end(): void {
    this.#isEnded = true;
    this.#cancelTimer();
    this.#socket?.close();
    this.#wake();
  }

  /** The next update; `null` after the end. */
  async take(): Promise<DeskUpdate | null> {
    while (!this.#isEnded) {
      const update = this.#takeNow();
      if (update !== null) return update;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return null;
  }

  #takeNow(): DeskUpdate | null {
    if (this.#link !== null) {
      const state = this.#link;
      this.#link = null;
      return { kind: 'link', state };
    }
    for (const topic of this.#changed) {
      this.#changed.delete(topic);
      const known = this.#states.topics[topic];
      if (known !== undefined) return { kind: 'topic', topic, ...known } as unknown as DeskUpdate;
    }
    return null;
  }

  #receive(text: string): void {
    const message = parseDeskMessage(text);
    if (message === null) return;
    this.#failures = 0;
    this.#watchSilence();
    const { states, changed, missing } = applyDeskMessage(this.#states, message);
    this.#states = states;
    if (changed !== null) this.#changed.add(changed);
    if (missing !== null) this.#socket?.send(JSON.stringify(subscribeRequest(NO_TOPICS, [missing])));
    this.#wake();
  }

  #watchSilence(): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#machine.clock.after(SILENCE_MAX_MS, () => {
      this.#socket?.close();
      this.#retry();
    });
  }

  #retry(): void {
    if (this.#isEnded) return;
    this.#noteLink('lost');
    this.#cancelTimer();
    this.#failures++;
    const delayMs = retryDelayMs(this.#failures, this.#machine.random());
    this.#cancelTimer = this.#machine.clock.after(delayMs, () => this.start());
  }

  #noteLink(state: 'open' | 'lost'): void {
    this.#link = state;
    this.#wake();
  }
}
