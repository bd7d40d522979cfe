/**
 * The factors stage: it hears what the market stage saves and moves the chart of each open series with it, in the same
 * step, so that candles and structure are stored together. A candle newer than all others extends the chart; an older
 * one is reviewed, and where it changed something the chart is computed again beside the one there is, from the newest
 * checkpoint before the change on, or from the first candle where there is none: piece by piece, one series at a time.
 * Forming candles never come here; a hole is no
 * candle: factors count candles, and those that need consecutive times look at the times.
 */
import type { EpochMs } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import type { ChartChange } from '../model/chart.ts';
import type {
  CandlesRead,
  CandlesReviewed,
  ChartOpened,
  Effect,
  Input,
  SaveCandles,
  SaveChart,
} from '../model/events.ts';
import { type SeriesId, seriesParts } from '../model/series.ts';
import {
  canGoOn,
  foldInto,
  goOnFrom,
  isOfPlan,
  isOurs,
  type SeriesChart,
  startTrack,
  type Track,
  takeCheckpoint,
} from './series-chart.ts';

/** Everything the stage remembers. */
export type ChartsState = {
  /** Open charts; those of posted series in the order of their last candle. */
  readonly series: Record<SeriesId, SeriesChart>;
  /** The one read of candles that is under way. */
  reading: { readonly seriesId: SeriesId; readonly after: EpochMs | null } | null;
};

/** Candles of one piece of a recomputation: some milliseconds of work. */
const PIECE_CANDLES = 250;
/**
 * Candles between two checkpoints at least: a copy of a chart costs some ten milliseconds, and so does computing some
 * hundreds of candles again.
 */
const CHECKPOINT_EVERY = 1_000;
/**
 * Charts kept in memory of series that nobody follows (policy: the one whose last candle is longest ago is let go, before
 * any that is being computed, and of these the one whose turn is next is the last to go).
 */
const POSTED_MAX = 64;

/** No chart open: nothing is computed of any candle. */
export function initialChartsState(): ChartsState {
  return { series: {}, reading: null };
}

/** Folds one input and what the market stage asks for because of it; answers that and what the charts ask for. */
export function foldCharts(state: ChartsState, input: Input, effects: readonly Effect[]): readonly Effect[] {
  if (input.kind === 'chartOpened') return [...effects, ...foldOpened(state, input)];
  if (input.kind === 'candlesRead') return [...effects, ...foldRead(state, input)];
  if (input.kind === 'candlesReviewed') return [...effects, ...foldReviewed(state, input)];
  if (input.kind === 'runStarted') forgetWork(state);
  if (input.kind === 'seriesClosed') releaseSeries(state, input.seriesId);
  return effects.some(({ kind }) => kind === 'saveCandles') ? foldSaves(state, effects) : effects;
}

/** Nobody follows the instrument's series any more; their charts stay while there is room. */
function releaseSeries(state: ChartsState, seriesId: SeriesId): void {
  for (const series of Object.values(state.series)) if (isOfInstrument(series, seriesId)) series.use = 'posted';
  letGo(state);
}

/** What was asked for in an earlier run is never answered; a chart is opened again before it needs it. */
function forgetWork(state: ChartsState): void {
  state.reading = null;
  for (const series of Object.values(state.series)) {
    series.isOpen = false;
    series.building = null;
    series.reviews = 0;
  }
}

function isOfInstrument({ seriesId }: SeriesChart, other: SeriesId): boolean {
  return seriesParts(seriesId).instrumentId === seriesParts(other).instrumentId;
}

function letGo(state: ChartsState): void {
  const posted = Object.values(state.series).filter(({ use }) => use === 'posted');
  const working = posted.filter(({ building }) => building !== null);
  const idle = posted.filter(({ building }) => building === null);
  const inOrder = [...idle, ...working.toReversed()];
  for (const { seriesId } of inOrder.slice(0, Math.max(0, posted.length - POSTED_MAX))) delete state.series[seriesId];
}

function foldOpened(state: ChartsState, input: ChartOpened): readonly Effect[] {
  const { seriesId, settings, use, stored, newestCandle } = input;
  const known = state.series[seriesId];
  if (known?.isOpen === true) return foldUse(state, known, input);
  const series: SeriesChart = {
    seriesId,
    settings,
    checkpointEvery: input.checkpointEvery ?? CHECKPOINT_EVERY,
    use,
    isOpen: true,
    current: known?.current ?? null,
    building: null,
    newest: newestCandle,
    reviews: 0,
    newestGeneration: Math.max(input.newestGeneration, known?.newestGeneration ?? 0),
    newestVersion: Math.max(stored?.version ?? 0, known?.newestVersion ?? 0),
  };
  delete state.series[seriesId];
  state.series[seriesId] = series;
  letGo(state);
  if (!isStored(series, stored)) series.current = null;
  if (newestCandle === null) {
    series.current = startTrack(series);
    return [];
  }
  const isInStep = stored?.coverage === 'all' && series.current?.chart.headTime === newestCandle;
  return isInStep ? [] : computeAgain(state, series, knownUntil(series, stored));
}

/** An open chart knows more than was read of the store; only candles that came beside the engine are news to it. */
function foldUse(state: ChartsState, series: SeriesChart, { use, stored }: ChartOpened): readonly Effect[] {
  series.use = use === 'followed' ? use : series.use;
  const isIdle = series.building === null && series.reviews === 0;
  return isIdle && stored?.coverage === 'some' ? computeAgain(state, series, null) : [];
}

/** Whether the store has exactly the chart that is in memory, and this program can go on with it. */
function isStored(series: SeriesChart, stored: ChartOpened['stored']): boolean {
  if (series.current === null || stored === null) return false;
  const { generation, chart } = series.current;
  const isSame =
    generation === stored.generation && chart.version === stored.version && chart.headTime === stored.headTime;
  return isSame && canGoOn(series, series.current);
}

/**
 * Begins a new chart; candles before `changedFrom` are those that the store's chart is of, `null` where that is unknown.
 */
function computeAgain(state: ChartsState, series: SeriesChart, changedFrom: EpochMs | null): readonly Effect[] {
  series.building = { ...startTrack(series), changedFrom };
  return readNext(state);
}

/** Up to where the store's chart is one of all candles: behind its head, or `null` where it is unknown. */
function knownUntil(series: SeriesChart, stored: ChartOpened['stored']): EpochMs | null {
  const isKnown = stored?.coverage === 'all' && isOfPlan(series, stored.fingerprint);
  return isKnown ? ((stored.headTime + 1) as EpochMs) : null;
}

/** Asks for the next piece of the first chart that is being computed again, one piece at a time over all series. */
function readNext(state: ChartsState): readonly Effect[] {
  if (state.reading !== null) return [];
  const next = Object.values(state.series).find(({ building }) => building !== null);
  if (next === undefined || next.building === null) return [];
  const { changedFrom, chart } = next.building;
  state.reading = { seriesId: next.seriesId, after: chart.headTime };
  const read = { kind: 'readCandles', ...state.reading, limit: PIECE_CANDLES } as const;
  const isStart = chart.headTime === null && changedFrom !== null;
  return [isStart ? { ...read, checkpointBefore: changedFrom } : read];
}

function foldRead(state: ChartsState, input: CandlesRead): readonly Effect[] {
  const { reading } = state;
  if (reading === null || reading.seriesId !== input.seriesId || reading.after !== input.after) return [];
  state.reading = null;
  const series = state.series[input.seriesId];
  const building = series?.building ?? null;
  if (series === undefined || building === null || building.chart.headTime !== input.after) return readNext(state);
  if (!canStartFrom(series, building, input)) return readNext(state);
  const last = input.candles.at(-1)?.openTime ?? building.chart.headTime;
  // An empty answer means that the store ends here, whatever was said of it.
  const isThrough = last === series.newest || input.candles.length === 0;
  const change = foldInto(series, building, {
    candles: input.candles,
    standing: isThrough ? 'current' : 'building',
    coverage: isThrough && last === series.newest && series.reviews === 0 ? 'all' : 'some',
  });
  if (isThrough) {
    series.current = building;
    series.building = null;
    series.newest = last;
  }
  return [toSave(series, building, change), ...readNext(state)];
}

/**
 * Takes in the checkpoint of an answer, where it has one. `false` where the candles can not be folded: an earlier one
 * was changed meanwhile, or the checkpoint is of another program; then it is asked for anew.
 */
function canStartFrom(series: SeriesChart, building: Track, { checkpoint }: CandlesRead): boolean {
  if (checkpoint === undefined) return true;
  const { changedFrom } = building;
  if (changedFrom === null || checkpoint.headTime >= changedFrom) return false;
  if (!isOurs(series, checkpoint)) {
    building.changedFrom = null;
    return false;
  }
  goOnFrom(building, checkpoint);
  return true;
}

/** What is to be stored of a change, with the chart itself now and then. */
function toSave(series: SeriesChart, track: Track, change: ChartChange): SaveChart {
  const checkpoint = takeCheckpoint(series, track);
  return checkpoint === null ? { kind: 'saveChart', change } : { kind: 'saveChart', change, checkpoint };
}

function foldReviewed(state: ChartsState, { seriesId, changedFrom }: CandlesReviewed): readonly Effect[] {
  const series = state.series[seriesId];
  if (series === undefined || series.reviews === 0) return [];
  series.reviews--;
  const { current, building } = series;
  const head = (building ?? current)?.chart.headTime ?? null;
  // What is being computed again and has not come that far will read the candle as it is now.
  if (changedFrom !== null && head !== null && changedFrom <= head) {
    return computeAgain(state, series, earliest(changedFrom, building));
  }
  if (changedFrom !== null && building !== null) building.changedFrom = earliest(changedFrom, building);
  if (series.reviews > 0 || building !== null || current === null || current.chart.headTime === null) return [];
  const change = foldInto(series, current, { candles: [], standing: 'current', coverage: 'all' });
  return [{ kind: 'saveChart', change }];
}

/** The earliest of a change and of the one for which a chart is being computed already; `null` where that is unknown. */
function earliest(changedFrom: EpochMs, building: Track | null): EpochMs | null {
  if (building === null) return changedFrom;
  const { changedFrom: other } = building;
  return other === null || other < changedFrom ? other : changedFrom;
}

function foldSaves(state: ChartsState, effects: readonly Effect[]): readonly Effect[] {
  return effects.flatMap((effect) => (effect.kind === 'saveCandles' ? [effect, ...foldSave(state, effect)] : [effect]));
}

function foldSave(state: ChartsState, { candles }: SaveCandles): readonly Effect[] {
  const bySeries = new Map<SeriesChart, ClosedCandle[]>();
  for (const candle of candles) {
    const series = state.series[candle.seriesId];
    if (series === undefined || !series.isOpen) continue;
    const own = bySeries.get(series);
    if (own === undefined) bySeries.set(series, [candle]);
    else own.push(candle);
  }
  return [...bySeries].flatMap(([series, own]) => {
    if (series.use === 'posted') {
      delete state.series[series.seriesId];
      state.series[series.seriesId] = series;
    }
    return takeCandles(series, own);
  });
}

/** That the chart may not be of all candles any more. */
function doubt(series: SeriesChart, current: Track): ChartChange {
  return foldInto(series, current, { candles: [], standing: 'current', coverage: 'some' });
}

/** Newer candles move the chart; older ones are looked at before they are stored. */
function takeCandles(series: SeriesChart, candles: readonly ClosedCandle[]): readonly Effect[] {
  const before = series.newest;
  const newer: ClosedCandle[] = [];
  const older: ClosedCandle[] = [];
  for (const candle of candles) {
    if (series.newest !== null && candle.openTime <= series.newest) {
      older.push(candle);
      continue;
    }
    newer.push(candle);
    series.newest = candle.openTime;
  }
  const effects: Effect[] = [];
  const { current } = series;
  if (older.length > 0) {
    series.reviews++;
    effects.push({ kind: 'reviewCandles', seriesId: series.seriesId, candles: older });
    // A chart that was completed in the same commit would be taken for one that knows them.
    if (current !== null) effects.push({ kind: 'saveChart', change: doubt(series, current) });
  }
  if (newer.length === 0 || current === null) return effects;
  if (!canGoOn(series, current) || current.chart.headTime !== before) {
    series.current = null;
    return effects;
  }
  const isWhole = series.reviews === 0 && series.building === null;
  const coverage = !isWhole ? 'some' : before === null ? 'all' : 'kept';
  const change = foldInto(series, current, { candles: newer, standing: 'current', coverage });
  return [toSave(series, current, change), ...effects];
}
