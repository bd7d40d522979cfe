/**
 * A market of recorded bars of many instruments in little memory. In: bars of one minute or five, in the order of time,
 * packed as plain numbers. Out: minutes. A bar of five minutes is divided: its first minute opens where it opened, its last
 * one closes where it closed, high and low fall into minutes drawn from the seed, and volumes are spread evenly. Prices of
 * at most 15 digits come back exactly.
 */
import { assert } from '../../core/assert.ts';
import { type Decimal, decimal, decimalFromFloat, toFloat, truncateToStep, ZERO } from '../../core/decimal.ts';
import { createRng } from '../../core/rng.ts';
import { type EpochMs, epochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type InstrumentId, parseInstrumentId } from '../../model/instrument.ts';
import { readCandles } from './minute-aggregation.ts';
import { commonUnit, highest, lowest, type SimGrid, shareOf } from './sim-grid.ts';
import { SIM_MINUTE_MS } from './sim-interval.ts';
import type { SimInstrument, SimMarket, SimPeriod, SimRow } from './sim-market.ts';

const COLUMNS = ['open', 'high', 'low', 'close', 'volume', 'quote', 'takerBase', 'takerQuote', 'trades'] as const;
const WIDTH = COLUMNS.length + 2;
/** Open time, then the columns, then the trades of all bars before. */
const OPEN_TIME = 0;
const TRADES_BEFORE = WIDTH - 1;
/** A minute in which something was traded can reach above and below where it began and ended. */
const MINUTE_TRADES_MIN = 4;
/** Trades of a bar whose recording does not count them. */
const TRADES_ESTIMATE = 20;
const MIN_NOTIONAL = decimal('5');
const ROWS_MIN = 1_024;

/** Bars of one instrument while they are read. */
export class BarPacker {
  readonly instrumentId: InstrumentId;
  readonly #minutes: number;
  #rows = new Float64Array(ROWS_MIN * WIDTH);
  #count = 0;
  #trades = 0;
  #grid: SimGrid = { priceTick: decimal('1'), quantityStep: decimal('1') };

  /** `minutes` of a bar: 1 or 5. */
  constructor(instrumentId: InstrumentId, minutes: number) {
    this.instrumentId = instrumentId;
    this.#minutes = minutes;
  }

  get count(): number {
    return this.#count;
  }

  /** Takes the next bar; one that is not later than those before is left out. */
  take(candle: ClosedCandle): 'taken' | 'repeated' {
    if (this.#count > 0 && candle.openTime <= this.openTime(this.#count - 1)) return 'repeated';
    if ((this.#count + 1) * WIDTH > this.#rows.length) this.#grow();
    this.#learnGrid(candle);
    const { volume, quoteVolume, takerBaseVolume, takerQuoteVolume } = candle;
    const quote = quoteVolume === null ? toFloat(volume) * toFloat(candle.close) : toFloat(quoteVolume);
    const traded = volume === 0n ? 0 : Math.max(1, candle.trades ?? TRADES_ESTIMATE);
    this.#rows.set(
      [
        candle.openTime,
        ...[candle.open, candle.high, candle.low, candle.close, volume].map(toFloat),
        quote,
        takerBaseVolume === null ? toFloat(volume) / 2 : toFloat(takerBaseVolume),
        takerQuoteVolume === null ? quote / 2 : toFloat(takerQuoteVolume),
        traded,
        this.#trades,
      ],
      this.#count * WIDTH,
    );
    this.#count++;
    this.#trades += minuteTrades(traded, this.#minutes) * this.#minutes;
    return 'taken';
  }

  openTime(index: number): number {
    return this.#rows[index * WIDTH + OPEN_TIME] as number;
  }

  /** The bars as they are read from; the packer takes no more. */
  finish(): PackedTrack {
    const { instrumentId } = this;
    return { instrumentId, grid: this.#grid, minutes: this.#minutes, rows: this.#rows.slice(0, this.#count * WIDTH) };
  }

  #grow(): void {
    const grown = new Float64Array(this.#rows.length * 2);
    grown.set(this.#rows);
    this.#rows = grown;
  }

  #learnGrid({ open, high, low, close, volume }: ClosedCandle): void {
    const { priceTick, quantityStep } = this.#grid;
    this.#grid = {
      priceTick: commonUnit([priceTick, open, high, low, close]),
      quantityStep: commonUnit([quantityStep, volume]),
    };
  }
}

/** Bars of one instrument, packed; at least one. */
export type PackedTrack = {
  readonly instrumentId: InstrumentId;
  readonly grid: SimGrid;
  /** Minutes of a bar. */
  readonly minutes: number;
  readonly rows: Float64Array;
};

/** What to make a market of. */
export type PackedMarketOptions = {
  readonly tracks: readonly PackedTrack[];
  readonly startTime: EpochMs;
  readonly seed: number;
  /** Since when an instrument is traded, by its first bar. */
  readonly listedTimeOf: (firstOpen: EpochMs) => EpochMs;
};

type Source = { readonly track: PackedTrack; readonly instrument: SimInstrument; readonly seed: number };

/** A market of packed bars; stops on an empty track. */
export function createPackedMarket(options: PackedMarketOptions): SimMarket {
  const { seed, startTime, listedTimeOf } = options;
  const sources = new Map<InstrumentId, Source>();
  for (const track of options.tracks) {
    sources.set(track.instrumentId, { track, seed, instrument: toInstrument(track, listedTimeOf) });
  }
  const minutes = (id: InstrumentId, period: SimPeriod): readonly SimRow[] => {
    const source = sources.get(id);
    return source === undefined ? [] : readMinutes(source, period);
  };
  return {
    seed,
    startTime,
    instruments: [...sources.values()].map(({ instrument }) => instrument),
    status: (id, at) => {
      const instrument = sources.get(id)?.instrument;
      return instrument !== undefined && at >= instrument.historyFrom ? 'trading' : 'unlisted';
    },
    minutes,
    candles: (id, interval, period) => readCandles((stretch) => minutes(id, stretch), interval, period),
  };
}

function toInstrument(track: PackedTrack, listedTimeOf: (firstOpen: EpochMs) => EpochMs): SimInstrument {
  const parts = parseInstrumentId(track.instrumentId);
  assert(parts.ok && track.rows.length > 0, `no bars of ${track.instrumentId}`);
  const { market, base, quote } = parts.value;
  const firstOpen = epochMs(track.rows[OPEN_TIME] as number);
  return {
    instrumentId: track.instrumentId,
    market,
    symbol: `${base}${quote}`,
    base,
    quote,
    ...track.grid,
    minNotional: MIN_NOTIONAL,
    announcedTime: firstOpen,
    listedTime: listedTimeOf(firstOpen),
    historyFrom: firstOpen,
  };
}

function readMinutes({ track, instrument, seed }: Source, period: SimPeriod): readonly SimRow[] {
  const barMs = track.minutes * SIM_MINUTE_MS;
  const read: SimRow[] = [];
  for (let index = firstEnding(track, period.from, barMs); index * WIDTH < track.rows.length; index++) {
    const openTime = track.rows[index * WIDTH + OPEN_TIME] as number;
    if (openTime >= period.to) break;
    for (const row of divideBar(toBar(track, index), { track, instrument, seed })) {
      if (row.openTime >= period.from && row.openTime < period.to) read.push(row);
    }
  }
  return read;
}

/** Index of the first bar that ends after `time`. */
function firstEnding({ rows }: PackedTrack, time: number, barMs: number): number {
  let [low, high] = [0, rows.length / WIDTH];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle * WIDTH + OPEN_TIME] as number) + barMs <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function toBar({ rows, minutes }: PackedTrack, index: number): SimRow {
  const at = (column: number): number => rows[index * WIDTH + column] as number;
  const exact = (column: number): Decimal => decimalFromFloat(at(column)) ?? ZERO;
  const trades = minuteTrades(at(9), minutes) * minutes;
  const before = at(TRADES_BEFORE);
  return {
    openTime: epochMs(at(OPEN_TIME)),
    open: exact(1),
    high: exact(2),
    low: exact(3),
    close: exact(4),
    volume: exact(5),
    quoteVolume: exact(6),
    trades,
    takerBaseVolume: exact(7),
    takerQuoteVolume: exact(8),
    firstTradeId: trades === 0 ? -1 : before,
    lastTradeId: trades === 0 ? -1 : before + trades - 1,
  };
}

function minuteTrades(traded: number, minutes: number): number {
  return traded === 0 ? 0 : Math.max(MINUTE_TRADES_MIN, Math.ceil(traded / minutes));
}

function divideBar(bar: SimRow, { track, instrument, seed }: Source): readonly SimRow[] {
  const { minutes } = track;
  if (minutes === 1) return [bar];
  const rng = createRng(seed, `${instrument.instrumentId}:${bar.openTime}:divided`);
  const [highAt, lowAt] = [rng.integer(minutes), rng.integer(minutes)];
  const rows: SimRow[] = [];
  let open = bar.open;
  for (let minute = 0; minute < minutes; minute++) {
    const close = minute === minutes - 1 ? bar.close : between(bar, (minute + 1) / minutes, instrument);
    rows.push({
      ...partOf(bar, { minute, minutes, grid: instrument }),
      open,
      high: minute === highAt ? bar.high : highest(open, close),
      low: minute === lowAt ? bar.low : lowest(open, close),
      close,
    });
    open = close;
  }
  return rows;
}

/** On the straight line from where the bar opened to where it closed, on the grid and within the bar. */
function between({ open, close, high, low }: SimRow, part: number, { priceTick }: SimGrid): Decimal {
  const parts = 1_000;
  const price = (open + shareOf((close - open) as Decimal, Math.round(part * parts), parts)) as Decimal;
  return highest(low, lowest(high, truncateToStep(price, priceTick)));
}

/** The share of volumes and trades; the last minute has what division leaves. */
function partOf(
  bar: SimRow,
  { minute, minutes, grid }: { readonly minute: number; readonly minutes: number; readonly grid: SimGrid },
): Omit<SimRow, 'open' | 'high' | 'low' | 'close'> {
  const share = (value: Decimal, step: Decimal): Decimal => {
    const each = truncateToStep(shareOf(value, 1, minutes), step);
    return minute < minutes - 1 ? each : ((value - each * BigInt(minutes - 1)) as Decimal);
  };
  const trades = bar.trades / minutes;
  const firstTradeId = trades === 0 ? -1 : bar.firstTradeId + minute * trades;
  return {
    openTime: epochMs(bar.openTime + minute * SIM_MINUTE_MS),
    volume: share(bar.volume, grid.quantityStep),
    quoteVolume: share(bar.quoteVolume, QUOTE_UNIT),
    trades,
    takerBaseVolume: share(bar.takerBaseVolume, grid.quantityStep),
    takerQuoteVolume: share(bar.takerQuoteVolume, QUOTE_UNIT),
    firstTradeId,
    lastTradeId: trades === 0 ? -1 : firstTradeId + trades - 1,
  };
}

const QUOTE_UNIT = decimal('0.00000001');
