/**
 * A copy of a data directory that programs may be writing to: databases by SQLite's online backup, everything else as it
 * lies there. Files of a running process (locks, logs of databases, drafts) stay behind. The copy is private to its owner.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { backupSqliteFile } from '../../adapters/sqlite/sqlite-backup.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, FailureError, failure, toReason } from '../../model/failure.ts';
import { FLIGHT_FOLDER } from '../service/service-discovery.ts';

/** What is copied, and where to. */
export type BackupOptions = {
  readonly dataDir: string;
  /** Made; must not exist or be empty. */
  readonly target: string;
  readonly recordings: 'left' | 'taken';
};

/** What was copied: paths below the data directory. */
export type BackupMade = { readonly databases: readonly string[]; readonly files: number; readonly bytes: number };

const OWNER_ONLY = 0o700;
/** What belongs to a running process alone. */
const PASSING = /(-wal|-shm|-journal|\.lock|\.tmp|\.new)$/;

/** Makes the copy; fails with `backup_impossible`, or with what is wrong with a database. */
export async function backupDataDir(options: BackupOptions): Promise<Result<BackupMade, Failure>> {
  const [dataDir, target] = [resolve(options.dataDir), resolve(options.target)];
  const refuse = (reason: string): Result<never, Failure> => err(failure('backup_impossible', { target, reason }));
  if (!existsSync(dataDir)) return refuse(`there is no ${dataDir}`);
  if (target === dataDir || target.startsWith(dataDir + sep)) return refuse('it lies in the data directory');
  if (existsSync(target) && readdirSync(target).length > 0) return refuse('it is not empty');
  try {
    mkdirSync(target, { recursive: true, mode: OWNER_ONLY });
    chmodSync(target, OWNER_ONLY);
    return ok(await copyAll(listFiles(dataDir, options.recordings), { dataDir, target }));
  } catch (error) {
    return error instanceof FailureError ? err(error.failure) : refuse(toReason(error));
  }
}

function listFiles(dir: string, recordings: BackupOptions['recordings']): readonly string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) {
      return entry.name === FLIGHT_FOLDER && recordings === 'left' ? [] : listFiles(path, recordings);
    }
    return entry.isFile() && !PASSING.test(entry.name) ? [path] : [];
  });
}

async function copyAll(
  paths: readonly string[],
  { dataDir, target }: Pick<BackupOptions, 'dataDir' | 'target'>,
): Promise<BackupMade> {
  const databases: string[] = [];
  let bytes = 0;
  for (const path of paths) {
    const name = relative(dataDir, path);
    const to = join(target, name);
    mkdirSync(join(to, '..'), { recursive: true, mode: OWNER_ONLY });
    if (name.endsWith('.db')) {
      await backupSqliteFile(path, to);
      databases.push(name);
    } else cpSync(path, to, { preserveTimestamps: true });
    bytes += statSync(to).size;
  }
  return { databases, files: paths.length - databases.length, bytes };
}
