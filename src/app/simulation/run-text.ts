/**
 * A report of a virtual run for people: results, trades by the way they ended, what blocked entries, and warnings.
 */
import type { Interval } from '../../reports/performance.ts';
import type { TextTable } from '../scan/scan-tables.ts';
import type { InvariantState } from './invariants.ts';
import type { RunReport } from './run-report.ts';

/** Rows of a report's head: a label and what is said of it. */
export type Rows = readonly (readonly [string, string])[];

const REFUSALS_SHOWN = 6;

/** Results and figures. */
export function describeResults({ results, ledger }: RunReport): Rows {
  const { figures, max_drawdown: drawdown } = results;
  return [
    [
      'net result',
      `${money(results.net)} USDT (${signed(results.net_pct)} %) of ${money(results.capital)}, net of fees`,
    ],
    ['fees, volume', `${money(results.fees)} USDT on ${money(results.volume)} USDT, ${ledger.fills} fills`],
    ['trades', tradesText(results)],
    [
      'expectancy',
      `${figureText(figures.expectancy)} USDT a trade, 95 % interval ${intervalText(figures.expectancyInterval)}`,
    ],
    [
      'mean win, loss',
      `${figureText(figures.averageWin)}, ${figureText(figures.averageLoss)} USDT; profit factor ${figureText(figures.profitFactor)}`,
    ],
    [
      'max drawdown',
      `${drawdown.pct.toFixed(2)} % of equity (${drawdown.amount.toFixed(2)} USDT), unrealised included`,
    ],
  ];
}

function tradesText({ figures, open_positions: open }: RunReport['results']): string {
  const rate = figures.winRate === null ? '' : `, ${(100 * figures.winRate).toFixed(0)} % won`;
  return `${figures.trades} closed${rate}, ${open} open at the end`;
}

/** How the run went on this machine. */
export function describeMeasures({ measured, inputs }: RunReport): Rows {
  const { loop_lag_ms: lag, memory } = measured;
  const heaps = memory.map(({ heap_mib: heap }) => heap);
  const range = heaps.length === 0 ? '-' : `${Math.min(...heaps)} to ${Math.max(...heaps)} MiB of heap`;
  return [
    [
      'speed',
      `${measured.elapsed_seconds} s, ${measured.market_seconds_per_second} market seconds a second, ${inputs} inputs`,
    ],
    ['event loop', `lag p50 ${lag.p50} ms, p99 ${lag.p99} ms, max ${lag.max} ms`],
    ['memory', `${range}, ${memory.length} samples`],
  ];
}

/** Closed trades by how they ended. */
export function tradesTable({ trades }: RunReport): TextTable {
  const reasons = [...new Set(trades.map(({ exit_reason: reason }) => reason))].sort();
  const rows = reasons.map((reason) => {
    const ended = trades.filter(({ exit_reason: other }) => other === reason);
    const net = ended.reduce((sum, { pnl_net: pnl }) => sum + Number(pnl), 0);
    const won = ended.filter(({ pnl_net: pnl }) => Number(pnl) > 0).length;
    return [reason, String(ended.length), String(won), net.toFixed(2)];
  });
  return { title: 'Trades', headings: ['last exit', 'trades', 'won', 'net USDT'], rows };
}

/** What refused entries most often. */
export function refusalsTable({ refusals }: RunReport): TextTable {
  const rows = refusals.slice(0, REFUSALS_SHOWN).map(({ rule, count }) => [rule, String(count)]);
  return { title: 'Entries refused', headings: ['by', 'times'], rows };
}

/** What had to hold and whether it did. */
export function invariantsTable(states: readonly InvariantState[]): TextTable {
  const rows = states.map(({ name, outcome, checks, detail }) => [name, outcome, String(checks), detail]);
  return { title: 'Invariants', headings: ['name', 'outcome', 'checks', 'detail'], rows };
}

/** Amounts are cut for reading; the report has every digit. */
function money(text: string): string {
  return Number(text).toFixed(2);
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(2)}`;
}

function figureText(value: number | null): string {
  return value === null ? '-' : value.toFixed(2);
}

function intervalText(interval: Interval | null): string {
  return interval === null ? 'unknown (too few trades)' : `${interval.low.toFixed(2)} to ${interval.high.toFixed(2)}`;
}
