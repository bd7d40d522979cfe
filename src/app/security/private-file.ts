/**
 * Files that hold secrets: readable by their owner alone, written whole and on the disk before they count, refused when
 * others may read them.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure, toReason } from '../../model/failure.ts';
import { writeDraft } from '../draft-file.ts';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;
/** systemd keeps this folder for the service alone, and shows the service's own right to a file in it as the group's. */
const CREDENTIALS = '/run/credentials/';
const WORLD = 0o007;

/** Bits of a file's mode that must not be set. */
export function othersOf(path: string): number {
  return resolve(path).startsWith(CREDENTIALS) ? WORLD : OTHERS;
}

/** Its text, `null` where there is no such file; fails where others may read it. */
export function readPrivateFile(path: string): Result<string | null, Failure> {
  try {
    const { mode } = statSync(path);
    if (process.platform !== 'win32' && (mode & othersOf(path)) !== 0)
      return err(failure('file_not_private', { path }));
    return ok(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok(null);
    return err(failure('file_unreadable', { path, reason: toReason(error) }));
  }
}

/** Replaces it as a whole; a crash leaves the old one or the new one. What root writes belongs to whom its folder does. */
export function writePrivateFile(path: string, text: string): Result<null, Failure> {
  const draft = `${path}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeDraft(draft, text, OWNER_ONLY);
    renameSync(draft, path);
    syncFolder(dirname(path));
    return ok(null);
  } catch (error) {
    return err(failure('file_unwritable', { path, reason: toReason(error) }));
  }
}

/** The new name is on the disk too. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
