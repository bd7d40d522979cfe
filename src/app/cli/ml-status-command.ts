/**
 * `hotwick ml status` and `hotwick ml verify`: what is heard and why not, and whether papers and files are what they were.
 */
import type { Command } from 'commander';
import { failure } from '../../model/failure.ts';
import { loadConfig } from '../config.ts';
import { type ModelFolder, modelFolder, type TaskKey } from '../ml/model-folder.ts';
import { listTasks, type ModelCheck, readModelStatus, verifyModels } from '../ml/model-status.ts';
import { describeStatus, toJsonStatus } from './ml-status-text.ts';
import { banner, say, sayFailure, sayJson } from './output.ts';

const STATUS_EXAMPLES = `
Examples:
  hotwick ml status
  hotwick ml status --json

Every task and timeframe that was ever trained here, which model of it is heard, or why none is, and what the gate said of
the newest one. Nothing is heard that is not wholly right: papers, hashes, features and thresholds are looked at each time.`;

const VERIFY_EXAMPLES = `
Examples:
  hotwick ml verify
  hotwick ml verify --json

Hashes are computed again and compared with the contract, files are read strictly against the features of this version, and
an approval must follow from its own figures by the thresholds of this program.
Exit status 0: everything is what it was, also where the gate refused the model; 1: something is not.`;

type StatusFlags = { readonly dataDir?: string; readonly json?: boolean };

/** Adds the commands. */
export function addMlStatusCommands(ml: Command): void {
  addRead(ml, 'status', 'which models are heard, and why or why not')
    .addHelpText('after', STATUS_EXAMPLES)
    .action(runStatus);
  addRead(ml, 'verify', 'check hashes, features and decisions of every model that is kept')
    .addHelpText('after', VERIFY_EXAMPLES)
    .action(runVerify);
}

function addRead(ml: Command, name: string, description: string): Command {
  return ml
    .command(name)
    .description(description)
    .option('--data-dir <dir>', 'where the models lie (default: HOTWICK_HOME or ~/.hotwick)')
    .option('--json', 'print the answer as JSON');
}

async function runStatus(flags: StatusFlags): Promise<void> {
  const folder = openFolder(flags);
  if (folder === null) return;
  const all = await Promise.all((await listTasks(folder)).map((key) => readModelStatus(folder, key)));
  if (flags.json === true) return sayJson(all.map(toJsonStatus));
  if (all.length === 0) return sayNothing(folder);
  for (const status of all) say(`${status.task} ${status.interval}\n${banner(describeStatus(status))}`);
}

function sayNothing({ path }: ModelFolder): void {
  say(`No model was trained in ${path}: nothing is heard, and trading goes on without. See hotwick ml train --help.`);
}

type TaskChecks = TaskKey & { readonly checks: readonly ModelCheck[] };

async function runVerify(flags: StatusFlags): Promise<void> {
  const folder = openFolder(flags);
  if (folder === null) return;
  const all: TaskChecks[] = [];
  for (const key of await listTasks(folder)) all.push({ ...key, checks: await verifyModels(folder, key) });
  const checks = all.flatMap((each) => each.checks);
  const faults = checks.filter(({ fault }) => fault !== null).length;
  if (flags.json === true) sayJson({ checks: checks.length, faults, models: all });
  else if (all.length === 0) sayNothing(folder);
  else for (const each of all) sayChecks(each);
  if (faults === 0) return;
  if (flags.json !== true) sayFailure(failure('models_damaged', { faults, path: folder.path }));
  process.exitCode = 1;
}

function sayChecks({ task, interval, checks }: TaskChecks): void {
  say(`${task} ${interval}`);
  say(
    banner(
      checks.map(({ model, what, fault }) => [model, fault === null ? `ok     ${what}` : `WRONG  ${what}: ${fault}`]),
    ),
  );
}

function openFolder({ dataDir }: StatusFlags): ModelFolder | null {
  const config = loadConfig();
  if (config.ok) return modelFolder(dataDir ?? config.value.home);
  sayFailure(config.error);
  return null;
}
