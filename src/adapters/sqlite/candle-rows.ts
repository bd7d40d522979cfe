/**
 * Candles as rows and back. Decimals are stored as canonical text, so that equal numbers are equal text and people can
 * read the file with any SQLite shell. What comes out of the file is checked like anything from outside.
 */
import { type Decimal, parseDecimal, toCanonicalText, toDecimalText } from '../../core/decimal.ts';
import { isEpochMs } from '../../core/time.ts';
import { type CandleSource, type CandleStatus, type ClosedCandle, SOURCE_RANK } from '../../model/candle.ts';
import type { Money, Price, Quantity } from '../../model/money.ts';
import type { SeriesId } from '../../model/series.ts';
import type { CandleText } from '../../ports/candle-store.ts';
import { RowFault } from './sqlite-failures.ts';

/** Columns in the order of what `appendParameters` appends. */
export const CANDLE_COLUMNS = [
  'series',
  'open_time',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'quote_volume',
  'trades',
  'taker_base',
  'taker_quote',
  'source',
  'status',
  'base_count',
  'base_expected',
] as const;

/** A value that can be bound. */
export type Parameter = string | number | null;

/** A stored row: `CANDLE_COLUMNS` without the series, and the revision. */
export type CandleRow = readonly [
  openTime: number,
  open: string,
  high: string,
  low: string,
  close: string,
  volume: string,
  quoteVolume: string | null,
  trades: number | null,
  takerBase: string | null,
  takerQuote: string | null,
  source: string,
  status: string,
  baseCount: number,
  baseExpected: number,
  revision: number,
];

/** Columns of a `CandleTextRow`, as SQL. */
export const CANDLE_TEXT_COLUMNS = 'open_time, open, high, low, close, volume';

/** What of a stored row is passed on as text. */
export type CandleTextRow = readonly [
  openTime: number,
  open: string,
  high: string,
  low: string,
  close: string,
  volume: string,
];

const STATUSES: Readonly<Record<CandleStatus, true>> = {
  final: true,
  repaired: true,
  exchange_gap: true,
  no_trade: true,
};

/** Appends to `target` what stores `candle` under the series' key, in the order of `CANDLE_COLUMNS`. */
export function appendParameters(target: Parameter[], seriesKey: number, candle: ClosedCandle): void {
  const { certificate } = candle;
  target.push(seriesKey);
  appendNumbers(target, candle);
  target.push(certificate.source, certificate.status, certificate.baseCount, certificate.baseExpected);
}

/** Appends what differs from candle to candle: the columns from `open_time` to `taker_quote`. */
export function appendNumbers(target: Parameter[], candle: ClosedCandle): void {
  target.push(
    candle.openTime,
    toDecimalText(candle.open),
    toDecimalText(candle.high),
    toDecimalText(candle.low),
    toDecimalText(candle.close),
    toDecimalText(candle.volume),
    toTextOrNull(candle.quoteVolume),
    candle.trades,
    toTextOrNull(candle.takerBaseVolume),
    toTextOrNull(candle.takerQuoteVolume),
  );
}

function toTextOrNull(value: Decimal | null): string | null {
  return value === null ? null : toDecimalText(value);
}

/** A stored row as a candle; throws `RowFault` naming the column when it cannot be one. */
export function parseCandleRow(seriesId: SeriesId, row: CandleRow): ClosedCandle {
  if (!isEpochMs(row[0])) throw new RowFault(`open_time ${row[0]}`);
  return {
    kind: 'candleClosed',
    seriesId,
    openTime: row[0],
    open: parseColumn(row[1], 'open') as Price,
    high: parseColumn(row[2], 'high') as Price,
    low: parseColumn(row[3], 'low') as Price,
    close: parseColumn(row[4], 'close') as Price,
    volume: parseColumn(row[5], 'volume') as Quantity,
    quoteVolume: row[6] === null ? null : (parseColumn(row[6], 'quote_volume') as Money),
    trades: row[7],
    takerBaseVolume: row[8] === null ? null : (parseColumn(row[8], 'taker_base') as Quantity),
    takerQuoteVolume: row[9] === null ? null : (parseColumn(row[9], 'taker_quote') as Money),
    certificate: {
      source: parseSource(row[10]),
      status: parseStatus(row[11]),
      baseCount: row[12],
      baseExpected: row[13],
      revision: row[14],
    },
  };
}

/** The texts of a stored row, canonical whoever wrote them; throws `RowFault` as `parseCandleRow` does. */
export function parseCandleTextRow(row: CandleTextRow): CandleText {
  if (!isEpochMs(row[0])) throw new RowFault(`open_time ${row[0]}`);
  return {
    openTime: row[0],
    open: parseText(row[1], 'open'),
    high: parseText(row[2], 'high'),
    low: parseText(row[3], 'low'),
    close: parseText(row[4], 'close'),
    volume: parseText(row[5], 'volume'),
  };
}

function parseText(text: string, column: string): string {
  const canonical = toCanonicalText(text);
  if (canonical === null) throw new RowFault(`${column} "${text}"`);
  return canonical;
}

function parseColumn(text: string, column: string): Decimal {
  const value = parseDecimal(text);
  if (value === null) throw new RowFault(`${column} "${text}"`);
  return value;
}

function parseSource(text: string): CandleSource {
  if (!Object.hasOwn(SOURCE_RANK, text)) throw new RowFault(`source "${text}"`);
  return text as CandleSource;
}

function parseStatus(text: string): CandleStatus {
  if (!Object.hasOwn(STATUSES, text)) throw new RowFault(`status "${text}"`);
  return text as CandleStatus;
}
