/**
 * Files that are there whole or not at all: text in, and out a file that a crash leaves as it was or as it is to be; read
 * back with its hash, up to a size.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure, toReason } from '../../model/failure.ts';

/** SHA-256 as 64 hexadecimal digits. */
export function sha256Of(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Replaces the file; its folder is made if need be. `file_unwritable` leaves what was there. */
export async function writeWhole(path: string, text: string): Promise<Result<null, Failure>> {
  const draft = `${path}.new`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(draft, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    await syncFolder(dirname(path));
    return ok(null);
  } catch (error) {
    return err(failure('file_unwritable', { path, reason: toReason(error) }));
  }
}

/** The new name is on the disk too; Windows has no handle for a folder and keeps names by itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A file's text with the hash of its bytes. */
export type WholeFile = { readonly text: string; readonly sha256: string };

/** Reads at most `bytesMax`; `null` where there is no such file, `file_unreadable` for a larger one and for any other trouble. */
export async function readWhole(path: string, bytesMax: number): Promise<Result<WholeFile | null, Failure>> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > bytesMax) return unreadable(path, `it has ${size} bytes, at most ${bytesMax} are read`);
      const bytes = await file.readFile();
      return ok({ text: bytes.toString('utf8'), sha256: sha256Of(bytes) });
    } finally {
      await file.close();
    }
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return isAbsent ? ok(null) : unreadable(path, toReason(error));
  }
}

function unreadable(path: string, reason: string): Result<never, Failure> {
  return err(failure('file_unreadable', { path, reason }));
}
