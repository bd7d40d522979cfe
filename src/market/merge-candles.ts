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
  assert(first !== undefined, 'nothing to merge');
  if (parts.length === 1) return first;
  let volume = ZERO as bigint;
  let quoteVolume: bigint | null = ZERO;
  let trades: number | null = 0;
  let takerBase: bigint | null = ZERO;
  let takerQuote: bigint | null = ZERO;
  for (const part of parts) {
    volume += part.volume;
    quoteVolume = sum(quoteVolume, part.quoteVolume);
    trades = trades === null || part.trades === null ? null : trades + part.trades;
    takerBase = sum(takerBase, part.takerBaseVolume);
    takerQuote = sum(takerQuote, part.takerQuoteVolume);
  }
  const { open, high, low, close } = mergePrices(parts);
  return {
    open,
    high,
    low,
    close,
    volume: volume as Quantity,
    quoteVolume: quoteVolume as Money | null,
    trades,
    takerBaseVolume: takerBase as Quantity | null,
    takerQuoteVolume: takerQuote as Money | null,
  };
}

type Prices = Pick<CandleColumns, 'open' | 'high' | 'low' | 'close'>;

/** Prices of the parts in which something was traded; of all of them where nothing was. */
function mergePrices(parts: readonly CandleColumns[]): Prices {
  const from = Math.max(
    0,
    parts.findIndex((part) => !isNoTrade(part)),
  );
  const first = parts[from] as CandleColumns;
  const isQuiet = isNoTrade(first);
  let { high, low, close } = first;
  for (let i = from + 1; i < parts.length; i++) {
    const part = parts[i] as CandleColumns;
    if (!isQuiet && isNoTrade(part)) continue;
    if (part.high > high) high = part.high;
    if (part.low < low) low = part.low;
    close = part.close;
  }
  return { open: first.open, high, low, close };
}

function sum(total: bigint | null, part: bigint | null): bigint | null {
  return total === null || part === null ? null : total + part;
}
