/**
 * The market as it is visible now: a market that knows everything, seen through a clock. In: market and clock. Out:
 * closed candles up to the present, the forming one, and the last price. A forming candle is never ahead of the clock.
 */
import { type Decimal, ZERO } from '../../core/decimal.ts';
import { type EpochMs, epochMs } from '../../core/time.ts';
import type { InstrumentId, MarketType } from '../../model/instrument.ts';
import type { Clock } from '../../ports/clock.ts';
import { addMinute } from './minute-aggregation.ts';
import { formingAt, type MinutePath, unfoldMinute } from './minute-path.ts';
import { bucketAfter, bucketCeil, bucketOpenOf, SIM_MINUTE_MS, type SimInterval } from './sim-interval.ts';
import type { SimInstrument, SimMarket, SimPeriod, SimRow } from './sim-market.ts';

/** What a request for candles asks; `startTime` alone counts from the oldest, otherwise the newest are meant. */
export type SimKlineQuery = {
  readonly interval: SimInterval;
  readonly startTime: EpochMs | null;
  /** Inclusive, compared with open times. */
  readonly endTime: EpochMs | null;
  readonly limit: number;
};

/** Fewest buckets read at once, so that holes in a recording do not cost a read per bucket. */
const READ_MIN = 120;

/** The visible part of a market. */
export class SimView {
  readonly market: SimMarket;
  readonly #clock: Clock;
  /** Unfolded current minute per instrument; one entry each, so bounded by the number of instruments. */
  readonly #paths = new Map<InstrumentId, MinutePath>();
  readonly #bySymbol = new Map<string, SimInstrument>();

  constructor(market: SimMarket, clock: Clock) {
    this.market = market;
    this.#clock = clock;
    for (const instrument of market.instruments) {
      this.#bySymbol.set(`${instrument.market}:${instrument.symbol}`, instrument);
    }
  }

  /** Market time: the clock's, but never before live begins. */
  now(): EpochMs {
    return epochMs(Math.max(this.#clock.now(), this.market.startTime));
  }

  /** The instruments of `market` that are listed now. */
  listed(market: MarketType): readonly SimInstrument[] {
    const now = this.now();
    return this.market.instruments.filter(
      (one) => one.market === market && this.market.status(one.instrumentId, now) !== 'unlisted',
    );
  }

  /** The listed instrument spelled `symbol`, or `null`. */
  find(market: MarketType, symbol: string): SimInstrument | null {
    const found = this.#bySymbol.get(`${market}:${symbol}`);
    if (found === undefined) return null;
    return this.market.status(found.instrumentId, this.now()) === 'unlisted' ? null : found;
  }

  /** The instrument spelled `symbol` whether it is listed yet or not: streams may be asked for in advance. */
  findEver(market: MarketType, symbol: string): SimInstrument | null {
    return this.#bySymbol.get(`${market}:${symbol}`) ?? null;
  }

  /** The published minute that opens at `openTime`, or `null` when there is none. */
  minute(instrument: SimInstrument, openTime: EpochMs): SimRow | null {
    const period = { from: openTime, to: epochMs(openTime + SIM_MINUTE_MS) };
    return this.market.minutes(instrument.instrumentId, period)[0] ?? null;
  }

  /** The current minute as traded so far, or `null` while nothing was traded in it. */
  forming(instrument: SimInstrument, now: EpochMs): SimRow | null {
    const path = this.#currentPath(instrument, now);
    return path === null ? null : formingAt(path, now);
  }

  #currentPath(instrument: SimInstrument, now: EpochMs): MinutePath | null {
    const openTime = bucketOpenOf('1m', now);
    const known = this.#paths.get(instrument.instrumentId);
    if (known !== undefined && known.row.openTime === openTime) return known;
    const row = this.minute(instrument, openTime);
    if (row === null) return null;
    const path = unfoldMinute(row, instrument, { seed: this.market.seed, stream: instrument.instrumentId });
    this.#paths.set(instrument.instrumentId, path);
    return path;
  }

  /** The candles a request would be answered with, ascending; the last one may be forming. */
  klines(instrument: SimInstrument, query: SimKlineQuery): readonly SimRow[] {
    const now = this.now();
    // The bucket in which a history begins opens before it, as the first day of a listing does.
    const historyOpen = bucketOpenOf(query.interval, instrument.historyFrom);
    const from = bucketCeil(query.interval, epochMs(Math.max(historyOpen, query.startTime ?? 0)));
    const to = epochMs(Math.min(now, query.endTime ?? now) + 1);
    const stretch = { from, to };
    return query.startTime === null
      ? this.#newest(instrument, query, stretch)
      : this.#oldest(instrument, query, stretch);
  }

  #oldest(instrument: SimInstrument, query: SimKlineQuery, stretch: SimPeriod): readonly SimRow[] {
    const rows: SimRow[] = [];
    let from = stretch.from;
    while (from < stretch.to && rows.length < query.limit) {
      const step = Math.max(READ_MIN, query.limit - rows.length);
      const to = epochMs(Math.min(stretch.to, bucketAfter(query.interval, from, step)));
      rows.push(...this.#read(instrument, query.interval, { from, to }));
      from = to;
    }
    return rows.slice(0, query.limit);
  }

  #newest(instrument: SimInstrument, query: SimKlineQuery, stretch: SimPeriod): readonly SimRow[] {
    const pages: (readonly SimRow[])[] = [];
    let found = 0;
    let to = stretch.to;
    while (to > stretch.from && found < query.limit) {
      const step = Math.max(READ_MIN, query.limit - found);
      const reach = bucketBefore(query.interval, to, step);
      const from = epochMs(Math.max(reach, stretch.from));
      const page = this.#read(instrument, query.interval, { from, to });
      pages.unshift(page);
      found += page.length;
      to = from;
    }
    return pages.flat().slice(-query.limit);
  }

  #read(instrument: SimInstrument, interval: SimInterval, period: SimPeriod): readonly SimRow[] {
    const now = this.now();
    const running = bucketOpenOf(interval, now);
    const closedTo = epochMs(Math.min(period.to, running));
    const closed = this.market.candles(instrument.instrumentId, interval, { from: period.from, to: closedTo });
    if (running < period.from || running >= period.to) return closed;
    const forming = this.formingCandle(instrument, interval, now);
    return forming === null ? closed : [...closed, forming];
  }

  /** The running candle of `interval`, or `null` when none of its minutes was published. */
  formingCandle(instrument: SimInstrument, interval: SimInterval, now: EpochMs): SimRow | null {
    const from = bucketOpenOf(interval, now);
    const to = bucketOpenOf('1m', now);
    let bucket: SimRow | null = null;
    for (const minute of this.market.minutes(instrument.instrumentId, { from, to })) bucket = addMinute(bucket, minute);
    const running = this.forming(instrument, now) ?? this.#untraded(instrument, to);
    const candle = running === null ? bucket : addMinute(bucket, running);
    return candle === null ? null : { ...candle, openTime: from };
  }

  /** The minute that opens at `openTime` before its first trade: flat at the previous close. */
  #untraded(instrument: SimInstrument, openTime: EpochMs): SimRow | null {
    const row = this.minute(instrument, openTime);
    if (row === null || row.trades === 0) return row;
    const previous = this.minute(instrument, epochMs(openTime - SIM_MINUTE_MS));
    return flatRow(row, previous?.close ?? row.open);
  }
}

function flatRow(row: SimRow, price: Decimal): SimRow {
  return {
    openTime: row.openTime,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: ZERO,
    quoteVolume: ZERO,
    trades: 0,
    takerBaseVolume: ZERO,
    takerQuoteVolume: ZERO,
    firstTradeId: -1,
    lastTradeId: -1,
  };
}

/** Edge of the bucket `count` buckets before the one that contains `time`, or the epoch. */
function bucketBefore(interval: SimInterval, time: EpochMs, count: number): EpochMs {
  const open = bucketOpenOf(interval, time);
  // No interval is longer than 31 days, so this test keeps months from running below the epoch too.
  const length = bucketAfter(interval, open, 1) - open;
  return open <= count * length ? epochMs(0) : bucketAfter(interval, open, -count);
}
