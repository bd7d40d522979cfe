/**
 * How often which precheck failed. In come failures with their times, kept are counts of the running hour by code and
 * by instrument, for a bounded number of instruments.
 */
import type { EpochMs } from '../core/time.ts';
import type { InstrumentId } from '../model/instrument.ts';

/** Counts since `since`; plain data. Instruments are in the order of their latest failure, oldest first. */
export type PrecheckStatistics = {
  since: EpochMs;
  total: number;
  byCode: Record<string, number>;
  byInstrument: Record<string, Record<string, number>>;
};

/** Instruments counted at most. Policy beyond it: the one whose latest failure is oldest is forgotten. */
export const INSTRUMENTS_MAX = 500;
const RESET_MS = 3_600_000;

/** Nothing counted. */
export function createPrecheckStatistics(since: EpochMs): PrecheckStatistics {
  return { since, total: 0, byCode: {}, byInstrument: {} };
}

/** Counts a failure; an hour after the counts began they begin again. */
export function countPrecheckFailure(
  statistics: PrecheckStatistics,
  { instrumentId, code, time }: { readonly instrumentId: InstrumentId; readonly code: string; readonly time: EpochMs },
): void {
  if (time - statistics.since >= RESET_MS) Object.assign(statistics, createPrecheckStatistics(time));
  statistics.total++;
  statistics.byCode[code] = (statistics.byCode[code] ?? 0) + 1;
  const counts = statistics.byInstrument[instrumentId] ?? {};
  counts[code] = (counts[code] ?? 0) + 1;
  // Taken out and put back: keys stay in the order of their latest failure.
  delete statistics.byInstrument[instrumentId];
  statistics.byInstrument[instrumentId] = counts;
  const names = Object.keys(statistics.byInstrument);
  if (names.length > INSTRUMENTS_MAX) delete statistics.byInstrument[names[0] as string];
}

/** A copy of the counts of the hour that `now` is in. */
export function readPrecheckStatistics(statistics: PrecheckStatistics, now: EpochMs): PrecheckStatistics {
  return now - statistics.since >= RESET_MS ? createPrecheckStatistics(now) : structuredClone(statistics);
}
