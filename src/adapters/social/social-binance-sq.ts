/**
 * Binance Square (social_binance_sq): the lists of hot and trending posts of Binance's own network. The address is not
 * documented and may change or end at any time; the monitor then counts failures and nothing else happens.
 */
import { ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import type { SocialPost } from '../../model/social-post.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { SocialSource } from '../../ports/social-source.ts';
import { toId, toList, toPlainText, toRecord } from './plain-text.ts';
import { createPollLoop, type ReadContext, type ReadPosts } from './poll-loop.ts';
import { toPost, toPostTime } from './social-post-reader.ts';
import { askNetwork, type SocialFailure } from './social-request.ts';

/** What the monitor is made of. */
export type SquareOptions = {
  readonly clock: Clock;
  readonly random: Random;
  /** The address is unofficial, so it is asked only when somebody wants it. */
  readonly use: 'on' | 'off';
  readonly intervalMs?: number;
  readonly baseUrl?: string;
};

const INTERVAL_MS = 300_000;
const ITEMS_MAX = 50;
const LISTS = [
  { path: 'getContentListByTab', body: { pageNo: 1, pageSize: 20, tab: 'hot' } },
  { path: 'getTrendingContent', body: { pageNo: 1, pageSize: 10 } },
] as const;
const HEADERS = { 'content-type': 'application/json', 'user-agent': 'Mozilla/5.0 (compatible; hotwick)' } as const;

/** The monitor. */
export function createBinanceSquare(options: SquareOptions): SocialSource {
  const { clock, random, use, intervalMs = INTERVAL_MS } = options;
  const offReason = use === 'on' ? null : 'not asked for';
  const read = (context: ReadContext): Promise<Result<ReadPosts, SocialFailure>> => readLists(options, context);
  return createPollLoop({ network: 'square', clock, random, intervalMs, offReason, read });
}

/** Both lists; the first that fails fails the read. */
async function readLists(
  { clock, baseUrl }: SquareOptions,
  { signal, dispatcher }: ReadContext,
): Promise<Result<ReadPosts, SocialFailure>> {
  const posts: SocialPost[] = [];
  let skipped = 0;
  for (const { path, body } of LISTS) {
    const url = new URL(`/bapi/composite/v1/public/content/${path}`, baseUrl ?? 'https://www.binance.com');
    const answer = await askNetwork({ url, headers: HEADERS, body, signal, dispatcher, now: clock.now() });
    if (!answer.ok) return answer;
    const items = toList(toRecord(toRecord(answer.value)['data'])['contents'], ITEMS_MAX);
    const read = items.map((item) => readContent(item, clock.now())).filter((post) => post !== null);
    posts.push(...read);
    skipped += items.length - read.length;
  }
  return ok({ posts, skipped });
}

/** Names differ between the lists and over time; a post without a time counts as written when it was first seen. */
function readContent(value: unknown, now: EpochMs): SocialPost | null {
  const content = toRecord(value);
  const id = toId(content['id'] ?? content['contentId']);
  const title = toPlainText(content['title']);
  const text = toPlainText(content['body'] ?? content['content'] ?? content['bodyTextOnly']);
  if (id === null || (title === '' && text === '')) return null;
  const tags = toList(content['tags'], 20).flatMap((tag) => {
    const name = typeof tag === 'string' ? tag : toRecord(tag)['name'];
    return typeof name === 'string' ? [name.replace(/^[$#]/, '').slice(0, 20)] : [];
  });
  const author = toId(content['authorId'] ?? content['squareAuthorId'] ?? content['username']);
  const time = toPostTime(content['createTime'] ?? content['date'] ?? content['firstReleaseTime']) ?? now;
  return toPost({ id, network: 'square', author, time, title, text, tags });
}
