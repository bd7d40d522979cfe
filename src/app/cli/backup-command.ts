/**
 * `hotwick backup`: a copy of a data directory while programs work on it.
 */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { backupDataDir } from '../data/backup-data.ts';
import { say, sayFailure, sayJson } from './output.ts';

type Flags = { readonly dataDir?: string; readonly withRecordings?: true; readonly json?: true };

const EXAMPLES = `
Examples:
  hotwick backup /mnt/backup/hotwick-2026-11-26
  hotwick backup /mnt/backup/today --data-dir /var/lib/hotwick --with-recordings

Databases are copied as of one moment each while programs write to them, and checked. To restore, put the copy in place of
the data directory while nothing runs. The copy holds the vault, which the passphrase opens: keep the two apart.`;

/** Adds the command. */
export function addBackupCommand(program: Command): void {
  program
    .command('backup')
    .description('copy a data directory, databases included, while programs work on it')
    .argument('<dir>', 'folder for the copy; must not exist or be empty')
    .option('--data-dir <dir>', 'what is copied (default: HOTWICK_HOME or ~/.hotwick)')
    .option('--with-recordings', 'recordings of the market as well')
    .option('--json', 'print what was copied as JSON')
    .addHelpText('after', EXAMPLES)
    .action(runBackup);
}

async function runBackup(target: string, { dataDir, withRecordings, json }: Flags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  const from = resolve(dataDir ?? config.value.home);
  const recordings = withRecordings === true ? 'taken' : 'left';
  const made = await backupDataDir({ dataDir: from, target, recordings });
  if (!made.ok) return sayFailure(made.error);
  if (json === true) return sayJson({ from, target: resolve(target), ...made.value });
  const { databases, files, bytes } = made.value;
  say(`${from} is copied to ${resolve(target)}: ${(bytes / 1024 ** 2).toFixed(1)} MiB`);
  say(`  databases  ${databases.length === 0 ? 'none' : databases.join(', ')}`);
  say(`  files      ${files}`);
}
