/**
 * The array of mini tickers to tickers of one quote asset. In comes untrusted JSON, out go checked tickers; an item that
 * is unusable is left out and counted, and only a frame without any usable item is refused as a whole.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { type EpochMs, isVenueMs } from '../../core/time.ts';
import type { Ticker } from '../../model/ticker.ts';
import { decimalTextToNumber } from './decimal-text.ts';
import type { TickerNames } from './ticker-names.ts';

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

/** The tickers in the array `data` that `names` does not call foreign; a frame that arrived `now`. */
export function parseTickersFrame(data: unknown, names: TickerNames, now: EpochMs): Result<TickersUpdate, string> {
  if (!Array.isArray(data)) return err('no array of tickers');
  const tickers: Ticker[] = [];
  let [skipped, foreign, newest] = [0, 0, 0];
  let fault: string | null = null;
  for (const item of data as readonly unknown[]) {
    const read = readItem(item, names);
    if (read === 'foreign') foreign++;
    else if (typeof read === 'string') {
      skipped++;
      fault ??= read;
    } else {
      tickers.push(read);
      newest = Math.max(newest, eventTimeOf(item));
    }
  }
  if (fault !== null && tickers.length + foreign === 0) return err(fault);
  // Without a usable time the frame belongs to now.
  const time = newest === 0 ? now : newest;
  const openTime = (Math.floor(time / TICKERS_PACE_MS) * TICKERS_PACE_MS) as EpochMs;
  return ok({ state: 'forming', openTime, tickers, skipped, fault });
}

function readItem(item: unknown, names: TickerNames): Ticker | 'foreign' | string {
  if (typeof item !== 'object' || item === null) return 'an item is no object';
  const fields = item as Readonly<Record<string, unknown>>;
  const symbol = fields['s'];
  if (typeof symbol !== 'string' || symbol === '') return 'an item without a symbol';
  const instrumentId = names.nameOf(symbol);
  if (instrumentId === 'foreign') return 'foreign';
  if (instrumentId === null) return `${symbol.slice(0, 40)} holds a separator of our own names`;
  const price = decimalTextToNumber(fields['c']);
  const open24h = decimalTextToNumber(fields['o']);
  const high24h = decimalTextToNumber(fields['h']);
  const low24h = decimalTextToNumber(fields['l']);
  const quoteVolume24h = decimalTextToNumber(fields['q']);
  const isUsable = price > 0 && open24h > 0 && high24h > 0 && low24h > 0 && quoteVolume24h >= 0;
  if (!isUsable) return `${symbol.slice(0, 40)} with a number that is none, or no price`;
  return { instrumentId, price, open24h, high24h, low24h, quoteVolume24h };
}

/** 0 where there is none. */
function eventTimeOf(item: unknown): number {
  const time = (item as Readonly<Record<string, unknown>>)['E'];
  return typeof time === 'number' && isVenueMs(time) ? time : 0;
}
