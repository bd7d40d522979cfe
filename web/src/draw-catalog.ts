/**
 * The drawing instructions of one series as the server last said them. A patch overwrites by instruction id, and only
 * ids that the newest answer called active are drawn, so an id that disappears from it disappears from the chart.
 */
import type { DrawDelta, DrawItem } from './draw-wire.ts';

/** Most instructions held. Policy: when it is passed, those that do not stand are let go. */
const ITEMS_MAX = 20_000;

/** An immutable view; `cursor` is the version up to which it is complete. */
export type DrawCatalog = {
  readonly items: ReadonlyMap<string, DrawItem>;
  readonly active: ReadonlySet<string>;
  readonly cursor: number;
  /** Open time of the candle it speaks of, Unix seconds; `null` before any. */
  readonly toTime: number | null;
};

/** Nothing drawn, nothing known. */
export const EMPTY_CATALOG: DrawCatalog = { items: new Map(), active: new Set(), cursor: 0, toTime: null };

/** The catalog after `delta`; an older version of an instruction never replaces a newer one. */
export function applyDelta(catalog: DrawCatalog, delta: DrawDelta): DrawCatalog {
  const active = new Set(delta.activeIds);
  const items = new Map(catalog.items);
  for (const item of delta.patch) {
    const held = items.get(item.id);
    if (held === undefined || held.version <= item.version) items.set(item.id, item);
  }
  if (items.size > ITEMS_MAX) for (const id of items.keys()) if (!active.has(id)) items.delete(id);
  return { items, active, cursor: delta.cursor, toTime: delta.toTime ?? catalog.toTime };
}

/**
 * Whether `delta` says anew what candles made that `held` knew already: a ledger that only goes on says something of
 * newer candles alone, so its candles were corrected or older ones came in.
 */
export function isRewritten(held: DrawCatalog, delta: DrawDelta): boolean {
  const { toTime, cursor } = held;
  if (toTime === null) return false;
  return delta.patch.some(({ version, visibleTime }) => {
    return version > cursor && visibleTime !== null && visibleTime <= toTime;
  });
}

/** What stands, in the order it was first drawn. */
export function activeItems(catalog: DrawCatalog): readonly DrawItem[] {
  return [...catalog.items.values()].filter(({ id }) => catalog.active.has(id));
}
