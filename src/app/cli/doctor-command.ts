/**
 * `hotwick doctor`: is this machine ready, and if not, what to do.
 */
import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { type CheckResult, runChecks } from '../doctor.ts';
import { portOption } from './options.ts';
import { say, sayFailure, sayJson } from './output.ts';

type DoctorFlags = {
  readonly port: number;
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly offline?: boolean;
};

const EXAMPLES = `
Examples:
  hotwick doctor
  hotwick doctor --data-dir /var/lib/hotwick --port 8080
  hotwick doctor --offline --json`;

/** Adds the command. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check this machine: program, page, data directory, database, port, exchange and clock')
    .option('--port <port>', 'the port that `up` would use', portOption, 18080)
    .option('--data-dir <dir>', 'where the database lies (default: HOTWICK_HOME or ~/.hotwick)')
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
  const results = await runChecks({ config: config.value, dataDir, port: flags.port, network });
  if (flags.json === true) sayJson(results);
  else for (const result of results) sayResult(result);
  if (results.some((result) => result.state === 'failed')) process.exitCode = 1;
}

const MARKS = { passed: 'ok     ', failed: 'FAILED ', warned: 'warning', skipped: 'skipped' } as const;

function sayResult(result: CheckResult): void {
  say(`${MARKS[result.state]}  ${result.check}: ${result.found}`);
  if (result.hint !== null) say(`         ${result.hint}`);
}
