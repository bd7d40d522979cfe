/**
 * Results as text: a table for the terminal, a document for the record and the index of all documents. Missed aims
 * are written as plainly as met ones.
 */
import { type Aim, type BenchResult, type Figure, judge, type Spread } from './bench-result.ts';
import type { Machine } from './machine.ts';

/** A whole run; `loadAfter` is the one-minute load average at its end, our own work included. */
export type Run = {
  readonly machine: Machine;
  readonly mode: string;
  readonly loadAfter: number;
  readonly results: readonly BenchResult[];
};

const HEADINGS = ['figure', 'Hotwick', 'bare', 'ratio', 'aim', 'verdict'] as const;

/** Lines for the terminal. */
export function terminalText(run: Run): string {
  const rows = run.results.map((result) => ({ result, cells: [HEADINGS, ...result.figures.map(cellsOf)] }));
  const all = rows.flatMap(({ cells }) => cells);
  const widths = HEADINGS.map((_, column) => Math.max(...all.map((cells) => (cells[column] ?? '').length)));
  const lines = rows.flatMap(({ result, cells }) => {
    const table = cells.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`);
    return ['', result.title, ...table.map((line) => line.trimEnd())];
  });
  return [headLine(run), ...lines, '', 'Each cell: median (smallest to largest round).'].join('\n');
}

function headLine({ machine, mode, loadAfter }: Run): string {
  const { processor, cores, memoryGiB, node, commit } = machine;
  return `${processor}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, commit ${commit}, ${mode}, load ${machine.load} before and ${loadAfter} after`;
}

function cellsOf(figure: Figure): readonly string[] {
  const { name, unit, ours, bare, ratio, aim } = figure;
  return [
    `${name} [${unit}]`,
    spreadText(ours),
    bare === null ? '-' : spreadText(bare),
    ratio === null ? '-' : spreadText(ratio),
    aim === null ? '-' : aimText(aim),
    judge(figure) ?? '-',
  ];
}

function aimText({ of, direction, value }: Aim): string {
  return `${of === 'ratio' ? 'ratio ' : ''}${direction} ${numberText(value)}`;
}

function spreadText({ median, min, max }: Spread): string {
  return `${numberText(median)} (${numberText(min)} to ${numberText(max)})`;
}

/** Three significant digits, thousands separated. */
function numberText(value: number): string {
  if (!Number.isFinite(value)) return 'none';
  const rounded = value === 0 ? 0 : Number(value.toPrecision(3));
  return rounded.toLocaleString('en', { maximumSignificantDigits: 3 });
}

/** The document of a run. */
export function documentText(run: Run): string {
  const { machine } = run;
  const changed = machine.changes === 0 ? '' : `, with ${machine.changes} files changed since`;
  const sections = run.results.flatMap((result) => [
    `## ${result.title}`,
    '',
    `| ${HEADINGS.join(' | ')} |`,
    `|${HEADINGS.map(() => '---').join('|')}|`,
    ...result.figures.map((figure) => `| ${cellsOf(figure).join(' | ')} |`),
    '',
    ...result.notes.map((note) => `- ${note}`),
    '',
  ]);
  return [
    `# Benchmarks of ${machine.date} at ${machine.commit}`,
    '',
    'Made by `npm run bench -- --write`. Every figure stands beside a bare baseline measured in the same run, in',
    'alternating rounds; cells show the median and the smallest to the largest round. A ratio is Hotwick divided by bare,',
    'taken pair by pair: above 1 is good for rates and bad for latencies.',
    '',
    `- Machine: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}`,
    `- Node: ${machine.node}`,
    `- Commit: ${machine.commit}${changed}`,
    `- Load average over one minute: ${machine.load} before, ${run.loadAfter} after (the benchmark's own work included)`,
    `- Mode: ${run.mode}`,
    '',
    ...sections,
  ].join('\n');
}

/** What names of pages about scans begin with. */
export const SCAN_PAGE = 'discovery-';

/** The index of the documents named, newest first. */
export function indexText(names: readonly string[]): string {
  const lines = names
    .filter((name) => !name.startsWith(SCAN_PAGE))
    .sort()
    .reverse();
  const scans = names
    .filter((name) => name.startsWith(SCAN_PAGE))
    .sort()
    .reverse();
  return [
    '# Benchmarks',
    '',
    'What `npm run bench` measured, one page a run. `--write` adds a page, `--quick` only shows that everything runs,',
    '`--only fold,import` picks, `--json FILE` keeps the numbers. Figures of different machines or of a busy one compare',
    'by their ratios only.',
    '',
    '| run | page |',
    '|---|---|',
    ...lines.map((name) => `| ${name.slice(0, 10)}, commit ${name.slice(11, -3)} | [${name}](${name}) |`),
    '',
    '## Discovery over recordings',
    '',
    'What `node bench/scan-page.ts DIR...` found in recorded markets; see the pages for what they show and what not.',
    '',
    ...scans.map((name) => `- [${name}](${name})`),
    '',
    '## Where this stops',
    '',
    'Everything runs on one machine over the loopback interface: no network, no exchange, no browser. The baselines are',
    'floors, not rivals: they do none of the checking, storing or deriving that the product is for.',
    '',
  ].join('\n');
}
