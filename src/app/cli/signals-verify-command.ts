/**
 * `hotwick signals verify`: do the six books still give the reference's values?
 */
import type { Command } from 'commander';
import { failure } from '../../model/failure.ts';
import type { Deviation, FileComparison } from '../signals/vector-comparison.ts';
import { verifyVectors } from '../signals/verify-vectors.ts';
import { banner, grouped, say, sayFailure, sayJson } from './output.ts';

const EXAMPLES = `
Examples:
  hotwick signals verify vectors/six-books
  hotwick signals verify vectors/six-books --json

Every .json file of the folder is read; it says itself what it holds. A tie is a value that the last bit of a sum
decides: it changes when the same prices are computed in another unit, and one of those units gives the reference's
value. Exit status 0: nothing differs but ties; 1: a value differs, or a file can not be used.`;

/** Values shown per file; the JSON report has them all. */
const SHOWN = 10;

/** Adds the command. */
export function addSignalsVerifyCommand(signals: Command): void {
  signals
    .command('verify')
    .description('compare the six books, fusion and consensus with files of reference values')
    .argument('<dir>', 'folder of reference values')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', EXAMPLES)
    .action(runVerify);
}

function runVerify(dir: string, flags: { readonly json?: boolean }): void {
  const result = verifyVectors(dir);
  if (!result.ok) {
    sayFailure(result.error);
    return;
  }
  const files = result.value;
  const totals = totalsOf(files);
  if (flags.json === true) sayJson({ ...totals, files });
  else sayReport(files, totals);
  const { different, compared } = totals;
  if (different > 0 && flags.json !== true) sayFailure(failure('signals_differ', { different, compared }));
  if (different > 0) process.exitCode = 1;
}

type Totals = {
  readonly compared: number;
  readonly equal: number;
  readonly ties: number;
  readonly different: number;
};

function totalsOf(files: readonly FileComparison[]): Totals {
  const sum = (value: (file: FileComparison) => number): number =>
    files.reduce((total, file) => total + value(file), 0);
  return {
    compared: sum(({ compared }) => compared),
    equal: sum(({ equal }) => equal),
    ties: sum(({ ties }) => ties.length),
    different: sum(({ different }) => different.length),
  };
}

function sayReport(files: readonly FileComparison[], totals: Totals): void {
  for (const { file, compared, equal, ties, different } of files) {
    const counts = `${grouped(compared)} compared, ${grouped(equal)} equal`;
    say(`${file}: ${counts}, ${ties.length} ties, ${different.length} different`);
    sayDeviations('tie', ties);
    sayDeviations('different', different);
  }
  say(
    banner([
      ['compared', grouped(totals.compared)],
      ['equal', grouped(totals.equal)],
      ['ties', grouped(totals.ties)],
      ['different', grouped(totals.different)],
    ]),
  );
}

function sayDeviations(label: string, deviations: readonly Deviation[]): void {
  for (const { name, ours, reference } of deviations.slice(0, SHOWN)) {
    say(`    ${label}  ${name}: ${ours ?? 'missing'}, reference ${reference}`);
  }
  const rest = deviations.length - SHOWN;
  if (rest > 0) say(`    and ${grouped(rest)} more; --json has them all`);
}
