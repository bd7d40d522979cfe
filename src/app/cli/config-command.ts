/**
 * `hotwick config`: every setting with its present value, where the value comes from and what it means.
 */
import type { Command } from 'commander';
import { listSettings, loadConfig, type SettingInForce } from '../config.ts';
import { say, sayFailure, sayJson } from './output.ts';

const EXAMPLES = `
Examples:
  hotwick config
  hotwick config --json
  TRADE_CANVAS_ENABLE_DEBUG_API=1 hotwick config`;

const SOURCES: Readonly<Record<SettingInForce['source'], string>> = {
  environment: 'from the environment',
  preset: 'on because it is not set (HOTWICK_DEFAULTS=contract, or 0 here, turns it off)',
  default: 'default',
  ignored: 'accepted and ignored',
  unknown: 'unknown',
};

/** Adds the command. */
export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .description('list every setting with its value, its source and its meaning')
    .option('--json', 'print the list as JSON')
    .addHelpText('after', EXAMPLES)
    .action(runConfig);
}

function runConfig(flags: { readonly json?: boolean }): void {
  const settings = listSettings();
  if (flags.json === true) sayJson(settings);
  else {
    for (const { name, value, source, meaning, note } of settings) {
      say(`${name}=${value}`);
      say(`    ${SOURCES[source]}: ${meaning}`);
      if (note !== null) say(`    ${note}`);
    }
  }
  const config = loadConfig();
  if (!config.ok) sayFailure(config.error);
}
