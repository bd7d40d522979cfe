/**
 * The summary as a table for people: each rule with what it refused and what became of that, what was bought last.
 */
import type { WhyGate, WhySummaryAnswer } from '../../api/contract.ts';
import { MOVE } from '../../reports/ledger-summary.ts';
import { momentOf, percentOf } from './why-words.ts';

const HORIZONS = ['15m', '1h', '4h'] as const;

/** The lines; counts, and nothing that they do not say. */
export function summaryWords({ from, to, verdicts, gates }: Omit<WhySummaryAnswer, 'words'>): string[] {
  const span = `${momentOf(from)} to ${momentOf(to)}`;
  if (verdicts === 0) return [`Nothing was judged from ${span}.`];
  const rows = [
    ['rule', 'verdicts', 'coins', 'rounds', ...HORIZONS.map((horizon) => `${horizon}: known, median, rose/fell`)],
    ...gates.map(toCells),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  return [
    `${verdicts} verdicts about buying, ${span}; what the price did after each:`,
    '',
    ...rows.map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
    '',
    `A verdict is one coin under one unchanged rule. Rose and fell count moves of ${MOVE * 100} % or more from the price at the verdict.`,
    'These are counts: verdicts overlap in time and coins, so they are no independent samples.',
  ];
}

function toCells({ rule, verdicts, coins, rounds, after }: WhyGate): string[] {
  const cells = HORIZONS.map((horizon) => {
    const change = after[horizon];
    if (change === undefined || change.median === null) return '0, -, -';
    return `${change.known}, ${percentOf(change.median)}, ${change.rose}/${change.fell}`;
  });
  return [rule, String(verdicts), String(coins), String(rounds), ...cells];
}
