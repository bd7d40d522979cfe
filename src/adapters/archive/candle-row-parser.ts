/**
 * Lines of comma-separated numbers to closed candles. In comes text cut anywhere, out go checked candles in file
 * order, strictly ascending; the first line that is wrong in any way ends it. Splitting is done by hand on positions
 * because importing is bounded by it: a general CSV reader costs several times as much.
 */
import { parseDecimal } from '../../core/decimal.ts';
import { type EpochMs, isVenueMs } from '../../core/time.ts';
import { type CandleSource, type Certificate, type ClosedCandle, findCandleFault } from '../../model/candle.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { Money, Price, Quantity } from '../../model/money.ts';
import type { SeriesId } from '../../model/series.ts';
import { findHeaderFault, isColumnCount, isHeader } from './candle-csv-layout.ts';

/** What the candles will be: of which series, by whose word, and aligned to which step (`null`: not checked). */
export type CandleRowOptions = {
  readonly path: string;
  readonly seriesId: SeriesId;
  readonly source: CandleSource;
  readonly stepMs: number | null;
};

/** Takes text; candles are appended to the array given. After a failure it must not be used again. */
export type CandleRowParser = {
  /** Parses every complete line of what was given so far. */
  readonly feed: (text: string, candles: ClosedCandle[]) => Failure | null;
  /** Parses the last line, which may lack its line break; a text without any line is a failure. */
  readonly finish: (candles: ClosedCandle[]) => Failure | null;
  /** Rows parsed. */
  readonly rows: () => number;
};

type RowFault = {
  readonly kind: 'rowFault';
  readonly code: 'csv_columns_wrong' | 'csv_value_wrong';
  readonly reason: string;
};

/** Policy beyond it: refuse the file. The longest honest line has some 250 characters. */
const LINE_LENGTH_MAX = 4_096;
const COLUMNS_MAX = 12;
/** How a UTF-8 byte order mark reads in single-byte characters. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';
const NAMES = [
  'open time',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'close time',
  'quote volume',
  'trades',
  'taker base volume',
  'taker quote volume',
] as const;
const LINE_FEED = '\n';
const CARRIAGE_RETURN = 13;

/** A parser at the beginning of a file. */
export function createCandleRowParser(options: CandleRowOptions): CandleRowParser {
  const readRow = createRowReader(options);
  let carry = '';
  let line = 0;
  let rows = 0;
  let columns = 0;
  let emptyLine: number | null = null;

  const fail = (fault: Omit<RowFault, 'kind'>, at = line): Failure =>
    failure(fault.code, { path: options.path, line: at, reason: fault.reason });
  const readLayout = (text: string): Failure | 'header' | 'row' => {
    const cells = text.split(',', COLUMNS_MAX + 1);
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

type RowPlace = { readonly start: number; readonly end: number; readonly columns: number };

/** Reads rows of one file: cells, values, order and alignment. */
function createRowReader(options: CandleRowOptions): (text: string, place: RowPlace) => ClosedCandle | RowFault {
  const { seriesId, stepMs } = options;
  const made = { source: options.source, baseCount: 1, baseExpected: 1, revision: 0 } as const;
  const final: Certificate = { ...made, status: 'final' };
  const noTrade: Certificate = { ...made, status: 'no_trade' };
  /** Where each cell of the current row ends; cell 0 starts at the row's start. */
  const ends = new Array<number>(COLUMNS_MAX).fill(0);
  let lastOpenTime = -1;

  return (text, { start, end, columns }) => {
    const count = splitRow(text, { start, end, ends });
    if (count !== columns) {
      return rowFault('csv_columns_wrong', `${count} columns where the first line has ${columns}`);
    }
    const cell = (index: number): string =>
      text.slice(index === 0 ? start : (ends[index - 1] as number) + 1, ends[index] as number);
    const openTime = parseTime(cell(0));
    if (typeof openTime === 'string') return rowFault('csv_value_wrong', openTime);
    if (openTime <= lastOpenTime) return rowFault('csv_value_wrong', orderReason(openTime, lastOpenTime));
    if (stepMs !== null && openTime % stepMs !== 0) {
      return rowFault('csv_value_wrong', `open time ${openTime} is not a multiple of ${stepMs} ms`);
    }
    const open = parseDecimal(cell(1)) as Price | null;
    const high = parseDecimal(cell(2)) as Price | null;
    const low = parseDecimal(cell(3)) as Price | null;
    const close = parseDecimal(cell(4)) as Price | null;
    const volume = parseDecimal(cell(5)) as Quantity | null;
    if (open === null || high === null || low === null || close === null || volume === null) {
      return decimalFault(cell, [1, 2, 3, 4, 5]);
    }
    const wide = columns === 6 ? NARROW : parseWide(cell);
    if ('reason' in wide) return wide;
    const idle = wide.trades === null ? volume === 0n : wide.trades === 0;
    const candle: ClosedCandle = {
      kind: 'candleClosed',
      seriesId,
      openTime,
      open,
      high,
      low,
      close,
      volume,
      quoteVolume: wide.quoteVolume,
      trades: wide.trades,
      takerBaseVolume: wide.takerBaseVolume,
      takerQuoteVolume: wide.takerQuoteVolume,
      certificate: idle ? noTrade : final,
    };
    const fault = findCandleFault(candle);
    if (fault !== null) return rowFault('csv_value_wrong', fault);
    lastOpenTime = openTime;
    return candle;
  };
}

type WideColumns = Pick<ClosedCandle, 'quoteVolume' | 'trades' | 'takerBaseVolume' | 'takerQuoteVolume'>;

const NARROW: WideColumns = { quoteVolume: null, trades: null, takerBaseVolume: null, takerQuoteVolume: null };

/** Cells 7 to 10. Cell 6, the venue's close time, is discarded: it is the period's end minus 1 ms, or wrong. */
function parseWide(cell: (index: number) => string): WideColumns | RowFault {
  const quoteVolume = parseDecimal(cell(7)) as Money | null;
  const takerBaseVolume = parseDecimal(cell(9)) as Quantity | null;
  const takerQuoteVolume = parseDecimal(cell(10)) as Money | null;
  if (quoteVolume === null || takerBaseVolume === null || takerQuoteVolume === null) {
    return decimalFault(cell, [7, 9, 10]);
  }
  if (quoteVolume < 0n || takerBaseVolume < 0n || takerQuoteVolume < 0n) {
    return rowFault('csv_value_wrong', 'a volume is negative');
  }
  const trades = parseCount(cell(8));
  if (trades === null) return rowFault('csv_value_wrong', `trades is not a whole number: ${quoted(cell(8))}`);
  return { quoteVolume, trades, takerBaseVolume, takerQuoteVolume };
}

/** Writes where the cells of a row end into `ends` and returns how many there are, counting no further than fit. */
function splitRow(
  text: string,
  row: { readonly start: number; readonly end: number; readonly ends: number[] },
): number {
  let count = 0;
  let from = row.start;
  for (let comma = text.indexOf(',', from); comma >= 0 && comma < row.end; comma = text.indexOf(',', from)) {
    if (count < COLUMNS_MAX) row.ends[count] = comma;
    count++;
    from = comma + 1;
  }
  if (count < COLUMNS_MAX) row.ends[count] = row.end;
  return count + 1;
}

/** An open time in milliseconds or, as Binance's spot archive has it since 2025, microseconds; else what is wrong. */
function parseTime(text: string): EpochMs | string {
  const value = parseCount(text);
  if (value === null) return `open time is not a whole number: ${quoted(text)}`;
  if (isVenueMs(value)) return value;
  const milliseconds = value / 1000;
  if (isVenueMs(milliseconds)) return milliseconds;
  return `open time ${value} is neither milliseconds nor whole milliseconds in microseconds of 2009 to 2100`;
}

function parseCount(text: string): number | null {
  if (text.length === 0 || text.length > 16) return null;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  return Number.isSafeInteger(value) ? value : null;
}

function orderReason(openTime: EpochMs, last: number): string {
  return openTime === last ? `open time ${openTime} is there twice` : `open time ${openTime} comes after ${last}`;
}

function decimalFault(cell: (index: number) => string, indexes: readonly number[]): RowFault {
  const bad = indexes.find((index) => parseDecimal(cell(index)) === null) ?? 0;
  return rowFault('csv_value_wrong', `${NAMES[bad]} is not a decimal number: ${quoted(cell(bad))}`);
}

function rowFault(code: RowFault['code'], reason: string): RowFault {
  return { kind: 'rowFault', code, reason };
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
