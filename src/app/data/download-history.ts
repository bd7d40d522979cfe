/**
 * History from the exchange into the database: whole months and days from its public archive, each file checked
 * against the archive's own check sum before a row of it is imported, and what the archive lacks from the exchange's
 * interface. Files are taken in order of time and one after the other; a file counts only when all of it is stored, so
 * a run that was killed anywhere is finished by running it again.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArchiveClient, hashFile } from '../../adapters/archive/archive-client.ts';
import { type ArchiveFile, type ArchiveSeries, archiveDays, planArchive } from '../../adapters/archive/archive-file.ts';
import { readCandleCsv } from '../../adapters/archive/candle-csv.ts';
import type { RetryPolicy } from '../../adapters/archive/retrying.ts';
import type { EpochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type Failure, FailureError, failure, toFailure } from '../../model/failure.ts';
import { seriesParts } from '../../model/series.ts';
import { bucketOpen, type Timeframe, timeframeMs } from '../../model/timeframe.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import type { Feed } from '../../ports/feed.ts';
import type { DownloadLedger } from './download-ledger.ts';
import { type ImportSummary, importCandles } from './import-candles.ts';
import { fetchPages } from './rest-history.ts';

/** What to download, from where and into what. */
export type DownloadOptions = {
  readonly series: ArchiveSeries;
  /** Starts of UTC days; what lies in the future of `to` is left out. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly timeframes: readonly Timeframe[];
  readonly store: CandleStore;
  readonly ledger: DownloadLedger;
  readonly client: ArchiveClient;
  readonly feed: Pick<Feed, 'fetchHistory'>;
  /** Its clock is the present, its stop ends the run. */
  readonly policy: RetryPolicy;
  /** Where files are put, in folders like the archive's. */
  readonly folder: string;
  readonly afterImport: 'keep' | 'remove';
  /** Whether files that are stored already are imported again. */
  readonly known: 'skip' | 'import';
  readonly onProgress: (progress: DownloadProgress) => void;
};

/** How far a run is. */
export type DownloadProgress = {
  readonly label: string;
  readonly daysDone: number;
  readonly daysTotal: number;
  readonly files: number;
  readonly candles: number;
};

/** Where a stretch came from: `stored` was complete before; `none` the exchange has no candles there. */
export type DownloadOrigin = 'archive' | 'rest' | 'stored' | 'none';

/** One finished stretch; counts are candles of the base series. */
export type DownloadedStretch = Pick<ImportSummary, 'rows' | 'inserted' | 'changed' | 'unchanged' | 'gaps'> & {
  readonly name: string;
  readonly origin: DownloadOrigin;
  readonly from: EpochMs;
  readonly to: EpochMs;
};

/** How a run ended, with everything that was finished. */
export type DownloadOutcome = {
  readonly end: 'complete' | 'stopped' | 'failed';
  readonly failure: Failure | null;
  readonly stretches: readonly DownloadedStretch[];
};

const DAY_MS = 86_400_000;
const NOTHING = { rows: 0, inserted: 0, changed: 0, unchanged: 0, gaps: [] } as const;

/** Downloads; never rejects for anything that a network, a disk or a file can do. */
export async function downloadHistory(options: DownloadOptions): Promise<DownloadOutcome> {
  const run = new DownloadRun(options);
  try {
    await run.all();
    return { end: 'complete', failure: null, stretches: run.stretches };
  } catch (thrown) {
    const end = options.policy.stop.aborted ? 'stopped' : 'failed';
    return { end, failure: toFailure(thrown), stretches: run.stretches };
  }
}

class DownloadRun {
  readonly stretches: DownloadedStretch[] = [];
  readonly #options: DownloadOptions;
  readonly #lengthMs: number;
  /** The first candle that the exchange has from the first absent day on, once it had to be asked. */
  #listed: EpochMs | null = null;

  constructor(options: DownloadOptions) {
    this.#options = options;
    this.#lengthMs = timeframeMs(seriesParts(options.series.seriesId).timeframe);
  }

  async all(): Promise<void> {
    const { series, from, to, policy } = this.#options;
    const today = bucketOpen(policy.clock.now(), DAY_MS);
    const past = { from, to: Math.min(to, today) as EpochMs };
    for (const file of planArchive(series, past)) await this.#takeFile(file);
    if (to > today) await this.#takeToday(Math.max(from, today) as EpochMs);
  }

  async #takeFile(file: ArchiveFile): Promise<void> {
    const stated = unwrap(await this.#options.client.fetchChecksum(file));
    if (stated === null || !(await this.#takeStated(file, stated))) await this.#takeAbsent(file);
  }

  /** Imports a file with the check sum stated, unless it is stored; answers whether the archive has it after all. */
  async #takeStated(file: ArchiveFile, sha256: string): Promise<boolean> {
    const { known, ledger, folder, afterImport } = this.#options;
    const entry = ledger.find(file.path);
    if (known === 'skip' && entry?.sha256 === sha256 && (await this.#countStored(file)) >= entry.rows) {
      this.#finished(file, 'stored', NOTHING);
      return true;
    }
    const path = join(folder, file.path);
    if ((await hashFile(path)) !== sha256) {
      const saved = unwrap(await this.#options.client.download(file, { path, sha256 }));
      if (saved === null) return false;
    }
    const { seriesId } = this.#options.series;
    const rows = readCandleCsv({ path, seriesId, source: 'archive', stepMs: this.#lengthMs });
    const summary = await this.#import(insideOf(rows, file), file);
    await ledger.record(file.path, { sha256, rows: summary.rows });
    if (afterImport === 'remove') await rm(path, { force: true });
    this.#finished(file, 'archive', summary);
    return true;
  }

  /** A month that the archive lacks may be there by days; a day, at the exchange itself. */
  async #takeAbsent(file: ArchiveFile): Promise<void> {
    if (file.span === 'month') {
      for (const day of archiveDays(this.#options.series, file)) await this.#takeFile(day);
      return;
    }
    await this.#findListing(file.from);
    const isBefore = this.#listed !== null && file.to <= this.#listed;
    await (isBefore ? this.#takeNothing(file) : this.#takeRest(file, file.to));
  }

  /** Asked once, so that days before the listing cost no request each; without an answer nothing is left out. */
  async #findListing(from: EpochMs): Promise<void> {
    if (this.#listed !== null) return;
    const { feed, series, policy } = this.#options;
    const request = { seriesId: series.seriesId, from, to: policy.clock.now() };
    const answer = await feed.fetchHistory({ ...request, source: 'rest', purpose: 'history' });
    this.#listed = answer.ok ? (answer.value[0]?.openTime ?? request.to) : from;
  }

  async #takeNothing(file: ArchiveFile): Promise<void> {
    this.#finished(file, 'none', await this.#import(nothing(), file));
  }

  async #takeRest(file: Pick<ArchiveFile, 'name' | 'from' | 'to'>, end: EpochMs | null): Promise<void> {
    const { known, feed, series, policy } = this.#options;
    const expected = (file.to - file.from) / this.#lengthMs;
    if (known === 'skip' && (await this.#countStored(file)) >= expected) return this.#finished(file, 'stored', NOTHING);
    const pages = fetchPages(feed, { seriesId: series.seriesId, from: file.from, to: file.to }, policy);
    this.#finished(file, 'rest', await this.#import(pages, { from: file.from, to: end }));
  }

  /** The running day: no file of it exists yet, and where it ends is not the exchange's last word. */
  async #takeToday(from: EpochMs): Promise<void> {
    const { series, policy } = this.#options;
    const name = `${series.symbol}-${series.interval}-${new Date(from).toISOString().slice(0, 10)}`;
    const to = bucketOpen(policy.clock.now(), this.#lengthMs);
    if (to > from) await this.#takeRest({ name, from, to }, null);
  }

  async #import(
    chunks: AsyncIterable<readonly ClosedCandle[]>,
    covers: { readonly from: EpochMs; readonly to: EpochMs | null },
  ): Promise<ImportSummary> {
    const { store, series, timeframes, policy } = this.#options;
    const given = untilStopped(chunks, policy.stop);
    const imported = await importCandles({ chunks: given, seriesId: series.seriesId, timeframes, store, covers });
    if (!imported.ok) throw new FailureError(imported.error.failure);
    return imported.value;
  }

  async #countStored({ from, to }: { readonly from: EpochMs; readonly to: EpochMs }): Promise<number> {
    const { store, series } = this.#options;
    const range = { seriesId: series.seriesId, from, to, limit: Number.MAX_SAFE_INTEGER, take: 'oldest' } as const;
    return (await store.read(range)).length;
  }

  #finished(
    { name, from, to }: Pick<ArchiveFile, 'name' | 'from' | 'to'>,
    origin: DownloadOrigin,
    { rows, inserted, changed, unchanged, gaps }: Pick<DownloadedStretch, keyof typeof NOTHING>,
  ): void {
    this.stretches.push({ name, origin, from, to, rows, inserted, changed, unchanged, gaps });
    this.#options.onProgress({
      label: name,
      daysDone: Math.ceil((to - this.#options.from) / DAY_MS),
      daysTotal: Math.ceil((this.#options.to - this.#options.from) / DAY_MS),
      files: this.stretches.filter((stretch) => stretch.origin === 'archive').length,
      candles: this.stretches.reduce((sum, stretch) => sum + stretch.rows, 0),
    });
  }
}

function unwrap<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Failure },
): T {
  if (result.ok) return result.value;
  throw new FailureError(result.error);
}

/** Rows of a file must lie in the stretch that its name states: anything else is another file's content. */
async function* insideOf(
  chunks: AsyncIterable<readonly ClosedCandle[]>,
  file: ArchiveFile,
): AsyncGenerator<readonly ClosedCandle[], void, undefined> {
  for await (const chunk of chunks) {
    const stray = chunk.find(({ openTime }) => openTime < file.from || openTime >= file.to);
    if (stray !== undefined) {
      const reason = `it holds a candle of ${new Date(stray.openTime).toISOString()}`;
      throw new FailureError(failure('venue_answer_malformed', { url: file.path, reason }));
    }
    yield chunk;
  }
}

async function* untilStopped<T>(chunks: AsyncIterable<T>, stop: AbortSignal): AsyncGenerator<T, void, undefined> {
  for await (const chunk of chunks) {
    refuseWhenStopped(stop);
    yield chunk;
  }
  refuseWhenStopped(stop);
}

function refuseWhenStopped(stop: AbortSignal): void {
  if (stop.aborted) throw new FailureError(failure('usage_wrong', { reason: 'stopped; run it again to finish' }));
}

async function* nothing(): AsyncGenerator<readonly ClosedCandle[], void, undefined> {}
