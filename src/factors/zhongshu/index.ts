/**
 * Zhongshu: zones where consecutive pens overlap. At most one is alive; a dead one is an event. (wire contract 7.4)
 */
import { toDecimalText } from '../../core/decimal.ts';
import { type EpochMs, toEpochSec } from '../../core/time.ts';
import type { ChartPayload, FactorEvent } from '../../model/chart.ts';
import type { Price } from '../../model/money.ts';
import type { Canvas, Factor, FactorOutput, Tick } from '../factor.ts';
import { fixedText } from '../overlay/price-text.ts';
import { type Pen, penFactor } from '../pen/index.ts';
import { emptyZones, takeCandle, takePen, type Zone, type ZoneState } from './zone.ts';

/** What a candle did to the zones. */
export type ZhongshuOutput = FactorOutput & {
  /** Entry pens of the zones that formed. */
  readonly entries: readonly Pen[];
  readonly died: readonly Zone[];
};

type ZhongshuState = { readonly zones: ZoneState; hasPen: boolean };

const NOTHING: ZhongshuOutput = { events: [], entries: [], died: [] };

/** The factor. */
export const zhongshuFactor: Factor<ZhongshuState, ZhongshuOutput> = {
  catalog: {
    key: 'zhongshu',
    label: 'Zhongshu',
    shown: 'byDefault',
    features: [
      { key: 'zhongshu.alive', label: 'Alive', shown: 'byDefault' },
      { key: 'zhongshu.dead', label: 'Dead', shown: 'byDefault' },
    ],
  },
  dependsOn: [penFactor],
  logicVersion: 1,
  start: () => ({ zones: emptyZones(), hasPen: false }),
  fold,
  head: ({ zones: { alive }, hasPen }) => {
    if (!hasPen) return null;
    if (alive === null) return { alive: [] };
    // It reaches to the candle it is seen at, whichever that is: the slice says so, and the head is what changes.
    const { endTime: _, ...zone } = zonePayload(alive);
    return { alive: [{ ...zone, deathTime: null }] };
  },
  slice: ({ events, head, time }) => {
    const zones = head?.['alive'];
    const alive = Array.isArray(zones)
      ? (zones as ChartPayload[]).map((zone) => ({ ...zone, endTime: time, visibleTime: time }))
      : [];
    if (events.length === 0 && alive.length === 0) return null;
    return { history: { dead: events.map(({ payload }) => payload) }, head: { alive } };
  },
  draw,
};

function fold(state: ZhongshuState, tick: Tick): ZhongshuOutput {
  const { confirmed } = tick.read(penFactor);
  if (confirmed.length > 0) state.hasPen = true;
  else if (state.zones.alive === null && state.zones.pending === null) return NOTHING;
  const steps = confirmed.map((pen) => takePen(state.zones, pen));
  steps.push(takeCandle(state.zones, tick.candle));
  const entries = steps.flatMap(({ formedBy }) => (formedBy === null ? [] : [formedBy]));
  const died = steps.flatMap((step) => (step.died === null ? [] : [step.died]));
  if (entries.length === 0 && died.length === 0) return NOTHING;
  return { events: died.map((zone) => deadEvent(zone, tick.candle.openTime)), entries, died };
}

function deadEvent(zone: Zone, visibleTime: EpochMs): FactorEvent {
  const { startTime, formedTime, upper, lower, formedReason } = zone;
  const bounds = `${toDecimalText(upper)}:${toDecimalText(lower)}`;
  return {
    factor: 'zhongshu',
    kind: 'zhongshu.dead',
    key: `dead:${startTime}:${formedTime}:${visibleTime}:${bounds}:${formedReason}`,
    visibleTime,
    payload: { ...zonePayload(zone), deathTime: visibleTime, visibleTime },
  };
}

function zonePayload({ startTime, endTime, upper, lower, ...rest }: Zone): ChartPayload {
  const { entryDirection, formedTime, formedReason } = rest;
  return { startTime, endTime, zg: upper, zd: lower, entryDirection, formedTime, formedReason };
}

const COLORS = {
  dead: { 1: 'rgba(74,222,128,0.58)', '-1': 'rgba(248,113,113,0.58)' },
  alive: { 1: 'rgba(22,163,74,0.72)', '-1': 'rgba(220,38,38,0.72)' },
} as const;

function draw(canvas: Canvas, { died, entries }: ZhongshuOutput, { zones }: ZhongshuState): void {
  for (const zone of died) {
    const bounds = `${fixedText(zone.upper, 6)}:${fixedText(zone.lower, 6)}`;
    const id = `zhongshu.dead:${toEpochSec(zone.startTime)}:${toEpochSec(zone.endTime)}:${bounds}`;
    drawZone(canvas, zone, { id, feature: 'dead' });
  }
  if (died.length === 0 && entries.length === 0) return;
  if (zones.alive !== null) drawZone(canvas, zones.alive, { id: 'zhongshu.alive', feature: 'alive' });
  else for (const edge of ['top', 'bottom']) canvas.erase(`zhongshu.alive:${edge}`);
}

function drawZone(
  canvas: Canvas,
  zone: Zone,
  { id, feature }: { readonly id: string; readonly feature: 'dead' | 'alive' },
): void {
  const edge = (name: 'top' | 'bottom', value: Price): void => {
    canvas.draw({
      id: `${id}:${name}`,
      reach: feature === 'alive' ? 'growing' : 'fixed',
      definition: {
        type: 'polyline',
        feature: `zhongshu.${feature}`,
        points: [
          { time: zone.startTime, value },
          { time: zone.endTime, value },
        ],
        color: COLORS[feature][zone.entryDirection],
        lineWidth: 2,
        entryDirection: zone.entryDirection,
      },
    });
  };
  edge('top', zone.upper);
  edge('bottom', zone.lower);
}
