/**
 * Pivots: candles that stand out over a window on both sides. A major pivot is known W candles after it, a minor one w
 * candles; minors are looked for from the newest major one on. (wire contract 7.2)
 */
import { type EpochMs, toEpochSec } from '../../core/time.ts';
import type { FactorEvent } from '../../model/chart.ts';
import type { Price } from '../../model/money.ts';
import { highAt, lowAt, timeAt } from '../candle-window.ts';
import type { Canvas, Factor, FactorOutput, Tick } from '../factor.ts';
import { createExtreme, extend, type RunningExtreme } from './running-extreme.ts';

/** A top or a bottom. */
export type Pivot = {
  readonly kind: 'major' | 'minor';
  readonly direction: 'resistance' | 'support';
  /** Open time, place in the history and price of the candle that stands out. */
  readonly time: EpochMs;
  readonly index: number;
  readonly price: Price;
};

/** Pivots that became known with a candle, resistance before support. */
export type PivotOutput = FactorOutput & { readonly majors: readonly Pivot[]; readonly minors: readonly Pivot[] };

type PivotState = {
  readonly majorWindow: number;
  readonly minorWindow: number;
  readonly major: RunningExtreme;
  readonly minor: RunningExtreme;
  /** Place of the newest major pivot. */
  lastMajor: number | null;
};

const NOTHING: PivotOutput = { events: [], majors: [], minors: [] };

/** The factor. */
export const pivotFactor: Factor<PivotState, PivotOutput> = {
  catalog: {
    key: 'pivot',
    label: 'Pivot',
    shown: 'byDefault',
    features: [
      { key: 'pivot.major', label: 'Major', shown: 'byDefault' },
      { key: 'pivot.minor', label: 'Minor', shown: 'onRequest' },
    ],
  },
  dependsOn: [],
  logicVersion: 1,
  start: ({ majorWindow, minorWindow }) => ({
    majorWindow,
    minorWindow,
    major: createExtreme(2 * majorWindow + 1),
    minor: createExtreme(2 * minorWindow + 1),
    lastMajor: null,
  }),
  fold,
  head: () => null,
  slice: ({ events }) => {
    const of = (kind: string) => events.filter((event) => event.kind === kind).map(({ payload }) => payload);
    const major = of('pivot.major');
    return major.length === 0 ? null : { history: { major, minor: of('pivot.minor') }, head: {} };
  },
  draw: (canvas, { majors, minors }, state) => {
    for (const pivot of majors) drawPivot(canvas, pivot, state.majorWindow);
    for (const pivot of minors) drawPivot(canvas, pivot, state.minorWindow);
  },
};

function fold(state: PivotState, tick: Tick): PivotOutput {
  extend(state.major, tick.index, tick.candle);
  extend(state.minor, tick.index, tick.candle);
  const majors = findMajors(state, tick);
  const newest = majors[0];
  if (newest !== undefined) state.lastMajor = newest.index;
  const minors = findMinors(state, tick);
  if (majors.length === 0 && minors.length === 0) return NOTHING;
  const events = [...majors, ...minors].map((pivot) => pivotEvent(pivot, tick, state));
  return { events, majors, minors };
}

/** The candle in the middle is a pivot when it is the earliest extreme of the whole window. */
function findMajors(state: PivotState, tick: Tick): readonly Pivot[] {
  const centre = tick.index - state.majorWindow;
  const isTop = state.major.highs[0]?.index === centre;
  const isBottom = state.major.lows[0]?.index === centre;
  if (!(isTop || isBottom) || centre < state.majorWindow || hasHole(tick, centre)) return [];
  const time = timeAt(tick.window, centre);
  const found: Pivot[] = [];
  const common = { kind: 'major', time, index: centre } as const;
  if (isTop) found.push({ ...common, direction: 'resistance', price: highAt(tick.window, centre) });
  if (isBottom) found.push({ ...common, direction: 'support', price: lowAt(tick.window, centre) });
  return found;
}

/** Like majors in a smaller window, but equals count, and nothing before the newest major pivot is looked at. */
function findMinors(state: PivotState, tick: Tick): readonly Pivot[] {
  const { minorWindow, lastMajor } = state;
  const centre = tick.index - minorWindow;
  if (lastMajor === null || centre - minorWindow < lastMajor) return [];
  const high = highAt(tick.window, centre);
  const low = lowAt(tick.window, centre);
  const isTop = state.minor.highs[0]?.value === high;
  const isBottom = state.minor.lows[0]?.value === low;
  if (!(isTop || isBottom) || hasHole(tick, centre)) return [];
  const common = { kind: 'minor', time: timeAt(tick.window, centre), index: centre } as const;
  const found: Pivot[] = [];
  if (isTop) found.push({ ...common, direction: 'resistance', price: high });
  if (isBottom) found.push({ ...common, direction: 'support', price: low });
  return found;
}

/** Whether candles are missing between the centre and now: then nobody knows what stood there. */
function hasHole({ candle, candleMs, window, index }: Tick, centre: number): boolean {
  return timeAt(window, centre) !== candle.openTime - (index - centre) * candleMs;
}

function pivotEvent(pivot: Pivot, tick: Tick, state: PivotState): FactorEvent {
  const { kind, direction, time, price } = pivot;
  const window = kind === 'major' ? state.majorWindow : state.minorWindow;
  const visibleTime = tick.candle.openTime;
  return {
    factor: 'pivot',
    kind: `pivot.${kind}`,
    key: `${kind}:${time}:${direction}:${window}`,
    visibleTime,
    payload: { pivotTime: time, pivotPrice: price, direction, visibleTime, window, pivotIdx: pivot.index },
  };
}

const COLORS = {
  major: { resistance: '#ef4444', support: '#22c55e' },
  minor: { resistance: 'rgba(239,68,68,0.6)', support: 'rgba(34,197,94,0.6)' },
} as const;

function drawPivot(canvas: Canvas, { kind, direction, time }: Pivot, window: number): void {
  canvas.draw({
    id: `pivot.${kind}:${toEpochSec(time)}:${direction}:${window}`,
    reach: 'fixed',
    definition: {
      type: 'marker',
      feature: `pivot.${kind}`,
      time,
      position: direction === 'resistance' ? 'aboveBar' : 'belowBar',
      color: COLORS[kind][direction],
      shape: 'circle',
      text: '',
      size: kind === 'major' ? 1 : 0.5,
    },
  });
}
