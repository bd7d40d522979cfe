/**
 * The newest candles of one series with what the indicators said at each, as columns. Columns are appended to and moved
 * back once in a while, so that every rule reads a plain array: the candle `lag` before the newest is `[at - lag]`.
 */

/** Oldest candle any rule looks at: 133 analysed ones that end up to 16 before the newest, and their neighbours. */
const KEPT = 160;
/** Appends between two moves; more of them would cost memory, fewer time. */
const SLACK = 64;

const NAMES = [
  'open',
  'high',
  'low',
  'close',
  'volume',
  'ma5',
  'ma10',
  'ma20',
  'ma30',
  'ma60',
  'maFacts',
  'dif',
  'dea',
  'divergenceK',
  'cci',
  'rsi',
  'swing',
  'middle',
  'percentB',
  'bandwidth',
  'volumeRatio',
  'volume5',
  'obv',
  'k',
  'd',
] as const;

/** Name of a column. */
export type ColumnName = (typeof NAMES)[number];

/** The columns; `at` is where the newest candle lies, -1 before the first. */
export type Columns = { at: number } & Readonly<Record<ColumnName, Float64Array>>;

/** No candles yet. */
export function createColumns(): Columns {
  const columns = Object.fromEntries(NAMES.map((name) => [name, new Float64Array(KEPT + SLACK)]));
  return { at: -1, ...(columns as Record<ColumnName, Float64Array>) };
}

/** Makes room for one more candle and answers where it lies; its columns still hold old numbers. */
export function appendRow(columns: Columns): number {
  columns.at++;
  if (columns.at === KEPT + SLACK) {
    for (const name of NAMES) columns[name].copyWithin(0, columns.at - (KEPT - 1));
    columns.at = KEPT - 1;
  }
  return columns.at;
}
