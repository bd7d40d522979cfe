/**
 * The ledger as rows: what was saved comes back equal, because the row keeps its text; a text that this program can not
 * have written is named.
 */
import type { LedgerOutcome, LedgerRow, LedgerTrade } from '../../model/ledger.ts';
import { RowFault } from './sqlite-failures.ts';

type Cell = string | number | null;

/** Columns of `ledger_rows`, in their order. */
export function toLedgerCells(row: LedgerRow): readonly Cell[] {
  const { number, instrumentId, outcome, positionId, firstTime, lastTime } = row;
  return [number, instrumentId, outcome, positionId, firstTime, lastTime, JSON.stringify(row)];
}

/** Columns of `ledger_outcomes`. */
export function toOutcomeCells(outcome: LedgerOutcome): readonly Cell[] {
  return [outcome.number, outcome.horizon, JSON.stringify(outcome)];
}

/** Columns of `ledger_trades`; the end of a position stands at leg 0. */
export function toTradeCells(trade: LedgerTrade): readonly Cell[] {
  const leg = trade.kind === 'leg' ? trade.leg : 0;
  return [trade.positionId, leg, trade.exitTime, JSON.stringify(trade)];
}

const ROW = { number: 'number', kind: 'string', firstTime: 'number', rounds: 'number', facts: 'object' } as const;
const OUTCOME = { number: 'number', horizon: 'string', time: 'number' } as const;
const TRADE = { kind: 'string', positionId: 'string', pnlNet: 'string', exitTime: 'number' } as const;

/** The row of a text. */
export function parseLedgerRow(body: unknown): LedgerRow {
  return parse(body, 'ledger_rows', ROW) as LedgerRow;
}

/** The outcome of a text. */
export function parseOutcome(body: unknown): LedgerOutcome {
  return parse(body, 'ledger_outcomes', OUTCOME) as LedgerOutcome;
}

/** The trade of a text. */
export function parseTrade(body: unknown): LedgerTrade {
  return parse(body, 'ledger_trades', TRADE) as LedgerTrade;
}

function parse(body: unknown, table: string, shape: Readonly<Record<string, string>>): unknown {
  const value = parseText(body, table);
  for (const [name, type] of Object.entries(shape)) {
    const found = (value as Record<string, unknown>)[name];
    if (typeof found !== type || found === null) throw new RowFault(`${table}: ${name} is ${String(found)}`);
  }
  return value;
}

function parseText(body: unknown, table: string): unknown {
  try {
    const value: unknown = JSON.parse(String(body));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // What it is, is said below.
  }
  throw new RowFault(`${table}: body is ${String(body).slice(0, 60)}`);
}
