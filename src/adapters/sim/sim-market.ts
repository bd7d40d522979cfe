/**
 * What the simulated exchange knows of its market, behind one small interface: which instruments exist and every
 * published minute of each, as a pure function of the market's own options. The exchange decides what is visible yet;
 * a market answers for any time, also the future, and always the same.
 */
import type { Decimal } from '../../core/decimal.ts';
import type { EpochMs } from '../../core/time.ts';
import type { InstrumentId, MarketType } from '../../model/instrument.ts';
import type { SimGrid } from './sim-grid.ts';
import type { SimInterval } from './sim-interval.ts';

/** One candle as the exchange publishes it; trade ids are -1 when nothing was traded. */
export type SimRow = {
  readonly openTime: EpochMs;
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
  /** Base-asset volume. */
  readonly volume: Decimal;
  readonly quoteVolume: Decimal;
  readonly trades: number;
  readonly takerBaseVolume: Decimal;
  readonly takerQuoteVolume: Decimal;
  readonly firstTradeId: number;
  readonly lastTradeId: number;
};

/** One tradable thing of the simulated exchange. */
export type SimInstrument = SimGrid & {
  readonly instrumentId: InstrumentId;
  readonly market: MarketType;
  /** The exchange's spelling, `BTCUSDT`. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly minNotional: Decimal;
  /** From when exchangeInfo shows it. */
  readonly announcedTime: EpochMs;
  /** From when it trades. */
  readonly listedTime: EpochMs;
  /** Open time of the first minute that exists; a multiple of a minute. */
  readonly historyFrom: EpochMs;
};

/** Whether an instrument can be traded at some time: `unlisted` before its announcement, `halted` until it trades. */
export type SimStatus = 'unlisted' | 'halted' | 'trading';

/** A stretch of open times, `from` <= t < `to`. */
export type SimPeriod = { readonly from: EpochMs; readonly to: EpochMs };

/**
 * - The instruments never change; whether one is listed does, with time.
 * - `minutes` answers the published minutes ascending; a minute the exchange missed is absent, one without trades is
 *   there with volume 0 and the previous close. Unknown instruments have none.
 * - `candles` answers complete candles whose open time lies in the period, aggregated from trades only.
 */
export type SimMarket = {
  /** Seed of everything random, also of the paths inside the minutes. */
  readonly seed: number;
  /** Market time at which live begins; everything before it is history. */
  readonly startTime: EpochMs;
  readonly instruments: readonly SimInstrument[];
  readonly status: (instrumentId: InstrumentId, at: EpochMs) => SimStatus;
  readonly minutes: (instrumentId: InstrumentId, period: SimPeriod) => readonly SimRow[];
  readonly candles: (instrumentId: InstrumentId, interval: SimInterval, period: SimPeriod) => readonly SimRow[];
};
