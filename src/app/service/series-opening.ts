/**
 * How a run and its series begin: the inputs that tell the engine what the store already has.
 */
import { addMs, type EpochMs, epochMs } from '../../core/time.ts';
import { digest } from '../../journal/index.ts';
import { createFanout, spanOpen } from '../../market/derived-timeframe-fanout.ts';
import type { RunStarted, SeriesOpened } from '../../model/events.ts';
import { type SeriesId, siblingSeries } from '../../model/series.ts';
import { bucketOpen } from '../../model/timeframe.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Config } from '../config.ts';

const DAY_MS = 86_400_000;

/** What opening needs. */
export type OpeningParts = { readonly clock: Clock; readonly config: Config; readonly store: CandleStore };

/** The first input of a run. */
export function describeRun(
  parts: Pick<OpeningParts, 'clock' | 'config'> & { readonly version: string; readonly seed: number },
): RunStarted {
  return {
    kind: 'runStarted',
    receivedTime: parts.clock.now(),
    version: parts.version,
    configHash: digest(parts.config),
    seed: parts.seed,
  };
}

/**
 * What the store has of a base series, so that its running buckets go on. Candles ahead of the clock, which can only
 * have been posted, do not count: the series goes on from the newest one that can be over.
 */
export async function describeSeries(parts: OpeningParts, seriesId: SeriesId): Promise<SeriesOpened> {
  const { clock, config, store } = parts;
  const now = clock.now();
  const timeframes = config.derivedTimeframes;
  const fanout = createFanout(seriesId, timeframes);
  const over = bucketOpen(now, fanout.baseMs);
  const [newest] = await store.read({ seriesId, from: 0 as EpochMs, to: over, limit: 1, take: 'newest' });
  const from = newest === undefined ? over : spanOpen(fanout, newest.openTime);
  const to = newest === undefined ? over : addMs(newest.openTime, fanout.baseMs);
  const tail = await store.read({ seriesId, from, to, limit: Number.MAX_SAFE_INTEGER, take: 'oldest' });
  const gaps = [...(await store.readGaps(seriesId, { from: 0 as EpochMs, to }))];
  // A derived gap may have outlived the hole it came from, when a run ended in between.
  for (const derived of timeframes) {
    gaps.push(...(await store.readGaps(siblingSeries(seriesId, derived), { from: 0 as EpochMs, to })));
  }
  return {
    kind: 'seriesOpened',
    receivedTime: now,
    seriesId,
    timeframes,
    tail,
    gaps: gaps.filter((gap) => gap.reason === 'unknown' || gap.to > from),
    historyFrom: bucketOpen(epochMs(Math.max(0, now - historyMs(config, fanout.baseMs))), DAY_MS),
    formingMinIntervalMs: config.formingMinIntervalMs,
  };
}

/** How far back an empty series is fetched: the days of the settings, or more where the sync at the start wants more. */
function historyMs({ historyDays, backfill }: Config, baseMs: number): number {
  const target = backfill.startup === 'on' ? backfill.startupTarget * baseMs : 0;
  return Math.max(historyDays * DAY_MS, target);
}
