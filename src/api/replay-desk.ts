/**
 * What the replay routes ask (wire contract 8): how far ledgers are at a candle, packages and their windows, and
 * whether enough candles are stored. Times in, answers or the contract's words out.
 */
import { hash } from 'node:crypto';
import { EPOCH_MS_MAX, type EpochMs, epochMs, toEpochSec } from '../core/time.ts';
import type { SeriesId } from '../model/series.ts';
import type { ChartStore } from '../ports/chart-store.ts';
import { isAt, pause, waitForChart } from './chart-wait.ts';
import type { FactorLexicon } from './factor-lexicon.ts';
import { KeptAnswers } from './kept-answers.ts';
import type { BackfillState, MarketControl } from './market-control.ts';
import type { BuildWish, ReplayWish } from './replay-bodies.ts';
import { type ReplayJob, ReplayJobs, type ReplaySources, readCandles } from './replay-jobs.ts';
import { jobWindowText, type StatusExtra, statusText, type TextTools, type WindowWish } from './replay-text.ts';

/** What the desk works with. */
export type ReplayParts = ReplaySources & {
  readonly charts: ChartStore;
  readonly lexicon: FactorLexicon;
  readonly prepareChart: MarketControl['prepareChart'];
  /** May fetch what is missing among the newest candles, in the background. */
  readonly coverTail: (seriesId: SeriesId, candles: number) => void;
  readonly backfill: (seriesId: SeriesId) => BackfillState;
};

/** A refusal in the words of the contract. */
export type ReplayRefusal = { readonly status: 404 | 409 | 422 | 503; readonly detail: string };
/** An answer: an object, JSON as bytes, or a refusal. */
export type ReplayAnswer = { readonly body: object } | { readonly bytes: Buffer } | { readonly refusal: ReplayRefusal };

/** Windows kept as bytes: some of them have several MiB. */
const KEPT = { answersMax: 16, bytesMax: 64 * 1024 * 1024 } as const;
/** `prepare` answers with window lengths from here on, whatever was asked. */
const PREPARE_MIN = 100;
/** Longest wait of `prepare` for a chart that is being computed. */
const PREPARE_MS_MAX = 5_000;

const OUT_OF_SYNC: ReplayAnswer = refuse(409, 'ledger_out_of_sync:factor');

/** The desk; `close` ends what is being built. */
export class ReplayDesk {
  readonly #parts: ReplayParts;
  readonly #jobs: ReplayJobs;
  readonly #tools: TextTools;
  /** Bounded by the requests under way. */
  readonly #making = new Map<string, Promise<ReplayAnswer>>();
  readonly #windows = new KeptAnswers<{ readonly bytes: Buffer }>(KEPT);

  constructor(parts: ReplayParts) {
    this.#parts = parts;
    this.#tools = { lexicon: parts.lexicon, breathe: () => pause(parts.wallClock, 0) };
    this.#jobs = new ReplayJobs(parts);
  }

  close(): void {
    this.#jobs.close();
  }

  /** Whether the ledgers are at the candle. */
  async prepare(seriesId: SeriesId, wish: ReplayWish): Promise<ReplayAnswer> {
    const aligned = await this.#align(seriesId, wish.toTime);
    if (aligned === null) return refuse(404, 'no_data');
    const { charts, prepareChart } = this.#parts;
    const before = await charts.head(seriesId);
    const isReady = before !== null && before.headTime >= aligned;
    if (!isReady && (await prepareChart(seriesId, 'missing')) === 'idle') return OUT_OF_SYNC;
    const head = await waitForChart(this.#parts, seriesId, { isThere: isAt(aligned), limitMs: PREPARE_MS_MAX });
    if (head === null || head.headTime < aligned) return OUT_OF_SYNC;
    const headSec = toEpochSec(head.headTime);
    return {
      body: {
        ok: true,
        series_id: wish.id,
        requested_time: toEpochSec(wish.toTime ?? aligned),
        aligned_time: toEpochSec(aligned),
        window_candles: Math.max(PREPARE_MIN, wish.candles),
        factor_head_time: headSec,
        overlay_head_time: headSec,
        computed: !isReady,
      },
    };
  }

  /** Starts a package, or finds it. */
  async build(seriesId: SeriesId, wish: BuildWish): Promise<ReplayAnswer> {
    const { store, charts } = this.#parts;
    const to = await this.#align(seriesId, wish.toTime);
    if (to === null) return refuse(404, 'no_data');
    const { known, candles: windowCandles } = wish;
    const range = { from: epochMs(0), limit: windowCandles, take: 'newest' } as const;
    const candles = await readCandles(store, { seriesId, to, known }, range);
    const first = candles[0];
    if (first === undefined || candles.length < windowCandles) return refuse(409, 'coverage_missing');
    const { windowSize, snapshotInterval } = wish;
    const request = {
      id: wish.id,
      seriesId,
      from: first.openTime,
      to,
      windowCandles,
      windowSize,
      snapshotInterval,
      known,
    };
    const ledger = await charts.head(seriesId);
    const key = hash(
      'sha256',
      JSON.stringify([request, ledger?.generation ?? null, ledger?.fingerprint ?? null]),
      'hex',
    ).slice(0, 24);
    const job = this.#jobs.start(key, request);
    if (job === null) return refuse(503, 'replay_busy');
    return { body: { status: job.status === 'done' ? 'done' : 'building', job_id: key, cache_key: key } };
  }

  /** How far a package is. */
  async status(key: string, extras: ReadonlySet<StatusExtra>): Promise<ReplayAnswer> {
    const job = this.#jobs.find(key);
    if (job === undefined) return refuse(404, 'not_found');
    return { bytes: Buffer.from(await statusText(job, this.#tools, extras)) };
  }

  /** The window that holds candle `idx`. */
  async window(key: string, { idx, form }: WindowWish): Promise<ReplayAnswer> {
    const job = this.#jobs.find(key);
    if (job?.status !== 'done') return refuse(404, 'not_found');
    if (idx >= job.replay.candles.length) return refuse(422, 'target_idx_out_of_range');
    const { windowSize } = job.request;
    return this.#keepWindow(job, { idx: idx - (idx % windowSize), form });
  }

  /** Equal requests that meet share one making. */
  #keepWindow(job: Extract<ReplayJob, { readonly status: 'done' }>, wish: WindowWish): Promise<ReplayAnswer> {
    const name = `${job.key} ${wish.idx} ${wish.form}`;
    const kept = this.#windows.find(name);
    if (kept !== undefined) return Promise.resolve(kept);
    const known = this.#making.get(name);
    if (known !== undefined) return known;
    const making = jobWindowText(job, this.#tools, wish)
      .then((text) => {
        const bytes = Buffer.from(text);
        this.#windows.keep(name, { bytes });
        return { bytes };
      })
      .finally(() => this.#making.delete(name));
    this.#making.set(name, making);
    return making;
  }

  /** Asks for candles that are missing, and tells how many there are. */
  async coverage(seriesId: SeriesId, wish: ReplayWish): Promise<CoverageReading> {
    const to = wish.toTime ?? (EPOCH_MS_MAX as EpochMs);
    const reading = await this.#readCoverage(seriesId, to, wish.candles);
    if (reading.ready >= wish.candles) return { ...reading, status: 'done' };
    return { ...reading, status: this.#parts.backfill(seriesId).state === 'running' ? 'building' : 'error' };
  }

  /** May fetch the newest candles that are missing. */
  ensure(seriesId: SeriesId, candles: number): void {
    this.#parts.coverTail(seriesId, candles);
  }

  async #readCoverage(seriesId: SeriesId, to: EpochMs, candles: number): Promise<Omit<CoverageReading, 'status'>> {
    const { store } = this.#parts;
    const end = Math.min(EPOCH_MS_MAX, to + 1) as EpochMs;
    const stored = await store.readTexts({ seriesId, from: epochMs(0), to: end, limit: candles, take: 'newest' });
    const { head } = await store.extent(seriesId);
    return { ready: stored.length, head };
  }

  /** The newest stored candle at or before `toTime`. */
  async #align(seriesId: SeriesId, toTime: EpochMs | null): Promise<EpochMs | null> {
    const to = Math.min(EPOCH_MS_MAX, (toTime ?? EPOCH_MS_MAX) + 1) as EpochMs;
    const [candle] = await this.#parts.store.readTexts({ seriesId, from: epochMs(0), to, limit: 1, take: 'newest' });
    return candle?.openTime ?? null;
  }
}

/** Stored candles up to a time, as many as are wanted at most, and the newest of all. */
export type CoverageReading = {
  readonly status: 'building' | 'done' | 'error';
  readonly ready: number;
  readonly head: EpochMs | null;
};

function refuse(status: ReplayRefusal['status'], detail: string): ReplayAnswer {
  return { refusal: { status, detail } };
}
