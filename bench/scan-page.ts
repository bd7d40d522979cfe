/**
 * Discovery over recordings as a page for the record: `node bench/scan-page.ts DIR...` scans each folder with the
 * product's own scan and writes a page under docs/benchmarks with machine, commit, tables and what they show.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describeFindings } from '../src/app/scan/scan-findings.ts';
import { scanRecording } from '../src/app/scan/scan-recording.ts';
import type { ScanReport } from '../src/app/scan/scan-report.ts';
import { type TextTable, toTables } from '../src/app/scan/scan-tables.ts';
import { describeMachine, type Machine } from './machine.ts';
import { indexText, SCAN_PAGE } from './report.ts';

const DOCUMENTS = join(import.meta.dirname, '../docs/benchmarks');
const INDEX = 'README.md';

type Scan = { readonly report: ScanReport; readonly seconds: number; readonly peakMiB: number };

async function scan(dir: string): Promise<Scan> {
  const started = performance.now();
  const scanned = await scanRecording({ dir, onProgress: () => {} });
  if (!scanned.ok) throw new Error(`${scanned.error.code}: ${scanned.error.message}`);
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  return { report: scanned.value, seconds: (performance.now() - started) / 1000, peakMiB };
}

function markdownTable({ title, headings, rows }: TextTable): readonly string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '/')).join(' | ')} |`;
  return [`### ${title}`, '', line(headings), `|${headings.map(() => '---').join('|')}|`, ...rows.map(line), ''];
}

function section({ report, seconds, peakMiB }: Scan): readonly string[] {
  const { recording, mapping } = report;
  return [
    `## ${basename(recording.dir)}`,
    '',
    `${recording.instruments} instruments, ${recording.bars} bars of ${recording.timeframe}, ${recording.from} to`,
    `${recording.to}; judged from ${recording.judged_from} on. ${recording.estimated_quote_volumes} quote volumes are estimated from base`,
    `volumes. The scan took ${seconds.toFixed(1)} s; the process had used ${peakMiB} MiB at most by then.`,
    '',
    '**What it shows**',
    '',
    ...describeFindings(report).map((text) => `- ${text}`),
    '',
    '**How it was played**',
    '',
    ...mapping.map((text) => `- ${text}`),
    '',
    ...toTables(report).flatMap(markdownTable),
  ];
}

function pageText(machine: Machine, scans: readonly Scan[]): string {
  const changed = machine.changes === 0 ? '' : `, with ${machine.changes} files changed since`;
  return [
    `# Discovery over recordings, ${machine.date} at ${machine.commit}`,
    '',
    'Made by `node bench/scan-page.ts DIR...`. The rules and numbers are those of the seed; nothing was tuned.',
    '',
    `- Machine: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, load ${machine.load}`,
    `- Node: ${machine.node}`,
    `- Commit: ${machine.commit}${changed}`,
    '',
    'What the words mean:',
    '',
    ...(scans[0]?.report.definitions ?? []).map((text) => `- ${text}`),
    '',
    ...scans.flatMap(section),
    '## Where this stops',
    '',
    'Recordings that were kept because they contain pumps overstate hits and understate false alarms, and pairs that were',
    'delisted before a recording was made are not in it. No order is placed: spread, depth, fees and the time between an',
    'alarm and a fill are not in any figure. Signals and risk limits, which an entry would have to pass, are not played.',
    '',
  ].join('\n');
}

const dirs = process.argv.slice(2);
if (dirs.length === 0) throw new Error('name at least one folder of recorded candles');
const machine = describeMachine();
const scans: Scan[] = [];
for (const dir of dirs) scans.push(await scan(dir));
const name = `${SCAN_PAGE}${machine.date}-${machine.commit}.md`;
writeFileSync(join(DOCUMENTS, name), pageText(machine, scans));
const pages = readdirSync(DOCUMENTS).filter((page) => page.endsWith('.md') && page !== INDEX);
writeFileSync(join(DOCUMENTS, INDEX), indexText(pages));
process.stdout.write(`written to ${join(DOCUMENTS, name)}\n`);
