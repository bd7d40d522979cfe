/**
 * Where a passphrase comes from: a file that is named, the environment, or the person at the terminal, unseen. Never an
 * argument, because other users of the machine can read those.
 */
import password from '@inquirer/password';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { readPassphraseEnvironment } from '../config.ts';
import { readOperator, readVault } from '../security/operator.ts';
import { readPrivateFile } from '../security/private-file.ts';
import type { Secrets } from '../security/vault.ts';
import { sayWarning } from './output.ts';

/** Options of a command that needs the passphrase. */
export type PassphraseFlags = { readonly passphraseFile?: string };

/** The passphrase, from the first place that has one; fails with `passphrase_needed` where nobody can be asked. */
export async function readPassphrase(flags: PassphraseFlags, question: string): Promise<Result<string, Failure>> {
  const given = readGivenPassphrase(flags);
  if (!given.ok) return given;
  return given.value === null ? askUnseen(question) : ok(given.value);
}

/** A passphrase that is given only where it was put on purpose: no question is asked. `null` where it was not. */
export function readGivenPassphrase(flags: PassphraseFlags): Result<string | null, Failure> {
  const { file, passphrase } = readPassphraseEnvironment();
  const path = flags.passphraseFile ?? file;
  return path === null ? ok(passphrase) : readFrom(path);
}

function readFrom(path: string): Result<string, Failure> {
  const text = readPrivateFile(path);
  if (!text.ok) return text;
  if (text.value === null) return err(failure('file_unreadable', { path, reason: 'there is no such file' }));
  return ok(text.value.replace(/\r?\n$/, ''));
}

/** What the person types, not shown. */
export async function askUnseen(question: string): Promise<Result<string, Failure>> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return err(failure('passphrase_needed'));
  return ok(await password({ message: question, mask: '*' }, { output: process.stderr }));
}

/**
 * The secrets of a vault; none where there is no vault, or an empty one. Where nobody gave the passphrase and nobody can be
 * asked, the vault stays shut, which is warned of.
 */
export async function openVault(
  dir: string,
  flags: PassphraseFlags,
  warn: (reason: string) => void = sayWarning,
): Promise<Result<Secrets, Failure>> {
  const record = readOperator(dir);
  if (!record.ok || record.value === null) return record.ok ? ok({}) : record;
  const given = readGivenPassphrase(flags);
  if (!given.ok) return given;
  if (given.value !== null) return readVault(record.value, given.value);
  if (record.value.secretCount === 0) return ok({});
  if (!process.stdin.isTTY) {
    warn('the key vault stays shut: no passphrase was given (--passphrase-file, HOTWICK_PASSPHRASE_FILE)');
    return ok({});
  }
  const asked = await askUnseen('Passphrase of the key vault');
  return asked.ok ? readVault(record.value, asked.value) : asked;
}
