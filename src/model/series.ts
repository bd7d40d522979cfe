/**
 * Series: one instrument in one timeframe, `{venue}:{market}:{BASE/QUOTE}:{timeframe}` (wire contract 1.1).
 */

import { assert } from '../core/assert.ts';
import type { Brand } from '../core/brand.ts';
import { err, ok, type Result } from '../core/result.ts';
import { type Failure, failure } from './failure.ts';
import type { InstrumentId } from './instrument.ts';
import { parseTimeframe, type Timeframe } from './timeframe.ts';

/** `binance:futures:BTC/USDT:1m`. */
export type SeriesId = Brand<string, 'SeriesId'>;

/** Parts of a series id. */
export type SeriesParts = { readonly instrumentId: InstrumentId; readonly timeframe: Timeframe };

/** The id of `parts`. */
export function seriesId(parts: SeriesParts): SeriesId {
  return `${parts.instrumentId}:${parts.timeframe}` as SeriesId;
}

/** Longest series id; names are kept in memory, and the longest of a venue has about 40 characters. */
const LENGTH_MAX = 200;

/** Checks text from outside; components are trimmed, and the failure's messages are those of the wire contract. */
export function parseSeriesId(text: string): Result<SeriesId, Failure> {
  if (text.length > LENGTH_MAX) return malformed(`series_id is longer than ${LENGTH_MAX} characters`);
  const components = text.split(':').map((component) => component.trim());
  if (components.length < 4) {
    return malformed("series_id must be '{exchange}:{market}:{symbol}:{timeframe}'");
  }
  if (components.some((component) => component === '')) return malformed('invalid series_id (empty component)');
  const parsed = parseTimeframe(components[components.length - 1] as string);
  return parsed.ok ? ok(components.join(':') as SeriesId) : parsed;
}

function malformed(reason: string): Result<never, Failure> {
  return err(failure('series_id_malformed', { reason }));
}

/** The parts of a checked series id. */
export function seriesParts(id: SeriesId): SeriesParts {
  const cut = id.lastIndexOf(':');
  assert(cut > 0, `series id without timeframe: ${id}`);
  return { instrumentId: id.slice(0, cut) as InstrumentId, timeframe: id.slice(cut + 1) as Timeframe };
}

/** The series of the same instrument in another timeframe. */
export function siblingSeries(id: SeriesId, timeframe: Timeframe): SeriesId {
  return seriesId({ instrumentId: seriesParts(id).instrumentId, timeframe });
}
