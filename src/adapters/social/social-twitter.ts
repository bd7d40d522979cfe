/**
 * TwitterMonitor (social_twitter): recent search of X for posts of named accounts, with an app's bearer token. Asks for
 * what is newer than the newest post seen, and stays away until the time of the reset header after a 429. Rules and
 * streams of the account are not touched.
 */
import { ok, type Result } from '../../core/result.ts';
import type { SocialPost } from '../../model/social-post.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { SocialSource } from '../../ports/social-source.ts';
import { toId, toList, toPlainText, toRecord } from './plain-text.ts';
import { createPollLoop, type ReadContext, type ReadPosts } from './poll-loop.ts';
import { toPost, toPostTime } from './social-post-reader.ts';
import { askNetwork, type SocialFailure } from './social-request.ts';

/** What the monitor is made of. */
export type TwitterOptions = {
  readonly clock: Clock;
  readonly random: Random;
  /** Without it, or without accounts, the monitor is off. */
  readonly bearerToken: string | null;
  /** Names of accounts without `@`. */
  readonly accounts: readonly string[];
  readonly intervalMs?: number;
  readonly baseUrl?: string;
};

const POSTS_MAX = 100;
/** Longest query of recent search. */
const QUERY_MAX = 512;
const INTERVAL_MS = 60_000;

/** The monitor. */
export function createTwitterMonitor(options: TwitterOptions): SocialSource {
  const { clock, random, bearerToken, accounts, intervalMs = INTERVAL_MS } = options;
  const queries = toQueries(accounts);
  const offReason =
    bearerToken === null || bearerToken === '' ? 'no bearer token' : queries.length === 0 ? 'no accounts' : null;
  const search = new RecentSearch({ ...options, queries });
  const read = (context: ReadContext): Promise<Result<ReadPosts, SocialFailure>> => search.read(context);
  return createPollLoop({ network: 'x', clock, random, intervalMs, offReason, read });
}

/** Queries of as many accounts as fit; names that can not be ones are left out. */
function toQueries(accounts: readonly string[]): readonly string[] {
  const queries: string[] = [];
  let names: string[] = [];
  const text = (all: readonly string[]): string => `(${all.map((name) => `from:${name}`).join(' OR ')}) -is:retweet`;
  for (const name of accounts.filter((each) => /^\w{1,15}$/.test(each))) {
    if (text([...names, name]).length > QUERY_MAX) {
      queries.push(text(names));
      names = [];
    }
    names.push(name);
  }
  return names.length === 0 ? queries : [...queries, text(names)];
}

/** Asks one query after the other, each from its own newest post on. */
class RecentSearch {
  readonly #options: TwitterOptions & { readonly queries: readonly string[] };
  readonly #newestIds = new Map<string, string>();
  #turn = 0;

  constructor(options: TwitterOptions & { readonly queries: readonly string[] }) {
    this.#options = options;
  }

  async read({ signal, dispatcher }: ReadContext): Promise<Result<ReadPosts, SocialFailure>> {
    const { clock, bearerToken, queries } = this.#options;
    const query = queries[this.#turn % queries.length] ?? '';
    const headers = { authorization: `Bearer ${bearerToken ?? ''}` };
    const answer = await askNetwork({ url: this.#urlOf(query), headers, signal, dispatcher, now: clock.now() });
    if (!answer.ok) {
      // A post of long ago is refused as a beginning; without one the newest come.
      if (answer.error.failure.context['status'] === 400) this.#newestIds.delete(query);
      return answer;
    }
    this.#turn++;
    const { posts, skipped, newestId } = readAnswer(answer.value);
    if (newestId !== null) this.#newestIds.set(query, newestId);
    return ok({ posts, skipped });
  }

  #urlOf(query: string): URL {
    const url = new URL('/2/tweets/search/recent', this.#options.baseUrl ?? 'https://api.x.com');
    url.searchParams.set('query', query);
    url.searchParams.set('max_results', String(POSTS_MAX));
    url.searchParams.set('tweet.fields', 'author_id,created_at,entities');
    const sinceId = this.#newestIds.get(query);
    if (sinceId !== undefined) url.searchParams.set('since_id', sinceId);
    return url;
  }
}

function readAnswer(body: unknown): ReadPosts & { readonly newestId: string | null } {
  const { data, meta } = toRecord(body);
  const items = toList(data, POSTS_MAX);
  const posts = items.map(readTweet).filter((post) => post !== null);
  // Ids are numbers too long for a double.
  const told = toRecord(meta)['newest_id'];
  const newestId = typeof told === 'string' && /^\d{1,20}$/.test(told) ? told : null;
  return { posts, skipped: items.length - posts.length, newestId };
}

function readTweet(value: unknown): SocialPost | null {
  const tweet = toRecord(value);
  const id = toId(tweet['id']);
  const time = toPostTime(tweet['created_at']);
  const text = toPlainText(tweet['text']);
  if (id === null || time === null || text === '') return null;
  const { cashtags, hashtags } = toRecord(tweet['entities']);
  const tags = [...toList(cashtags, 20), ...toList(hashtags, 20)].flatMap((entity) => {
    const { tag } = toRecord(entity);
    return typeof tag === 'string' ? [tag.slice(0, 20)] : [];
  });
  return toPost({ id, network: 'x', author: toId(tweet['author_id']), time, title: '', text, tags });
}
