/**
 * The price zone that consecutive pens share, as a state machine: waiting for a third pen or for the price to cross,
 * alive, dead. (wire contract 7.4)
 */
import type { EpochMs } from '../../core/time.ts';
import type { Price } from '../../model/money.ts';
import type { Pen } from '../pen/index.ts';
import { higher, lower } from '../price-order.ts';

/** A zone that the price has not left. `lower` and `upper` never change; `endTime` follows the newest candle. */
export type Zone = {
  readonly startTime: EpochMs;
  endTime: EpochMs;
  readonly upper: Price;
  readonly lower: Price;
  readonly entryDirection: 1 | -1;
  readonly formedTime: EpochMs;
  readonly formedReason: 'pen_confirmed' | 'price_cross';
  /** Start of the pen that is still to confirm a zone formed by a crossing; `null` once it has. */
  awaiting: EpochMs | null;
};

/** Three pens that make a zone when a fourth, or the price on its way, comes back far enough. */
export type PendingZone = {
  readonly entry: Pen;
  readonly first: Pen;
  readonly second: Pen;
  /** Farthest price of the running third pen. */
  extreme: Price;
  crossTime: EpochMs | null;
};

/** What the zones remember: plain data. */
export type ZoneState = {
  alive: Zone | null;
  pending: PendingZone | null;
  /** The newest confirmed pens, at most four. */
  readonly tail: Pen[];
  /** A zone is entered by a pen that starts here or later; 0 is anywhere. */
  floor: number;
};

/** What a pen or a candle did: the entry pen of a zone that formed, a zone that died. */
export type ZoneStep = { readonly formedBy: Pen | null; readonly died: Zone | null };

const NOTHING: ZoneStep = { formedBy: null, died: null };
const TAIL_MAX = 4;

/** No pens yet. */
export function emptyZones(): ZoneState {
  return { alive: null, pending: null, tail: [], floor: 0 };
}

/** Takes a confirmed pen. */
export function takePen(state: ZoneState, pen: Pen): ZoneStep {
  const before = state.tail.at(-1);
  state.tail.push(pen);
  if (state.tail.length > TAIL_MAX) state.tail.shift();
  const step = state.alive === null ? tryThirdPen(state, pen) : judgePen(state, state.alive, { pen, before });
  if (state.alive === null && state.pending === null) state.pending = findPending(state);
  return step;
}

function tryThirdPen(state: ZoneState, pen: Pen): ZoneStep {
  const { pending } = state;
  if (pending === null || pen.startTime !== pending.second.endTime) return NOTHING;
  state.pending = null;
  const bounds = sharedRange(pending, pen.startPrice, pen.endPrice);
  if (bounds === null) return NOTHING;
  const { startTime, direction } = pending.entry;
  state.alive = {
    startTime,
    endTime: pen.endTime,
    ...bounds,
    entryDirection: direction,
    formedTime: pen.visibleTime,
    formedReason: 'pen_confirmed',
    awaiting: null,
  };
  return { formedBy: pending.entry, died: null };
}

/** A pen inside or across keeps the zone alive; one entirely outside ends it. */
function judgePen(
  state: ZoneState,
  zone: Zone,
  { pen, before }: { readonly pen: Pen; readonly before: Pen | undefined },
): ZoneStep {
  const isAwaited = zone.awaiting === pen.startTime;
  if (isAwaited) zone.awaiting = null;
  const isOutside = highOf(pen) < zone.lower || lowOf(pen) > zone.upper;
  if (isAwaited || !isOutside) {
    zone.endTime = Math.max(zone.endTime, pen.endTime) as EpochMs;
    return NOTHING;
  }
  state.alive = null;
  state.floor = (before ?? pen).startTime;
  return { formedBy: null, died: zone };
}

function findPending({ tail, floor }: ZoneState): PendingZone | null {
  const [entry, first, second] = tail.slice(-3);
  if (entry === undefined || first === undefined || second === undefined) return null;
  if (floor !== 0 && entry.startTime < floor) return null;
  return { entry, first, second, extreme: second.endPrice, crossTime: null };
}

/** Takes a closed candle, after the pens it confirmed. */
export function takeCandle(
  state: ZoneState,
  candle: { readonly openTime: EpochMs; readonly high: Price; readonly low: Price },
): ZoneStep {
  if (state.alive !== null) {
    state.alive.endTime = Math.max(state.alive.endTime, candle.openTime) as EpochMs;
    return NOTHING;
  }
  const { pending } = state;
  if (pending === null || candle.openTime <= pending.second.endTime) return NOTHING;
  followThirdPen(pending, candle);
  if (pending.crossTime === null) return NOTHING;
  const bounds = sharedRange(pending, pending.second.endPrice, pending.extreme);
  if (bounds === null) return NOTHING;
  state.pending = null;
  state.alive = {
    startTime: pending.entry.startTime,
    endTime: candle.openTime,
    ...bounds,
    entryDirection: pending.entry.direction,
    formedTime: pending.crossTime,
    formedReason: 'price_cross',
    awaiting: pending.second.endTime,
  };
  return { formedBy: pending.entry, died: null };
}

/** The third pen runs against the second one; it has crossed when it is back where the first one ended. */
function followThirdPen(
  pending: PendingZone,
  candle: { readonly openTime: EpochMs; readonly high: Price; readonly low: Price },
): void {
  const trigger = pending.first.endPrice;
  const isDown = pending.second.direction > 0;
  const price = isDown ? candle.low : candle.high;
  if (isDown ? price < pending.extreme : price > pending.extreme) pending.extreme = price;
  const isCrossed = isDown ? price <= trigger : price >= trigger;
  if (isCrossed) pending.crossTime ??= candle.openTime;
}

/** The zone of the last three pens, if the entry pen shares a price with all of them. */
function sharedRange(
  { entry, first, second }: PendingZone,
  start: Price,
  end: Price,
): { readonly upper: Price; readonly lower: Price } | null {
  const third = start < end ? { low: start, high: end } : { low: end, high: start };
  const bottom = higher(higher(lowOf(first), lowOf(second)), third.low);
  const top = lower(lower(highOf(first), highOf(second)), third.high);
  const isShared = higher(bottom, lowOf(entry)) <= lower(top, highOf(entry));
  return isShared ? { upper: top, lower: bottom } : null;
}

function highOf({ startPrice, endPrice }: Pen): Price {
  return higher(startPrice, endPrice);
}

function lowOf({ startPrice, endPrice }: Pen): Price {
  return lower(startPrice, endPrice);
}
