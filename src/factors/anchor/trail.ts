/**
 * What is drawn of the anchor: where it is, where it was, and where it changed. Past anchors are drawn as the pen they
 * became, and forgotten when they have left the window.
 */
import { type EpochMs, toEpochSec } from '../../core/time.ts';
import type { ChartPoint } from '../../model/chart.ts';
import type { Canvas, Drawing } from '../factor.ts';
import type { Leg } from '../pen/leg.ts';
import type { Anchor, AnchorSwitch } from './contest.ts';

/** A past anchor; `pen` is what is drawn of it, `anchor` what it was when it became one. */
type PastAnchor = { readonly switchTime: EpochMs; readonly anchor: Anchor; pen: Leg; isDrawn: 'yes' | 'no' };

/** Past anchors that are still shown, oldest first; at most one of a start. */
export type Trail = { past: PastAnchor[]; shownStart: EpochMs | null };

/** No anchor yet. */
export function emptyTrail(): Trail {
  return { past: [], shownStart: null };
}

/** A candidate that was an anchor is drawn as the confirmed pen it became. */
export function followPens(trail: Trail, confirmed: readonly Leg[]): void {
  for (const pen of confirmed) {
    for (const past of trail.past) {
      const isSame = past.anchor.startTime === pen.startTime && past.anchor.direction === pen.direction;
      if (!isSame || past.pen.endTime === pen.endTime) continue;
      past.pen = pen;
      past.isDrawn = 'no';
    }
  }
}

/** Draws what is shown as the anchor, its switches, and the anchors before it. */
export function drawAnchors(
  canvas: Canvas,
  trail: Trail,
  { shown, switches }: { readonly shown: Anchor; readonly switches: readonly AnchorSwitch[] },
): void {
  canvas.draw(currentLine(shown));
  for (const change of switches) canvas.draw(switchMarker(change));
  remember(trail, switches);
  const hasMoved = trail.shownStart !== shown.startTime;
  trail.shownStart = shown.startTime;
  if (hasMoved || trail.past.some(({ isDrawn }) => isDrawn === 'no')) drawPast(canvas, trail, shown.startTime);
}

/** As in the readable history: of one candle's switches the last counts, of one anchor's the first. */
function remember(trail: Trail, switches: readonly AnchorSwitch[]): void {
  const last = switches.at(-1);
  if (last === undefined || trail.past.some(({ anchor }) => anchor.startTime === last.next.startTime)) return;
  trail.past.push({ switchTime: last.switchTime, anchor: last.next, pen: last.next, isDrawn: 'no' });
}

function drawPast(canvas: Canvas, trail: Trail, shownStart: EpochMs): void {
  for (const past of trail.past) {
    const isHidden = past.anchor.startTime === shownStart;
    if (isHidden) canvas.erase(pastId(past));
    else canvas.draw(pastLine(past));
    past.isDrawn = 'yes';
  }
  trail.past = trail.past.filter(({ pen, anchor }) => {
    return pen.endTime >= canvas.windowStart || anchor.startTime === shownStart;
  });
}

function currentLine(anchor: Anchor): Drawing {
  const line = { type: 'polyline', feature: 'anchor.current', color: '#f59e0b', lineWidth: 2 } as const;
  const points = cornersOf(anchor);
  return {
    id: 'anchor.current',
    reach: 'fixed',
    definition: anchor.kind === 'candidate' ? { ...line, points, lineStyle: 'dashed' } : { ...line, points },
  };
}

function switchMarker({ switchTime, reason, next }: AnchorSwitch): Drawing {
  const isUp = next.direction >= 0;
  return {
    id: `anchor.switch:${toEpochSec(switchTime)}:${next.direction}:${reason}`,
    reach: 'fixed',
    definition: {
      type: 'marker',
      feature: 'anchor.switch',
      time: switchTime,
      position: isUp ? 'belowBar' : 'aboveBar',
      color: '#f59e0b',
      shape: isUp ? 'arrowUp' : 'arrowDown',
      text: 'A',
      size: 1,
    },
  };
}

function pastId({ switchTime, anchor }: PastAnchor): string {
  const { startTime, endTime, direction } = anchor;
  return `anchor.history:${toEpochSec(switchTime)}:${toEpochSec(startTime)}:${toEpochSec(endTime)}:${direction}`;
}

function pastLine(past: PastAnchor): Drawing {
  return {
    id: pastId(past),
    reach: 'fixed',
    definition: {
      type: 'polyline',
      feature: 'anchor.history',
      points: cornersOf(past.pen),
      color: 'rgba(59,130,246,0.55)',
      lineWidth: 1,
    },
  };
}

function cornersOf({ startTime, startPrice, endTime, endPrice }: Leg): readonly ChartPoint[] {
  return [
    { time: startTime, value: startPrice },
    { time: endTime, value: endPrice },
  ];
}
