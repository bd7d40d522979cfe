/**
 * The layouts of candle files: which columns there are, in which order, and under which names a header may list them.
 * A header that names other columns is refused, because numbers under wrong names would be stored as money.
 */

/** Names a header may use for each column, in file order; matched in lower case with `_` for every other separator. */
const COLUMN_NAMES: readonly (readonly string[])[] = [
  ['open_time', 'open_time_ms'],
  ['open'],
  ['high'],
  ['low'],
  ['close'],
  ['volume'],
  ['close_time', 'close_time_ms'],
  ['quote_volume', 'quote_asset_volume'],
  ['trades', 'count', 'number_of_trades'],
  ['taker_base', 'taker_buy_volume', 'taker_buy_base_volume', 'taker_buy_base_asset_volume'],
  ['taker_quote', 'taker_buy_quote_volume', 'taker_buy_quote_asset_volume'],
  ['ignore'],
];

/** Whether files of so many columns are known: 6 and 11 as recorded data, 12 as Binance's archive. */
export function isColumnCount(count: number): boolean {
  return count === 6 || count === 11 || count === 12;
}

/** Whether the first line of a file names columns instead of holding numbers. */
export function isHeader(cells: readonly string[]): boolean {
  return !/^\s*[-+.\d]/.test(cells[0] ?? '');
}

/** What is wrong with a header, or `null` when it names the columns expected in the order expected. */
export function findHeaderFault(cells: readonly string[]): string | null {
  const index = cells.findIndex((cell, at) => !COLUMN_NAMES[at]?.includes(toColumnName(cell)));
  if (index < 0) return null;
  return `column ${index + 1} is named ${JSON.stringify(cells[index])} where ${COLUMN_NAMES[index]?.[0]} is expected`;
}

function toColumnName(cell: string): string {
  return cell
    .trim()
    .replace(/^"|"$/g, '')
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}
