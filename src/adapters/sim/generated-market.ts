/**
 * A market that is made up, coin by coin and day by day, from a seed. In: seed, start time, coins. Out: minutes that
 * are the same for the same seed and start however fast, in what order or how far back they are read: each day of
 * each instrument is a function of its own. A bounded cache keeps the days in use.
 */
import { assert } from '../../core/assert.ts';
import { type Decimal, decimal } from '../../core/decimal.ts';
import { type EpochMs, epochMs } from '../../core/time.ts';
import { type InstrumentId, instrumentId, type MarketType } from '../../model/instrument.ts';
import {
  buildGeneratedDay,
  DAY_MINUTES,
  type GeneratedDay,
  type GeneratedDayInput,
  readGeneratedMinute,
  SIM_DAY_MS,
} from './generated-day.ts';
import { createGeneratedPath } from './generated-path.ts';
import { defaultSymbols, type GeneratedSymbol } from './generated-symbols.ts';
import { readCandles } from './minute-aggregation.ts';
import { SIM_MINUTE_MS } from './sim-interval.ts';
import type { SimInstrument, SimMarket, SimPeriod, SimRow, SimStatus } from './sim-market.ts';

/** What to make up. */
export type GeneratedMarketOptions = {
  readonly seed: number;
  /** Market time at which live begins. */
  readonly startTime: EpochMs;
  /** Depth of the history before `startTime`. */
  readonly historyMs: number;
  /** The coins, or how many of the default cast; by default all 40 of it. */
  readonly symbols?: readonly GeneratedSymbol[] | number;
  readonly markets: readonly MarketType[];
};

/** Days kept at once, 104 kB each; the one unused for longest is dropped and made again when asked for. */
const DAYS_MAX = 1_200;
/** exchangeInfo shows a coin half an hour before it trades. */
const ANNOUNCEMENT_MS = 30 * SIM_MINUTE_MS;
/** A halt shorter than this leaves tradable minutes on every day. */
const HALT_MAX_MS = 12 * 60 * SIM_MINUTE_MS;
const MIN_NOTIONAL = decimal('5');

type Source = Omit<GeneratedDayInput, 'day'>;

/** A generated market; stops on two coins of one name and on halts of 12 hours or more. */
export function createGeneratedMarket(options: GeneratedMarketOptions): SimMarket {
  const sources = createSources(options);
  const days = new Map<string, GeneratedDay>();
  const dayOf = (source: Source, day: number): GeneratedDay => {
    const key = `${source.instrument.instrumentId}:${day}`;
    const made = days.get(key) ?? buildGeneratedDay({ ...source, day });
    days.delete(key);
    days.set(key, made);
    if (days.size > DAYS_MAX) days.delete(days.keys().next().value ?? '');
    return made;
  };
  const minutes = (id: InstrumentId, period: SimPeriod): readonly SimRow[] => {
    const source = sources.get(id);
    return source === undefined ? [] : readMinutes(source.instrument, period, (day) => dayOf(source, day));
  };
  return {
    seed: options.seed,
    startTime: options.startTime,
    instruments: [...sources.values()].map((source) => source.instrument),
    status: (id, at) => statusOf(sources.get(id), at),
    minutes,
    candles: (id, interval, period) => readCandles((stretch) => minutes(id, stretch), interval, period),
  };
}

function createSources(options: GeneratedMarketOptions): ReadonlyMap<InstrumentId, Source> {
  const symbols = typeof options.symbols === 'object' ? options.symbols : defaultSymbols(options.symbols);
  const sources = new Map<InstrumentId, Source>();
  for (const symbol of symbols) {
    for (const halt of symbol.halts ?? []) {
      assert(halt.to > halt.from && halt.to - halt.from < HALT_MAX_MS, `a halt of ${symbol.base} is too long`);
    }
    const path = createGeneratedPath(symbol, options.seed);
    for (const market of options.markets) {
      const instrument = toInstrument(symbol, market, options);
      assert(!sources.has(instrument.instrumentId), `two coins named ${instrument.instrumentId}`);
      sources.set(instrument.instrumentId, { symbol, instrument, path, seed: options.seed });
    }
  }
  return sources;
}

function toInstrument(symbol: GeneratedSymbol, market: MarketType, options: GeneratedMarketOptions): SimInstrument {
  const from = options.startTime - options.historyMs;
  const historyStart = epochMs(Math.max(0, from - (from % SIM_DAY_MS)));
  const listed = symbol.listedTime ?? historyStart;
  const listedTime = epochMs(listed - (listed % SIM_MINUTE_MS));
  return {
    instrumentId: instrumentId({ venue: 'binance', market, base: symbol.base, quote: symbol.quote }),
    market,
    symbol: `${symbol.base}${symbol.quote}`,
    base: symbol.base,
    quote: symbol.quote,
    priceTick: powerOfTenth(symbol.priceDecimals),
    quantityStep: powerOfTenth(symbol.quantityDecimals),
    minNotional: MIN_NOTIONAL,
    announcedTime: epochMs(Math.max(0, listedTime - ANNOUNCEMENT_MS)),
    listedTime,
    historyFrom: epochMs(Math.max(historyStart, listedTime)),
  };
}

function powerOfTenth(decimals: number): Decimal {
  return decimal(decimals === 0 ? '1' : `0.${'0'.repeat(decimals - 1)}1`);
}

function statusOf(source: Source | undefined, at: EpochMs): SimStatus {
  if (source === undefined || at < source.instrument.announcedTime) return 'unlisted';
  if (at < source.instrument.listedTime) return 'halted';
  const halted = (source.symbol.halts ?? []).some((halt) => at >= halt.from && at < halt.to);
  return halted ? 'halted' : 'trading';
}

function readMinutes(
  instrument: SimInstrument,
  period: SimPeriod,
  dayOf: (day: number) => GeneratedDay,
): readonly SimRow[] {
  const rows: SimRow[] = [];
  const from = Math.max(period.from, instrument.historyFrom);
  const last = Math.ceil(period.to / SIM_MINUTE_MS);
  let held: GeneratedDay | null = null;
  for (let minute = Math.ceil(from / SIM_MINUTE_MS); minute < last; minute++) {
    const day = Math.floor(minute / DAY_MINUTES);
    if (held === null || held.day !== day) held = dayOf(day);
    const row = readGeneratedMinute(held, minute - day * DAY_MINUTES, instrument);
    if (row !== null) rows.push(row);
  }
  return rows;
}
