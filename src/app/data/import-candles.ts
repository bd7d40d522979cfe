/**
 * A file of base candles into the store: every row as it is, and every higher timeframe derived in the same pass and
 * saved in the same transaction. Importing the same file again changes nothing; an import that was killed is finished
 * by running it again. A hole in the file that the store can not fill counts as the exchange's own.
 */
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import {
  acceptClosed,
  createFanout,
  emptyOutput,
  type Fanout,
  type FanoutOutput,
  skipMinutes,
  spanOpen,
} from '../../market/derived-timeframe-fanout.ts';
import { foldStored } from '../../market/recompute.ts';
import { type CandleGap, type ClosedCandle, SOURCE_RANK } from '../../model/candle.ts';
import { type Failure, FailureError } from '../../model/failure.ts';
import { type SeriesId, seriesParts } from '../../model/series.ts';
import type { Timeframe } from '../../model/timeframe.ts';
import type { CandleStore } from '../../ports/candle-store.ts';

/** What to import and where to. */
export type ImportOptions = {
  /** Base candles in chunks, ascending. */
  readonly chunks: AsyncIterable<readonly ClosedCandle[]>;
  readonly seriesId: SeriesId;
  readonly timeframes: readonly Timeframe[];
  readonly store: CandleStore;
  /**
   * The stretch that the chunks are the whole truth about, as a file of one month is: what they lack at its edges and
   * the store does not have either counts as the exchange's own hole, as one between two candles does. `to` is `null`
   * where the end is open. Without it the truth begins and ends with the candles.
   */
  readonly covers?: { readonly from: EpochMs; readonly to: EpochMs | null };
  readonly onProgress?: (rows: number) => void;
};

/** What an import did. */
export type ImportSummary = {
  readonly rows: number;
  readonly inserted: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly first: EpochMs | null;
  readonly last: EpochMs | null;
  /** Derived candles by timeframe. */
  readonly derived: Readonly<Record<string, number>>;
  /** Stretches of the base series without candles. */
  readonly gaps: readonly CandleGap[];
};

/** An import that stopped: why, and what was stored before. */
export type ImportStop = { readonly failure: Failure; readonly summary: ImportSummary };

/** Imports; on failure everything before the failing rows is stored, and nothing of a failing transaction. */
export async function importCandles(options: ImportOptions): Promise<Result<ImportSummary, ImportStop>> {
  const run = new ImportRun(options);
  try {
    for await (const chunk of options.chunks) await run.take(chunk);
    await run.finish();
    return ok(run.summary());
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    return err({ failure: error.failure, summary: run.summary() });
  }
}

class ImportRun {
  readonly #options: ImportOptions;
  readonly #fanout: Fanout;
  readonly #derived: Record<string, number> = {};
  readonly #gaps: CandleGap[] = [];
  #counts = { rows: 0, inserted: 0, changed: 0, unchanged: 0 };
  #first: EpochMs | null = null;
  #last: EpochMs | null = null;

  constructor(options: ImportOptions) {
    this.#options = options;
    this.#fanout = createFanout(options.seriesId, options.timeframes);
  }

  async take(chunk: readonly ClosedCandle[]): Promise<void> {
    const output = emptyOutput();
    const kept = await this.#keptAgainst(chunk);
    for (const read of chunk) {
      const candle = kept.get(read.openTime) ?? read;
      const next = this.#fanout.nextOpen ?? (await this.#start(candle.openTime));
      if (candle.openTime > next) await this.#bridge({ from: next, to: candle.openTime }, output);
      acceptClosed(this.#fanout, candle, output);
    }
    const last = chunk[chunk.length - 1];
    if (last === undefined) return;
    this.#first ??= chunk[0]?.openTime ?? null;
    this.#last = last.openTime;
    await this.#save(chunk, output);
  }

  /** Stored candles that these do not replace, because what an operator posted outranks a file: they stay the base. */
  async #keptAgainst(chunk: readonly ClosedCandle[]): Promise<ReadonlyMap<EpochMs, ClosedCandle>> {
    const [first, last] = [chunk[0], chunk[chunk.length - 1]];
    if (first === undefined || last === undefined) return new Map();
    const { candles } = await this.#stored(first.openTime, (last.openTime + 1) as EpochMs);
    const rank = SOURCE_RANK[first.certificate.source];
    const kept = candles.filter(({ certificate }) => SOURCE_RANK[certificate.source] > rank);
    return new Map(kept.map((candle) => [candle.openTime, candle]));
  }

  /** Where the truth begins: at the stretch covered, else at the first candle. */
  #start(first: EpochMs): Promise<EpochMs> {
    const { covers } = this.#options;
    return this.#continueStored(covers === undefined || covers.from > first ? first : covers.from);
  }

  /** Brings what is stored of the first candle's span into the fold, so that its buckets are whole. */
  async #continueStored(first: EpochMs): Promise<EpochMs> {
    const from = spanOpen(this.#fanout, first);
    const { candles, gaps } = await this.#stored(from, first);
    if (candles.length > 0) foldStored(this.#fanout, { from, to: first, candles, gaps });
    return first;
  }

  async #stored(
    from: EpochMs,
    to: EpochMs,
  ): Promise<{ readonly candles: readonly ClosedCandle[]; readonly gaps: readonly CandleGap[] }> {
    const { store, seriesId } = this.#options;
    const candles = await store.read({ seriesId, from, to, limit: Number.MAX_SAFE_INTEGER, take: 'oldest' });
    return { candles, gaps: await store.readGaps(seriesId, { from, to }) };
  }

  /** Fills a hole of the file from the store; what neither has, the exchange does not have. */
  async #bridge(hole: { readonly from: EpochMs; readonly to: EpochMs }, output: FanoutOutput): Promise<void> {
    const { candles } = await this.#stored(hole.from, hole.to);
    let from = hole.from;
    for (const candle of candles) {
      this.#skip(from, candle.openTime, output);
      acceptClosed(this.#fanout, candle, output);
      from = this.#fanout.nextOpen as EpochMs;
    }
    this.#skip(from, hole.to, output);
  }

  #skip(from: EpochMs, to: EpochMs, output: FanoutOutput): void {
    if (from >= to) return;
    const gap = { from, to, reason: 'exchange_gap' } as const;
    skipMinutes(this.#fanout, gap, output);
    output.gaps.push({ kind: 'candleGap', seriesId: this.#options.seriesId, ...gap });
  }

  /** Closes the edge of the stretch covered, then completes the last span with what is stored behind it. */
  async finish(): Promise<void> {
    await this.#closeEdge();
    const from = this.#fanout.nextOpen;
    if (from === null) return;
    const to = (spanOpen(this.#fanout, (from - 1) as EpochMs) + this.#fanout.spanMs) as EpochMs;
    const { candles, gaps } = await this.#stored(from, to);
    if (candles.length === 0) return;
    await this.#save([], foldStored(this.#fanout, { from, to, candles, gaps }));
  }

  async #closeEdge(): Promise<void> {
    const { covers } = this.#options;
    if (covers === undefined || covers.to === null) return;
    const from = this.#fanout.nextOpen ?? (await this.#start(covers.to));
    if (from >= covers.to) return;
    const output = emptyOutput();
    await this.#bridge({ from, to: covers.to }, output);
    await this.#save([], output);
  }

  async #save(base: readonly ClosedCandle[], output: FanoutOutput): Promise<void> {
    const gaps = output.gaps.filter((gap) => gap.reason === 'exchange_gap');
    const candles = output.closed.length === 0 ? base : [...base, ...output.closed];
    const saved = await this.#options.store.save({ candles, gaps });
    this.#counts = {
      rows: this.#counts.rows + base.length,
      inserted: this.#counts.inserted + saved.inserted,
      changed: this.#counts.changed + saved.changed,
      unchanged: this.#counts.unchanged + saved.unchanged,
    };
    for (const candle of output.closed) {
      const { timeframe } = seriesParts(candle.seriesId);
      this.#derived[timeframe] = (this.#derived[timeframe] ?? 0) + 1;
    }
    this.#gaps.push(...gaps.filter((gap) => gap.seriesId === this.#options.seriesId));
    this.#options.onProgress?.(this.#counts.rows);
  }

  summary(): ImportSummary {
    return {
      ...this.#counts,
      first: this.#first,
      last: this.#last,
      derived: { ...this.#derived },
      gaps: [...this.#gaps],
    };
  }
}
