/**
 * Several consecutive candles become one, exactly as the exchange publishes it: a candle in which nothing was traded
 * gives nothing to open, high, low and close unless none of them had a trade. Verified against Binance's own files
 * by test/golden/derived-candles.test.ts.
 */
import { assert } from '../core/assert.ts';
import { ZERO } from '../core/decimal.ts';
import { type CandleColumns, isNoTrade } from '../model/candle.ts';
import type { Money, Quantity } from '../model/money.ts';

/**
 * The columns of one candle covering `parts`, which are consecutive, ascending and not empty. A column that one part
 * does not have is `null` in the result.
 */
export function mergeCandles(parts: readonly CandleColumns[]): CandleColumns {
  const first = parts[0];
  const last = parts[parts.length - 1];
  assert(first !== undefined && last !== undefined, 'nothing to merge');
  if (parts.length === 1) return first;
  let traded = 0;
  let { open, high, low, close } = first;
  let volume = ZERO as bigint;
  let quoteVolume: bigint | null = ZERO;
  let trades: number | null = 0;
  let takerBase: bigint | null = ZERO;
  let takerQuote: bigint | null = ZERO;
  for (const part of parts) {
    if (!isNoTrade(part)) {
      if (traded === 0) ({ open, high, low } = part);
      else {
        if (part.high > high) high = part.high;
        if (part.low < low) low = part.low;
      }
      close = part.close;
      traded++;
    }
    volume += part.volume;
    quoteVolume = sum(quoteVolume, part.quoteVolume);
    trades = trades === null || part.trades === null ? null : trades + part.trades;
    takerBase = sum(takerBase, part.takerBaseVolume);
    takerQuote = sum(takerQuote, part.takerQuoteVolume);
  }
  const prices = traded === 0 ? quietPrices(parts) : { open, high, low, close };
  return {
    ...prices,
    volume: volume as Quantity,
    quoteVolume: quoteVolume as Money | null,
    trades,
    takerBaseVolume: takerBase as Quantity | null,
    takerQuoteVolume: takerQuote as Money | null,
  };
}

function sum(total: bigint | null, part: bigint | null): bigint | null {
  return total === null || part === null ? null : total + part;
}

/** Prices of a stretch without any trade: the carried prices themselves. */
function quietPrices(parts: readonly CandleColumns[]): Pick<CandleColumns, 'open' | 'high' | 'low' | 'close'> {
  const first = parts[0] as CandleColumns;
  let { high, low } = first;
  for (const part of parts) {
    if (part.high > high) high = part.high;
    if (part.low < low) low = part.low;
  }
  return { open: first.open, high, low, close: (parts[parts.length - 1] as CandleColumns).close };
}
