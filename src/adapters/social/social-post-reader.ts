/**
 * A post from the parts that a network tells of it, cleaned, shortened and judged.
 */
import { type EpochMs, isVenueMs } from '../../core/time.ts';
import type { SocialNetwork, SocialPost } from '../../model/social-post.ts';
import { shorten } from './plain-text.ts';
import { scoreSentiment } from './post-sentiment.ts';
import { readTickers } from './tickers.ts';

/** Parts of a post; texts are plain already. */
export type PostParts = {
  readonly id: string;
  readonly network: SocialNetwork;
  readonly author: string | null;
  readonly time: EpochMs;
  readonly title: string;
  readonly text: string;
  /** Tags that stand beside the text, without their sign. */
  readonly tags: readonly string[];
};

const TITLE_MAX = 120;
const TEXT_MAX = 200;

/** The post. */
export function toPost({ tags, ...parts }: PostParts): SocialPost {
  const whole = `${parts.title} ${parts.text}`.trim();
  return {
    ...parts,
    title: shorten(parts.title, TITLE_MAX),
    text: shorten(parts.text, TEXT_MAX),
    tickers: readTickers(whole, tags),
    sentiment: scoreSentiment(whole),
  };
}

/** A time told in milliseconds, seconds or ISO text; `null` for anything else. */
export function toPostTime(value: unknown): EpochMs | null {
  const number = typeof value === 'string' && /^\d{10,13}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number') {
    if (isVenueMs(number)) return number;
    return isVenueMs(number * 1000) ? ((number * 1000) as EpochMs) : null;
  }
  if (typeof number !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:.]{5,15}Z$/.test(number)) return null;
  const parsed = Date.parse(number);
  return isVenueMs(parsed) ? parsed : null;
}
