/**
 * Closed candles in memory, for backtests and tests: the same contract as a database, gone with the process. It holds
 * everything saved; who fills it decides how much that is.
 */
import { assert } from '../../core/assert.ts';
import { toDecimalText } from '../../core/decimal.ts';
import type { EpochMs } from '../../core/time.ts';
import { type CandleGap, type ClosedCandle, findCandleFault, SOURCE_RANK } from '../../model/candle.ts';
import { FailureError, failure } from '../../model/failure.ts';
import { type SeriesId, seriesParts } from '../../model/series.ts';
import { timeframeMs } from '../../model/timeframe.ts';
import type { CandleRange, CandleStore, CandleText, KnownRange, SaveCounts } from '../../ports/candle-store.ts';
import { type CandlePast, createPast, isKnownAt, keepReplaced, noteArrival, stateAt } from './memory-candle-past.ts';
import { cutStretch, recordGap } from './memory-candle-store-gaps.ts';

/** One series. `opens` is ascending once `sortOpens` has run; out-of-order candles make it stale until the next read. */
type Shelf = {
  readonly candleMs: number;
  readonly byOpen: Map<EpochMs, ClosedCandle>;
  opens: EpochMs[];
  order: 'ascending' | 'stale';
  /** Disjoint, ascending. */
  gaps: readonly CandleGap[];
  /** Candles and gaps that were saved, changed or not. */
  version: number;
  readonly past: CandlePast;
};
type Batch = Parameters<CandleStore['save']>[0];

/** An empty store. */
export function createMemoryCandleStore(): CandleStore {
  const shelves = new Map<SeriesId, Shelf>();
  let state: 'open' | 'closed' = 'open';
  const guard = async <T>(action: () => T): Promise<T> => {
    if (state === 'closed') {
      throw new FailureError(failure('store_unavailable', { path: 'memory', reason: 'it is closed' }));
    }
    return action();
  };
  return {
    save: (batch) => guard(() => saveBatch(shelves, batch)),
    read: (range) => guard(() => readCandles(shelves.get(range.seriesId), range)),
    readTexts: (range) => guard(() => readCandles(shelves.get(range.seriesId), range).map(toCandleText)),
    readKnown: (range) => guard(() => readKnown(shelves.get(range.seriesId), range)),
    readGaps: (seriesId, { from, to }) =>
      guard(() => (shelves.get(seriesId)?.gaps ?? []).filter((gap) => gap.from < to && gap.to > from)),
    extent: (seriesId) =>
      guard(() => {
        const shelf = shelves.get(seriesId);
        const opens = sortOpens(shelf);
        const version = shelf?.version ?? 0;
        return { count: opens.length, first: opens[0] ?? null, head: opens.at(-1) ?? null, version };
      }),
    listSeries: () => guard(() => [...shelves.keys()].filter((id) => shelves.get(id)?.byOpen.size !== 0).sort()),
    close: async () => {
      state = 'closed';
    },
  };
}

function saveBatch(shelves: Map<SeriesId, Shelf>, batch: Batch): SaveCounts {
  // Everything is checked before anything is stored: a refused batch leaves no trace.
  for (const gap of batch.gaps) assert(gap.from < gap.to, `empty gap of ${gap.seriesId} at ${gap.from}`);
  for (const candle of batch.candles) {
    const fault = findCandleFault(candle);
    assert(fault === null, `candle of ${candle.seriesId} at ${candle.openTime}: ${fault}`);
  }
  const counts = { inserted: 0, changed: 0, unchanged: 0 };
  // What a batch holds becomes known together: the past is what was there before all of it.
  const heads = new Map<Shelf, EpochMs | null>();
  for (const candle of batch.candles) {
    const shelf = ensureShelf(shelves, candle.seriesId);
    const known = heads.get(shelf);
    const head = known === undefined ? (sortOpens(shelf).at(-1) ?? null) : known;
    heads.set(shelf, head);
    counts[saveCandle(shelf, candle, head)]++;
  }
  for (const gap of batch.gaps) {
    const shelf = ensureShelf(shelves, gap.seriesId);
    const { candleMs } = shelf;
    shelf.version++;
    const opens = sortOpens(shelf);
    const near = opens.slice(firstAtOrAfter(opens, gap.from - candleMs + 1), firstAtOrAfter(opens, gap.to));
    shelf.gaps = recordGap(shelf.gaps, { gap, candleMs, opens: near });
  }
  return counts;
}

function ensureShelf(shelves: Map<SeriesId, Shelf>, seriesId: SeriesId): Shelf {
  const existing = shelves.get(seriesId);
  if (existing !== undefined) return existing;
  const candleMs = timeframeMs(seriesParts(seriesId).timeframe);
  const shelf: Shelf = {
    candleMs,
    byOpen: new Map(),
    opens: [],
    order: 'ascending',
    gaps: [],
    version: 0,
    past: createPast(),
  };
  shelves.set(seriesId, shelf);
  return shelf;
}

/** `head` is the newest candle before the batch. */
function saveCandle(shelf: Shelf, candle: ClosedCandle, head: EpochMs | null): keyof SaveCounts {
  shelf.version++;
  const stored = shelf.byOpen.get(candle.openTime);
  if (stored === undefined) {
    if ((shelf.opens.at(-1) ?? -1) > candle.openTime) shelf.order = 'stale';
    shelf.opens.push(candle.openTime);
    if (head !== null) noteArrival(shelf.past, candle.openTime, head);
    shelf.byOpen.set(candle.openTime, withRevision(candle, 1));
    if (shelf.gaps.length > 0) {
      shelf.gaps = cutStretch(shelf.gaps, { from: candle.openTime, to: candle.openTime + shelf.candleMs });
    }
    return 'inserted';
  }
  if (SOURCE_RANK[candle.certificate.source] < SOURCE_RANK[stored.certificate.source]) return 'unchanged';
  const outcome = hasSameNumbers(stored, candle) ? 'unchanged' : 'changed';
  if (outcome === 'changed' && head !== null) keepReplaced(shelf.past, stored, head);
  const revision = stored.certificate.revision + (outcome === 'changed' ? 1 : 0);
  shelf.byOpen.set(candle.openTime, withRevision(candle, revision));
  return outcome;
}

function toCandleText(candle: ClosedCandle): CandleText {
  return {
    openTime: candle.openTime,
    open: toDecimalText(candle.open),
    high: toDecimalText(candle.high),
    low: toDecimalText(candle.low),
    close: toDecimalText(candle.close),
    volume: toDecimalText(candle.volume),
  };
}

function withRevision(candle: ClosedCandle, revision: number): ClosedCandle {
  return { ...candle, certificate: { ...candle.certificate, revision } };
}

function hasSameNumbers(a: ClosedCandle, b: ClosedCandle): boolean {
  return (
    a.open === b.open &&
    a.high === b.high &&
    a.low === b.low &&
    a.close === b.close &&
    a.volume === b.volume &&
    a.quoteVolume === b.quoteVolume &&
    a.trades === b.trades &&
    a.takerBaseVolume === b.takerBaseVolume &&
    a.takerQuoteVolume === b.takerQuoteVolume &&
    a.certificate.baseCount === b.certificate.baseCount
  );
}

function sortOpens(shelf: Shelf | undefined): readonly EpochMs[] {
  if (shelf === undefined) return [];
  if (shelf.order === 'stale') {
    // Backfilled pages are ascending runs, which the engine's merge sort joins in linear time.
    shelf.opens.sort((a, b) => a - b);
    shelf.order = 'ascending';
  }
  return shelf.opens;
}

function readCandles(shelf: Shelf | undefined, range: CandleRange): readonly ClosedCandle[] {
  assert(range.limit >= 0, `negative limit ${range.limit}`);
  if (shelf === undefined) return [];
  const opens = sortOpens(shelf);
  const start = firstAtOrAfter(opens, range.from);
  const end = Math.max(start, firstAtOrAfter(opens, range.to));
  const count = Math.min(range.limit, end - start);
  const first = range.take === 'oldest' ? start : end - count;
  return opens.slice(first, first + count).map((open) => {
    const candle = shelf.byOpen.get(open);
    assert(candle !== undefined, `no candle at the listed open time ${open}`);
    return candle;
  });
}

function readKnown(shelf: Shelf | undefined, range: KnownRange): readonly ClosedCandle[] {
  const { head, limit, take } = range;
  if (shelf?.byOpen.get(head) === undefined || !isKnownAt(shelf.past, head, head)) return [];
  const to = Math.min(range.to, head + 1) as EpochMs;
  const candles = readCandles(shelf, { ...range, to, limit: Number.POSITIVE_INFINITY }).filter(({ openTime }) =>
    isKnownAt(shelf.past, openTime, head),
  );
  const chosen = take === 'oldest' ? candles.slice(0, limit) : candles.slice(Math.max(0, candles.length - limit));
  return chosen.map((candle) => stateAt(shelf.past, candle, head));
}

/** Index of the first open time that is not before `time`; the length when there is none. */
function firstAtOrAfter(opens: readonly EpochMs[], time: number): number {
  let low = 0;
  let high = opens.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((opens[middle] ?? time) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
