/**
 * Waiting for the chart of a series, which is computed beside the requests: looked at every little while, for a bounded
 * time.
 */
import { addMs, type EpochMs } from '../core/time.ts';
import type { SeriesId } from '../model/series.ts';
import type { ChartHead, ChartStore } from '../ports/chart-store.ts';
import type { Clock } from '../ports/clock.ts';

const LOOK_EVERY_MS = 50;

/** Resolves after `ms` of real time. */
export function pause(wallClock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => wallClock.schedule(addMs(wallClock.now(), ms), resolve));
}

/** The head of the chart once it `isThere`, or as it is after `limitMs`; rejects like the store. */
export async function waitForChart(
  { charts, wallClock }: { readonly charts: ChartStore; readonly wallClock: Clock },
  seriesId: SeriesId,
  until: { readonly isThere: (head: ChartHead) => boolean; readonly limitMs: number },
): Promise<ChartHead | null> {
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    const head = await charts.head(seriesId);
    if ((head !== null && until.isThere(head)) || waitedMs >= until.limitMs) return head;
    await pause(wallClock, LOOK_EVERY_MS);
  }
}

/** Whether the chart is at `time` or past it. */
export function isAt(time: EpochMs): (head: ChartHead) => boolean {
  return ({ headTime }) => headTime >= time;
}
