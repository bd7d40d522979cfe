/**
 * The array of mini tickers to tickers of one quote asset. In comes untrusted JSON, out go checked tickers; an item that
 * is unusable is left out and counted, and only a frame without any usable item is refused as a whole.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { type EpochMs, isVenueMs } from '../../core/time.ts';
import { type InstrumentId, instrumentId } from '../../model/instrument.ts';
import type { Ticker } from '../../model/ticker.ts';
import { BINANCE_VENUE } from './symbol-name.ts';

/** The stream of all mini tickers; about once a second, only symbols that changed. Source: Binance "All Market Mini Tickers". */
export const TICKERS_STREAM = '!miniTicker@arr';
/** Pace of that stream. */
export const TICKERS_PACE_MS = 1_000;

/** Tickers of one frame, which belongs to the second of its newest event. */
export type TickersUpdate = {
  readonly state: 'forming';
  readonly openTime: EpochMs;
  readonly tickers: readonly Ticker[];
  /** Items left out as unusable, and what was wrong with the first. */
  readonly skipped: number;
  readonly fault: string | null;
};

/** Decimals as the venue writes them; nothing else that JavaScript would take for a number. */
const NUMBER = /^\d{1,18}(\.\d{1,18})?$/;
const SEPARATOR = /[:/\s]/;

/** The tickers of `quote` in the array `data`; a frame that arrived `now`. */
export function parseTickersFrame(data: unknown, quote: string, now: EpochMs): Result<TickersUpdate, string> {
  if (!Array.isArray(data)) return err('no array of tickers');
  const tickers: Ticker[] = [];
  let [skipped, foreign, newest] = [0, 0, 0];
  let fault: string | null = null;
  for (const item of data as readonly unknown[]) {
    const read = readItem(item, quote);
    if (read === 'foreign') foreign++;
    else if (typeof read === 'string') {
      skipped++;
      fault ??= read;
    } else {
      tickers.push(read.ticker);
      newest = Math.max(newest, read.eventTime);
    }
  }
  if (fault !== null && tickers.length + foreign === 0) return err(fault);
  // Without a usable time the frame belongs to now.
  const time = newest === 0 ? now : newest;
  const openTime = (Math.floor(time / TICKERS_PACE_MS) * TICKERS_PACE_MS) as EpochMs;
  return ok({ state: 'forming', openTime, tickers, skipped, fault });
}

type Item = { readonly ticker: Ticker; readonly eventTime: number };

function readItem(item: unknown, quote: string): Item | 'foreign' | string {
  if (typeof item !== 'object' || item === null) return 'an item is no object';
  const fields = item as Readonly<Record<string, unknown>>;
  const { s: symbol, E: eventTime } = fields;
  if (typeof symbol !== 'string' || symbol === '') return 'an item without a symbol';
  if (!symbol.endsWith(quote) || symbol.length === quote.length) return 'foreign';
  const name = toName(symbol.slice(0, -quote.length), quote);
  if (name === null) return `${symbol.slice(0, 40)} holds a separator of our own names`;
  const ticker = {
    instrumentId: name,
    price: toNumber(fields['c']),
    open24h: toNumber(fields['o']),
    high24h: toNumber(fields['h']),
    low24h: toNumber(fields['l']),
    quoteVolume24h: toNumber(fields['q']),
  };
  const { price, open24h, high24h, low24h, quoteVolume24h } = ticker;
  const isUsable = price > 0 && open24h > 0 && high24h > 0 && low24h > 0 && quoteVolume24h >= 0;
  if (!isUsable) return `${symbol.slice(0, 40)} with a number that is none, or no price`;
  return { ticker, eventTime: typeof eventTime === 'number' && isVenueMs(eventTime) ? eventTime : 0 };
}

function toName(base: string, quote: string): InstrumentId | null {
  return SEPARATOR.test(base) ? null : instrumentId({ venue: BINANCE_VENUE, market: 'spot', base, quote });
}

/** NaN for anything but a decimal as text. */
function toNumber(value: unknown): number {
  return typeof value === 'string' && NUMBER.test(value) ? Number(value) : Number.NaN;
}
