/**
 * The numbers of a kline as Binance spells them, in frames and REST rows alike, to exact candle columns. Nothing
 * passes through a float.
 */
import { type Decimal, parseDecimal } from '../../core/decimal.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type CandleColumns, findCandleFault } from '../../model/candle.ts';
import type { Money, Price, Quantity } from '../../model/money.ts';

/** The columns as decimal text, and the number of trades. */
export type KlineTexts = {
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly quoteVolume: string;
  readonly takerBaseVolume: string;
  readonly takerQuoteVolume: string;
  readonly trades: number;
};

const PRICES = ['open', 'high', 'low', 'close'] as const;
const VOLUMES = ['volume', 'quoteVolume', 'takerBaseVolume', 'takerQuoteVolume'] as const;

type DecimalName = (typeof PRICES)[number] | (typeof VOLUMES)[number];

/** The columns of `texts`, or what is wrong with them: no plain decimal, a negative number, or a price out of order. */
export function parseColumns(texts: KlineTexts): Result<CandleColumns, string> {
  const values: Partial<Record<DecimalName, Decimal>> = {};
  for (const name of [...PRICES, ...VOLUMES]) {
    const value = parseDecimal(texts[name]);
    if (value === null) return err(`${name} is no decimal number: "${texts[name].slice(0, 40)}"`);
    if (value < 0n) return err(`${name} is negative: ${texts[name]}`);
    values[name] = value;
  }
  const columns: CandleColumns = {
    open: values.open as Price,
    high: values.high as Price,
    low: values.low as Price,
    close: values.close as Price,
    volume: values.volume as Quantity,
    quoteVolume: values.quoteVolume as Money,
    trades: texts.trades,
    takerBaseVolume: values.takerBaseVolume as Quantity,
    takerQuoteVolume: values.takerQuoteVolume as Money,
  };
  const fault = findCandleFault(columns);
  return fault === null ? ok(columns) : err(fault);
}
