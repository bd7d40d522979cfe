/**
 * `hotwick doctor`: is this machine ready, and if not, what to do.
 */
import type { Command } from 'commander';
import { loadConfig, readHotCoinEnvironment, withSecrets } from '../config.ts';
import { runChecks } from '../doctor.ts';
import { type CheckResult, failed } from '../doctor-result.ts';
import { runTradingChecks, type TradingDoctorOptions } from '../doctor-trading.ts';
import { readOperator, readVault } from '../security/operator.ts';
import type { Secrets } from '../security/vault.ts';
import { portOption } from './options.ts';
import { say, sayFailure, sayJson } from './output.ts';
import { type PassphraseFlags, readGivenPassphrase } from './passphrase-source.ts';

type DoctorFlags = PassphraseFlags & {
  readonly notifyTest?: boolean;
  readonly port: number;
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly offline?: boolean;
};

const EXAMPLES = `
Examples:
  hotwick doctor
  hotwick doctor --data-dir /var/lib/hotwick --port 8080
  hotwick doctor --passphrase-file ~/.hotwick-passphrase --notify-test
  hotwick doctor --offline --json

Exit status 1 says that a check failed; a warning is worth reading and ends nothing.`;

/** Adds the command. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check this machine and what trading needs: disk, database, clock, exchange, key, operator, notices')
    .option('--port <port>', 'the port that `up` would use', portOption, 18080)
    .option('--data-dir <dir>', 'where the database lies (default: HOTWICK_HOME or ~/.hotwick)')
    .option('--passphrase-file <file>', 'file with the passphrase, to look at what the vault keeps')
    .option('--notify-test', 'send every channel a notice')
    .option('--offline', 'do not contact the exchange')
    .option('--json', 'print the results as JSON')
    .addHelpText('after', EXAMPLES)
    .action(runDoctor);
}

async function runDoctor(flags: DoctorFlags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  const dataDir = flags.dataDir ?? config.value.home;
  const network = flags.offline === true ? 'offline' : 'online';
  const machine = await runChecks({ config: config.value, dataDir, port: flags.port, network });
  const results = [...machine, ...(await checkTrading(flags, dataDir, network))];
  if (flags.json === true) sayJson(results);
  else for (const result of results) sayResult(result);
  if (results.some((result) => result.state === 'failed')) process.exitCode = 1;
}

/** Nobody is asked for a passphrase here: without one the vault stays shut, and that is told. */
async function checkTrading(
  flags: DoctorFlags,
  dataDir: string,
  network: TradingDoctorOptions['network'],
): Promise<readonly CheckResult[]> {
  const { secrets, vault } = await lookIntoVault(flags, dataDir);
  const environment = withSecrets(secrets);
  const config = loadConfig(environment);
  if (!config.ok) return [failed('settings', config.error.message, config.error.hint)];
  const { key } = readHotCoinEnvironment(environment);
  const notify = flags.notifyTest === true ? 'tried' : 'named';
  return runTradingChecks({ config: config.value, dataDir, key, vault, network, notify });
}

async function lookIntoVault(
  flags: DoctorFlags,
  dataDir: string,
): Promise<{ readonly secrets: Secrets; readonly vault: TradingDoctorOptions['vault'] }> {
  const record = readOperator(dataDir);
  if (!record.ok || record.value === null || record.value.secretCount === 0) return { secrets: {}, vault: 'none' };
  const given = readGivenPassphrase(flags);
  if (!given.ok || given.value === null) return { secrets: {}, vault: 'shut' };
  const secrets = await readVault(record.value, given.value);
  return secrets.ok ? { secrets: secrets.value, vault: 'open' } : { secrets: {}, vault: 'shut' };
}

const MARKS = { passed: 'ok     ', failed: 'FAILED ', warned: 'warning', skipped: 'skipped' } as const;

function sayResult(result: CheckResult): void {
  say(`${MARKS[result.state]}  ${result.check}: ${result.found}`);
  if (result.hint !== null) say(`         ${result.hint}`);
}
