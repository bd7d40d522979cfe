/**
 * What is said in public, for the status file: how each network's monitor stands, and the newest posts. The texts are
 * foreign; they were made plain and short at the door.
 */
import type { HotPost, WireMonitor } from '../../../api/contract.ts';
import type { SocialPost } from '../../../model/social-post.ts';
import type { SocialStatus } from '../../../ports/social-source.ts';

/** The names that the contract gives to networks. */
const NAMES = { x: 'twitter', square: 'square' } as const;

/** The monitors by their names. */
export function toMonitorBlocks(
  statuses: readonly SocialStatus[],
  recent: readonly SocialPost[],
): Record<string, WireMonitor> {
  const blocks = statuses.map((status) => {
    const posts = recent.filter(({ network }) => network === status.network).length;
    return [NAMES[status.network], toMonitorBlock(status, posts)] as const;
  });
  return Object.fromEntries(blocks);
}

function toMonitorBlock(status: SocialStatus, recentPosts: number): WireMonitor {
  const { lastFailure } = status;
  return {
    enabled: status.offReason === null,
    running: status.startedTime !== null,
    started_at: toSeconds(status.startedTime),
    last_poll_ts: toSeconds(status.lastPollTime),
    last_success_ts: toSeconds(status.lastSuccessTime),
    last_error: lastFailure === null ? null : `${lastFailure.code}: ${lastFailure.message}`,
    error_count: status.failures,
    recent_posts: recentPosts,
    off_reason: status.offReason,
    next_poll_ts: toSeconds(status.nextPollTime),
    posts: status.posts,
    skipped: status.skipped,
  };
}

/** A post as the status file shows it. */
export function toPostBlock({ id, network, title, text, tickers, sentiment, author, time }: SocialPost): HotPost {
  return { id, title, body: text, tickers: [...tickers], sentiment, source: NAMES[network], author, ts: time / 1000 };
}

function toSeconds(time: number | null): number | null {
  return time === null ? null : time / 1000;
}
