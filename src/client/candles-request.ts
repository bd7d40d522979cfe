/**
 * Requests for stored candles and for the server's description. What enters is a checked query; what leaves is the
 * contract's answer or a named failure, and whether trying again makes sense.
 */
import type { CandlesAnswer } from '../api/contract.ts';
import { HotwickClientError } from './client-error.ts';
import type { Platform } from './platform.ts';
import { parseCandlesAnswer, parseDetail } from './wire.ts';

/** Largest page of `GET /api/market/candles`. */
export const PAGE_MAX = 5000;

/** What is asked: `since` in Unix seconds, exclusive; `null` asks for the newest `limit` candles. */
export type CandlesRead = { readonly seriesId: string; readonly since: number | null; readonly limit: number };

/** How a request ended. */
export type Reading<T> =
  | { readonly kind: 'answer'; readonly answer: T }
  | { readonly kind: 'failed'; readonly isFinal: boolean; readonly error: HotwickClientError };

/** A 404 is what a proxy without its server says; the others, as a ledger that is behind (409), pass by themselves. */
const PASSING_STATUS: readonly number[] = [404, 408, 409, 425, 429];

/** A GET, or a POST where there is a body, whose answer `parse` understands; never rejects. */
export async function readAnswer<T>(
  platform: Pick<Platform, 'readHttp'>,
  wanted: { readonly path: string; readonly parse: (body: string) => T | null; readonly body?: string },
  signal: AbortSignal,
): Promise<Reading<T>> {
  const outcome = await platform.readHttp(wanted.path, signal, wanted.body);
  if (signal.aborted)
    return failed(new HotwickClientError('aborted', `the request of ${wanted.path} was ended`), 'final');
  if (outcome.kind === 'unreachable') {
    return failed(new HotwickClientError('unreachable', `${wanted.path} was not answered`), 'passing');
  }
  const { status, body } = outcome;
  if (status === 200) {
    const answer = wanted.parse(body);
    if (answer !== null) return { kind: 'answer', answer };
    return failed(
      new HotwickClientError('answer_malformed', `${wanted.path} was answered against the contract`),
      'passing',
    );
  }
  const reason = `${wanted.path} was answered with ${status} ${parseDetail(body)}`.trim();
  if (status >= 400 && status < 500 && !PASSING_STATUS.includes(status)) {
    return failed(new HotwickClientError('refused', reason), 'final');
  }
  return failed(new HotwickClientError('unreachable', reason), 'passing');
}

function failed(error: HotwickClientError, kind: 'final' | 'passing'): Reading<never> {
  return { kind: 'failed', isFinal: kind === 'final', error };
}

/** One page of stored closed candles, ascending; never rejects. */
export function readCandles(
  platform: Platform,
  { seriesId, since, limit }: CandlesRead,
  signal: AbortSignal,
): Promise<Reading<CandlesAnswer>> {
  const query = new URLSearchParams({ series_id: seriesId, limit: String(limit) });
  if (since !== null) query.set('since', String(since));
  return readAnswer(platform, { path: `api/market/candles?${query}`, parse: parseCandlesAnswer }, signal);
}
