/**
 * The answer of `GET /api/market/debug/series_health`: how many candles of a series are stored and where some are missing.
 */
import { isNumber, parseFields, parseObject } from '../../src/client/wire.ts';

/** Stored candles and holes, the newest hole first; times are those of the candles around a hole, Unix seconds. */
export type SeriesGaps = {
  readonly candleCount: number;
  readonly gapCount: number;
  readonly recent: readonly { readonly after: number; readonly before: number; readonly missing: number }[];
};

function gapOf(value: unknown): SeriesGaps['recent'][number] | null {
  const fields = parseFields(value);
  const [after, before, missing] = [fields?.['prev_time'], fields?.['next_time'], fields?.['missing_candles']];
  return isNumber(after) && isNumber(before) && isNumber(missing) ? { after, before, missing } : null;
}

/** The answer; `null` when it is none. */
export function parseSeriesGaps(text: string): SeriesGaps | null {
  const fields = parseObject(text);
  const [candleCount, gapCount] = [fields?.['candle_count'], fields?.['gap_count']];
  if (fields === null || !isNumber(candleCount) || !isNumber(gapCount)) return null;
  const list = fields['recent_gaps'];
  const recent = Array.isArray(list) ? list.map(gapOf).filter((gap) => gap !== null) : [];
  return { candleCount, gapCount, recent };
}
