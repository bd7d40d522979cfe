/**
 * Reads chart structure of a series at one candle: which candle, what is drawn and what the factors say, all of one
 * state of the ledger. A read whose ledger was replaced under it is made again; one that finds it behind the candles
 * asks for it to be computed and waits a little, before it says so.
 */
import { EPOCH_MS_MAX, type EpochMs, epochMs } from '../core/time.ts';
import type { FactorEvent, FactorSlice, Instruction } from '../model/chart.ts';
import { type SeriesId, seriesParts } from '../model/series.ts';
import { timeframeMs } from '../model/timeframe.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import type { ChartHead, ChartStore } from '../ports/chart-store.ts';
import type { Clock } from '../ports/clock.ts';
import { pause } from './chart-wait.ts';
import type { FactorLexicon } from './factor-lexicon.ts';
import type { MarketControl } from './market-control.ts';

/** What a reader works with. */
export type StructureSources = {
  readonly store: CandleStore;
  readonly charts: ChartStore;
  readonly lexicon: FactorLexicon;
  readonly control: Pick<MarketControl, 'prepareChart'>;
  /** Real time: the waits for a chart that is being computed. */
  readonly wallClock: Clock;
};

/**
 * Which candle: `newest` is the newest one that both candles and ledger have, `head` the newest stored one, a time the
 * newest stored one at or before it.
 */
export type Moment = 'newest' | 'head' | EpochMs;

/** Structure at a candle. */
export type StructureReading = {
  readonly kind: 'read';
  /** Open time of the candle, and of the newest stored one. */
  readonly time: EpochMs;
  readonly headTime: EpochMs;
  readonly windowStart: EpochMs;
  /** Everything that stands there, and the version up to which that is complete. */
  readonly standing: readonly Instruction[];
  readonly version: number;
  /** Of the factors that have something to show, dependencies first. */
  readonly slices: readonly FactorSlice[];
};

/** Why there is none: no such candle, no ledger, or one that is behind. */
export type NoStructure = { readonly kind: 'noCandle' | 'noLedger' | 'behind' };

/** Most events of a slice; policy: the newest are kept. */
const EVENTS_MAX = 20_000;
/** Reads before a ledger that moves or lags is reported. */
const TRIES = 6;
/** Between two reads, once a ledger was asked for. */
const WAIT_MS = 100;

/** The structure of a series at a moment, within `windowCandles` back from it; rejects like the stores. */
export async function readStructure(
  sources: StructureSources,
  at: { readonly seriesId: SeriesId; readonly moment: Moment; readonly windowCandles: number },
): Promise<StructureReading | NoStructure> {
  const { seriesId } = at;
  let reading: StructureReading | NoStructure = { kind: 'behind' };
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const head = await sources.charts.head(seriesId);
    reading = await readOnce(sources, at, head);
    if (reading.kind === 'noCandle') return reading;
    if (reading.kind === 'read') {
      const after = await sources.charts.head(seriesId);
      if (after?.generation === head?.generation) return reading;
    } else if (attempt > 0) {
      // Not at the first look: a candle may have closed between that of the ledger and that of the candles.
      const answer = await sources.control.prepareChart(seriesId, 'missing');
      if (answer === 'idle') return reading;
      await pause(sources.wallClock, WAIT_MS);
    }
  }
  return reading.kind === 'read' ? { kind: 'behind' } : reading;
}

async function readOnce(
  { store, charts, lexicon }: StructureSources,
  {
    seriesId,
    moment,
    windowCandles,
  }: { readonly seriesId: SeriesId; readonly moment: Moment; readonly windowCandles: number },
  head: ChartHead | null,
): Promise<StructureReading | NoStructure> {
  const { head: headTime } = await store.extent(seriesId);
  const wanted = moment === 'newest' || moment === 'head' ? headTime : moment;
  if (headTime === null || wanted === null) return { kind: 'noCandle' };
  const limit = moment === 'newest' && head !== null ? Math.min(wanted, head.headTime) : wanted;
  const time = await floorTime(store, seriesId, epochMs(limit));
  if (time === null) return { kind: 'noCandle' };
  if (head === null) return { kind: 'noLedger' };
  if (head.headTime < time) return { kind: 'behind' };
  const windowStart = startOfWindow(seriesId, time, windowCandles);
  const drawn = await charts.readDrawn({ seriesId, at: time, after: 0 });
  const slices = await readSlices({ charts, lexicon }, { seriesId, time, windowStart });
  const version = time === head.headTime ? head.version : drawn.version;
  return { kind: 'read', time, headTime, windowStart, standing: drawn.instructions, version, slices };
}

/** The newest stored open time at or before `time`. */
async function floorTime(store: CandleStore, seriesId: SeriesId, time: EpochMs): Promise<EpochMs | null> {
  const to = Math.min(EPOCH_MS_MAX, time + 1) as EpochMs;
  const [candle] = await store.readTexts({ seriesId, from: epochMs(0), to, limit: 1, take: 'newest' });
  return candle?.openTime ?? null;
}

function startOfWindow(seriesId: SeriesId, time: EpochMs, windowCandles: number): EpochMs {
  const candleMs = timeframeMs(seriesParts(seriesId).timeframe);
  return epochMs(Math.max(0, time - windowCandles * candleMs));
}

async function readSlices(
  { charts, lexicon }: Pick<StructureSources, 'charts' | 'lexicon'>,
  {
    seriesId,
    time,
    windowStart,
  }: { readonly seriesId: SeriesId; readonly time: EpochMs; readonly windowStart: EpochMs },
): Promise<readonly FactorSlice[]> {
  const to = Math.min(EPOCH_MS_MAX, time + 1) as EpochMs;
  const events = await charts.readEvents({ seriesId, from: windowStart, to, limit: EVENTS_MAX });
  const heads = await charts.readHeads(seriesId, time);
  const byFactor = Map.groupBy(events, ({ factor }: FactorEvent) => factor);
  return lexicon.catalog.flatMap(({ key }) => {
    const told = heads.find(({ factor }) => factor === key) ?? null;
    const head = told === null ? null : lexicon.headOf(told);
    const slice = lexicon.slice(key, { events: byFactor.get(key) ?? [], head, time });
    return slice === null ? [] : [slice];
  });
}
