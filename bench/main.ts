/**
 * The benchmarks' command line. In come the choices, out go a table, and on request a JSON file and a page under
 * docs/benchmarks. A missed aim is told, never an error; only a benchmark that can not run is.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BenchCommands, BenchName } from './bench-process.ts';
import type { BenchResult, Mode } from './bench-result.ts';
import { startChild } from './child-process.ts';
import { currentLoad, describeMachine } from './machine.ts';
import { documentText, indexText, type Run, terminalText } from './report.ts';

const NAMES: readonly BenchName[] = [
  'decimal',
  'deflate',
  'discovery',
  'exit',
  'factors',
  'fold',
  'hub',
  'import',
  'indicator',
  'latency',
  'learning',
  'matcher',
  'order',
  'pipeline',
  'request',
  'signals',
];
const DOCUMENTS = join(import.meta.dirname, '../docs/benchmarks');
const INDEX = 'README.md';

type Choices = {
  readonly mode: Mode;
  readonly names: readonly BenchName[];
  readonly json: string | null;
  readonly write: 'yes' | 'no';
};

function parseChoices(): Choices {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      json: { type: 'string' },
      only: { type: 'string' },
    },
  });
  const wanted = values.only?.split(',') ?? NAMES;
  const unknown = wanted.filter((name) => !NAMES.some((known) => known === name));
  if (unknown.length > 0) throw new Error(`no benchmark named ${unknown.join(', ')}; there are ${NAMES.join(', ')}`);
  return {
    mode: values.quick ? 'quick' : 'full',
    names: NAMES.filter((name) => wanted.includes(name)),
    json: values.json ?? null,
    write: values.write ? 'yes' : 'no',
  };
}

async function runOne(name: BenchName, mode: Mode): Promise<BenchResult> {
  const started = performance.now();
  const child = startChild<BenchCommands>('bench-process.ts', (text) => process.stderr.write(`  ${name}: ${text}\n`));
  try {
    process.stderr.write(`${name} ...\n`);
    const result = await child.call('run', { name, mode });
    process.stderr.write(`${name} done in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
    return result;
  } finally {
    await child.close();
  }
}

function writeDocuments(run: Run): string {
  mkdirSync(DOCUMENTS, { recursive: true });
  const path = join(DOCUMENTS, `${run.machine.date}-${run.machine.commit}.md`);
  writeFileSync(path, documentText(run));
  const pages = readdirSync(DOCUMENTS).filter((name) => name.endsWith('.md') && name !== INDEX);
  writeFileSync(join(DOCUMENTS, INDEX), indexText(pages));
  return path;
}

async function main(): Promise<void> {
  const choices = parseChoices();
  const machine = describeMachine();
  const results: BenchResult[] = [];
  for (const name of choices.names) results.push(await runOne(name, choices.mode));
  const run: Run = { machine, mode: choices.mode, loadAfter: currentLoad(), results };
  process.stdout.write(`\n${terminalText(run)}\n`);
  if (choices.json !== null) writeFileSync(choices.json, `${JSON.stringify(run, null, 2)}\n`);
  if (choices.write === 'yes') process.stdout.write(`\nwritten to ${writeDocuments(run)}\n`);
}

await main();
