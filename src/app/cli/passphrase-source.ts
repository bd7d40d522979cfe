/**
 * Where a passphrase comes from: a file that is named, the environment, or the person at the terminal, unseen. Never an
 * argument, because other users of the machine can read those.
 */
import password from '@inquirer/password';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { readPrivateFile } from '../security/private-file.ts';

/** Options of a command that needs the passphrase. */
export type PassphraseFlags = { readonly passphraseFile?: string };

/** The passphrase, from the first place that has one; fails with `passphrase_needed` where nobody can be asked. */
export async function readPassphrase(flags: PassphraseFlags, question: string): Promise<Result<string, Failure>> {
  const path = flags.passphraseFile ?? process.env['HOTWICK_PASSPHRASE_FILE'];
  if (path !== undefined && path !== '') return readFrom(path);
  const given = process.env['HOTWICK_PASSPHRASE'];
  if (given !== undefined && given !== '') return ok(given);
  return askUnseen(question);
}

/** A passphrase that is given only where it was put on purpose: no question is asked. `null` where it was not. */
export function readGivenPassphrase(flags: PassphraseFlags): Result<string | null, Failure> {
  const path = flags.passphraseFile ?? process.env['HOTWICK_PASSPHRASE_FILE'];
  if (path !== undefined && path !== '') return readFrom(path);
  const given = process.env['HOTWICK_PASSPHRASE'];
  return ok(given === undefined || given === '' ? null : given);
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
