/**
 * Text to closed candles, line by line. In comes text cut anywhere, out go checked candles in file order, strictly
 * ascending; the first line that is wrong in any way ends it.
 */
import type { ClosedCandle } from '../../model/candle.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { findHeaderFault, isColumnCount, isHeader } from './candle-csv-layout.ts';
import { type CandleRowOptions, createRowReader, type RowFault } from './candle-row.ts';

/** Which file, for its failures, and what its candles will be. */
export type CandleParserOptions = CandleRowOptions & { readonly path: string };

/** Takes text; candles are appended to the array given. After a failure it must not be used again. */
export type CandleRowParser = {
  /** Parses every complete line of what was given so far. */
  readonly feed: (text: string, candles: ClosedCandle[]) => Failure | null;
  /** Parses the last line, which may lack its line break; a text without any line is a failure. */
  readonly finish: (candles: ClosedCandle[]) => Failure | null;
  /** Rows parsed. */
  readonly rows: () => number;
};

/** Policy beyond it: refuse the file. The longest honest line has some 250 characters. */
const LINE_LENGTH_MAX = 4_096;
/** More cells than any layout has; a first line with more is not split further. */
const CELLS_MAX = 16;
/** How a UTF-8 byte order mark reads in single-byte characters. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';
const LINE_FEED = '\n';
const CARRIAGE_RETURN = 13;

/** A parser at the beginning of a file. */
export function createCandleRowParser(options: CandleParserOptions): CandleRowParser {
  const readRow = createRowReader(options);
  let carry = '';
  let line = 0;
  let rows = 0;
  let columns = 0;
  let emptyLine: number | null = null;

  const fail = (fault: Omit<RowFault, 'kind'>, at = line): Failure =>
    failure(fault.code, { path: options.path, line: at, reason: fault.reason });
  const readLayout = (text: string): Failure | 'header' | 'row' => {
    const cells = text.split(',', CELLS_MAX);
    if (!isColumnCount(cells.length)) {
      return fail({ code: 'csv_columns_wrong', reason: `${cells.length} columns are none of 6, 11 or 12` });
    }
    columns = cells.length;
    if (!isHeader(cells)) return 'row';
    const reason = findHeaderFault(cells);
    return reason === null ? 'header' : fail({ code: 'csv_columns_wrong', reason });
  };
  const readLine = (text: string, start: number, end: number): ClosedCandle | Failure | null => {
    line++;
    if (start === end) {
      emptyLine ??= line;
      return null;
    }
    if (emptyLine !== null) return fail({ code: 'csv_columns_wrong', reason: 'the line is empty' }, emptyLine);
    if (columns === 0) {
      const layout = readLayout(text.slice(start, end));
      if (layout === 'header') return null;
      if (layout !== 'row') return layout;
    }
    const row = readRow(text, { start, end, columns });
    if (row.kind === 'rowFault') return fail(row);
    rows++;
    return row;
  };
  const feed = (text: string, candles: ClosedCandle[]): Failure | null => {
    const whole = carry + text;
    let start = line === 0 && whole.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
    for (let next = whole.indexOf(LINE_FEED, start); next >= 0; next = whole.indexOf(LINE_FEED, start)) {
      const end = next > start && whole.charCodeAt(next - 1) === CARRIAGE_RETURN ? next - 1 : next;
      const read = readLine(whole, start, end);
      if (read?.kind === 'failure') return read;
      if (read !== null) candles.push(read);
      start = next + 1;
    }
    carry = line === 0 ? whole : whole.slice(start);
    if (carry.length <= LINE_LENGTH_MAX) return null;
    line++;
    return fail({ code: 'csv_columns_wrong', reason: `the line is longer than ${LINE_LENGTH_MAX} characters` });
  };
  return {
    feed,
    finish: (candles) => {
      const fault = carry === '' ? null : feed(LINE_FEED, candles);
      if (fault !== null) return fault;
      return columns > 0 ? null : fail({ code: 'csv_columns_wrong', reason: 'the file is empty' }, 1);
    },
    rows: () => rows,
  };
}
