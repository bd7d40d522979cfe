/**
 * `hotwick config`: every setting with its present value, where the value comes from and what it means; with `--hotcoin`
 * those of the hot-coin system.
 */
import type { Command } from 'commander';
import { failure } from '../../model/failure.ts';
import { listSettings, loadConfig, type SettingInForce } from '../config.ts';
import { type HotCoinFlags, runHotCoinConfig } from './config-hotcoin.ts';
import { say, sayFailure, sayJson } from './output.ts';

const EXAMPLES = `
Examples:
  hotwick config
  hotwick config --json
  TRADE_CANVAS_ENABLE_DEBUG_API=1 hotwick config
  hotwick config --hotcoin                        the hot-coin system's, with where each value comes from
  hotwick config --hotcoin --set execution.max_concurrent_positions=3 --set 'discovery.blacklist=["LUNAUSDT"]'
  hotwick config --hotcoin --reset execution.max_concurrent_positions`;

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
    .option('--hotcoin', 'the saved settings of the hot-coin system instead')
    .option('--set <group.name=value>', 'save a setting of it; may be repeated', collect)
    .option('--reset <group.name>', 'take one back to its default; may be repeated', collect)
    .option('--data-dir <dir>', 'where they are saved (default: HOTWICK_HOME or ~/.hotwick)')
    .addHelpText('after', EXAMPLES)
    .action(runConfig);
}

function collect(text: string, known: readonly string[] = []): readonly string[] {
  return [...known, text];
}

async function runConfig(flags: HotCoinFlags & { readonly hotcoin?: true }): Promise<void> {
  if (flags.hotcoin === true) return runHotCoinConfig(flags);
  if (flags.set !== undefined || flags.reset !== undefined) {
    return sayFailure(failure('usage_wrong', { reason: '--set and --reset go with --hotcoin' }));
  }
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
