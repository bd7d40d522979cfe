/**
 * `hotwick operator`: the passphrase of the desk, the vault of keys behind it, tokens for programs and the log of who did
 * what.
 */
import { type Command, InvalidArgumentError } from 'commander';
import type { GrantedScope } from '../../api/security/scopes.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { loadConfig } from '../config.ts';
import { checkAuditLog } from '../security/audit-log.ts';
import {
  changePassphrase,
  createOperator,
  type OperatorRecord,
  readOperator,
  readVault,
  TOKENS_MAX,
  writeOperator,
  writeVault,
} from '../security/operator.ts';
import { generatePassphrase } from '../security/passphrase.ts';
import { createToken } from '../security/tokens.ts';
import { VAULT_NAMES, type VaultName } from '../security/vault.ts';
import { say, sayFailure, sayJson } from './output.ts';
import { askUnseen, type PassphraseFlags, readGivenPassphrase, readPassphrase } from './passphrase-source.ts';

type Flags = PassphraseFlags & { readonly dataDir?: string; readonly json?: boolean };

const EXAMPLES = `
Examples:
  hotwick operator create                          a passphrase is made and shown once
  hotwick operator create --passphrase-file FILE   yours, from a file that only you can read
  hotwick operator secret BINANCE_API_KEY          asks for the value, unseen; or: ... < file
  hotwick operator token --name grafana --scope read --days 90
  hotwick operator audit                           is the log of who did what unbroken?

The passphrase logs in at the desk and opens the vault. It is asked for at the terminal, or read from --passphrase-file,
HOTWICK_PASSPHRASE_FILE or HOTWICK_PASSPHRASE. Nobody can tell you a lost one, and nothing else opens the vault.`;

/** Adds the commands. */
export function addOperatorCommand(program: Command): void {
  const operator = program
    .command('operator')
    .description('passphrase, key vault, tokens and audit log of the desk')
    .addHelpText('after', EXAMPLES);
  add(operator, 'create', 'a passphrase and an empty vault').action(create);
  add(operator, 'passphrase', 'another passphrase; every token is revoked').action(renew);
  add(operator, 'secret', 'keep a secret in the vault')
    .argument('<name>', VAULT_NAMES.join(', '), nameArgument)
    .action(keepSecret);
  add(operator, 'secrets', 'names of what the vault keeps, never their values').action(listSecrets);
  add(operator, 'forget', 'take a secret out of the vault').argument('<name>', '', nameArgument).action(forgetSecret);
  add(operator, 'token', 'a token for a program; it is shown once')
    .requiredOption('--name <name>', 'what it is for, as the audit log will call it', tokenNameOption)
    .option('--scope <scope>', 'read, operate or money', scopeOption, 'read')
    .option('--days <days>', 'how long it is good for (default: until it is revoked)', daysOption)
    .action(giveToken);
  add(operator, 'tokens', 'tokens that were given out').action(listTokens);
  add(operator, 'revoke', 'end a token').argument('<id>').action(revokeToken);
  add(operator, 'audit', 'check that the audit log is unbroken').action(checkLog);
}

function add(operator: Command, name: string, description: string): Command {
  return operator
    .command(name)
    .description(description)
    .option('--data-dir <dir>', 'where its files lie (default: HOTWICK_HOME or ~/.hotwick)')
    .option('--passphrase-file <file>', 'file with the passphrase, readable by you alone')
    .option('--json', 'answer as JSON');
}

async function create(flags: Flags): Promise<void> {
  const dataDir = dataDirOf(flags);
  if (dataDir === null) return;
  const present = readOperator(dataDir);
  if (!present.ok) return sayFailure(present.error);
  if (present.value !== null) return sayFailure(failure('operator_exists', { dataDir }));
  const given = readGivenPassphrase(flags);
  if (!given.ok) return sayFailure(given.error);
  const passphrase = given.value ?? generatePassphrase();
  const made = await createOperator(dataDir, passphrase);
  if (!made.ok) return sayFailure(made.error);
  if (flags.json === true) return sayJson({ created: true, passphrase: given.value === null ? passphrase : null });
  say(`The operator of ${dataDir} is made.`);
  if (given.value === null)
    say(`\n  passphrase  ${passphrase}\n\nKeep it: it is shown this once, and nothing else opens the vault.`);
}

async function renew(flags: Flags): Promise<void> {
  await withRecord(flags, async (dataDir) => {
    const old = await readPassphrase(flags, 'Present passphrase');
    if (!old.ok) return old;
    const next = await askUnseen('New passphrase (empty: one is made)');
    const isMade = !next.ok || next.value === '';
    const passphrase = isMade ? generatePassphrase() : next.value;
    const changed = await changePassphrase(dataDir, { old: old.value, next: passphrase });
    if (!changed.ok) return changed;
    say('The passphrase is changed, and every token is revoked.');
    if (isMade) say(`\n  passphrase  ${passphrase}\n\nKeep it: it is shown this once.`);
    return ok(null);
  });
}

async function keepSecret(name: VaultName, flags: Flags): Promise<void> {
  await withRecord(flags, async (dataDir) => {
    // The value may come over standard input, so the passphrase is not asked for there.
    const value = process.stdin.isTTY ? await askUnseen(`Value of ${name}`) : ok(await readInput());
    if (!value.ok) return value;
    if (value.value === '') return err(failure('credentials_malformed', { reason: `${name} is empty` }));
    const passphrase = await readPassphrase(flags, 'Passphrase');
    if (!passphrase.ok) return passphrase;
    const written = await writeVault(dataDir, passphrase.value, (secrets) => ({ ...secrets, [name]: value.value }));
    if (written.ok) say(`The vault keeps ${name}. It counts from the next start on.`);
    return written;
  });
}

async function listSecrets(flags: Flags): Promise<void> {
  await withRecord(flags, async (_dataDir, record) => {
    const passphrase = await readPassphrase(flags, 'Passphrase');
    if (!passphrase.ok) return passphrase;
    const secrets = await readVault(record, passphrase.value);
    if (!secrets.ok) return secrets;
    const names = Object.keys(secrets.value).sort();
    if (flags.json === true) sayJson({ names });
    else say(names.length === 0 ? 'The vault is empty.' : names.join('\n'));
    return ok(null);
  });
}

async function forgetSecret(name: VaultName, flags: Flags): Promise<void> {
  await withRecord(flags, async (dataDir) => {
    const passphrase = await readPassphrase(flags, 'Passphrase');
    if (!passphrase.ok) return passphrase;
    const written = await writeVault(dataDir, passphrase.value, ({ [name]: _forgotten, ...rest }) => rest);
    if (written.ok) say(`The vault does not keep ${name}.`);
    return written;
  });
}

async function giveToken(flags: Flags & { name: string; scope: GrantedScope; days?: number }): Promise<void> {
  await withRecord(flags, async (dataDir, record) => {
    if (record.tokens.length >= TOKENS_MAX) return err(failure('tokens_too_many', { count: record.tokens.length }));
    const passphrase = await readPassphrase(flags, 'Passphrase');
    if (!passphrase.ok) return passphrase;
    const opened = await readVault(record, passphrase.value);
    if (!opened.ok) return opened;
    const createdTime = Date.now();
    const expiresTime = flags.days === undefined ? null : createdTime + flags.days * 86_400_000;
    const { token, text } = createToken({ name: flags.name, scope: flags.scope, createdTime, expiresTime });
    const written = writeOperator(dataDir, { ...record, tokens: [...record.tokens, token] });
    if (!written.ok) return written;
    if (flags.json === true) sayJson({ id: token.id, token: text, scope: token.scope, expires_time: expiresTime });
    else say(`${text}\n\nScope ${token.scope}. Send it as: Authorization: Bearer ...  It is shown this once.`);
    return ok(null);
  });
}

async function listTokens(flags: Flags): Promise<void> {
  await withRecord(flags, async (_dataDir, { tokens }) => {
    const shown = tokens.map(({ digest: _digest, ...rest }) => rest);
    if (flags.json === true) sayJson({ tokens: shown });
    else if (shown.length === 0) say('No token was given out.');
    for (const { id, name, scope, expiresTime } of flags.json === true ? [] : shown) {
      const until = expiresTime === null ? 'until revoked' : `until ${new Date(expiresTime).toISOString()}`;
      say(`${id}  ${scope.padEnd(7)}  ${until}  ${name}`);
    }
    return ok(null);
  });
}

async function revokeToken(id: string, flags: Flags): Promise<void> {
  await withRecord(flags, async (dataDir, record) => {
    const tokens = record.tokens.filter((token) => token.id !== id);
    if (tokens.length === record.tokens.length) return err(failure('token_unknown', { id }));
    const written = writeOperator(dataDir, { ...record, tokens });
    if (written.ok) say(`Token ${id} opens nothing any more.`);
    return written;
  });
}

function checkLog(flags: Flags): void {
  const dataDir = dataDirOf(flags);
  if (dataDir === null) return;
  const { lines, broken } = checkAuditLog(dataDir);
  if (flags.json === true) sayJson({ lines, broken });
  if (broken !== null) sayFailure(failure('audit_log_broken', broken));
  else if (flags.json !== true) say(`${lines} lines, unbroken.`);
}

type Work = (dataDir: string, record: OperatorRecord) => Promise<Result<unknown, Failure>>;

async function withRecord(flags: Flags, work: Work): Promise<void> {
  const dataDir = dataDirOf(flags);
  if (dataDir === null) return;
  const record = readOperator(dataDir);
  if (!record.ok) return sayFailure(record.error);
  if (record.value === null) return sayFailure(failure('operator_missing', { dataDir }));
  const done = await work(dataDir, record.value);
  if (!done.ok) sayFailure(done.error);
}

function dataDirOf(flags: Flags): string | null {
  if (flags.dataDir !== undefined) return flags.dataDir;
  const config = loadConfig();
  if (config.ok) return config.value.home;
  sayFailure(config.error);
  return null;
}

/** Everything that is piped in, without its last line break. */
async function readInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
  return text.replace(/\r?\n$/, '');
}

function nameArgument(text: string): VaultName {
  const name = VAULT_NAMES.find((each) => each === text);
  if (name === undefined) throw new InvalidArgumentError(`the vault keeps ${VAULT_NAMES.join(', ')}`);
  return name;
}

function scopeOption(text: string): GrantedScope {
  if (text !== 'read' && text !== 'operate' && text !== 'money') {
    throw new InvalidArgumentError('a scope is read, operate or money');
  }
  return text;
}

function tokenNameOption(text: string): string {
  if (!/^[\w .-]{1,60}$/.test(text))
    throw new InvalidArgumentError('a name is up to 60 letters, digits, spaces, . - _');
  return text;
}

function daysOption(text: string): number {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days < 1) throw new InvalidArgumentError('a number of days, 1 to 9999');
  return days;
}
