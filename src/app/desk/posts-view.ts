/**
 * What is said and announced, as the desk shows it.
 */
import type { HotPostsAnswer, ListingNotice } from '../../api/contract.ts';
import { listCandidates, listRecentPosts } from '../../discovery/index.ts';
import type { SocialStatus } from '../../ports/social-source.ts';
import { toMonitorBlocks, toPostBlock } from '../trading/exports/social-blocks.ts';
import { symbolOf } from '../trading/exports/trade-line.ts';
import type { TradingNow } from './trading-now.ts';

const POSTS_MAX = 50;

/** Posts and listings, newest first, and how the monitors stand. */
export function viewPosts({ stages, now }: TradingNow, socials: readonly SocialStatus[]): HotPostsAnswer {
  const { discovery } = stages;
  const { mentions } = discovery;
  return {
    posts: listRecentPosts(mentions, POSTS_MAX).map(toPostBlock),
    listings: viewListings(discovery),
    ts: now / 1_000,
    source: 'runner',
    monitors: toMonitorBlocks(socials, listRecentPosts(mentions, Number.POSITIVE_INFINITY)),
  };
}

function viewListings({ listing, pool }: TradingNow['stages']['discovery']): ListingNotice[] {
  const pending = Object.values(listing.pending).map(({ base, announcedTime, openTime, title }) => ({
    symbol: `${base}${listing.quoteAsset}`,
    state: 'pending' as const,
    title: title ?? null,
    announced_ms: announcedTime as number,
    open_ms: openTime as number | null,
  }));
  const confirmed = listCandidates(pool).flatMap(({ instrumentId, listing: known }) =>
    known === null
      ? []
      : [
          {
            symbol: symbolOf(instrumentId),
            state: 'confirmed' as const,
            title: known.title ?? null,
            announced_ms: known.announcedTime as number,
            open_ms: known.openTime as number | null,
          },
        ],
  );
  return [...pending, ...confirmed].sort((a, b) => b.announced_ms - a.announced_ms);
}
