/**
 * Asking a network again and again: one read at a time, with a fixed pause after success and growing ones after
 * failures, never sooner than the network allows. Keeps the status that people see.
 */
import { Agent, type Dispatcher } from 'undici';
import { type BackoffLimits, backoffMs } from '../../core/backoff.ts';
import type { Result } from '../../core/result.ts';
import { addMs } from '../../core/time.ts';
import type { PostsReceived, SocialNetwork, SocialPost } from '../../model/social-post.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { SocialSource, SocialStatus } from '../../ports/social-source.ts';
import type { SocialFailure } from './social-request.ts';

/** What one read brought: posts, and how many items were none. */
export type ReadPosts = { readonly posts: readonly SocialPost[]; readonly skipped: number };

/** What a read may use. */
export type ReadContext = { readonly signal: AbortSignal; readonly dispatcher: Dispatcher };

/** What a loop is made of. */
export type PollOptions = {
  readonly network: SocialNetwork;
  readonly clock: Clock;
  readonly random: Random;
  readonly intervalMs: number;
  /** Why it never asks; `null` when it does. */
  readonly offReason: string | null;
  readonly read: (context: ReadContext) => Promise<Result<ReadPosts, SocialFailure>>;
};

const BACKOFF: BackoffLimits = { minMs: 5_000, maxMs: 900_000 };

/** A source that is read in a loop. */
export function createPollLoop(options: PollOptions): SocialSource {
  const loop = new PollLoop(options);
  return { start: (onPosts) => loop.start(onPosts), status: () => loop.status(), close: () => loop.close() };
}

class PollLoop {
  readonly #options: PollOptions;
  readonly #agent = new Agent({ connections: 2 });
  readonly #stop = new AbortController();
  #status: SocialStatus;
  #failuresInARow = 0;
  #cancelTimer: (() => void) | null = null;
  #underWay: Promise<void> | null = null;
  #ended: Promise<void> | null = null;

  constructor(options: PollOptions) {
    this.#options = options;
    const { network, offReason } = options;
    const never = { startedTime: null, lastPollTime: null, lastSuccessTime: null, nextPollTime: null };
    this.#status = { network, offReason, ...never, lastFailure: null, failures: 0, posts: 0, skipped: 0 };
  }

  start(onPosts: (posts: PostsReceived) => void): void {
    const { offReason, clock } = this.#options;
    if (offReason !== null || this.#status.startedTime !== null || this.#stop.signal.aborted) return;
    this.#status = { ...this.#status, startedTime: clock.now() };
    this.#poll(onPosts);
  }

  status(): SocialStatus {
    return this.#status;
  }

  close(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    this.#stop.abort();
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    await this.#underWay;
    await this.#agent.close();
  }

  #poll(onPosts: (posts: PostsReceived) => void): void {
    this.#underWay = this.#readOnce(onPosts).then((pauseMs) => {
      if (this.#stop.signal.aborted) return;
      const { clock } = this.#options;
      const nextPollTime = addMs(clock.now(), pauseMs);
      this.#status = { ...this.#status, nextPollTime };
      this.#cancelTimer = clock.schedule(nextPollTime, () => this.#poll(onPosts));
    });
  }

  /** Reads once; answers how long to wait before the next time. */
  async #readOnce(onPosts: (posts: PostsReceived) => void): Promise<number> {
    const { clock, random, read, intervalMs } = this.#options;
    this.#status = { ...this.#status, lastPollTime: clock.now(), nextPollTime: null };
    const answer = await read({ signal: this.#stop.signal, dispatcher: this.#agent });
    if (this.#stop.signal.aborted) return intervalMs;
    const now = clock.now();
    if (!answer.ok) {
      const { failure, waitMs } = answer.error;
      this.#status = { ...this.#status, lastFailure: failure, failures: this.#status.failures + 1 };
      const growing = backoffMs(this.#failuresInARow, random.next(), BACKOFF);
      this.#failuresInARow++;
      return Math.max(intervalMs, growing, waitMs);
    }
    this.#failuresInARow = 0;
    const { posts, skipped } = answer.value;
    const counted = { posts: this.#status.posts + posts.length, skipped: this.#status.skipped + skipped };
    this.#status = { ...this.#status, ...counted, lastSuccessTime: now };
    if (posts.length > 0) onPosts({ kind: 'postsReceived', receivedTime: now, posts });
    return intervalMs;
  }
}
