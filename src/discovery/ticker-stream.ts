/**
 * TickerStream: tickers of the whole market and exact minutes in, windows over prices and volumes of every instrument
 * out. All windows are columns of numbers that mutate inside the stage; an instrument costs one slot from its first
 * word to its silence, and an update allocates nothing. What is not known reads as NaN here and `null` outside.
 */
import type { EpochMs } from '../core/time.ts';
import { type InstrumentId, parseInstrumentId } from '../model/instrument.ts';
import type { Ticker, TickersReceived, TradedMinute } from '../model/ticker.ts';
import type { TickerConfig } from './discovery-config.ts';
import { clearPrices, createPriceRings, growPrices, type PriceRings, priceStep, recordPrice } from './price-rings.ts';
import {
  BARS_KEPT,
  clearRing,
  createVolumeRings,
  enlarged,
  growRings,
  newestBar,
  readBar,
  recordBar,
  type VolumeRings,
} from './volume-rings.ts';

/** What was not taken, by reason, and what happened to the stream. */
export type TickerCounts = {
  tickers: number;
  minutes: number;
  /** Pauses of the whole stream beyond the limit. */
  gaps: number;
  /** Not of the watched quote asset. */
  foreign: number;
  /** Beyond the bound of instruments. */
  full: number;
  /** Prices or volumes that can not be. */
  invalid: number;
  /** Minutes too old, repeated, or of the future. */
  untimely: number;
  /** Instruments forgotten for silence. */
  stale: number;
  /** Slots that housekeeping found broken and dropped. */
  faults: number;
};

/** The windows; plain data. */
export type TickerStream = {
  readonly config: TickerConfig;
  slotOf: Record<string, number>;
  instruments: (InstrumentId | null)[];
  free: number[];
  /** Figures by slot: see `FIGURE`. */
  figures: Float64Array;
  prices: PriceRings;
  /** From minute candles, and from differences of the rolling 24 hours. */
  candleVolumes: VolumeRings;
  tickerVolumes: VolumeRings;
  /** Slots that the newest frame moved: the first `movedCount` of it, in the order of the frame. */
  moved: Int32Array;
  movedCount: number;
  frameTime: EpochMs | null;
  /** Step in which the newest gap of the stream ended; -1 without one. */
  gapStep: number;
  counts: TickerCounts;
};

/** Columns of `figures`. */
export const FIGURE = { open24h: 0, high24h: 1, low24h: 2, quoteVolume24h: 3, tickerTime: 4, seenTime: 5 } as const;
const FIGURES = 6;
const SLOTS_MIN = 64;

/** No instrument yet. */
export function createTickerStream(config: TickerConfig): TickerStream {
  return {
    config,
    slotOf: {},
    instruments: [],
    free: [],
    figures: new Float64Array(0),
    prices: createPriceRings(),
    candleVolumes: createVolumeRings(config),
    tickerVolumes: createVolumeRings(config),
    moved: new Int32Array(0),
    movedCount: 0,
    frameTime: null,
    gapStep: -1,
    counts: { tickers: 0, minutes: 0, gaps: 0, foreign: 0, full: 0, invalid: 0, untimely: 0, stale: 0, faults: 0 },
  };
}

/** Slot of a watched instrument. */
export function findSlot(stream: TickerStream, instrumentId: InstrumentId): number | undefined {
  // Looked up several thousand times a second: ids hold a slash, and nothing that objects inherit does.
  return stream.slotOf[instrumentId];
}

/** One of an instrument's figures; NaN where unknown. */
export function figureAt(stream: TickerStream, slot: number, figure: keyof typeof FIGURE): number {
  return stream.figures[slot * FIGURES + FIGURE[figure]] as number;
}

/** The rings that the configured source of volumes fills. */
export function volumesOf(stream: TickerStream): VolumeRings {
  return stream.config.volumeSource === 'candles' ? stream.candleVolumes : stream.tickerVolumes;
}

/** Folds a frame of tickers. */
export function foldTickers(stream: TickerStream, { receivedTime, tickers }: TickersReceived): void {
  const { frameTime, config } = stream;
  if (frameTime !== null && receivedTime - frameTime > config.silenceMs) {
    stream.gapStep = priceStep(receivedTime);
    stream.counts.gaps++;
  }
  if (frameTime === null || receivedTime > frameTime) stream.frameTime = receivedTime;
  if (stream.moved.length < tickers.length) stream.moved = new Int32Array(tickers.length);
  stream.movedCount = 0;
  for (const ticker of tickers) foldTicker(stream, ticker, receivedTime);
}

function foldTicker(stream: TickerStream, ticker: Ticker, now: EpochMs): void {
  const { price, open24h, quoteVolume24h } = ticker;
  if (!(price > 0 && open24h > 0 && quoteVolume24h >= 0 && price + open24h + quoteVolume24h < Number.MAX_VALUE)) {
    stream.counts.invalid++;
    return;
  }
  const slot = slotFor(stream, ticker.instrumentId);
  if (slot === undefined) return;
  stream.counts.tickers++;
  estimateVolume(stream, slot, { ticker, now });
  const at = slot * FIGURES;
  stream.figures[at + FIGURE.open24h] = open24h;
  stream.figures[at + FIGURE.high24h] = ticker.high24h;
  stream.figures[at + FIGURE.low24h] = ticker.low24h;
  stream.figures[at + FIGURE.quoteVolume24h] = quoteVolume24h;
  stream.figures[at + FIGURE.tickerTime] = now;
  stream.figures[at + FIGURE.seenTime] = now;
  recordPrice(stream.prices, slot, { step: priceStep(now), gapStep: stream.gapStep, price });
  stream.moved[stream.movedCount] = slot;
  stream.movedCount++;
}

/**
 * Adds what the rolling 24 hours grew by since the last word; a fall is no volume (problem R5-2). After a gap the
 * first word only sets the mark, and the bar it falls into is not known.
 */
function estimateVolume(stream: TickerStream, slot: number, word: { ticker: Ticker; now: EpochMs }): void {
  const { ticker, now } = word;
  const rings = stream.tickerVolumes;
  const seen = figureAt(stream, slot, 'tickerTime');
  const isKnown = !Number.isNaN(seen) && !(stream.gapStep > priceStep(seen));
  const growth = Math.max(0, ticker.quoteVolume24h - figureAt(stream, slot, 'quoteVolume24h'));
  const index = Math.floor(now / rings.barMs);
  const newest = newestBar(rings, slot);
  if (index < newest) return;
  const before = index === newest ? readBar(rings, slot, { index, column: 'volume' }) : 0;
  const volume = isKnown ? before + growth : Number.NaN;
  const bar = { index, state: 'closed', volume, taker: Number.NaN, close: ticker.price } as const;
  recordBar(rings, slot, { bar, skipped: isKnown ? 0 : Number.NaN });
}

/** Folds a minute of one instrument; history in any order is welcome as long as it is kept. */
export function foldMinute(stream: TickerStream, minute: TradedMinute, now: EpochMs): void {
  const rings = stream.candleVolumes;
  const { close, quoteVolume, takerQuoteVolume: taker } = minute;
  const isPossible = close > 0 && quoteVolume >= 0 && close + quoteVolume < Number.MAX_VALUE;
  if (!isPossible || (taker !== null && !(taker >= 0 && taker <= quoteVolume))) {
    stream.counts.invalid++;
    return;
  }
  const index = Math.floor(minute.openTime / rings.barMs);
  const current = Math.floor(now / rings.barMs);
  // A minute beyond the next one would push out what is known.
  if (index > current + 1 || index <= current - BARS_KEPT) {
    stream.counts.untimely++;
    return;
  }
  const slot = slotFor(stream, minute.instrumentId);
  if (slot === undefined) return;
  const bar = { index, state: minute.state, volume: quoteVolume, taker: taker ?? Number.NaN, close } as const;
  const outcome = recordBar(rings, slot, { bar, skipped: Number.NaN });
  if (outcome === 'old') stream.counts.untimely++;
  else stream.counts.minutes++;
  stream.figures[slot * FIGURES + FIGURE.seenTime] = now;
}

function slotFor(stream: TickerStream, instrumentId: InstrumentId): number | undefined {
  return findSlot(stream, instrumentId) ?? openSlot(stream, instrumentId);
}

function openSlot(stream: TickerStream, instrumentId: InstrumentId): number | undefined {
  const parts = parseInstrumentId(instrumentId);
  if (!parts.ok || parts.value.quote !== stream.config.quoteAsset || parts.value.market !== 'spot') {
    stream.counts.foreign++;
    return undefined;
  }
  const slot = stream.free.pop() ?? freshSlot(stream);
  if (slot === undefined) {
    stream.counts.full++;
    return undefined;
  }
  stream.slotOf[instrumentId] = slot;
  stream.instruments[slot] = instrumentId;
  return slot;
}

function freshSlot(stream: TickerStream): number | undefined {
  const slot = stream.instruments.length;
  const { instrumentsMax } = stream.config;
  if (slot >= instrumentsMax) return undefined;
  const capacity = stream.figures.length / FIGURES;
  if (slot === capacity) grow(stream, Math.min(instrumentsMax, Math.max(SLOTS_MIN, capacity * 2)));
  return slot;
}

function grow(stream: TickerStream, slots: number): void {
  stream.figures = enlarged(stream.figures, slots * FIGURES);
  growPrices(stream.prices, slots);
  growRings(stream.candleVolumes, slots);
  growRings(stream.tickerVolumes, slots);
}

/**
 * Forgets instruments that were silent for the configured time (problems R3-5, R8-3). A slot that is not what it should
 * be is dropped and counted, and the others are looked at all the same.
 */
export function dropStale(stream: TickerStream, now: EpochMs): void {
  for (const [instrumentId, slot] of Object.entries(stream.slotOf)) {
    if (stream.instruments[slot] !== instrumentId) {
      stream.counts.faults++;
      delete stream.slotOf[instrumentId];
      continue;
    }
    const seen = figureAt(stream, slot, 'seenTime');
    // Not written as `>`: a time that is none must not keep a slot for ever.
    if (now - seen < stream.config.staleMs) continue;
    stream.counts.stale++;
    closeSlot(stream, slot);
  }
}

function closeSlot(stream: TickerStream, slot: number): void {
  delete stream.slotOf[stream.instruments[slot] as string];
  stream.instruments[slot] = null;
  stream.figures.fill(Number.NaN, slot * FIGURES, (slot + 1) * FIGURES);
  clearPrices(stream.prices, slot);
  clearRing(stream.candleVolumes, slot);
  clearRing(stream.tickerVolumes, slot);
  stream.free.push(slot);
}

/** How many instruments are watched. */
export function watchedCount(stream: TickerStream): number {
  return stream.instruments.length - stream.free.length;
}
