/**
 * A market under a script: any market, moved, halted, delisted and interrupted at given times. In: the market as it
 * would be and the script. Out: a market again, as much a pure function of its options as the one it was made from, so
 * candles, tickers, trades, books and fills agree about everything that was scripted.
 */
import type { Decimal } from '../../../core/decimal.ts';
import { EPOCH_MS_MAX, type EpochMs, epochMs } from '../../../core/time.ts';
import type { InstrumentId } from '../../../model/instrument.ts';
import { readCandles } from '../minute-aggregation.ts';
import { bucketOpenOf, SIM_MINUTE_MS } from '../sim-interval.ts';
import type { SimInstrument, SimMarket, SimPeriod, SimRow, SimStatus } from '../sim-market.ts';
import { covers, type MarketMove, type MarketScript, namesInstrument } from './market-script.ts';
import { PriceCourse } from './price-course.ts';
import { editRow, flatRow, scalePrice } from './scripted-row.ts';
import { TradeNumbering } from './trade-numbering.ts';

/** Edited days kept of all instruments, some 0.7 MB each; the one unused for longest is dropped and made again. */
const DAYS_MAX = 100;
const DAY_MS = 1_440 * SIM_MINUTE_MS;
/** A price that moves has traded at both ends of its minute. */
const MOVING_TRADES_MIN = 2;

/** `base` under `script`. */
export function createScriptedMarket(base: SimMarket, script: MarketScript): SimMarket {
  const scripts = new Map<InstrumentId, InstrumentScript>();
  for (const one of base.instruments) scripts.set(one.instrumentId, new InstrumentScript(one, { base, script }));
  const days = new Map<string, readonly SimRow[]>();
  const dayOf = (id: InstrumentId, day: number): readonly SimRow[] => {
    const key = `${id}:${day}`;
    const period = { from: epochMs(day * DAY_MS), to: epochMs((day + 1) * DAY_MS) };
    const rows = days.get(key) ?? scripts.get(id)?.minutes(period) ?? [];
    days.delete(key);
    days.set(key, rows);
    if (days.size > DAYS_MAX) days.delete(days.keys().next().value ?? '');
    return rows;
  };
  const minutes = (id: InstrumentId, period: SimPeriod): readonly SimRow[] => {
    const own = scripts.get(id);
    if (own === undefined || period.to <= own.touchedFrom) return base.minutes(id, period);
    const rows: SimRow[] = [];
    // Days before the script begins are as they would be: made again and again they would drive the others out.
    if (period.from < own.touchedFrom) rows.push(...base.minutes(id, { from: period.from, to: own.touchedFrom }));
    const from = Math.max(period.from, own.historyFrom, own.touchedFrom);
    for (let day = Math.floor(from / DAY_MS); day * DAY_MS < period.to; day++) {
      const made = dayOf(id, day);
      rows.push(...made.slice(firstFrom(made, from), firstFrom(made, period.to)));
    }
    return rows;
  };
  return {
    seed: base.seed,
    startTime: base.startTime,
    instruments: base.instruments,
    status: (id, at) => scripts.get(id)?.statusAt(at) ?? 'unlisted',
    minutes,
    candles: (id, interval, period) => readCandles((stretch) => minutes(id, stretch), interval, period),
  };
}

/** Index of the first row that opens at `time` or later. */
function firstFrom(rows: readonly SimRow[], time: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] as SimRow).openTime < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

type Parts = { readonly base: SimMarket; readonly script: MarketScript };

/** What a script does to one instrument. */
class InstrumentScript {
  readonly #instrument: SimInstrument;
  readonly #base: SimMarket;
  readonly #moves: readonly MarketMove[];
  readonly #halts: readonly SimPeriod[];
  readonly #outages: readonly SimPeriod[];
  /** Infinite where it stays. */
  readonly #goneAt: number;
  /** Start of the day in which the script first concerns the instrument; beyond all time where it never does. */
  readonly touchedFrom: EpochMs;
  readonly #course: PriceCourse;
  readonly #numbering: TradeNumbering;
  /** Prices at which halts froze, by their start; bounded by the script. */
  readonly #frozen = new Map<EpochMs, Decimal | null>();

  constructor(instrument: SimInstrument, { base, script }: Parts) {
    const isMine = ({ symbols }: MarketMove | MarketScript['halts'][number]): boolean =>
      namesInstrument(symbols, instrument);
    this.#instrument = instrument;
    this.#base = base;
    this.#moves = script.moves.filter(isMine);
    this.#halts = script.halts.filter(isMine);
    this.#outages = script.outages;
    const gone = script.delistings.filter(({ symbols }) => namesInstrument(symbols, instrument));
    this.#goneAt = Math.min(Number.POSITIVE_INFINITY, ...gone.map(({ at }) => at));
    const starts = [...this.#moves, ...this.#halts, ...this.#outages].map(({ from }) => from);
    const first = Math.min(EPOCH_MS_MAX, this.#goneAt, ...starts);
    this.touchedFrom = epochMs(Math.max(0, Math.floor(first / DAY_MS) * DAY_MS));
    const plain = (period: SimPeriod): readonly SimRow[] => base.minutes(instrument.instrumentId, period);
    this.#course = new PriceCourse(this.#moves, plain);
    this.#numbering = new TradeNumbering({
      stretches: [...this.#moves.filter(changesTrades), ...[...this.#halts, ...this.#outages].map(withReopening)],
      plain,
      tradesOf: (row) => this.#tradesOf(row),
    });
  }

  get historyFrom(): EpochMs {
    return this.#instrument.historyFrom;
  }

  statusAt(at: EpochMs): SimStatus {
    if (at >= this.#goneAt) return 'unlisted';
    const plain = this.#base.status(this.#instrument.instrumentId, at);
    return plain === 'trading' && this.#halts.some((halt) => covers(halt, at)) ? 'halted' : plain;
  }

  minutes(period: SimPeriod): readonly SimRow[] {
    const to = epochMs(Math.max(period.from, Math.min(period.to, this.#goneAt)));
    const rows: SimRow[] = [];
    for (const row of this.#base.minutes(this.#instrument.instrumentId, { from: period.from, to })) {
      if (!this.#outages.some((outage) => overlaps(outage, row.openTime))) rows.push(this.#edit(row));
    }
    return rows;
  }

  #edit(row: SimRow): SimRow {
    const halt = this.#haltAt(row.openTime);
    if (halt !== undefined) return flatRow(row.openTime, this.#frozenPrice(halt) ?? row.open);
    const factors = this.#course.factorsOf(row);
    const trades = this.#tradesOf(row);
    if (trades === 0) return flatRow(row.openTime, scalePrice(row.close, factors.close, this.#instrument));
    const active = this.#moves.filter((move) => covers(move, row.openTime));
    return editRow(row, this.#instrument, {
      factors,
      volumeRatio: active.reduce((ratio, move) => ratio * move.volumeRatio, 1),
      buyersRatio: active.findLast((move) => move.buyersRatio !== null)?.buyersRatio ?? null,
      trades,
      firstTradeId: this.#firstIdOf(row) + this.#numbering.shiftAt(row.openTime),
    });
  }

  #haltAt(minute: EpochMs): SimPeriod | undefined {
    return this.#halts.find((halt) => overlaps(halt, minute));
  }

  /** Trading goes on in the first minute after a halt or an outage, whatever the price was before. */
  #reopensAt(minute: EpochMs): boolean {
    return [...this.#halts, ...this.#outages].some(
      ({ to }) => minute === Math.ceil(to / SIM_MINUTE_MS) * SIM_MINUTE_MS,
    );
  }

  #tradesOf(row: SimRow): number {
    const { openTime } = row;
    if (this.#haltAt(openTime) !== undefined || this.#outages.some((outage) => overlaps(outage, openTime))) return 0;
    const ratio = this.#moves.reduce((all, move) => (covers(move, openTime) ? all * move.volumeRatio : all), 1);
    const trades = Math.floor(row.trades * Math.max(1, ratio));
    const isNew = this.#course.isMoving(openTime) || this.#reopensAt(openTime);
    return isNew ? Math.max(MOVING_TRADES_MIN, trades) : trades;
  }

  /** The id a minute's first trade would have; for a minute without trades that of the next trade. */
  #firstIdOf(row: SimRow): number {
    if (row.trades > 0) return row.firstTradeId;
    const id = this.#instrument.instrumentId;
    for (let from = row.openTime + SIM_MINUTE_MS; ; from += LOOK_MS) {
      const period = { from: epochMs(from), to: epochMs(from + LOOK_MS) };
      const rows = this.#base.minutes(id, period);
      const next = rows.find((one) => one.trades > 0);
      if (next !== undefined) return next.firstTradeId;
      if (rows.length === 0) return 0;
    }
  }

  /** The last price before a halt. */
  #frozenPrice(halt: SimPeriod): Decimal | null {
    const known = this.#frozen.get(halt.from);
    if (known !== undefined) return known;
    const to = bucketOpenOf('1m', halt.from);
    const price = this.minutes({ from: epochMs(Math.max(0, to - LOOK_MS)), to }).at(-1)?.close ?? null;
    this.#frozen.set(halt.from, price);
    return price;
  }
}

/** How much is read at once to find a neighbouring trade. */
const LOOK_MS = 60 * SIM_MINUTE_MS;

function changesTrades(move: MarketMove): boolean {
  return move.volumeRatio > 1 || move.priceRatio !== 1;
}

function withReopening({ from, to }: SimPeriod): SimPeriod {
  return { from, to: epochMs(Math.ceil(to / SIM_MINUTE_MS + 1) * SIM_MINUTE_MS) };
}

/** Whether any part of the minute lies in the period. */
function overlaps(period: SimPeriod, minute: EpochMs): boolean {
  return minute + SIM_MINUTE_MS > period.from && minute < period.to;
}
