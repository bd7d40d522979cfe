/**
 * `hotwick ml promote`, `rollback` and `withdraw`: which model is heard is changed by a person, and only to one that may be.
 */
import type { Command } from 'commander';
import type { Result } from '../../core/result.ts';
import { epochMs } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { loadConfig } from '../config.ts';
import { type ModelFolder, modelFolder } from '../ml/model-folder.ts';
import { promote, rollBack, type ServedModel, withdraw } from '../ml/serve-model.ts';
import { intervalOption, type ModelFlags, taskOption } from './ml-options.ts';
import { describeServed } from './ml-status-text.ts';
import { banner, say, sayFailure } from './output.ts';

const DATA_DIR = 'where the models lie (default: HOTWICK_HOME or ~/.hotwick)';

const PROMOTE_EXAMPLES = `
Examples:
  hotwick ml promote --task trade --interval 15m

The newest trained model of the task is heard from now on, if the gate approved it by the program's thresholds, its files
are those that were approved, and it learned the features of this version. Otherwise nothing changes. A model that is heard
gives a probability with its reasons; it sizes nothing and trades nothing by itself.`;

const ROLLBACK_EXAMPLES = `
Examples:
  hotwick ml rollback --task trade --interval 15m

The model that was heard before is heard again, if it still may be; the one that is heard now is forgotten. Five are kept.`;

const WITHDRAW_EXAMPLES = `
Examples:
  hotwick ml withdraw --task trade --interval 15m --reason "wrong since the listing rules changed"

Nothing is heard from now on, and the approval is taken back: promoting the same model again is refused. Train a new one, or
go back with hotwick ml rollback.`;

/** Adds the commands. */
export function addMlGovernanceCommands(ml: Command): void {
  addKeyed(ml, 'promote', 'have the newest trained model heard, if the gate approved it')
    .addHelpText('after', PROMOTE_EXAMPLES)
    .action((flags: ModelFlags) => change(flags, 'now heard', promote));
  addKeyed(ml, 'rollback', 'have the model before heard again')
    .addHelpText('after', ROLLBACK_EXAMPLES)
    .action((flags: ModelFlags) => change(flags, 'heard again', rollBack));
  addKeyed(ml, 'withdraw', 'have nothing heard from now on')
    .requiredOption('--reason <text>', 'why; it stands in the decision')
    .addHelpText('after', WITHDRAW_EXAMPLES)
    .action(runWithdraw);
}

function addKeyed(ml: Command, name: string, description: string): Command {
  return ml
    .command(name)
    .description(description)
    .addOption(taskOption())
    .addOption(intervalOption())
    .option('--data-dir <dir>', DATA_DIR);
}

async function change(
  flags: ModelFlags,
  what: string,
  act: (folder: ModelFolder, key: ModelFlags) => Promise<Result<ServedModel, Failure>>,
): Promise<void> {
  const folder = openFolder(flags);
  if (folder === null) return;
  const served = await act(folder, flags);
  if (!served.ok) return sayFailure(served.error);
  say(`${flags.task} ${flags.interval}: ${what}`);
  say(banner(describeServed(served.value)));
}

/** Most characters of a reason. */
const REASON_MAX = 500;

async function runWithdraw(flags: ModelFlags & { readonly reason: string }): Promise<void> {
  const folder = openFolder(flags);
  if (folder === null) return;
  const reason = flags.reason.trim().slice(0, REASON_MAX);
  if (reason === '') return sayFailure(failure('usage_wrong', { reason: 'a reason is not empty' }));
  const taken = await withdraw(folder, flags, { reason, now: epochMs(Date.now()) });
  if (!taken.ok) return sayFailure(taken.error);
  say(`${flags.task} ${flags.interval}: nothing is heard from now on`);
}

function openFolder({ dataDir }: ModelFlags): ModelFolder | null {
  const config = loadConfig();
  if (config.ok) return modelFolder(dataDir ?? config.value.home);
  sayFailure(config.error);
  return null;
}
