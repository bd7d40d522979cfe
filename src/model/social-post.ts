/**
 * What is said in public: one post as far as discovery needs it. Its texts are foreign; they are plain text without
 * control characters and short, and nothing else is to be believed of them.
 */
import type { EpochMs } from '../core/time.ts';

/** Where a post stands. */
export type SocialNetwork = 'x' | 'square';

/** One post. */
export type SocialPost = {
  /** The network's own id. */
  readonly id: string;
  readonly network: SocialNetwork;
  /** `null` where the network does not tell. */
  readonly author: string | null;
  /** When it was written, as the network says. */
  readonly time: EpochMs;
  /** At most 120 characters. */
  readonly title: string;
  /** At most 200 characters. */
  readonly text: string;
  /** Base assets it names, at most ten, each once; they need not exist. */
  readonly tickers: readonly string[];
  /** -1..1; 0 says nothing. */
  readonly sentiment: number;
};

/** Posts that arrived together, in any order; mostly ones that were seen before. */
export type PostsReceived = {
  readonly kind: 'postsReceived';
  readonly receivedTime: EpochMs;
  readonly posts: readonly SocialPost[];
};
