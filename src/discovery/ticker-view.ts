/**
 * Reading the windows from outside: a copy of what is known of an instrument at a moment. What is not known is `null`;
 * nothing given out changes afterwards (problem R7-1).
 */
import type { EpochMs } from '../core/time.ts';
import type { InstrumentId } from '../model/instrument.ts';
import { priceChange } from './price-rings.ts';
import { figureAt, findSlot, type TickerStream, volumesOf } from './ticker-stream.ts';
import { baselineMean, hourVolume, newestBar, readBar, volumeRatioAt } from './volume-rings.ts';

/** Minutes that changes are told over. */
const MINUTES = { '1m': 1, '5m': 5, '15m': 15, '1h': 60 } as const;

/** What is known of an instrument; changes are fractions, volumes quote units. */
export type TickerView = {
  readonly instrumentId: InstrumentId;
  readonly price: number | null;
  readonly change1m: number | null;
  readonly change5m: number | null;
  readonly change15m: number | null;
  readonly change1h: number | null;
  readonly change24h: number | null;
  readonly high24h: number | null;
  readonly low24h: number | null;
  readonly quoteVolume24h: number | null;
  /** Volume of the last minute over the mean of the minutes before it. */
  readonly volumeRatio: number | null;
  readonly baselineVolume: number | null;
  /** Quote units of the last hour's minutes as far as they are known; `null` during warm-up. */
  readonly quoteVolume1h: number | null;
  /** Part of the newest minute's volume that takers bought. */
  readonly takerBuyShare: number | null;
  /** The same ratio from the rolling 24 hours, as a cross-check only. */
  readonly tickerVolumeRatio: number | null;
  /** When the newest ticker arrived. */
  readonly tickerTime: EpochMs | null;
};

/** What is known of `instrumentId` at `now`; `null` when it is not watched. */
export function readTicker(stream: TickerStream, instrumentId: InstrumentId, now: EpochMs): TickerView | null {
  const slot = findSlot(stream, instrumentId);
  return slot === undefined ? null : viewSlot(stream, slot, now);
}

/** A stream that was silent for longer tells nothing about now. */
const LIVE_MS = 15_000;

/** The price of now: that of the newest ticker while the stream lives; `null` also after a gap it was silent over. */
export function readPrice(stream: TickerStream, instrumentId: InstrumentId, now: EpochMs): number | null {
  const slot = findSlot(stream, instrumentId);
  const { frameTime, gapStep, prices } = stream;
  if (slot === undefined || frameTime === null || now - frameTime > LIVE_MS) return null;
  const isBehindGap = gapStep > (prices.newest[slot] as number);
  return isBehindGap ? null : known(prices.last[slot] as number);
}

/** All watched instruments at `now`, by name. */
export function readTickers(stream: TickerStream, now: EpochMs): readonly TickerView[] {
  return Object.keys(stream.slotOf)
    .sort()
    .map((instrumentId) => viewSlot(stream, stream.slotOf[instrumentId] as number, now));
}

function viewSlot(stream: TickerStream, slot: number, now: EpochMs): TickerView {
  const figure = (name: Parameters<typeof figureAt>[2]): number | null => known(figureAt(stream, slot, name));
  const change = (minutes: number): number | null => known(changeAt(stream, slot, { now, backMs: minutes * 60_000 }));
  const volumes = volumesOf(stream);
  const newest = newestBar(volumes, slot);
  const volume = readBar(volumes, slot, { index: newest, column: 'volume' });
  const taker = readBar(volumes, slot, { index: newest, column: 'taker' });
  return {
    instrumentId: stream.instruments[slot] as InstrumentId,
    price: known(stream.prices.last[slot] as number),
    change1m: change(MINUTES['1m']),
    change5m: change(MINUTES['5m']),
    change15m: change(MINUTES['15m']),
    change1h: change(MINUTES['1h']),
    change24h: known(change24hAt(stream, slot)),
    high24h: figure('high24h'),
    low24h: figure('low24h'),
    quoteVolume24h: figure('quoteVolume24h'),
    volumeRatio: known(volumeRatioAt(volumes, slot, now)),
    baselineVolume: known(baselineMean(volumes, slot)),
    quoteVolume1h: known(hourVolume(volumes, slot)),
    takerBuyShare: volume > 0 ? known(taker / volume) : null,
    tickerVolumeRatio: known(volumeRatioAt(stream.tickerVolumes, slot, now)),
    tickerTime: figure('tickerTime') as EpochMs | null,
  };
}

/** Gain of a slot's instrument since `backMs` before `now`; NaN where unknown. */
export function changeAt(
  stream: TickerStream,
  slot: number,
  { now, backMs }: { readonly now: number; readonly backMs: number },
): number {
  return priceChange(stream.prices, slot, { now, backMs, gapStep: stream.gapStep });
}

/** Gain over the rolling 24 hours; NaN where unknown. */
export function change24hAt(stream: TickerStream, slot: number): number {
  const open = figureAt(stream, slot, 'open24h');
  const price = stream.prices.last[slot] as number;
  return open > 0 ? (price - open) / open : Number.NaN;
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
