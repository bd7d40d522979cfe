/**
 * What a replay package says of one candle, by the rule of the contract: of the patch what candles up to it changed,
 * active ids from the last checkpoint and the differences after it, of each factor its last slice with what changed in it.
 * Nothing that a later candle made is in it.
 */
import { applySliceChange, type SliceBody } from '../../src/client/replay-slices.ts';
import type { DrawCatalog } from './draw-catalog.ts';
import type { DrawItem, FactorSlices } from './draw-wire.ts';
import type { ReplayWindow } from './replay-wire.ts';

/** Structure at a candle; slices are put together when they are read. */
export type ReplayMoment = { readonly catalog: DrawCatalog; readonly readSlices: () => FactorSlices };

/** The candle: its place in the package, and its open time in Unix seconds. */
export type MomentPlace = { readonly idx: number; readonly time: number };

function activeAt({ active }: ReplayWindow, idx: number): ReadonlySet<string> {
  let ids = new Set<string>();
  for (const { at, kind, added, removed } of active) {
    if (at > idx) break;
    if (kind === 'checkpoint') ids = new Set();
    for (const id of removed) ids.delete(id);
    for (const id of added) ids.add(id);
  }
  return ids;
}

/** A line that grows, as it is at the candle: its last point is there. */
function grownTo(item: DrawItem, time: number): DrawItem {
  const { definition } = item;
  if (item.reach === 'fixed' || definition.type === 'marker') return item;
  const points = definition.points.with(-1, { time, value: definition.points.at(-1)?.value ?? 0 });
  return { ...item, visibleTime: time, definition: { ...definition, points } };
}

function itemsAt({ base, patch }: ReplayWindow, time: number): ReadonlyMap<string, DrawItem> {
  const items = new Map<string, DrawItem>(base.map((item) => [item.id, grownTo(item, time)]));
  for (const item of patch) {
    if (item.visibleTime !== null && item.visibleTime <= time) items.set(item.id, grownTo(item, time));
  }
  return items;
}

function slicesAt({ snapshots }: ReplayWindow, time: number): FactorSlices {
  const slices: Record<string, SliceBody> = {};
  for (const snapshot of snapshots) {
    if (snapshot.time > time) continue;
    const before = slices[snapshot.factor];
    if (snapshot.kind === 'whole') slices[snapshot.factor] = snapshot.slice;
    else if (before !== undefined) slices[snapshot.factor] = applySliceChange(before, snapshot.change);
  }
  return { atTime: time, snapshots: slices };
}

/** What `window`, which holds the candle, says of it. */
export function momentAt(window: ReplayWindow, { idx, time }: MomentPlace): ReplayMoment {
  const catalog = { items: itemsAt(window, time), active: activeAt(window, idx), cursor: 0, toTime: time };
  return { catalog, readSlices: () => slicesAt(window, time) };
}
