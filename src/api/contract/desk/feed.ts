/**
 * What is said and announced: social posts, how the monitors stand, and listings. Every text is foreign and may be
 * hostile; it is plain text and is to be shown as such.
 */
import { z } from 'zod';
import { deskSource, figure, ms, sec, text } from './parts.ts';

/** One post. */
export const hotPost = z
  .object({
    id: z.string(),
    title: z.string().max(120),
    body: z.string().max(200),
    tickers: z.array(z.string()),
    sentiment: z.number().describe('-1..1'),
    source: z.enum(['twitter', 'square']),
    author: text,
    ts: sec,
  })
  .meta({ id: 'HotPost' });

/** How a monitor stands. */
export const socialMonitor = z
  .object({
    enabled: z.boolean(),
    running: z.boolean(),
    off_reason: text,
    started_at: sec.nullable(),
    last_poll_ts: sec.nullable(),
    last_success_ts: sec.nullable(),
    last_error: text,
    error_count: z.int(),
    recent_posts: z.int(),
    next_poll_ts: sec.nullable(),
    posts: z.int().describe('handed on so far'),
    skipped: z.int().describe('items of answers that were no posts'),
  })
  .meta({ id: 'SocialMonitor' });

/** A coin that was announced or appeared in the exchange's list. */
export const listingNotice = z
  .object({
    symbol: z.string(),
    state: z.enum(['pending', 'confirmed']).describe('pending until the exchange lists it'),
    title: text,
    announced_ms: ms.nullable(),
    open_ms: ms.nullable(),
  })
  .meta({ id: 'ListingNotice' });

/** Answer of `GET /hotcoin/api/hot_posts`. */
export const hotPostsAnswer = z
  .object({
    posts: z.array(hotPost).describe('at most 50, newest first'),
    listings: z.array(listingNotice).describe('newest first'),
    ts: sec,
    source: deskSource,
    monitors: z.record(z.string(), socialMonitor),
  })
  .meta({ id: 'HotPosts' });

const gate = z.object({ gate: z.string(), count: z.int() });

/** Answer of `GET /hotcoin/api/funnel`: how many got how far, and what stopped the others. */
export const funnelAnswer = z
  .object({
    stages: z
      .array(z.object({ stage: z.string(), count: z.int() }))
      .describe('from everything that trades to what was bought; each is counted at this moment or since the start'),
    discovery: z.array(gate).describe('refusals by gate, most first'),
    entries: z.array(gate).describe('entries refused by rule since the start, most first'),
    newest: z
      .array(
        z.object({
          gate: z.string(),
          symbol: z.string(),
          reason: z.string(),
          value: z.union([z.number(), z.string()]).nullable(),
          limit: z.union([z.number(), z.string()]).nullable(),
          since_ms: ms,
          last_ms: ms,
        }),
      )
      .describe('at most 50, newest first'),
    heat_min: figure.describe('heat an entry needs'),
    ts: sec,
  })
  .meta({ id: 'Funnel' });

/** One post. */
export type HotPost = z.infer<typeof hotPost>;
/** How a monitor stands. */
export type WireMonitor = z.infer<typeof socialMonitor>;
/** A listing. */
export type ListingNotice = z.infer<typeof listingNotice>;
/** Answer of `GET /hotcoin/api/hot_posts`. */
export type HotPostsAnswer = z.infer<typeof hotPostsAnswer>;
/** Answer of `GET /hotcoin/api/funnel`. */
export type FunnelAnswer = z.infer<typeof funnelAnswer>;
