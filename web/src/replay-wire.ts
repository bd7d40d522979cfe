/**
 * Untrusted answers of `/api/replay/*` to typed values; an answer of the wrong shape is `null`.
 */
import type { ReplaySliceChange, WireCandle } from '../../src/api/contract.ts';
import type { SliceBody } from '../../src/client/replay-slices.ts';
import { isNumber, isText, parseFields, parseObject } from '../../src/client/wire.ts';
import { type DrawItem, drawItems } from './draw-wire.ts';

/** Candles as they are stored now, or as they were when the last one of the package was the newest. */
export type Known = 'now' | 'then';

/** `GET /api/replay/status`; `candles` only of a package that is done. */
export type ReplayStatus = {
  readonly status: 'building' | 'done' | 'error';
  readonly error: string;
  readonly progressPct: number;
  readonly windowSize: number;
  readonly candles: readonly WireCandle[];
};

/** Ids that came and went at the candle `at`, against the one before; a checkpoint only adds. */
export type ActiveChange = {
  readonly at: number;
  readonly kind: 'checkpoint' | 'difference';
  readonly added: readonly string[];
  readonly removed: readonly string[];
};

/** What a factor said from a candle on: all of it, or what changed against what it said before. */
export type FactorSnapshot = { readonly factor: string; readonly time: number } & (
  | { readonly kind: 'whole'; readonly slice: SliceBody }
  | { readonly kind: 'change'; readonly change: Pick<ReplaySliceChange, 'history' | 'head'> }
);

/** One window of a package; `end` is exclusive, everything ascending, of each factor the whole slice first. */
export type ReplayWindow = {
  readonly start: number;
  readonly end: number;
  readonly base: readonly DrawItem[];
  readonly patch: readonly DrawItem[];
  readonly active: readonly ActiveChange[];
  readonly snapshots: readonly FactorSnapshot[];
};

/** `GET /api/replay/coverage_status`. */
export type Coverage = { readonly status: 'building' | 'done' | 'error'; readonly ready: number };

const STATES: readonly unknown[] = ['building', 'done', 'error'];

function candleOf(value: unknown): WireCandle | null {
  const fields = parseFields(value);
  if (fields === null) return null;
  const { time, open, high, low, close, volume } = fields;
  if (!isNumber(time) || !isNumber(open) || !isNumber(high) || !isNumber(low) || !isNumber(close)) return null;
  return isNumber(volume) ? { candle_time: time, open, high, low, close, volume } : null;
}

function listOf<T>(value: unknown, read: (value: unknown) => T | null): readonly T[] {
  if (!Array.isArray(value)) return [];
  return value.map(read).filter((each): each is Exclude<typeof each, null> => each !== null);
}

function textOf(value: unknown): string | null {
  return isText(value) ? value : null;
}

/** The job of an answer of build or ensure_coverage. */
export function parseJob(text: string): { readonly id: string; readonly status: string } | null {
  const fields = parseObject(text);
  const [id, status] = [fields?.['job_id'], fields?.['status']];
  return isText(id) && isText(status) ? { id, status } : null;
}

/** The answer of `GET /api/replay/status`. */
export function parseReplayStatus(text: string): ReplayStatus | null {
  const fields = parseObject(text);
  if (fields === null || !STATES.includes(fields['status'])) return null;
  const windowSize = parseFields(fields['metadata'])?.['window_size'];
  return {
    status: fields['status'] as ReplayStatus['status'],
    error: textOf(fields['error']) ?? '',
    progressPct: isNumber(fields['progress_pct']) ? fields['progress_pct'] : 0,
    windowSize: isNumber(windowSize) ? windowSize : 0,
    candles: listOf(fields['candles'], candleOf),
  };
}

/** The answer of `GET /api/replay/coverage_status`. */
export function parseCoverage(text: string): Coverage | null {
  const fields = parseObject(text);
  const ready = fields?.['candles_ready'];
  if (fields === null || !STATES.includes(fields['status']) || !isNumber(ready)) return null;
  return { status: fields['status'] as Coverage['status'], ready };
}

function checkpointOf(value: unknown): ActiveChange | null {
  const fields = parseFields(value);
  const at = fields?.['at_idx'];
  if (!isNumber(at)) return null;
  return { at, kind: 'checkpoint', added: listOf(fields?.['active_ids'], textOf), removed: [] };
}

function differenceOf(value: unknown): ActiveChange | null {
  const fields = parseFields(value);
  const at = fields?.['at_idx'];
  if (!isNumber(at)) return null;
  const [added, removed] = [listOf(fields?.['add_ids'], textOf), listOf(fields?.['remove_ids'], textOf)];
  return { at, kind: 'difference', added, removed };
}

function snapshotOf(value: unknown): FactorSnapshot | null {
  const fields = parseFields(value);
  const [factor, time] = [fields?.['factor_name'], fields?.['candle_time']];
  const slice = parseFields(fields?.['snapshot']);
  if (!isText(factor) || !isNumber(time) || slice === null) return null;
  const [history, head] = [parseFields(slice['history']), parseFields(slice['head'])];
  return { factor, time, kind: 'whole', slice: { history: history ?? {}, head: head ?? {} } };
}

type PartChange = NonNullable<ReplaySliceChange['history']>;
type Pieces = NonNullable<PartChange['lists']>[string];

function pieceOf(value: unknown): Pieces[number] | null {
  const fields = parseFields(value);
  const [from, to, items] = [fields?.['from'], fields?.['to'], fields?.['items']];
  if (Array.isArray(items)) return { items: listOf(items, parseFields).map((item) => ({ ...item })) };
  return isNumber(from) && isNumber(to) ? { from, to } : null;
}

function partOf(value: unknown): PartChange | undefined {
  const fields = parseFields(value);
  if (fields === null) return undefined;
  const lists = Object.entries(parseFields(fields['lists']) ?? {}).map(([name, pieces]): [string, Pieces] => {
    return [name, [...listOf(pieces, pieceOf)]];
  });
  return {
    set: parseFields(fields['set']) ?? {},
    lists: Object.fromEntries(lists),
    unset: [...listOf(fields['unset'], textOf)],
  };
}

function changeOf(value: unknown): FactorSnapshot | null {
  const fields = parseFields(value);
  const [factor, time] = [fields?.['factor_name'], fields?.['candle_time']];
  if (fields === null || !isText(factor) || !isNumber(time)) return null;
  return { factor, time, kind: 'change', change: { history: partOf(fields['history']), head: partOf(fields['head']) } };
}

/** The answer of `GET /api/replay/window`, whole or compact. */
export function parseReplayWindow(text: string): ReplayWindow | null {
  const fields = parseObject(text);
  const window = parseFields(fields?.['window']);
  const [start, end] = [window?.['start_idx'], window?.['end_idx']];
  if (fields === null || window === null || !isNumber(start) || !isNumber(end)) return null;
  const changes = [
    ...listOf(window['draw_active_checkpoints'], checkpointOf),
    ...listOf(window['draw_active_diffs'], differenceOf),
  ];
  return {
    start,
    end,
    base: drawItems(window['draw_catalog_base']),
    patch: drawItems(window['draw_catalog_patch']),
    active: changes.sort((a, b) => a.at - b.at),
    snapshots: [...listOf(fields['factor_snapshots'], snapshotOf), ...listOf(fields['factor_changes'], changeOf)],
  };
}
