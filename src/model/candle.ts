/**
 * Candles. A forming candle is for display; only a closed candle may be stored or reach factors and signals, which
 * the types enforce. Every closed candle carries a certificate: how it came to be.
 */
import type { EpochMs } from '../core/time.ts';
import type { Money, Price, Quantity } from './money.ts';
import type { SeriesId } from './series.ts';

/** Where a closed candle's numbers come from. */
export type CandleSource = 'ws' | 'rest' | 'archive' | 'ingest' | 'derived';

/**
 * What the certificate says of a candle: `final` complete at its close; `repaired` completed or corrected later;
 * `exchange_gap` made of fewer base candles because the exchange has none for the missing time; `no_trade` complete
 * and nothing was traded.
 */
export type CandleStatus = 'final' | 'repaired' | 'exchange_gap' | 'no_trade';

/** How a closed candle came to be. `revision` is 0 until stored; the store counts changes of its numbers from 1. */
export type Certificate = {
  readonly source: CandleSource;
  readonly status: CandleStatus;
  /** Base candles it was made of; 1 for a base candle. */
  readonly baseCount: number;
  /** Base candles a complete one is made of. */
  readonly baseExpected: number;
  readonly revision: number;
};

/** The numbers of a candle. Columns that a source does not publish are `null`, never 0. */
export type CandleColumns = {
  readonly open: Price;
  readonly high: Price;
  readonly low: Price;
  readonly close: Price;
  /** Base-asset volume. */
  readonly volume: Quantity;
  readonly quoteVolume: Money | null;
  readonly trades: number | null;
  readonly takerBaseVolume: Quantity | null;
  readonly takerQuoteVolume: Money | null;
};

/** Names of the columns, in the order people list them. */
export const CANDLE_COLUMN_NAMES = [
  'open',
  'high',
  'low',
  'close',
  'volume',
  'quoteVolume',
  'trades',
  'takerBaseVolume',
  'takerQuoteVolume',
] as const satisfies readonly (keyof CandleColumns)[];

/** Whether two candles have the same numbers. */
export function sameColumns(a: CandleColumns, b: CandleColumns): boolean {
  return CANDLE_COLUMN_NAMES.every((column) => a[column] === b[column]);
}

/** Identity is (`seriesId`, `openTime`); the candle covers [`openTime`, `openTime` + timeframe). */
export type CandleBody = CandleColumns & { readonly seriesId: SeriesId; readonly openTime: EpochMs };

/** The candle of the running period; replaced by every update, never stored. */
export type FormingCandle = CandleBody & { readonly kind: 'candleForming' };

/** A finished candle with its certificate. */
export type ClosedCandle = CandleBody & { readonly kind: 'candleClosed'; readonly certificate: Certificate };

/** Why a stretch of a series has no candles: the exchange published none, or we do not know yet. */
export type GapReason = 'exchange_gap' | 'unknown';

/** A stretch [`from`, `to`) of a series without candles. */
export type CandleGap = {
  readonly kind: 'candleGap';
  readonly seriesId: SeriesId;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly reason: GapReason;
};

/** Whether nothing was traded in the candle: no trades where the source counts them, else no volume. */
export function isNoTrade(candle: CandleColumns): boolean {
  return candle.trades === null ? candle.volume === 0n : candle.trades === 0;
}

/**
 * Precedence of sources: a stored candle is never overwritten by one of a lower rank. What was asked from the
 * exchange afterwards outranks what its stream said; what an operator posts is taken at its word.
 */
export const SOURCE_RANK: Readonly<Record<CandleSource, number>> = {
  ws: 1,
  derived: 2,
  rest: 2,
  archive: 3,
  ingest: 4,
};

/** What is wrong with a candle's numbers, or `null` when they are consistent (finite by type, low <= all <= high). */
export function findCandleFault(candle: CandleColumns): string | null {
  if (candle.low < 0n) return 'a price is negative';
  if (candle.volume < 0n) return 'the volume is negative';
  if (candle.high < candle.low) return 'high is below low';
  if (candle.open < candle.low || candle.open > candle.high) return 'open is outside low..high';
  if (candle.close < candle.low || candle.close > candle.high) return 'close is outside low..high';
  return null;
}
