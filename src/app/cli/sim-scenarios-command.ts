/**
 * `hotwick sim scenarios`: what the simulated exchange can play, and the text of each to start one's own from.
 */
import type { Command } from 'commander';
import { failure } from '../../model/failure.ts';
import { BUILT_IN_SCENARIOS } from '../scenarios/built-in-scenarios.ts';
import { listScenarios } from '../scenarios/open-scenario.ts';
import { banner, say, sayFailure } from './output.ts';

const EXAMPLES = `
Examples:
  hotwick sim scenarios
  hotwick sim scenarios pump-and-dump > mine.yaml
  hotwick sim --scenario ./mine.yaml`;

/** Adds the command to `hotwick sim`. */
export function addSimScenariosCommand(sim: Command): void {
  sim
    .command('scenarios')
    .description('list the scenarios, or print the text of one')
    .argument('[name]', 'which one to print')
    .addHelpText('after', EXAMPLES)
    .action(runScenarios);
}

function runScenarios(name: string | undefined): void {
  if (name === undefined) {
    say(banner(listScenarios().map((scenario) => [scenario.name, scenario.about] as const)));
    return;
  }
  const text = BUILT_IN_SCENARIOS.get(name);
  const names = [...BUILT_IN_SCENARIOS.keys()].join(', ');
  if (text !== undefined) say(text.trimEnd());
  else sayFailure(failure('usage_wrong', { reason: `there is no scenario ${name}; there are ${names}` }));
}
