/**
 * The summary as a table for people: each rule with what it refused and what became of that, what was bought last.
 */
import type { WhyGate, WhySummaryAnswer } from '../../api/contract.ts';
import { MOVE } from '../../reports/ledger-summary.ts';
import { momentOf, percentOf, type WhyPhrases } from './why-phrases.ts';

const HORIZONS = ['15m', '1h', '4h'] as const;

/** The lines; counts, and nothing that they do not say. */
export function summaryWords(
  { from, to, verdicts, gates }: Omit<WhySummaryAnswer, 'words'>,
  phrases: WhyPhrases,
): string[] {
  const [first, last] = [momentOf(from), momentOf(to)];
  if (verdicts === 0) return [phrases.nothingJudged(first, last)];
  const rows = [[...phrases.summaryColumns, ...HORIZONS.map(phrases.summaryAfter)], ...gates.map(toCells)];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => widthOf(cells[column] ?? ''))));
  return [
    phrases.summaryHead(verdicts, first, last),
    '',
    ...rows.map((cells) =>
      cells
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
        .join('  ')
        .trimEnd(),
    ),
    '',
    ...phrases.summaryNotes(`${MOVE * 100} %`),
  ];
}

/** Columns of a terminal: Chinese signs and their punctuation take two. */
function widthOf(text: string): number {
  return [...text].reduce((sum, sign) => sum + (sign >= '\u2e80' ? 2 : 1), 0);
}

function toCells({ rule, verdicts, coins, rounds, after }: WhyGate): string[] {
  const cells = HORIZONS.map((horizon) => {
    const change = after[horizon];
    if (change === undefined || change.median === null) return '0, -, -';
    return `${change.known}, ${percentOf(change.median)}, ${change.rose}/${change.fell}`;
  });
  return [rule, String(verdicts), String(coins), String(rounds), ...cells];
}
