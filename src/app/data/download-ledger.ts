/**
 * Which files of the archive are in the database, by path and check sum: a small JSON file beside it. It only saves
 * work: a lost or unreadable ledger means that files are imported once more, which changes nothing.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { toReason } from '../../model/failure.ts';

const entrySchema = z.object({ sha256: z.string(), rows: z.int().nonnegative() });
const ledgerSchema = z.object({ version: z.literal(1), files: z.record(z.string(), entrySchema) });

/** One file: its SHA-256 and the candles that were imported from it. */
export type LedgerEntry = Readonly<z.infer<typeof entrySchema>>;

/** Imported files by their path in the archive. */
export type DownloadLedger = {
  readonly find: (path: string) => LedgerEntry | undefined;
  /** Remembers; the file on disk is replaced as a whole. */
  readonly record: (path: string, entry: LedgerEntry) => Promise<void>;
};

/** Name of the ledger in a data directory. */
export const LEDGER_FILE = 'downloads.json';

/** Opens the ledger of a data directory; `onWarning` is told when there is one that can not be used. */
export async function openDownloadLedger(
  dataDir: string,
  onWarning: (reason: string) => void,
): Promise<DownloadLedger> {
  const path = join(dataDir, LEDGER_FILE);
  const files = new Map<string, LedgerEntry>(await loadFiles(path, onWarning));
  return {
    find: (file) => files.get(file),
    record: async (file, entry) => {
      files.set(file, entry);
      const text = JSON.stringify({ version: 1, files: Object.fromEntries([...files].sort()) }, null, 1);
      await writeFile(`${path}.part`, text);
      await rename(`${path}.part`, path);
    },
  };
}

async function loadFiles(
  path: string,
  onWarning: (reason: string) => void,
): Promise<readonly (readonly [string, LedgerEntry])[]> {
  try {
    return Object.entries(ledgerSchema.parse(JSON.parse(await readFile(path, 'utf8'))).files);
  } catch (thrown) {
    // Nothing is lost with it: every file is imported again, which changes nothing.
    const isAbsent = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    if (!isAbsent) onWarning(`${path} is not used, files are imported again: ${toReason(thrown).slice(0, 200)}`);
    return [];
  }
}
