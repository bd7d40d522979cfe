/**
 * Bars of equity as rows of a file of their own: what was saved comes back equal, and a row that this program can not have
 * written is named.
 */
import { parseDecimal, toDecimalText } from '../../core/decimal.ts';
import { isEpochMs } from '../../core/time.ts';
import type { EquityBar } from '../../model/equity-bar.ts';
import type { Money } from '../../model/money.ts';
import type { DatabaseSchema } from './migrations.ts';
import { RowFault } from './sqlite-failures.ts';

/** `PRAGMA application_id` is the letters HOTE. A step that shipped is never edited. Money is exact decimal text. */
export const EQUITY_SCHEMA: DatabaseSchema = {
  applicationId: 0x484f5445,
  migrations: [
    `
    CREATE TABLE equity (
      length_ms INTEGER NOT NULL,
      open_time INTEGER NOT NULL,
      open      TEXT    NOT NULL,
      high      TEXT    NOT NULL,
      low       TEXT    NOT NULL,
      close     TEXT    NOT NULL,
      cash      TEXT    NOT NULL,
      capital   TEXT    NOT NULL,
      PRIMARY KEY (length_ms, open_time)
    ) WITHOUT ROWID, STRICT;

    CREATE VIEW equity_readable AS
      SELECT length_ms / 60000 AS minutes, datetime(open_time / 1000, 'unixepoch') AS opened,
             open, high, low, close, cash, capital
      FROM equity;
    `,
  ],
};

/** Columns of `equity` but the length. */
export type EquityRow = readonly [openTime: number, ...money: string[]];

const MONEY = ['open', 'high', 'low', 'close', 'cash', 'capital'] as const;

/** The row of a bar. */
export function toEquityRow(bar: EquityBar): EquityRow {
  return [bar.openTime, ...MONEY.map((name) => toDecimalText(bar[name]))];
}

/** The bar of a row. */
export function parseEquityRow([openTime, ...texts]: EquityRow): EquityBar {
  if (!isEpochMs(openTime)) throw new RowFault(`equity ${openTime}: no time`);
  const [open, high, low, close, cash, capital] = texts.map((text, at) => {
    const value = parseDecimal(text);
    if (value === null) throw new RowFault(`equity ${openTime}: ${MONEY[at]} is ${text.slice(0, 40)}`);
    return value as Money;
  }) as [Money, Money, Money, Money, Money, Money];
  return { openTime, open, high, low, close, cash, capital };
}
