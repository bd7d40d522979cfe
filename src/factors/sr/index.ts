/**
 * Support and resistance: levels where major pivots of one side share a price. Judged whenever a major pivot becomes
 * known, from what is known then; what changed is the event, the whole list is the head. (wire contract 7.6)
 */
import { toFloat } from '../../core/decimal.ts';
import type { ChartPayload, FactorEvent, FactorHead } from '../../model/chart.ts';
import { highAt, lowAt } from '../candle-window.ts';
import type { Factor, FactorOutput, Tick } from '../factor.ts';
import { type Pivot, pivotFactor } from '../pivot/index.ts';
import { averageAt, createMeter, measure, type RangeMeter } from './average-range.ts';
import { addClose, type CloseTree, createCloseTree, lastClose } from './close-tree.ts';
import { drawLevels } from './drawing.ts';
import { applyChanges, type HeadNote, toChange } from './head-change.ts';
import { judgeLevels } from './judgement.ts';
import { compareJudgement, type Judgement, type LevelNote, levelPayload, recallLevels } from './level-notes.ts';
import { addPivot, emptySide, type Side } from './side.ts';
import { addTime, createTimeIndex, type TimeIndex } from './time-index.ts';

/** What a candle's judgement changed; `null` when none was due. `hasPivot` tells whether a major pivot was taken in. */
export type SrOutput = FactorOutput & {
  readonly judgement: Judgement | null;
  readonly hasPivot: boolean;
  /** What to tell of the head; `null` for the whole of it. */
  readonly headChange: Pick<FactorHead, 'payload' | 'wholeTime'> | null;
};

/** What the factor remembers: plain data, bounded by the lookback. */
export type SrState = {
  readonly lookback: number;
  readonly meter: RangeMeter;
  readonly closes: CloseTree;
  /** `null` before the first candle says how long candles are. */
  times: TimeIndex | null;
  readonly resistance: Side;
  readonly support: Side;
  /** The newest judgement. */
  notes: readonly LevelNote[];
  /** What was told of the head; `null` before the first judgement. */
  headNote: HeadNote | null;
  /** Work done since the start, in comparisons: what the growth test counts. */
  readonly steps: { count: number };
};

const NOTHING: SrOutput = { events: [], judgement: null, hasPivot: false, headChange: null };
const CANDLES_MIN = 5;
const ALGORITHM = 'pivot_wick_overlap';

/** The factor. */
export const srFactor: Factor<SrState, SrOutput> = {
  catalog: {
    key: 'sr',
    label: 'SR',
    shown: 'byDefault',
    features: [
      { key: 'sr.active', label: 'Active', shown: 'byDefault' },
      { key: 'sr.broken', label: 'Broken', shown: 'onRequest' },
    ],
  },
  dependsOn: [pivotFactor],
  logicVersion: 2,
  start: ({ majorWindow, lookbackCandles }) => ({
    lookback: lookbackCandles,
    meter: createMeter(majorWindow + 1),
    closes: createCloseTree(lookbackCandles),
    times: null,
    resistance: emptySide('resistance'),
    support: emptySide('support'),
    notes: [],
    headNote: null,
    steps: { count: 0 },
  }),
  fold,
  head: (state) => {
    if (state.resistance.pivots.length + state.support.pivots.length === 0 || state.times === null) return null;
    const { times, closes } = state;
    const levels = recallLevels(state).map((level) => levelPayload(level, { times, closes }));
    return { algorithm: ALGORITHM, levels, pivots: pivotPayloads(state) };
  },
  hasNewHead: ({ hasPivot }) => hasPivot,
  headChanges: { tell: ({ headChange }) => headChange, apply: applyChanges },
  slice: ({ events, head }) => {
    if (events.length === 0 && head === null) return null;
    const snapshots = events.map(({ payload }) => payload);
    return { history: { snapshots }, head: head ?? { algorithm: '', levels: [], pivots: [] } };
  },
  draw: (canvas, { judgement }, { times }) => {
    if (judgement !== null && times !== null) drawLevels(canvas, judgement, times);
  },
};

function fold(state: SrState, tick: Tick): SrOutput {
  const { candle, index } = tick;
  const close = toFloat(candle.close);
  const averageRange = measure(state.meter, { high: toFloat(candle.high), low: toFloat(candle.low), close });
  const earliest = Math.max(0, index - state.lookback + 1);
  addClose(state.closes, close);
  state.times ??= createTimeIndex(tick.candleMs);
  addTime(state.times, { index, time: candle.openTime }, earliest);
  const { majors } = tick.read(pivotFactor);
  if (majors.length === 0) return NOTHING;
  for (const pivot of majors) takePivot(state, pivot, { tick, earliest });
  if (index + 1 < CANDLES_MIN) return { ...NOTHING, hasPivot: true };
  const { closes, steps } = state;
  const judged = judgeLevels([state.resistance, state.support], { closes, averageRange, steps });
  const judgement = compareJudgement(state.notes, judged);
  state.notes = judgement.notes;
  const event = changeEvent(judgement, tick, { times: state.times, closes });
  return { events: [event], judgement, hasPivot: true, headChange: tellHead(state, event) };
}

/** What to tell of the head that a judgement left; remembers that it was told. */
function tellHead(state: SrState, { payload, visibleTime }: FactorEvent): SrOutput['headChange'] {
  const { levels, removed, pivots } = payload as Readonly<Record<string, readonly ChartPayload[]>> & ChartPayload;
  const { headNote, resistance, support } = state;
  const news = (levels?.length ?? 0) + (removed?.length ?? 0) + (pivots?.length ?? 0);
  const whole = state.notes.length + resistance.pivots.length + support.pivots.length;
  const told = (headNote?.told ?? 0) + news;
  if (headNote === null || told >= whole) {
    state.headNote = { wholeTime: visibleTime, told: 0 };
    return null;
  }
  state.headNote = { ...headNote, told };
  const oldest = [resistance.pivots[0]?.index ?? -1, support.pivots[0]?.index ?? -1] as const;
  const close = lastClose(state.closes);
  return {
    payload: toChange({ levels: levels ?? [], removed: removed ?? [], pivots: pivots ?? [], close, oldest }),
    wholeTime: headNote.wholeTime,
  };
}

function takePivot(
  state: SrState,
  { direction, time, index, price }: Pivot,
  { tick, earliest }: { readonly tick: Tick; readonly earliest: number },
): void {
  const high = highAt(tick.window, index);
  const low = lowAt(tick.window, index);
  const averageRange = averageAt(state.meter, index);
  const pivot = { index, time, price, high, low, highest: toFloat(high), lowest: toFloat(low), averageRange };
  addPivot(state[direction], pivot, { closes: state.closes, earliest, steps: state.steps });
}

function changeEvent(
  { changed, gone }: Judgement,
  tick: Tick,
  places: { readonly times: TimeIndex; readonly closes: CloseTree },
): FactorEvent {
  const visibleTime = tick.candle.openTime;
  return {
    factor: 'sr',
    kind: 'sr.snapshot',
    key: `snapshot:${visibleTime}`,
    visibleTime,
    payload: {
      visibleTime,
      algorithm: ALGORITHM,
      levels: changed.map((level) => levelPayload(level, places)),
      removed: gone.map(({ side, firstTime, secondTime }) => ({ levelType: side, firstTime, secondTime })),
      pivots: tick.read(pivotFactor).majors.map(pivotPayload),
    },
  };
}

function pivotPayloads({ resistance, support }: SrState): readonly ChartPayload[] {
  const all = [
    ...resistance.pivots.map((pivot) => ({ ...pivot, direction: 'resistance' as const })),
    ...support.pivots.map((pivot) => ({ ...pivot, direction: 'support' as const })),
  ];
  return all.sort((a, b) => a.index - b.index).map(pivotPayload);
}

function pivotPayload({ index, time, price, direction }: Omit<Pivot, 'kind'>): ChartPayload {
  return { idx: index, time, price, type: direction, sourceWindow: 'major' };
}
