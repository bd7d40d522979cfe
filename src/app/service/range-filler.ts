/**
 * Makes a stretch of a series as complete as it can be: derived timeframes first from the stored minutes, then, where
 * that is allowed, whatever is still missing from the exchange. Closed candles only; they go through the engine like
 * every other candle. Stretches of which the exchange has said that it has nothing are not asked for again in this run.
 */
import { ok, type Result } from '../../core/result.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import { createFanout, derivableTimeframes, spanOpen } from '../../market/derived-timeframe-fanout.ts';
import { foldStored } from '../../market/recompute.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import type { Failure } from '../../model/failure.ts';
import { type SeriesId, seriesParts, siblingSeries } from '../../model/series.ts';
import { type Timeframe, timeframeMs } from '../../model/timeframe.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Feed } from '../../ports/feed.ts';

/** What a filler works with. */
export type FillerOptions = {
  readonly store: CandleStore;
  readonly clock: Clock;
  readonly fetchHistory: Feed['fetchHistory'];
  /** Stores candles through the engine, unannounced. */
  readonly save: (candles: readonly ClosedCandle[]) => Promise<void>;
  readonly baseTimeframe: Timeframe;
  readonly derivedTimeframes: readonly Timeframe[];
};

/** What to fill: [`from`, `to`) of a series. `onProgress` hears how many candles are missing, first before anything. */
export type FillRequest = {
  readonly seriesId: SeriesId;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly exchange: 'on' | 'off';
  readonly onProgress?: (missing: number) => void;
};

type Stretch = { readonly from: EpochMs; readonly to: EpochMs };

/** Candles in the smallest full page of an exchange, and requests of one run that may bring less. */
const PAGE_CANDLES = 1_000;
const SHORT_PAGES_MAX = 20;
/** Stretches remembered as empty at the exchange. Policy beyond it: all are forgotten and asked for again. */
const EMPTY_MAX = 4_096;
/** What is younger may still be on its way into the exchange's history. */
const EMPTY_AGE_MS = 300_000;

/** Fills stretches; one run at a time for each series is the caller's to see to. */
export class RangeFiller {
  readonly #options: FillerOptions;
  readonly #empty = new Map<SeriesId, Stretch[]>();
  #emptyCount = 0;

  constructor(options: FillerOptions) {
    this.#options = options;
  }

  /** Fills what it can; answers how many candles are missing still, or why the exchange could not be asked. */
  async fill(request: FillRequest): Promise<Result<number, Failure>> {
    const { onProgress = () => {} } = request;
    const before = await this.#missing(request);
    onProgress(count(before, request.seriesId));
    if (before.length === 0) return ok(0);
    await this.#rollUp(request, before);
    let left = await this.#missing(request);
    onProgress(count(left, request.seriesId));
    const inVain: Stretch[] = [];
    const pagesMax = SHORT_PAGES_MAX + count(left, request.seriesId) / PAGE_CANDLES;
    for (let page = 0; page < pagesMax && request.exchange === 'on'; page++) {
      const known = [...inVain, ...(this.#empty.get(request.seriesId) ?? [])];
      const next = left.find((stretch) => !known.some(({ from, to }) => from <= stretch.from && stretch.to <= to));
      if (next === undefined) break;
      const asked = await this.#ask(request.seriesId, next);
      if (!asked.ok) return asked;
      if (asked.value === 'nothing') inVain.push(next);
      left = await this.#missing(request);
      onProgress(count(left, request.seriesId));
    }
    return ok(count(left, request.seriesId));
  }

  /** Stretches without a stored candle, ascending; none where the range holds as many candles as it has periods. */
  async #missing({ seriesId, from, to }: FillRequest): Promise<readonly Stretch[]> {
    const lengthMs = lengthOf(seriesId);
    const first = (Math.ceil(from / lengthMs) * lengthMs) as EpochMs;
    const periods = Math.ceil((to - first) / lengthMs);
    if (periods <= 0) return [];
    const stored = await this.#options.store.read({ seriesId, from, to, limit: periods, take: 'newest' });
    if (stored.length >= periods) return [];
    const opens = new Set(stored.map(({ openTime }) => openTime));
    const missing: { from: EpochMs; to: EpochMs }[] = [];
    for (let open = first; open < to; open = addMs(open, lengthMs)) {
      if (opens.has(open)) continue;
      const last = missing.at(-1);
      if (last?.to === open) last.to = addMs(open, lengthMs);
      else missing.push({ from: open, to: addMs(open, lengthMs) });
    }
    return missing;
  }

  /** Whole periods only, and only those that are missing: what is stored knows better. */
  async #rollUp({ seriesId }: FillRequest, missing: readonly Stretch[]): Promise<void> {
    const { store, baseTimeframe, derivedTimeframes } = this.#options;
    const { timeframe } = seriesParts(seriesId);
    const [first, last] = [missing[0], missing.at(-1)];
    if (first === undefined || last === undefined) return;
    if (!derivableTimeframes(baseTimeframe, derivedTimeframes).includes(timeframe)) return;
    const baseId = siblingSeries(seriesId, baseTimeframe);
    const fanout = createFanout(baseId, [timeframe]);
    const stretch = { from: spanOpen(fanout, first.from), to: last.to };
    const candles = await store.read({ seriesId: baseId, ...stretch, limit: Number.MAX_SAFE_INTEGER, take: 'oldest' });
    if (candles.length === 0) return;
    const gaps = await store.readGaps(baseId, stretch);
    const { closed } = foldStored(fanout, { ...stretch, candles, gaps });
    await this.#save(
      closed.filter(({ openTime }) => missing.some(({ from, to }) => from <= openTime && openTime < to)),
    );
  }

  async #ask(seriesId: SeriesId, stretch: Stretch): Promise<Result<'something' | 'nothing', Failure>> {
    const { fetchHistory, clock } = this.#options;
    const answer = await fetchHistory({ seriesId, ...stretch, source: 'rest', purpose: 'history' });
    if (!answer.ok) return answer;
    await this.#save(answer.value);
    if (answer.value.length > 0) return ok('something');
    if (stretch.to <= clock.now() - EMPTY_AGE_MS) this.#remember(seriesId, stretch);
    return ok('nothing');
  }

  async #save(candles: readonly ClosedCandle[]): Promise<void> {
    if (candles.length > 0) await this.#options.save(candles);
  }

  #remember(seriesId: SeriesId, stretch: Stretch): void {
    if (this.#emptyCount >= EMPTY_MAX) {
      this.#empty.clear();
      this.#emptyCount = 0;
    }
    this.#emptyCount++;
    this.#empty.set(seriesId, [...(this.#empty.get(seriesId) ?? []), stretch]);
  }
}

function count(stretches: readonly Stretch[], seriesId: SeriesId): number {
  return stretches.reduce((sum, { from, to }) => sum + (to - from) / lengthOf(seriesId), 0);
}

function lengthOf(seriesId: SeriesId): number {
  return timeframeMs(seriesParts(seriesId).timeframe);
}
