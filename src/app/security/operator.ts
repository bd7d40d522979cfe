/**
 * The operator of a data directory: one private file with what knows their passphrase, the tokens they gave out and the
 * vault. Everything in it is replaced as a whole, so passphrase and vault never part.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure } from '../../model/failure.ts';
import {
  findWeakness,
  isVerifier,
  newStretch,
  type OperatorKeys,
  type Stretch,
  stretchPassphrase,
  stretchShape,
} from './passphrase.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import { tokenShape } from './tokens.ts';
import { openSecrets, type Secrets, sealedShape, sealSecrets } from './vault.ts';

/** Name of the file. */
export const OPERATOR_SECRETS_FILE = 'operator.json';

/** Tokens there can be; a new one is refused beyond. */
export const TOKENS_MAX = 50;

const shape = z.strictObject({
  version: z.literal(1),
  stretch: stretchShape,
  verifier: z.string().min(40),
  tokens: z.array(tokenShape).max(TOKENS_MAX),
  vault: sealedShape,
  /** How many secrets are in it, so that nobody is asked to open an empty one. */
  secretCount: z.number().int().min(0),
});

/** The file, read. */
export type OperatorRecord = z.infer<typeof shape>;

/** Path of the file in a data directory. */
export function operatorPath(dataDir: string): string {
  return join(dataDir, OPERATOR_SECRETS_FILE);
}

/** The record; `null` where there is no operator yet. */
export function readOperator(dataDir: string): Result<OperatorRecord | null, Failure> {
  const path = operatorPath(dataDir);
  const text = readPrivateFile(path);
  if (!text.ok || text.value === null) return text.ok ? ok(null) : text;
  const record = shape.safeParse(parse(text.value));
  if (!record.success) return err(failure('operator_file_broken', { path }));
  return ok(record.data);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // refused as broken
  }
}

/** Writes the record. */
export function writeOperator(dataDir: string, record: OperatorRecord): Result<null, Failure> {
  return writePrivateFile(operatorPath(dataDir), `${JSON.stringify(record, null, 2)}\n`);
}

/** A new operator with an empty vault; fails with `passphrase_weak`. `stretch` is today's strength where not given. */
export async function createOperator(
  dataDir: string,
  passphrase: string,
  stretch = newStretch(),
): Promise<Result<OperatorRecord, Failure>> {
  const made = await recordFor(passphrase, { secrets: {}, stretch });
  if (!made.ok) return made;
  const written = writeOperator(dataDir, made.value);
  return written.ok ? made : written;
}

/** The keys of a passphrase, `null` where it is wrong. */
export async function unlock(record: OperatorRecord, passphrase: string): Promise<OperatorKeys | null> {
  const keys = await stretchPassphrase(passphrase, record.stretch);
  return isVerifier(keys.verifier, record.verifier) ? keys : null;
}

/** The secrets of the vault; fails with `passphrase_wrong`, or `vault_broken` where it does not open all the same. */
export async function readVault(record: OperatorRecord, passphrase: string): Promise<Result<Secrets, Failure>> {
  const keys = await unlock(record, passphrase);
  if (keys === null) return err(failure('passphrase_wrong'));
  const secrets = openSecrets(record.vault, keys.vaultKey);
  return secrets === null ? err(failure('vault_broken')) : ok(secrets);
}

/** Replaces the secrets of the vault. */
export async function writeVault(
  dataDir: string,
  passphrase: string,
  change: (secrets: Secrets) => Secrets,
): Promise<Result<Secrets, Failure>> {
  const record = readOperator(dataDir);
  if (!record.ok) return record;
  if (record.value === null) return err(failure('operator_missing', { dataDir }));
  const keys = await unlock(record.value, passphrase);
  if (keys === null) return err(failure('passphrase_wrong'));
  const secrets = openSecrets(record.value.vault, keys.vaultKey);
  if (secrets === null) return err(failure('vault_broken'));
  const changed = change(secrets);
  const vault = sealSecrets(changed, keys.vaultKey);
  const secretCount = Object.keys(changed).length;
  const written = writeOperator(dataDir, { ...record.value, vault, secretCount });
  return written.ok ? ok(changed) : written;
}

/** Another passphrase for the same vault; every token is revoked with the old one. */
export async function changePassphrase(
  dataDir: string,
  passphrases: { readonly old: string; readonly next: string },
): Promise<Result<OperatorRecord, Failure>> {
  const record = readOperator(dataDir);
  if (!record.ok) return record;
  if (record.value === null) return err(failure('operator_missing', { dataDir }));
  const secrets = await readVault(record.value, passphrases.old);
  if (!secrets.ok) return secrets;
  const made = await recordFor(passphrases.next, { secrets: secrets.value, stretch: newStretch() });
  if (!made.ok) return made;
  const written = writeOperator(dataDir, made.value);
  return written.ok ? made : written;
}

async function recordFor(
  passphrase: string,
  { secrets, stretch }: { readonly secrets: Secrets; readonly stretch: Stretch },
): Promise<Result<OperatorRecord, Failure>> {
  const weakness = findWeakness(passphrase);
  if (weakness !== null) return err(failure('passphrase_weak', { weakness }));
  const { verifier, vaultKey } = await stretchPassphrase(passphrase, stretch);
  const vault = sealSecrets(secrets, vaultKey);
  return ok({ version: 1, stretch, verifier, tokens: [], vault, secretCount: Object.keys(secrets).length });
}
