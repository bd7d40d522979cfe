/**
 * One request to a social network: its answer as parsed JSON, or a typed failure that says how long to wait. The body is
 * bounded, a redirect is not followed, and what was sent with the request is in no failure.
 */
import { type Dispatcher, request } from 'undici';
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import { type Failure, failure, toReason } from '../../model/failure.ts';

/** What to ask. */
export type SocialRequest = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON with POST; GET where it is absent. */
  readonly body?: object;
  readonly signal: AbortSignal;
  readonly dispatcher: Dispatcher;
  readonly now: EpochMs;
};

/** A failure, and for how long the network wants to be left alone (0: it does not say). */
export type SocialFailure = { readonly failure: Failure; readonly waitMs: number };

const ANSWER_BYTES_MAX = 4_194_304;
const TIMEOUT_MS = 15_000;
/** Longest wait that a header can ask for: its search windows are of 15 minutes. */
const WAIT_MS_MAX = 3_600_000;

/** Asks; never rejects. */
export async function askNetwork(ask: SocialRequest): Promise<Result<unknown, SocialFailure>> {
  const url = `${ask.url.origin}${ask.url.pathname}`;
  try {
    const answer = await request(ask.url, {
      method: ask.body === undefined ? 'GET' : 'POST',
      headers: { accept: 'application/json', ...ask.headers },
      ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
      signal: ask.signal,
      dispatcher: ask.dispatcher,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    const { statusCode: status } = answer;
    if (status !== 200) {
      await answer.body.dump({ limit: 65_536 });
      return err(refused(url, { status, waitMs: readWait(answer.headers, ask.now) }));
    }
    return parse(url, await readBody(answer.body));
  } catch (error) {
    return err({ failure: failure('venue_unreachable', { url, reason: toReason(error) }), waitMs: 0 });
  }
}

function refused(url: string, { status, waitMs }: { readonly status: number; readonly waitMs: number }): SocialFailure {
  if (status !== 429) return { failure: failure('venue_refused', { url, status, reason: '' }), waitMs };
  return { failure: failure('venue_rate_limited', { url, status, retryAfterMs: waitMs }), waitMs };
}

/** Until when the network wants to be left alone: the second of X's reset header, else Retry-After. */
function readWait(headers: Readonly<Record<string, string | string[] | undefined>>, now: EpochMs): number {
  const reset = secondsOf(headers['x-rate-limit-reset']);
  const after = secondsOf(headers['retry-after']);
  // One second more: the header counts whole ones.
  const waitMs = reset !== null ? (reset + 1) * 1000 - now : after !== null ? after * 1000 : 0;
  return Math.max(0, Math.min(WAIT_MS_MAX, waitMs));
}

function secondsOf(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,12}$/.test(header) ? Number(header) : null;
}

async function readBody(body: AsyncIterable<Buffer>): Promise<string | null> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > ANSWER_BYTES_MAX) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function parse(url: string, text: string | null): Result<unknown, SocialFailure> {
  const malformed = (reason: string): Result<never, SocialFailure> =>
    err({ failure: failure('venue_answer_malformed', { url, reason }), waitMs: 0 });
  if (text === null) return malformed(`more than ${ANSWER_BYTES_MAX} bytes`);
  try {
    return ok(JSON.parse(text));
  } catch {
    // What it says is foreign and of any length; that it is no JSON is enough.
    return malformed('no JSON');
  }
}
