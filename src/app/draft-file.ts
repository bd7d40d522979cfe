/**
 * Files that one program leaves for another, written whole. A service runs as a user of its own, and whoever commands it is
 * often root: what root writes into the service's folder belongs to the service, and nothing that the service may have put
 * there, such as a link, leads root's writing elsewhere.
 */
import { closeSync, fchmodSync, fchownSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a new file at `path` with exactly these rights and makes it durable; whatever lay there is taken away first, and
 * what appears there meanwhile is an error. Written by root it belongs to the owner of its folder.
 */
export function writeDraft(path: string, text: string, mode: number): void {
  rmSync(path, { force: true });
  // Exclusive: never through a link, never into a file that somebody else has open.
  const file = openSync(path, 'wx', mode);
  try {
    // Beyond what the umask takes away. By the descriptor: a name could be another file by now.
    fchmodSync(file, mode);
    if (process.getuid?.() === 0) {
      const { uid, gid } = statSync(dirname(path));
      fchownSync(file, uid, gid);
    }
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
