/**
 * Rows of the simulated market in the model's words: candles, minutes, tickers, instruments and trading rules as a
 * client would have read them from the exchange's frames and answers. Exact columns stay exact.
 */
import { type Decimal, toFloat, ZERO } from '../../../core/decimal.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { BookFacts } from '../../../model/book.ts';
import type { CandleColumns, CandleSource, ClosedCandle } from '../../../model/candle.ts';
import type { ListedInstrument } from '../../../model/listing-facts.ts';
import type { Money, Price, Quantity } from '../../../model/money.ts';
import type { SeriesId } from '../../../model/series.ts';
import type { Ticker, TradedMinute } from '../../../model/ticker.ts';
import type { TradingRules } from '../../../model/trading-rules.ts';
import type { DayStatistics } from '../day-window.ts';
import type { MarketDepth } from '../matching/market-depth.ts';
import type { SimInstrument, SimRow, SimStatus } from '../sim-market.ts';
import { spotRulesOf } from '../spot/spot-rules.ts';

/** The candle columns of a row. */
export function toColumns(row: SimRow): CandleColumns {
  return {
    open: row.open as Price,
    high: row.high as Price,
    low: row.low as Price,
    close: row.close as Price,
    volume: row.volume as Quantity,
    quoteVolume: row.quoteVolume as Money,
    trades: row.trades,
    takerBaseVolume: row.takerBaseVolume as Quantity,
    takerQuoteVolume: row.takerQuoteVolume as Money,
  };
}

/** A closed candle as the exchange told it: complete in itself, not stored yet. */
export function toCandle(
  row: SimRow,
  identity: { readonly seriesId: SeriesId; readonly source: CandleSource },
): ClosedCandle {
  const { seriesId, source } = identity;
  const status = row.trades === 0 ? 'no_trade' : 'final';
  const certificate = { source, status, baseCount: 1, baseExpected: 1, revision: 0 } as const;
  return { kind: 'candleClosed', seriesId, openTime: row.openTime, ...toColumns(row), certificate };
}

/** A minute as it is judged. */
export function toMinute(
  row: SimRow,
  of: { readonly instrument: SimInstrument; readonly state: TradedMinute['state'] },
): TradedMinute {
  return {
    instrumentId: of.instrument.instrumentId,
    openTime: row.openTime,
    state: of.state,
    close: toFloat(row.close),
    quoteVolume: toFloat(row.quoteVolume),
    takerQuoteVolume: toFloat(row.takerQuoteVolume),
  };
}

/** The rolling day as a ticker. */
export function toTicker(day: DayStatistics, { instrumentId }: SimInstrument): Ticker {
  return {
    instrumentId,
    price: toFloat(day.close),
    open24h: toFloat(day.open),
    high24h: toFloat(day.high),
    low24h: toFloat(day.low),
    quoteVolume24h: toFloat(day.quoteVolume),
  };
}

/** An instrument of the exchange's list. */
export function toListed({ instrumentId }: SimInstrument, status: SimStatus): ListedInstrument {
  return {
    instrumentId,
    status: status === 'trading' ? 'trading' : 'halted',
    isMarketByQuote: true,
    permissions: ['SPOT'],
  };
}

/** The rules of trading that the exchange's answer would be read as. */
export function toTradingRules(instrument: SimInstrument, status: SimStatus): TradingRules {
  const rules = spotRulesOf(instrument);
  const lot = (rule: typeof rules.lot): TradingRules['lot'] => ({
    min: rule.min as Quantity,
    max: rule.max as Quantity,
    step: rule.step as Quantity,
  });
  return {
    instrumentId: instrument.instrumentId,
    baseAsset: rules.base,
    quoteAsset: rules.quote,
    status: status === 'trading' ? 'trading' : 'halted',
    isSpotAllowed: true,
    isMarketByQuote: true,
    orderTypes: ['market', 'limit', 'stop', 'stopLimit', 'oco'],
    priceTick: rules.price.step as Price,
    priceMin: rules.price.min as Price,
    priceMax: rules.price.max as Price,
    lot: lot(rules.lot),
    marketLot: lot(rules.marketLot),
    minNotional: rules.minNotional as Money,
    maxNotional: rules.maxNotional as Money,
    appliesToMarket: rules.appliesToMarket,
    percentPrice: rules.percentPrice,
    quotePrecision: 8,
    ordersMax: rules.ordersMax,
    algoOrdersMax: rules.algoOrdersMax,
  };
}

const NEAR = 0.01;

/** The top of a book and what lies within 1 % of it; `null` where a side is empty. */
export function toBookFacts({ bids, asks }: MarketDepth): BookFacts | null {
  const [bid, ask] = [toFloat(bids[0]?.price ?? ZERO), toFloat(asks[0]?.price ?? ZERO)];
  if (bid <= 0 || ask <= bid) return null;
  const sum = (levels: MarketDepth['bids'], isNear: (price: number) => boolean): number =>
    levels.reduce((total, level) => (isNear(toFloat(level.price)) ? total + worthOf(level) : total), 0);
  return {
    bid,
    ask,
    askDepthQuote: sum(asks, (price) => price <= ask * (1 + NEAR)),
    bidDepthQuote: sum(bids, (price) => price >= bid * (1 - NEAR)),
  };
}

function worthOf(level: { readonly price: Decimal; readonly pool: { readonly left: Decimal } }): number {
  return toFloat(level.price) * toFloat(level.pool.left);
}

/** Whether a minute that opens at `openTime` is over. */
export function isOver(openTime: EpochMs, lengthMs: number, now: EpochMs): boolean {
  return openTime + lengthMs <= now;
}
