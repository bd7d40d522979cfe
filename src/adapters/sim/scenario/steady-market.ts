/**
 * Coins that trade the same every minute, for scripts whose volumes and prices must be exact. In: the coins. Out: a
 * market in which each minute has the same volume and number of trades, and a price that strays from a constant one by a
 * seeded noise; a noise of zero gives minutes of one price.
 */
import { type Decimal, decimal, multiply, toDecimalText, truncateToStep } from '../../../core/decimal.ts';
import { createRng } from '../../../core/rng.ts';
import { type EpochMs, epochMs } from '../../../core/time.ts';
import { type InstrumentId, instrumentId, type MarketType } from '../../../model/instrument.ts';
import { readCandles } from '../minute-aggregation.ts';
import { fromUnits, highest, lowest, quoteUnitOf, shareOf } from '../sim-grid.ts';
import { SIM_MINUTE_MS } from '../sim-interval.ts';
import type { SimInstrument, SimMarket, SimPeriod, SimRow } from '../sim-market.ts';

/** One coin against its quote. */
export type SteadyCoin = {
  readonly base: string;
  readonly quote: string;
  readonly price: Decimal;
  /** Base volume of every minute. */
  readonly minuteVolume: Decimal;
  /** At least 4, so that a minute can reach above and below where it began and ended. */
  readonly minuteTrades: number;
  /** Furthest that a close strays from the price: 0.0005 is 0.05 %. */
  readonly noiseRatio: number;
  readonly priceTick: Decimal;
  readonly quantityStep: Decimal;
  /** When it is listed; `null` where it always was. A coin is announced half an hour before. */
  readonly listedTime: EpochMs | null;
};

/** What to make. */
export type SteadyMarketOptions = {
  readonly seed: number;
  readonly startTime: EpochMs;
  readonly historyMs: number;
  readonly markets: readonly MarketType[];
  readonly coins: readonly SteadyCoin[];
};

const ANNOUNCEMENT_MS = 30 * SIM_MINUTE_MS;
const MIN_NOTIONAL = decimal('5');
/** Millionths: how finely noise is drawn. */
const NOISE_PARTS = 1_000_000;

type Source = { readonly coin: SteadyCoin; readonly instrument: SimInstrument; readonly seed: number };

/** A market of steady coins. */
export function createSteadyMarket(options: SteadyMarketOptions): SimMarket {
  const sources = new Map<InstrumentId, Source>();
  for (const coin of options.coins) {
    for (const market of options.markets) {
      const instrument = toInstrument(coin, market, options);
      sources.set(instrument.instrumentId, { coin, instrument, seed: options.seed });
    }
  }
  const minutes = (id: InstrumentId, period: SimPeriod): readonly SimRow[] => {
    const source = sources.get(id);
    return source === undefined ? [] : readMinutes(source, period);
  };
  return {
    seed: options.seed,
    startTime: options.startTime,
    instruments: [...sources.values()].map((source) => source.instrument),
    status: (id, at) => {
      const instrument = sources.get(id)?.instrument;
      if (instrument === undefined || at < instrument.announcedTime) return 'unlisted';
      return at < instrument.listedTime ? 'halted' : 'trading';
    },
    minutes,
    candles: (id, interval, period) => readCandles((stretch) => minutes(id, stretch), interval, period),
  };
}

function toInstrument(coin: SteadyCoin, market: MarketType, options: SteadyMarketOptions): SimInstrument {
  const { base, quote, priceTick, quantityStep } = coin;
  const first = wholeMinute(options.startTime - options.historyMs);
  const listedTime = wholeMinute(coin.listedTime ?? first);
  return {
    instrumentId: instrumentId({ venue: 'binance', market, base, quote }),
    market,
    symbol: `${base}${quote}`,
    base,
    quote,
    priceTick,
    quantityStep,
    minNotional: MIN_NOTIONAL,
    announcedTime: epochMs(Math.max(0, listedTime - ANNOUNCEMENT_MS)),
    listedTime,
    historyFrom: epochMs(Math.max(first, listedTime)),
  };
}

function wholeMinute(time: number): EpochMs {
  return epochMs(Math.max(0, time - (time % SIM_MINUTE_MS)));
}

function readMinutes(source: Source, period: SimPeriod): readonly SimRow[] {
  const rows: SimRow[] = [];
  const from = Math.max(period.from, source.instrument.historyFrom);
  const first = Math.ceil(from / SIM_MINUTE_MS);
  let open = closeOf(source, first - 1);
  for (let minute = first; minute * SIM_MINUTE_MS < period.to; minute++) {
    const close = closeOf(source, minute);
    rows.push(toRow(source, { minute, open, close }));
    open = close;
  }
  return rows;
}

/** The price at the end of a minute since the epoch. */
function closeOf({ coin, instrument, seed }: Source, minute: number): Decimal {
  if (coin.noiseRatio === 0) return coin.price;
  const rng = createRng(seed, `${instrument.symbol}:${minute}:steady`);
  const parts = Math.round((2 * rng.next() - 1) * coin.noiseRatio * NOISE_PARTS);
  return truncateToStep(shareOf(coin.price, NOISE_PARTS + parts, NOISE_PARTS), coin.priceTick);
}

function toRow(
  { coin, instrument }: Source,
  at: { readonly minute: number; readonly open: Decimal; readonly close: Decimal },
): SimRow {
  const { open, close, minute } = at;
  const wick = coin.noiseRatio === 0 ? 0 : 1;
  const high = (highest(open, close) + fromUnits(wick, coin.priceTick)) as Decimal;
  const low = (lowest(open, close) - fromUnits(wick, coin.priceTick)) as Decimal;
  const volume = coin.minuteVolume;
  const quoteUnit = quoteUnitOf(instrument);
  const quoteVolume = truncateToStep(shareOf(multiply((open + close) as Decimal, volume), 1, 2), quoteUnit);
  const firstTradeId = minute * coin.minuteTrades;
  return {
    openTime: epochMs(minute * SIM_MINUTE_MS),
    open,
    high,
    low,
    close,
    volume,
    quoteVolume,
    trades: coin.minuteTrades,
    takerBaseVolume: truncateToStep(shareOf(volume, 1, 2), coin.quantityStep),
    takerQuoteVolume: truncateToStep(shareOf(quoteVolume, 1, 2), quoteUnit),
    firstTradeId,
    lastTradeId: firstTradeId + coin.minuteTrades - 1,
  };
}

/** A coin with sensible grid and activity around `price` and a quote volume a minute. */
export function steadyCoin(plan: {
  readonly base: string;
  readonly quote: string;
  readonly price: Decimal;
  readonly minuteQuoteVolume: number;
  readonly noiseRatio: number;
  readonly listedTime: EpochMs | null;
}): SteadyCoin {
  const { minuteQuoteVolume, ...named } = plan;
  const price = Number(toDecimalText(plan.price));
  // Five significant digits of price, and a step worth about a cent to a dime.
  const priceTick = powerOfTenth(Math.min(8, Math.max(2, 4 - Math.floor(Math.log10(price)))));
  const quantityStep = powerOfTenth(Math.min(5, Math.max(0, 1 + Math.ceil(Math.log10(price)))));
  const steps = Math.max(MINUTE_TRADES, Math.round(minuteQuoteVolume / price / Number(toDecimalText(quantityStep))));
  const minuteVolume = fromUnits(steps, quantityStep);
  return { ...named, minuteVolume, minuteTrades: MINUTE_TRADES, priceTick, quantityStep };
}

const MINUTE_TRADES = 60;

function powerOfTenth(decimals: number): Decimal {
  return decimal(decimals === 0 ? '1' : `0.${'0'.repeat(decimals - 1)}1`);
}
