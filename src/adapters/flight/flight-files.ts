/**
 * The segments of a recording as files of a folder, named by the first sequence in each, so that the order of names is
 * the order of records.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A segment on disk. */
export type SegmentFile = { readonly path: string; readonly first: number; readonly bytes: number };

const NAME = /^flight-(\d{12})\.hwf$/;

/** Name of the segment that begins with `first`. */
export function segmentName(first: number): string {
  return `flight-${String(first).padStart(12, '0')}.hwf`;
}

/** The segments in `dir`, oldest first; throws what the file system throws. */
export function listSegments(dir: string): readonly SegmentFile[] {
  return readdirSync(dir)
    .flatMap((name) => {
      const match = NAME.exec(name);
      const path = join(dir, name);
      return match === null ? [] : [{ path, first: Number(match[1]), bytes: statSync(path).size }];
    })
    .sort((a, b) => a.first - b.first);
}
