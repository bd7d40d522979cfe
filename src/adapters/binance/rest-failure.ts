/**
 * What an HTTP answer that is no success means, as a typed failure: whether waiting helps, and what the venue said.
 */
import { z } from 'zod';
import type { EpochMs } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';

const venueError = z.object({ code: z.number(), msg: z.string() });

/** An answer that is no success; `text` is its body. */
export type RefusedAnswer = {
  readonly url: string;
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs: number;
};

/**
 * 429 and 418 are `venue_rate_limited`, 5xx `venue_unreachable` (the venue is in trouble, waiting helps), other 4xx
 * `venue_refused` with Binance's code and words, anything else `venue_answer_malformed`.
 */
export function toStatusFailure({ url, status, text, retryAfterMs }: RefusedAnswer): Failure {
  if (status === 429 || status === 418) return failure('venue_rate_limited', { url, status, retryAfterMs });
  if (status >= 500) return failure('venue_unreachable', { url, reason: `HTTP ${status}`, status });
  if (status < 400) return failure('venue_answer_malformed', { url, reason: `HTTP ${status}` });
  const said = readVenueError(text);
  const reason = said === null ? text.slice(0, 200) : `${said.code} ${said.msg}`;
  return failure('venue_refused', { url, status, reason, venueCode: said?.code ?? null });
}

function readVenueError(text: string): z.infer<typeof venueError> | null {
  try {
    return venueError.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    // A refusal by something in front of the venue is no JSON; its text is shown as it is.
    return null;
  }
}

/** What of an answer may say how long to stay away. */
export type RetryHints = {
  readonly status: number;
  /** `Retry-After`. */
  readonly header: string | null;
  /** The body. */
  readonly text: string;
  readonly now: EpochMs;
};

/**
 * Milliseconds the venue wants to be left alone: of the header (seconds or HTTP date) and, with a ban, of its end in
 * the words of the body (`IP banned until 1767225600000`) the longer; `null` when neither is there and readable.
 */
export function readRetryAfter({ status, header, text, now }: RetryHints): number | null {
  const asked = parseRetryAfter(header, now);
  if (status !== 418) return asked;
  const end = /\bbanned until (\d{13})\b/.exec(readVenueError(text)?.msg ?? '')?.[1];
  return end === undefined ? asked : Math.max(asked ?? 0, Number(end) - now, 0);
}

function parseRetryAfter(header: string | null, now: EpochMs): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
