/**
 * What people say in public, from one network.
 */
import type { EpochMs } from '../core/time.ts';
import type { Failure } from '../model/failure.ts';
import type { PostsReceived, SocialNetwork } from '../model/social-post.ts';

/** How a source stands, for people. */
export type SocialStatus = {
  readonly network: SocialNetwork;
  /** Why it never asks, such as missing credentials; `null` when it does. */
  readonly offReason: string | null;
  readonly startedTime: EpochMs | null;
  readonly lastPollTime: EpochMs | null;
  readonly lastSuccessTime: EpochMs | null;
  /** When it asks next; later than usual while the network wants to be left alone. */
  readonly nextPollTime: EpochMs | null;
  readonly lastFailure: Failure | null;
  readonly failures: number;
  /** Posts handed on, and items of answers that were no posts. */
  readonly posts: number;
  readonly skipped: number;
};

/**
 * - `start` begins asking; posts come to `onPosts`, which must not throw. Starting again does nothing, and a source that
 *   is off stays so.
 * - A source that fails goes on asking with growing waits, and waits at least as long as the network asks for. Its
 *   failures are in its status and never reach anybody else.
 * - What an answer holds is not believed: wrong types, markup, control characters and any length are contained and
 *   counted. Credentials are in no status and no failure.
 * - The same post may come again.
 */
export type SocialSource = {
  readonly start: (onPosts: (posts: PostsReceived) => void) => void;
  readonly status: () => SocialStatus;
  /** Ends it; nothing is handed on afterwards. Safe to call twice. */
  readonly close: () => Promise<void>;
};
