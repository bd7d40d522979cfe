/**
 * The whitelist brought up to date before anybody is served (wire contract 6.6). A series that a job follows is waited
 * for; any other is completed up to its newest candle that can be over. Series by series, in the order of their names;
 * what fails or takes too long is told and does not stop the start.
 */
import type { DebugLog } from '../../api/index.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import type { SeriesId } from '../../model/series.ts';
import { bucketOpen, timeframeMs } from '../../model/timeframe.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Config } from '../config.ts';
import type { ServiceBackfill } from './service-backfill.ts';
import type { Upstream } from './upstream.ts';

/** What the sync works with. */
export type StartupParts = {
  readonly config: Config;
  readonly upstream: Upstream;
  readonly backfill: ServiceBackfill;
  readonly whitelist: readonly SeriesId[];
  /** Time of the market. */
  readonly clock: Clock;
  /** Real time. */
  readonly wallClock: Clock;
  readonly debugLog: DebugLog;
  readonly onWarning: (reason: string) => void;
};

/** A job that has not caught up by then catches up while the service is served. */
const JOBS_WAIT_MS = 60_000;
const LOOK_EVERY_MS = 50;

/** Syncs every series of the whitelist; resolves when that is done or was given up. */
export async function syncAtStart(parts: StartupParts): Promise<void> {
  const deadline = addMs(parts.wallClock.now(), JOBS_WAIT_MS);
  for (const seriesId of parts.whitelist.toSorted()) {
    tell(parts, seriesId, { event: 'start', error: null });
    const error = parts.upstream.supervisor.follows(seriesId)
      ? await waitForJob(parts, seriesId, deadline)
      : await complete(parts, seriesId);
    tell(parts, seriesId, { event: error === null ? 'done' : 'error', error });
  }
}

async function complete({ backfill, config }: StartupParts, seriesId: SeriesId): Promise<string | null> {
  return (await backfill.complete(seriesId, config.backfill.startupTarget)).error;
}

/** The job of a derived series is that of its base, which stores both at once. */
async function waitForJob(parts: StartupParts, seriesId: SeriesId, deadline: EpochMs): Promise<string | null> {
  const { upstream, clock, wallClock } = parts;
  const baseId = upstream.supervisor.baseOf(seriesId);
  const due = bucketOpen(clock.now(), timeframeMs(parts.config.baseTimeframe));
  const isThere = (): boolean => (upstream.engine.state().market.series[baseId]?.nextOpen ?? 0) >= due;
  while (!isThere()) {
    const now = wallClock.now();
    if (now >= deadline) return `it is not up to date after ${JOBS_WAIT_MS / 1000} s and goes on in the background`;
    await new Promise<void>((resolve) => wallClock.schedule(addMs(now, LOOK_EVERY_MS), resolve));
  }
  return null;
}

type News = { readonly event: 'start' | 'done' | 'error'; readonly error: string | null };

function tell({ debugLog, onWarning }: StartupParts, seriesId: SeriesId, { event, error }: News): void {
  if (error !== null) onWarning(`startup sync of ${seriesId}: ${error}`);
  const message = error ?? `startup sync: ${event}`;
  debugLog.write({ pipe: 'write', event: `write.startup.kline_sync.${event}`, series_id: seriesId, message });
}
