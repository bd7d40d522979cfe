/**
 * Stored base candles against the exchange's archive, one daily file after the other: each file is downloaded, checked
 * against the archive's check sum, compared and removed. Days that the archive does not have are told, not judged.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ArchiveClient,
  type ArchiveClientOptions,
  type ArchiveTimings,
  createArchiveClient,
} from '../../adapters/archive/archive-client.ts';
import { type ArchiveFile, type ArchiveSeries, archiveDays } from '../../adapters/archive/archive-file.ts';
import { readCandleCsv } from '../../adapters/archive/candle-csv.ts';
import { assert } from '../../core/assert.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { addMs, type EpochMs, epochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type Failure, failure, toFailure } from '../../model/failure.ts';
import { seriesParts } from '../../model/series.ts';
import { timeframeMs } from '../../model/timeframe.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import { type CandleMismatch, compareCandles } from './compare-candles.ts';

/** What to compare. The stretch is cut to whole days. */
export type ArchiveAuditOptions = {
  readonly store: CandleStore;
  readonly client: ArchiveClient;
  readonly series: ArchiveSeries;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Where files lie while they are read. */
  readonly folder: string;
  /** Told after each day. */
  readonly onDay?: () => void;
};

/** One day; of a day that the archive `lacks`, nothing was compared. */
export type ArchiveDayAudit = {
  readonly day: EpochMs;
  readonly archive: 'has' | 'lacks';
  readonly equal: number;
  readonly mismatches: readonly CandleMismatch[];
};

/**
 * What came of asking the archive. `unreachable` did not answer, or stopped answering; `unasked` was not to be asked,
 * or has nothing of what is wanted.
 */
export type ArchiveOutcome =
  | { readonly state: 'compared'; readonly days: readonly ArchiveDayAudit[] }
  | { readonly state: 'unreachable' | 'unasked'; readonly reason: string };

const DAY_MS = 86_400_000;
/** One try, and a silence that no archive worth waiting for needs. */
const PROBE_TIMINGS: ArchiveTimings = { silenceMs: 3_000, backoff: { minMs: 1, maxMs: 1 }, attemptsMax: 1 };
/** All of the probe. */
const PROBE_MS = 5_000;

/**
 * Longest time without a byte or a finished day from an archive that answered at first and that nobody insists on.
 * Policy beyond it: the audit goes on without the archive and says so.
 */
const PATIENCE_MS = 20_000;

/** What a probe is made of; it has its own patience. */
export type ProbeOptions = Omit<ArchiveClientOptions, 'timings' | 'onBytes'> & {
  readonly series: ArchiveSeries;
  readonly day: EpochMs;
};

/**
 * Whether the archive answers at all, within seconds: it is asked once for the check sum of a day, which it need not
 * have. Fails as the client does.
 */
export async function probeArchive(options: ProbeOptions): Promise<Result<'reachable', Failure>> {
  const { clock, series, day } = options;
  const patience = new AbortController();
  const cancel = clock.schedule(addMs(clock.now(), PROBE_MS), () => patience.abort());
  const stop = AbortSignal.any([options.stop, patience.signal]);
  const client = createArchiveClient({ ...options, stop, timings: PROBE_TIMINGS });
  const from = epochMs(day - (day % DAY_MS));
  const file = archiveDays(series, { from, to: addMs(from, DAY_MS) })[0];
  assert(file !== undefined, 'a day has a file');
  const answer = await client.fetchChecksum(file);
  cancel();
  return answer.ok ? ok('reachable') : answer;
}

/** `auditArchive` with a client of its own that gives up an archive which stops answering; fails as that does. */
export async function auditWhileItAnswers(
  options: Omit<ArchiveAuditOptions, 'client' | 'onDay'> & { readonly access: ArchiveClientOptions },
): Promise<Result<readonly ArchiveDayAudit[], Failure>> {
  const { access, ...rest } = options;
  const { clock } = access;
  const patience = new AbortController();
  const arm = () => clock.schedule(addMs(clock.now(), PATIENCE_MS), () => patience.abort());
  let cancel = arm();
  const heard = (): void => {
    cancel();
    cancel = arm();
  };
  const stop = AbortSignal.any([access.stop, patience.signal]);
  const client = createArchiveClient({ ...access, stop, onBytes: heard });
  const audited = await auditArchive({ ...rest, client, onDay: heard });
  cancel();
  if (audited.ok || !patience.signal.aborted) return audited;
  const reason = `it stopped answering, nothing came for ${PATIENCE_MS / 1_000} s: ${audited.error.message}`;
  return err(failure('venue_unreachable', { url: access.baseUrl, reason }));
}

/** Compares every whole day of the stretch; fails as the client does, or when a file can not be read. */
export async function auditArchive(options: ArchiveAuditOptions): Promise<Result<readonly ArchiveDayAudit[], Failure>> {
  const from = (Math.ceil(options.from / DAY_MS) * DAY_MS) as EpochMs;
  const to = (Math.floor(options.to / DAY_MS) * DAY_MS) as EpochMs;
  const days: ArchiveDayAudit[] = [];
  for (const file of archiveDays(options.series, { from, to })) {
    const audited = await auditDay(options, file);
    if (!audited.ok) return audited;
    days.push(audited.value);
    options.onDay?.();
  }
  return ok(days);
}

async function auditDay(options: ArchiveAuditOptions, file: ArchiveFile): Promise<Result<ArchiveDayAudit, Failure>> {
  const lacking = ok({ day: file.from, archive: 'lacks', equal: 0, mismatches: [] } as const);
  const sha256 = await options.client.fetchChecksum(file);
  if (!sha256.ok) return sha256;
  if (sha256.value === null) return lacking;
  const path = join(options.folder, file.path);
  const saved = await options.client.download(file, { path, sha256: sha256.value });
  if (!saved.ok) return saved;
  if (saved.value === null) return lacking;
  try {
    return ok(await compareDay(options, file, path));
  } catch (thrown) {
    return err(toFailure(thrown));
  } finally {
    await rm(path, { force: true });
  }
}

async function compareDay(options: ArchiveAuditOptions, file: ArchiveFile, path: string): Promise<ArchiveDayAudit> {
  const { seriesId } = options.series;
  const stepMs = timeframeMs(seriesParts(seriesId).timeframe);
  const published: ClosedCandle[] = [];
  for await (const chunk of readCandleCsv({ path, seriesId, source: 'archive', stepMs })) published.push(...chunk);
  const range = { seriesId, from: file.from, to: file.to, limit: Number.MAX_SAFE_INTEGER, take: 'oldest' } as const;
  const { compared, mismatches } = compareCandles(published, await options.store.read(range), 'numbers');
  const different = mismatches.filter(({ kind }) => kind === 'different').length;
  return { day: file.from, archive: 'has', equal: compared - different, mismatches };
}
