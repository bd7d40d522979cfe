/**
 * History of a stretch over the exchange's own interface, page after page: what stands in for files that the archive
 * does not have. Failures that may pass are retried, boundedly; any other ends the pages with a `FailureError`.
 */
import { type RetryPolicy, retrying } from '../../adapters/archive/retrying.ts';
import type { EpochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type Failure, FailureError } from '../../model/failure.ts';
import { seriesParts } from '../../model/series.ts';
import { timeframeMs } from '../../model/timeframe.ts';
import type { Feed } from '../../ports/feed.ts';
import type { Stretch } from './stored-candles.ts';

/** Candles of [`from`, `to`) that the exchange has, ascending, a page at a time. */
export async function* fetchPages(
  feed: Pick<Feed, 'fetchHistory'>,
  stretch: Stretch,
  policy: RetryPolicy,
): AsyncGenerator<readonly ClosedCandle[], void, undefined> {
  const lengthMs = timeframeMs(seriesParts(stretch.seriesId).timeframe);
  for (let from = stretch.from; from < stretch.to; ) {
    const page = await retrying(policy, async () => {
      const request = { ...stretch, from, source: 'rest', purpose: 'history' } as const;
      const answer = await feed.fetchHistory(request);
      if (answer.ok) return { kind: 'done', value: answer.value };
      const retryAfterMs = waitAskedFor(answer.error);
      if (retryAfterMs === null) return { kind: 'failed', failure: answer.error };
      return { kind: 'again', failure: answer.error, retryAfterMs };
    });
    if (!page.ok) throw new FailureError(page.error);
    const last = page.value[page.value.length - 1];
    if (last === undefined) return;
    yield page.value;
    from = (last.openTime + lengthMs) as EpochMs;
  }
}

/** Milliseconds to wait before asking again, `null` where waiting does not help. */
function waitAskedFor({ code, context }: Failure): number | null {
  if (code === 'venue_unreachable') return 0;
  return code === 'venue_rate_limited' ? Number(context['retryAfterMs'] ?? 0) : null;
}
