/**
 * Pens: strokes between alternating major pivots. A pen is confirmed when the pivot after its end is known; what comes
 * after the last confirmed one is the extending pen, and what comes after that the candidate. (wire contract 7.3)
 */
import type { EpochMs } from '../../core/time.ts';
import type { ChartPoint, FactorEvent } from '../../model/chart.ts';
import type { Canvas, Factor, FactorOutput, Tick } from '../factor.ts';
import { type Pivot, pivotFactor } from '../pivot/index.ts';
import { backLeg, type Excursion, farLeg, followExcursion, type Leg, legPayload, startExcursion } from './leg.ts';

/** A confirmed pen. */
export type Pen = Leg & { readonly visibleTime: EpochMs };

/** Pens confirmed by a candle, and where the price stands since the last confirmed one. */
export type PenOutput = FactorOutput & {
  readonly confirmed: readonly Pen[];
  /** From the end of the last confirmed pen to the farthest candle since; `null` before the first one. */
  readonly extending: Leg | null;
  readonly candidate: Leg | null;
};

type PenState = {
  /** The newest alternating major pivots, oldest first, at most three. */
  readonly pivots: Pivot[];
  /** Since the last and since the second-last of them. */
  sinceLast: Excursion | null;
  sinceConfirmed: Excursion | null;
  hasConfirmed: boolean;
  /** Corners of the confirmed pens that are drawn, oldest first. */
  corners: ChartPoint[];
};

const NO_PENS: PenOutput = { events: [], confirmed: [], extending: null, candidate: null };

/** The factor. */
export const penFactor: Factor<PenState, PenOutput> = {
  catalog: {
    key: 'pen',
    label: 'Pen',
    shown: 'byDefault',
    features: [
      { key: 'pen.confirmed', label: 'Confirmed', shown: 'byDefault' },
      { key: 'pen.extending', label: 'Extending', shown: 'byDefault' },
      { key: 'pen.candidate', label: 'Candidate', shown: 'byDefault' },
    ],
  },
  dependsOn: [pivotFactor],
  logicVersion: 1,
  start: () => ({ pivots: [], sinceLast: null, sinceConfirmed: null, hasConfirmed: false, corners: [] }),
  fold,
  head: (state) => {
    if (!state.hasConfirmed) return null;
    const { extending, candidate } = legsOf(state);
    return {
      ...(extending === null ? {} : { extending: legPayload(extending) }),
      ...(candidate === null ? {} : { candidate: legPayload(candidate) }),
    };
  },
  slice: ({ events, head }) => {
    if (events.length === 0) return null;
    return { history: { confirmed: events.map(({ payload }) => payload) }, head: head ?? {} };
  },
  draw,
};

function fold(state: PenState, tick: Tick): PenOutput {
  if (state.sinceLast !== null) followExcursion(state.sinceLast, tick.candle);
  if (state.sinceConfirmed !== null) followExcursion(state.sinceConfirmed, tick.candle);
  const { majors } = tick.read(pivotFactor);
  const events: FactorEvent[] = [];
  const confirmed: Pen[] = [];
  for (const pivot of majors) {
    const pen = takePivot(state, pivot, tick);
    if (pen === null) continue;
    confirmed.push(pen.pen);
    events.push(pen.event);
  }
  if (!state.hasConfirmed) return NO_PENS;
  return { events, confirmed, ...legsOf(state) };
}

function legsOf({ sinceConfirmed }: PenState): Pick<PenOutput, 'extending' | 'candidate'> {
  if (sinceConfirmed === null) return { extending: null, candidate: null };
  return { extending: farLeg(sinceConfirmed), candidate: backLeg(sinceConfirmed) };
}

/** A pivot of the last one's kind replaces it when it is more extreme; one of the other kind follows it. */
function takePivot(
  state: PenState,
  pivot: Pivot,
  tick: Tick,
): { readonly pen: Pen; readonly event: FactorEvent } | null {
  const { pivots } = state;
  const last = pivots.at(-1);
  if (last?.direction === pivot.direction) {
    const isBeyond = pivot.direction === 'resistance' ? pivot.price > last.price : pivot.price < last.price;
    if (!isBeyond) return null;
    pivots[pivots.length - 1] = pivot;
    state.sinceLast = startExcursion(pivot, tick.window);
    return null;
  }
  pivots.push(pivot);
  if (pivots.length > 3) pivots.shift();
  state.sinceConfirmed = state.sinceLast;
  state.sinceLast = startExcursion(pivot, tick.window);
  const [start, end] = pivots;
  if (start === undefined || end === undefined || pivots.length < 3) return null;
  state.hasConfirmed = true;
  return confirm(start, end, tick.candle.openTime);
}

function confirm(start: Pivot, end: Pivot, visibleTime: EpochMs): { readonly pen: Pen; readonly event: FactorEvent } {
  const pen: Pen = {
    startTime: start.time,
    endTime: end.time,
    startPrice: start.price,
    endPrice: end.price,
    direction: end.price > start.price ? 1 : -1,
    visibleTime,
  };
  const event: FactorEvent = {
    factor: 'pen',
    kind: 'pen.confirmed',
    key: `confirmed:${pen.startTime}:${pen.endTime}:${pen.direction}`,
    visibleTime,
    payload: { ...legPayload(pen), visibleTime, startIdx: start.index, endIdx: end.index },
  };
  return { pen, event };
}

const COLOR = '#ffffff';

function draw(canvas: Canvas, output: PenOutput, state: PenState): void {
  if (!state.hasConfirmed) return;
  if (output.confirmed.length > 0) drawConfirmed(canvas, output.confirmed, state);
  drawLeg(canvas, 'pen.extending', output.extending);
  drawLeg(canvas, 'pen.candidate', output.candidate);
}

/** One line through all pens of the window; the pen that reaches into it from before is kept whole. */
function drawConfirmed(canvas: Canvas, confirmed: readonly Pen[], state: PenState): void {
  const corners = [...state.corners];
  for (const { startTime, startPrice, endTime, endPrice } of confirmed) {
    if (corners.at(-1)?.time !== startTime) corners.push({ time: startTime, value: startPrice });
    corners.push({ time: endTime, value: endPrice });
  }
  const firstShown = corners.findIndex(({ time }) => time >= canvas.windowStart);
  state.corners = corners.slice(Math.max(0, firstShown - 1));
  canvas.draw({
    id: 'pen.confirmed',
    reach: 'fixed',
    definition: { type: 'polyline', feature: 'pen.confirmed', points: state.corners, color: COLOR, lineWidth: 2 },
  });
}

function drawLeg(canvas: Canvas, id: 'pen.extending' | 'pen.candidate', leg: Leg | null): void {
  if (leg === null) {
    canvas.erase(id);
    return;
  }
  const points = [
    { time: leg.startTime, value: leg.startPrice },
    { time: leg.endTime, value: leg.endPrice },
  ];
  canvas.draw({
    id,
    reach: 'fixed',
    definition: { type: 'polyline', feature: id, points, color: COLOR, lineWidth: 2, lineStyle: 'dashed' },
  });
}
