/**
 * Derived candles that are missing although their minutes are stored: derivation was off for a while, once or many
 * times, a timeframe is new, or a hole of the base was filled while nobody derived. Pieces go from the newest to the
 * oldest; what is stored and right stays as it is, with its certificate. Whether anything is missing is told by counts,
 * so a series that is whole costs a few reads, however long it is.
 */
import { EPOCH_MS_MAX, type EpochMs } from '../../core/time.ts';
import { createFanout, derivableTimeframes, spanOpen } from '../../market/derived-timeframe-fanout.ts';
import { findChanged, foldStored } from '../../market/recompute.ts';
import type { CandleGap, ClosedCandle } from '../../model/candle.ts';
import { type SeriesId, seriesParts, siblingSeries } from '../../model/series.ts';
import { type Timeframe, timeframeMs } from '../../model/timeframe.ts';
import type { CandleStore, SaveBatch } from '../../ports/candle-store.ts';

/** What to make whole. */
export type MissingOptions = {
  readonly store: CandleStore;
  readonly baseId: SeriesId;
  readonly timeframes: readonly Timeframe[];
  /** Where the caller's own fold begins, at the start of a whole span. */
  readonly end: EpochMs;
  /** Stores what was missing; resolves when it is stored. */
  readonly save: (batch: SaveBatch) => Promise<unknown>;
};

/** What one piece of work saved, in candles, and how many pieces are left. */
export type MissingPiece = { readonly saved: number; readonly left: number };

type Stretch = { readonly from: EpochMs; readonly to: EpochMs };
/** A derived series; its first whole bucket opens at `first`. */
type Target = { readonly seriesId: SeriesId; readonly lengthMs: number; readonly first: number };

/** Base candles of one piece, some 20 ms of work; more where all timeframes together end more rarely than that. */
const PIECE_CANDLES = 1_440;
/** Readings of one piece. Policy beyond it: go on, as whoever changes a minute that is followed derives it again. */
const READS_MAX = 5;
const ALL = { limit: Number.MAX_SAFE_INTEGER, take: 'oldest' } as const;

/** Derives what is missing before `end`, a piece for each step; nothing where nothing is. Rejects as the store does. */
export async function* deriveMissing(options: MissingOptions): AsyncGenerator<MissingPiece, void, undefined> {
  const { baseId, timeframes, end } = options;
  const start = await findStart(options);
  if (start === null) return;
  const targets = targetsOf(options, start);
  if (await areWhole(options, targets)) return;
  const fanout = createFanout(baseId, timeframes);
  const begin = spanOpen(fanout, start);
  const pieceMs = Math.max(1, Math.floor((PIECE_CANDLES * fanout.baseMs) / fanout.spanMs)) * fanout.spanMs;
  for (let to: number = end; to > begin; to -= pieceMs) {
    const from = Math.max(begin, to - pieceMs);
    const saved = await derivePiece(options, targets, { from: from as EpochMs, to: to as EpochMs });
    yield { saved, left: Math.ceil((from - begin) / pieceMs) };
  }
}

/** The first minute that is known: stored, or not there at the exchange right before the first stored one. */
async function findStart({ store, baseId }: MissingOptions): Promise<EpochMs | null> {
  const { first } = await store.extent(baseId);
  if (first === null || first === 0) return first;
  const before = await store.readGaps(baseId, { from: (first - 1) as EpochMs, to: first });
  return before.find(({ reason }) => reason === 'exchange_gap')?.from ?? first;
}

function targetsOf({ baseId, timeframes }: MissingOptions, start: EpochMs): readonly Target[] {
  return derivableTimeframes(seriesParts(baseId).timeframe, timeframes).map((timeframe) => {
    const lengthMs = timeframeMs(timeframe);
    return { seriesId: siblingSeries(baseId, timeframe), lengthMs, first: Math.ceil(start / lengthMs) * lengthMs };
  });
}

async function areWhole(options: MissingOptions, targets: readonly Target[]): Promise<boolean> {
  for (const target of targets) if (!(await isWhole(options, target))) return false;
  return true;
}

/** Whether as many candles and periods without one at the exchange are stored as there are periods. */
async function isWhole({ store, end }: MissingOptions, { seriesId, lengthMs, first }: Target): Promise<boolean> {
  if (first >= end) return true;
  const stored = await store.extent(seriesId);
  const count = async (from: number, to: number): Promise<number> => {
    return (await store.readTexts({ seriesId, from: from as EpochMs, to: to as EpochMs, ...ALL })).length;
  };
  const outside = (await count(0, first)) + (await count(end, EPOCH_MS_MAX + 1));
  const gaps = await readAbsent(store, seriesId, { from: first as EpochMs, to: end });
  const absentMs = gaps.reduce((sum, { from, to }) => sum + Math.min(to, end) - Math.max(from, first), 0);
  return (stored.count - outside) * lengthMs + absentMs === end - first;
}

/** What is known not to exist of a series. */
async function readAbsent(store: CandleStore, seriesId: SeriesId, stretch: Stretch): Promise<readonly CandleGap[]> {
  return (await store.readGaps(seriesId, stretch)).filter(({ reason }) => reason === 'exchange_gap');
}

/** A minute that changed while its piece was derived and saved has the piece looked at again. */
async function derivePiece(options: MissingOptions, targets: readonly Target[], piece: Stretch): Promise<number> {
  const { store, baseId } = options;
  if (!(await isLacking(options, targets, piece))) return 0;
  let saved = 0;
  for (let read = 0; read < READS_MAX; read++) {
    const { version } = await store.extent(baseId);
    saved += await saveMissing(options, targets, piece);
    if ((await store.extent(baseId)).version === version) break;
  }
  return saved;
}

async function isLacking(
  { store }: MissingOptions,
  targets: readonly Target[],
  { from, to }: Stretch,
): Promise<boolean> {
  for (const { seriesId, lengthMs, first } of targets) {
    const texts = await store.readTexts({ seriesId, from, to, ...ALL });
    const opens = new Set<number>(texts.map(({ openTime }) => openTime));
    const absent = await readAbsent(store, seriesId, { from, to });
    const isAbsent = (open: number): boolean => absent.some((gap) => gap.from <= open && open < gap.to);
    for (let open = Math.max(from, first); open < to; open += lengthMs) {
      if (!opens.has(open) && !isAbsent(open)) return true;
    }
  }
  return false;
}

async function saveMissing(options: MissingOptions, targets: readonly Target[], piece: Stretch): Promise<number> {
  const { store, baseId, timeframes, save } = options;
  const candles = await store.read({ seriesId: baseId, ...piece, ...ALL });
  const gaps = await store.readGaps(baseId, piece);
  const output = foldStored(createFanout(baseId, timeframes), { ...piece, candles, gaps });
  const known: ClosedCandle[] = [];
  const absent: CandleGap[] = [];
  for (const { seriesId } of targets) {
    known.push(...(await store.read({ seriesId, ...piece, ...ALL })));
    absent.push(...(await readAbsent(store, seriesId, piece)));
  }
  const changed = findChanged(output.closed, known);
  const news = output.gaps.filter((gap) => gap.reason === 'exchange_gap' && !isCovered(gap, absent));
  if (changed.length > 0 || news.length > 0) await save({ candles: changed, gaps: news });
  return changed.length;
}

function isCovered(gap: CandleGap, known: readonly CandleGap[]): boolean {
  return known.some(({ seriesId, from, to }) => seriesId === gap.seriesId && from <= gap.from && gap.to <= to);
}
