/**
 * `hotwick ml`: models trained on stored candles, and which of them is heard.
 */
import type { Command } from 'commander';
import { addMlGovernanceCommands } from './ml-governance-command.ts';
import { addMlStatusCommands } from './ml-status-command.ts';
import { addMlTrainCommand } from './ml-train-command.ts';

/** Adds the commands. */
export function addMlCommand(program: Command): void {
  const ml = program.command('ml').description('machine learning: train, status, verify, promote, rollback, withdraw');
  addMlTrainCommand(ml);
  addMlStatusCommands(ml);
  addMlGovernanceCommands(ml);
}
