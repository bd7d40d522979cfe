/**
 * The head told by its changes: what a judgement changed about levels and pivots, and from a whole head and the changes
 * after it the head itself. A head has hundreds of entries and a judgement changes some of them; a whole one is told
 * again when the changes since have as many, so that telling costs in proportion to what changes.
 */
import { assert } from '../../core/assert.ts';
import { toFloat } from '../../core/decimal.ts';
import type { EpochMs } from '../../core/time.ts';
import type { ChartPayload, ChartValue } from '../../model/chart.ts';
import type { Price } from '../../model/money.ts';

/** What was told of the head: when it was told whole, and how many entries changed since. */
export type HeadNote = { readonly wholeTime: EpochMs; readonly told: number };

/** What a change is made of. */
export type HeadNews = {
  /** Levels that are new or stand differently. */
  readonly levels: readonly ChartPayload[];
  readonly removed: readonly ChartPayload[];
  /** Pivots that became known. */
  readonly pivots: readonly ChartPayload[];
  /** The close by whose distance levels are ordered. */
  readonly close: number;
  /** Places of the oldest pivots that still count, of resistance and support; -1 for none. */
  readonly oldest: readonly [number, number];
};

/** The change as a payload. */
export function toChange({ levels, removed, pivots, close, oldest }: HeadNews): ChartPayload {
  return { levels, removed, pivots, close, oldest: [...oldest] };
}

/** `whole` with `changes` made to it, oldest first. */
export function applyChanges(whole: ChartPayload, changes: readonly ChartPayload[]): ChartPayload {
  const newest = changes.at(-1);
  if (newest === undefined) return whole;
  const levels = new Map(listOf(whole, 'levels').map((level) => [keyOf(level), level]));
  const pivots = [...listOf(whole, 'pivots')];
  for (const change of changes) {
    for (const gone of listOf(change, 'removed')) levels.delete(keyOf(gone));
    for (const level of listOf(change, 'levels')) levels.set(keyOf(level), level);
    for (const pivot of listOf(change, 'pivots')) pivots.push(pivot);
  }
  const [resistance, support] = newest['oldest'] as readonly [number, number];
  return {
    algorithm: whole['algorithm'] as ChartValue,
    levels: inOrder([...levels.values()], newest['close'] as number),
    pivots: pivots.filter(({ idx, type }) => {
      const oldest = type === 'resistance' ? resistance : support;
      return oldest >= 0 && (idx as number) >= oldest;
    }),
  };
}

function listOf(payload: ChartPayload, name: string): readonly ChartPayload[] {
  const list = payload[name];
  assert(Array.isArray(list), `a head has no list of ${name}`);
  return list as readonly ChartPayload[];
}

function keyOf({ levelType, firstTime, secondTime }: ChartPayload): string {
  return `${levelType}:${firstTime}:${secondTime}`;
}

/** As they were judged: those that hold before the broken ones, nearest first, and of equal ones the newer. */
function inOrder(levels: readonly ChartPayload[], close: number): readonly ChartPayload[] {
  const ranked = levels.map((level) => ({
    level,
    rank: level['status'] === 'broken' ? 1 : 0,
    away: Math.abs(toFloat(level['price'] as Price) - close),
    side: level['levelType'] === 'resistance' ? 0 : 1,
    newest: -(level['secondIdx'] as number),
  }));
  ranked.sort((a, b) => a.rank - b.rank || a.away - b.away || a.side - b.side || a.newest - b.newest);
  return ranked.map(({ level }) => level);
}
