/**
 * A market that replays recorded minutes. In: parsed 1m candles of some instruments. Out: the same minutes as the
 * exchange published them, in every column; columns the recording lacks get consistent values. Minutes missing in the
 * recording stay missing, as in a real outage, and after its end nothing is published any more.
 */
import { assert } from '../../core/assert.ts';
import { type Decimal, decimal, multiply, truncateToStep } from '../../core/decimal.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type InstrumentId, parseInstrumentId } from '../../model/instrument.ts';
import { readCandles } from './minute-aggregation.ts';
import { commonUnit, quoteUnitOf, type SimGrid, shareOf, toUnits } from './sim-grid.ts';
import { SIM_MINUTE_MS } from './sim-interval.ts';
import type { SimInstrument, SimMarket, SimPeriod, SimRow } from './sim-market.ts';

/** Recorded minutes of one instrument: closed 1m candles, ascending, each open time once. */
export type ReplayTrack = { readonly instrumentId: InstrumentId; readonly candles: readonly ClosedCandle[] };

/** What to replay, from when on it is live, and the seed of the paths inside the minutes. */
export type ReplayMarketOptions = {
  readonly tracks: readonly ReplayTrack[];
  readonly startTime: EpochMs;
  readonly seed: number;
};

type Recording = { readonly instrument: SimInstrument; readonly rows: readonly SimRow[] };

const MIN_NOTIONAL = decimal('5');
/** Recordings carry no trade ids: they are counted from here. */
const FIRST_TRADE_ID = 1_000_000;
/** Estimated trades of a minute whose recording does not count them. */
const TRADES_ESTIMATE_MAX = 200;

/** A market of the recorded `tracks`; stops on tracks that are empty, unordered or not on whole minutes. */
export function createReplayMarket(options: ReplayMarketOptions): SimMarket {
  const recordings = new Map<InstrumentId, Recording>();
  for (const track of options.tracks) {
    assert(!recordings.has(track.instrumentId), `two tracks of ${track.instrumentId}`);
    recordings.set(track.instrumentId, readTrack(track));
  }
  const minutes = (instrumentId: InstrumentId, period: SimPeriod): readonly SimRow[] => {
    const rows = recordings.get(instrumentId)?.rows ?? [];
    return rows.slice(lowerBound(rows, period.from), lowerBound(rows, period.to));
  };
  return {
    seed: options.seed,
    startTime: options.startTime,
    instruments: [...recordings.values()].map((recording) => recording.instrument),
    status: (instrumentId, at) => {
      const instrument = recordings.get(instrumentId)?.instrument;
      return instrument !== undefined && at >= instrument.listedTime ? 'trading' : 'unlisted';
    },
    minutes,
    candles: (instrumentId, interval, period) =>
      readCandles((stretch) => minutes(instrumentId, stretch), interval, period),
  };
}

function readTrack(track: ReplayTrack): Recording {
  const parts = parseInstrumentId(track.instrumentId);
  assert(parts.ok, `not an instrument id: ${track.instrumentId}`);
  const first = track.candles[0];
  assert(first !== undefined, `no candles of ${track.instrumentId}`);
  const grid: SimGrid = {
    priceTick: commonUnit(pricesOf(track.candles)),
    quantityStep: commonUnit(quantitiesOf(track.candles)),
  };
  const instrument: SimInstrument = {
    instrumentId: track.instrumentId,
    market: parts.value.market,
    symbol: `${parts.value.base}${parts.value.quote}`,
    base: parts.value.base,
    quote: parts.value.quote,
    ...grid,
    minNotional: MIN_NOTIONAL,
    announcedTime: first.openTime,
    listedTime: first.openTime,
    historyFrom: first.openTime,
  };
  return { instrument, rows: readRows(track, grid) };
}

function* pricesOf(candles: readonly ClosedCandle[]): Iterable<Decimal> {
  for (const candle of candles) yield* [candle.open, candle.high, candle.low, candle.close];
}

function* quantitiesOf(candles: readonly ClosedCandle[]): Iterable<Decimal> {
  for (const candle of candles) {
    yield candle.volume;
    if (candle.takerBaseVolume !== null) yield candle.takerBaseVolume;
  }
}

function readRows(track: ReplayTrack, grid: SimGrid): readonly SimRow[] {
  const rows: SimRow[] = [];
  let nextTradeId = FIRST_TRADE_ID;
  let earliest = 0;
  for (const candle of track.candles) {
    assert(candle.openTime >= earliest, `${track.instrumentId} is out of order at ${candle.openTime}`);
    assert(candle.openTime % SIM_MINUTE_MS === 0, `${track.instrumentId} is not on a whole minute: ${candle.openTime}`);
    const row = readRow(candle, grid, nextTradeId);
    rows.push(row);
    nextTradeId += row.trades;
    earliest = addMs(candle.openTime, SIM_MINUTE_MS);
  }
  return rows;
}

function readRow(candle: ClosedCandle, grid: SimGrid, tradeId: number): SimRow {
  const trades = candle.trades ?? estimateTrades(candle, grid);
  const quoteVolume = candle.quoteVolume ?? multiply(candle.close, candle.volume);
  return {
    openTime: candle.openTime,
    open: candle.open,
    high: candle.high,
    low: candle.low,
    close: candle.close,
    volume: candle.volume,
    quoteVolume,
    trades,
    takerBaseVolume: candle.takerBaseVolume ?? truncateToStep(shareOf(candle.volume, 1, 2), grid.quantityStep),
    takerQuoteVolume: candle.takerQuoteVolume ?? truncateToStep(shareOf(quoteVolume, 1, 2), quoteUnitOf(grid)),
    firstTradeId: trades === 0 ? -1 : tradeId,
    lastTradeId: trades === 0 ? -1 : tradeId + trades - 1,
  };
}

/** At least as many trades as the minute has distinct turning points, growing slowly with its volume. */
function estimateTrades(candle: ClosedCandle, grid: SimGrid): number {
  if (candle.volume === 0n) return 0;
  const corners = new Set<Decimal>([candle.open, candle.high, candle.low, candle.close]).size;
  const byVolume = Math.floor(Math.sqrt(toUnits(candle.volume, grid.quantityStep)));
  return Math.max(corners, Math.min(TRADES_ESTIMATE_MAX, byVolume));
}

/** Index of the first row at or after `time`. */
function lowerBound(rows: readonly SimRow[], time: EpochMs): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] as SimRow).openTime < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
