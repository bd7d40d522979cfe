/**
 * MentionCounter: posts in, what is said of each coin lately (by default within the last hour) out. Authors count, not posts, so that one
 * voice stays one; figures are made anew from times whenever they are read, so they fade when nobody speaks (problem
 * R3-7). A post that was counted is remembered by id and never counted twice (problem R3-8).
 */
import type { EpochMs } from '../core/time.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { PostsReceived, SocialNetwork, SocialPost } from '../model/social-post.ts';
import type { SocialConfig } from './discovery-config.ts';
import { createSeenIds, noteSeen, type SeenIds } from './seen-ids.ts';

/** One mention of a coin. */
type Mention = {
  readonly time: EpochMs;
  readonly network: SocialNetwork;
  /** Authors without a name are one voice. */
  readonly author: string | null;
  readonly sentiment: number;
};

/** What was done with posts. */
export type MentionCounts = {
  posts: number;
  repeated: number;
  /** Too old to count, or of the future. */
  untimely: number;
  /** Posts without a coin that the exchange lists, and coins named that it does not list. */
  empty: number;
  unknown: number;
  /** Mentions and coins that gave way to newer ones. */
  displaced: number;
};

/** Mentions that still count by coin, ids seen, and the newest posts; plain data. */
export type MentionCounter = {
  readonly config: SocialConfig;
  seen: SeenIds;
  mentions: Record<string, readonly Mention[]>;
  recent: readonly SocialPost[];
  counts: MentionCounts;
};

/** What is said of a coin. */
export type MentionFigures = {
  /** Authors within the time a mention counts, weighted by network. */
  readonly velocity: number;
  /** Authors of the newest quarter of that time, times four, over all of them; 1 is steady, 0 silence. */
  readonly acceleration: number;
  /** Mean that halves in weight with age; -1..1, 0 when nobody spoke. */
  readonly sentiment: number;
  /** Newest mention; `null` when nobody spoke within that time. */
  readonly lastTime: EpochMs | null;
};

/** The newest part of the time a mention counts, against which the whole of it is held. */
const NEWEST_PART = 4;
/** Mentions kept of one coin, and coins that are talked about. Policy beyond both: the oldest gives way. */
const MENTIONS_MAX = 500;
const COINS_MAX = 1_000;
/** Posts kept for people. Policy beyond it: the oldest is forgotten. */
const RECENT_MAX = 100;
/** Clocks differ: a post may be written this much later than it arrived. */
const SKEW_MS = 60_000;

/** Nobody spoke. */
export function createMentionCounter(config: SocialConfig): MentionCounter {
  const counts = { posts: 0, repeated: 0, untimely: 0, empty: 0, unknown: 0, displaced: 0 };
  return { config, seen: createSeenIds(), mentions: {}, recent: [], counts };
}

/**
 * Folds posts; answers the coins that are talked about anew, each once, with the author of its newest mention.
 * `toInstrument` answers `null` for what the exchange does not list: a made-up coin is never counted.
 */
export function foldPosts(
  counter: MentionCounter,
  { posts, receivedTime: now }: PostsReceived,
  toInstrument: (ticker: string) => InstrumentId | null,
): ReadonlyMap<InstrumentId, string | null> {
  const touched = new Map<InstrumentId, string | null>();
  for (const post of posts) {
    for (const instrumentId of takePost(counter, post, { now, toInstrument })) touched.set(instrumentId, post.author);
  }
  return touched;
}

function takePost(
  counter: MentionCounter,
  post: SocialPost,
  { now, toInstrument }: { readonly now: EpochMs; readonly toInstrument: (ticker: string) => InstrumentId | null },
): readonly InstrumentId[] {
  const { counts, config } = counter;
  const limits = { now, max: config.seenMax, ttlMs: config.seenTtlMs };
  if (noteSeen(counter.seen, `${post.network}:${post.id}`, limits) === 'known') {
    counts.repeated++;
    return [];
  }
  counts.posts++;
  counter.recent = [...counter.recent, post].slice(-RECENT_MAX);
  // Not written as a refusal: a time that is none is untimely too.
  if (!(now - post.time < config.mentionMs && post.time <= now + SKEW_MS)) {
    counts.untimely++;
    return [];
  }
  const found = post.tickers.map(toInstrument).filter((each) => each !== null);
  counts.unknown += post.tickers.length - found.length;
  if (found.length === 0) counts.empty++;
  for (const instrumentId of found) addMention(counter, instrumentId, post);
  return found;
}

function addMention(counter: MentionCounter, instrumentId: InstrumentId, post: SocialPost): void {
  const { time, network, author, sentiment } = post;
  const known = mentionsOf(counter, instrumentId);
  const mention: Mention = { time, network, author, sentiment };
  const all = [...known, mention];
  if (all.length > MENTIONS_MAX) counter.counts.displaced++;
  // Named again, so that the one nobody names for longest stands first.
  delete counter.mentions[instrumentId];
  counter.mentions[instrumentId] = all.slice(-MENTIONS_MAX);
  const coins = Object.keys(counter.mentions);
  if (coins.length <= COINS_MAX) return;
  delete counter.mentions[coins[0] as string];
  counter.counts.displaced++;
}

function mentionsOf(counter: MentionCounter, instrumentId: InstrumentId): readonly Mention[] {
  return Object.hasOwn(counter.mentions, instrumentId) ? (counter.mentions[instrumentId] ?? []) : [];
}

/** The newest posts, newest first, at most `limit` of the hundred that are kept. */
export function listRecentPosts(counter: MentionCounter, limit: number): readonly SocialPost[] {
  return counter.recent.toReversed().slice(0, limit);
}

/** What is said of a coin at `now`. */
export function readMentions(counter: MentionCounter, instrumentId: InstrumentId, now: EpochMs): MentionFigures {
  const { config } = counter;
  const recent = mentionsOf(counter, instrumentId).filter(({ time }) => now - time < config.mentionMs);
  const all = voicesOf(config, recent);
  const newest = voicesOf(
    config,
    recent.filter(({ time }) => now - time < config.mentionMs / NEWEST_PART),
  );
  return {
    velocity: all,
    acceleration: all > 0 ? (newest * NEWEST_PART) / all : 0,
    sentiment: meanSentiment(recent, { now, halfLifeMs: config.sentimentHalfLifeMs }),
    lastTime: recent.reduce<EpochMs | null>((last, { time }) => (last === null || time > last ? time : last), null),
  };
}

/** Authors of each network, each once, times the network's weight. */
function voicesOf({ networkWeights }: SocialConfig, mentions: readonly Mention[]): number {
  const voices = new Set(mentions.map(({ network, author }) => `${network}|${author ?? ''}`));
  let sum = 0;
  for (const voice of voices) sum += networkWeights[voice.slice(0, voice.indexOf('|')) as SocialNetwork];
  return sum;
}

function meanSentiment(
  mentions: readonly Mention[],
  { now, halfLifeMs }: { readonly now: EpochMs; readonly halfLifeMs: number },
): number {
  let sum = 0;
  let weights = 0;
  for (const { time, sentiment } of mentions) {
    const weight = 0.5 ** (Math.max(0, now - time) / halfLifeMs);
    sum += weight * sentiment;
    weights += weight;
  }
  return weights > 0 ? Math.max(-1, Math.min(1, sum / weights)) : 0;
}

/** Forgets what is over; a coin nobody speaks of is gone (problem R3-7). */
export function dropMentions(counter: MentionCounter, now: EpochMs): void {
  for (const [instrumentId, mentions] of Object.entries(counter.mentions)) {
    const recent = mentions.filter(({ time }) => now - time < counter.config.mentionMs);
    if (recent.length === 0) delete counter.mentions[instrumentId];
    else if (recent.length < mentions.length) counter.mentions[instrumentId] = recent;
  }
}
