/**
 * Which series are wanted from the start: those of the whitelist file where one is named, else those of the command
 * line. A file that is not there means none; one that is there and can not be read stops the start.
 */
import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure, toReason } from '../../model/failure.ts';
import { parseSeriesId, type SeriesId } from '../../model/series.ts';

/** The whitelist, each series once, in order; what is no series is left out and told to `onWarning`. */
export function loadWhitelist(
  path: string | null,
  otherwise: readonly SeriesId[],
  onWarning: (reason: string) => void,
): Result<readonly SeriesId[], Failure> {
  if (path === null) return ok(otherwise);
  const entries = readEntries(path);
  if (!entries.ok) return entries;
  const series = new Set<SeriesId>();
  for (const entry of entries.value) {
    if (typeof entry !== 'string' || entry.trim() === '') continue;
    const parsed = parseSeriesId(entry);
    if (parsed.ok) series.add(parsed.value);
    else onWarning(`${path}: "${entry}" is left out: ${parsed.error.message}`);
  }
  return ok([...series]);
}

function readEntries(path: string): Result<readonly unknown[], Failure> {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const isHolder = typeof content === 'object' && content !== null && 'series_ids' in content;
    if (isHolder && Array.isArray(content.series_ids)) return ok(content.series_ids);
    return err(failure('file_unreadable', { path, reason: 'it holds no list "series_ids"' }));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok([]);
    return err(failure('file_unreadable', { path, reason: toReason(error) }));
  }
}
