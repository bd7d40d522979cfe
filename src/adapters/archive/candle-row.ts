/**
 * One line of comma-separated numbers to a closed candle, or what is wrong with it. Splitting is done by hand on
 * positions because importing candles is bounded by it.
 */
import { type Decimal, decimalFromFloat, parseDecimal } from '../../core/decimal.ts';
import { type EpochMs, isVenueMs } from '../../core/time.ts';
import { type CandleSource, type Certificate, type ClosedCandle, findCandleFault } from '../../model/candle.ts';
import type { Money, Price, Quantity } from '../../model/money.ts';
import type { SeriesId } from '../../model/series.ts';

/** What the candles will be: of which series, by whose word, and aligned to which step (`null`: not checked). */
export type CandleRowOptions = {
  readonly seriesId: SeriesId;
  readonly source: CandleSource;
  readonly stepMs: number | null;
};

/** What is wrong with a row. */
export type RowFault = {
  readonly kind: 'rowFault';
  readonly code: 'csv_columns_wrong' | 'csv_value_wrong';
  readonly reason: string;
};

const COLUMNS_MAX = 12;
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

/** Where a row lies in a text, without its line break, and how many columns it must have. */
export type RowPlace = { readonly start: number; readonly end: number; readonly columns: number };

/**
 * A reader of the rows of one file, to be called with them in order: it checks cells, values, alignment, and that
 * open times ascend.
 */
export function createRowReader(options: CandleRowOptions): (text: string, place: RowPlace) => ClosedCandle | RowFault {
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
    const open = parseCell(cell(1)) as Price | null;
    const high = parseCell(cell(2)) as Price | null;
    const low = parseCell(cell(3)) as Price | null;
    const close = parseCell(cell(4)) as Price | null;
    const volume = parseCell(cell(5)) as Quantity | null;
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
  const quoteVolume = parseCell(cell(7)) as Money | null;
  const takerBaseVolume = parseCell(cell(9)) as Quantity | null;
  const takerQuoteVolume = parseCell(cell(10)) as Money | null;
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

/**
 * A decimal cell. Beside plain numbers it takes a double in its shortest form, such as `6.1e-7`, which programs print
 * for very cheap coins; that is exact, because the text is the double's own.
 */
function parseCell(text: string): Decimal | null {
  const plain = parseDecimal(text);
  if (plain !== null || !text.includes('e')) return plain;
  const value = Number(text);
  return String(value) === text ? decimalFromFloat(value) : null;
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
  const bad = indexes.find((index) => parseCell(cell(index)) === null) ?? 0;
  return rowFault('csv_value_wrong', `${NAMES[bad]} is not a decimal number: ${quoted(cell(bad))}`);
}

function rowFault(code: RowFault['code'], reason: string): RowFault {
  return { kind: 'rowFault', code, reason };
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
