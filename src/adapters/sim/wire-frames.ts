/**
 * Rows as the exchange spells them: REST arrays, kline events, mini tickers and 24hr statistics. In: exact rows. Out:
 * objects whose decimals are strings, padded as on the exchange: 8 places on spot; on futures the places of price and
 * quantity, and their sum for quote amounts.
 */
import { add, type Decimal, divide, subtract, toFloat, truncateToStep } from '../../core/decimal.ts';
import type { EpochMs } from '../../core/time.ts';
import type { DayStatistics } from './day-window.ts';
import { decimalsOf, fromUnits, shareOf, toPaddedText } from './sim-grid.ts';
import { bucketAfter, type SimInterval } from './sim-interval.ts';
import type { SimInstrument, SimRow } from './sim-market.ts';

const SPOT_DECIMALS = 8;

/** Places of an instrument's numbers on the wire. */
export type WirePlaces = { readonly price: number; readonly quantity: number; readonly quote: number };

/** Places of `instrument` on the wire. */
export function wirePlaces(instrument: SimInstrument): WirePlaces {
  if (instrument.market === 'spot') return { price: SPOT_DECIMALS, quantity: SPOT_DECIMALS, quote: SPOT_DECIMALS };
  const price = decimalsOf(instrument.priceTick);
  const quantity = decimalsOf(instrument.quantityStep);
  return { price, quantity, quote: price + quantity };
}

/** The exchange's close time: the last millisecond of the period. */
function closeTimeOf(row: SimRow, interval: SimInterval): number {
  return bucketAfter(interval, row.openTime, 1) - 1;
}

/** The 12 elements of a REST kline. */
export function toKlineArray(row: SimRow, interval: SimInterval, places: WirePlaces): readonly (number | string)[] {
  return [
    row.openTime,
    toPaddedText(row.open, places.price),
    toPaddedText(row.high, places.price),
    toPaddedText(row.low, places.price),
    toPaddedText(row.close, places.price),
    toPaddedText(row.volume, places.quantity),
    closeTimeOf(row, interval),
    toPaddedText(row.quoteVolume, places.quote),
    row.trades,
    toPaddedText(row.takerBaseVolume, places.quantity),
    toPaddedText(row.takerQuoteVolume, places.quote),
    '0',
  ];
}

/** What a kline event says beside the row. */
export type KlineFrame = {
  readonly instrument: SimInstrument;
  readonly places: WirePlaces;
  readonly interval: SimInterval;
  readonly eventTime: EpochMs;
  readonly phase: 'forming' | 'closed';
};

/** A kline event as text. */
export function toKlineFrame(row: SimRow, frame: KlineFrame): string {
  const { places, instrument } = frame;
  return JSON.stringify({
    e: 'kline',
    E: frame.eventTime,
    s: instrument.symbol,
    k: {
      t: row.openTime,
      T: closeTimeOf(row, frame.interval),
      s: instrument.symbol,
      i: frame.interval,
      f: row.firstTradeId,
      L: row.lastTradeId,
      o: toPaddedText(row.open, places.price),
      c: toPaddedText(row.close, places.price),
      h: toPaddedText(row.high, places.price),
      l: toPaddedText(row.low, places.price),
      v: toPaddedText(row.volume, places.quantity),
      n: row.trades,
      x: frame.phase === 'closed',
      q: toPaddedText(row.quoteVolume, places.quote),
      V: toPaddedText(row.takerBaseVolume, places.quantity),
      Q: toPaddedText(row.takerQuoteVolume, places.quote),
      B: '0',
    },
  });
}

/** A mini ticker event as text; futures carry their market kind and pair since the two futures markets were joined. */
export function toMiniTickerFrame(day: DayStatistics, instrument: SimInstrument, eventTime: EpochMs): string {
  const places = wirePlaces(instrument);
  return JSON.stringify({
    e: '24hrMiniTicker',
    E: eventTime,
    s: instrument.symbol,
    c: toPaddedText(day.close, places.price),
    o: toPaddedText(day.open, places.price),
    h: toPaddedText(day.high, places.price),
    l: toPaddedText(day.low, places.price),
    v: toPaddedText(day.volume, places.quantity),
    q: toPaddedText(day.quoteVolume, places.quote),
    ...(instrument.market === 'futures' ? { st: 1, ps: instrument.symbol } : {}),
  });
}

/**
 * The 24hr statistics of `GET ticker/24hr`; the best bid and ask are one tick around the last price, and the previous
 * close is the window's open.
 */
export function toDayTicker(
  day: DayStatistics,
  instrument: SimInstrument,
  now: EpochMs,
): Readonly<Record<string, unknown>> {
  const places = wirePlaces(instrument);
  const price = (value: Decimal): string => toPaddedText(value, places.price);
  const mean = day.volume === 0n ? day.close : divide(day.quoteVolume, day.volume);
  const tick = instrument.priceTick;
  const lastQuantity = meanTradeQuantity(day.lastMinute, instrument);
  const book = {
    prevClosePrice: price(day.open),
    bidPrice: price(subtract(day.close, tick)),
    bidQty: toPaddedText(lastQuantity, places.quantity),
    askPrice: price(add(day.close, tick)),
    askQty: toPaddedText(lastQuantity, places.quantity),
  };
  return {
    symbol: instrument.symbol,
    priceChange: price(subtract(day.close, day.open)),
    priceChangePercent: (((toFloat(day.close) - toFloat(day.open)) / toFloat(day.open)) * 100).toFixed(3),
    weightedAvgPrice: price(truncateToStep(mean, tick)),
    lastPrice: price(day.close),
    lastQty: toPaddedText(lastQuantity, places.quantity),
    openPrice: price(day.open),
    highPrice: price(day.high),
    lowPrice: price(day.low),
    volume: toPaddedText(day.volume, places.quantity),
    quoteVolume: toPaddedText(day.quoteVolume, places.quote),
    ...(instrument.market === 'spot' ? book : {}),
    openTime: day.openTime,
    closeTime: now,
    firstId: day.firstTradeId,
    lastId: day.lastTradeId,
    count: day.trades,
  };
}

/** Minutes hold no single trades, so the last quantity is the mean of the newest minute, at least one step. */
function meanTradeQuantity(minute: SimRow, instrument: SimInstrument): Decimal {
  if (minute.trades === 0) return instrument.quantityStep;
  const steps = shareOf(minute.volume, 1, minute.trades) / instrument.quantityStep;
  return fromUnits(Math.max(1, Number(steps)), instrument.quantityStep);
}
