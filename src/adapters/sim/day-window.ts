/**
 * The rolling 24 hours of one instrument, as mini tickers and 24hr statistics show them. In: the view and the time. Out:
 * open, high, low, volumes and trade ids of the last 1440 minutes including the running one. Each minute enters and
 * leaves once, so an update costs O(1) on average. Only sums and the rows that may still become an extreme are kept: what
 * leaves is asked from the market again.
 */

import { add, type Decimal, subtract, ZERO } from '../../core/decimal.ts';
import { type EpochMs, epochMs } from '../../core/time.ts';
import { highest, lowest } from './sim-grid.ts';
import { bucketOpenOf, SIM_MINUTE_MS } from './sim-interval.ts';
import type { SimInstrument, SimPeriod, SimRow } from './sim-market.ts';
import type { SimView } from './sim-view.ts';

/** The last 24 hours of an instrument; `openTime` is that of the first minute in the window. */
export type DayStatistics = Omit<SimRow, 'takerBaseVolume' | 'takerQuoteVolume'> & {
  /** The newest minute, forming where it has trades. */
  readonly lastMinute: SimRow;
};

const DAY_MINUTES = 1_440;
const DAY_MS = DAY_MINUTES * SIM_MINUTE_MS;

/** A sliding window over published minutes; its times must not go backwards. */
export class DayWindow {
  readonly #view: SimView;
  readonly #instrument: SimInstrument;
  /** Rows whose high (low) is not reached by any later row, so the first of them is the window's extreme. */
  readonly #highs: ExtremeQueue = { rows: [], head: 0 };
  readonly #lows: ExtremeQueue = { rows: [], head: 0 };
  /** Open times of the first minute inside and of the next one to take in. */
  #start: EpochMs;
  #next: EpochMs;
  #first: SimRow | null = null;
  #last: SimRow | null = null;
  #lastTradeId = -1;
  #volume: Decimal = ZERO;
  #quoteVolume: Decimal = ZERO;
  #trades = 0;

  constructor(view: SimView, instrument: SimInstrument) {
    this.#view = view;
    this.#instrument = instrument;
    this.#start = instrument.historyFrom;
    this.#next = instrument.historyFrom;
  }

  /** Statistics at `now`, or `null` while there is nothing in the window. */
  at(now: EpochMs): DayStatistics | null {
    const running = bucketOpenOf('1m', now);
    this.#moveStart(epochMs(Math.max(this.#instrument.historyFrom, running - DAY_MS + SIM_MINUTE_MS)));
    if (this.#next < running) {
      for (const row of this.#minutes({ from: this.#next, to: running })) this.#take(row);
      this.#next = running;
    }
    return this.#summarize(this.#view.forming(this.#instrument, now));
  }

  #minutes(period: SimPeriod): readonly SimRow[] {
    return this.#view.market.minutes(this.#instrument.instrumentId, period);
  }

  #moveStart(start: EpochMs): void {
    if (start <= this.#start) return;
    for (const row of this.#minutes({ from: this.#start, to: epochMs(Math.min(start, this.#next)) })) {
      this.#volume = subtract(this.#volume, row.volume);
      this.#quoteVolume = subtract(this.#quoteVolume, row.quoteVolume);
      this.#trades -= row.trades;
    }
    this.#start = start;
    this.#next = epochMs(Math.max(this.#next, start));
    this.#first = this.#minutes({ from: start, to: this.#next })[0] ?? null;
    if (this.#first === null) this.#last = null;
    dropExtremes(this.#highs, start);
    dropExtremes(this.#lows, start);
  }

  #take(row: SimRow): void {
    this.#first ??= row;
    this.#last = row;
    this.#volume = add(this.#volume, row.volume);
    this.#quoteVolume = add(this.#quoteVolume, row.quoteVolume);
    this.#trades += row.trades;
    // A minute without trades only repeats an older price; it makes no high and no low.
    if (row.trades === 0) return;
    this.#lastTradeId = row.lastTradeId;
    pushExtreme(this.#highs, row, (earlier) => earlier.high <= row.high);
    pushExtreme(this.#lows, row, (earlier) => earlier.low >= row.low);
  }

  #summarize(forming: SimRow | null): DayStatistics | null {
    const first = this.#first ?? forming;
    const last = forming ?? this.#last;
    if (first === null || last === null) return null;
    const high = this.#highs.rows[this.#highs.head]?.high ?? last.high;
    const low = this.#lows.rows[this.#lows.head]?.low ?? last.low;
    const lastTradeId = forming?.lastTradeId ?? this.#lastTradeId;
    const trades = this.#trades + (forming?.trades ?? 0);
    return {
      openTime: first.openTime,
      open: first.open,
      high: forming === null ? high : highest(high, forming.high),
      low: forming === null ? low : lowest(low, forming.low),
      close: last.close,
      volume: add(this.#volume, forming?.volume ?? ZERO),
      quoteVolume: add(this.#quoteVolume, forming?.quoteVolume ?? ZERO),
      trades,
      firstTradeId: trades === 0 ? -1 : lastTradeId - trades + 1,
      lastTradeId: trades === 0 ? -1 : lastTradeId,
      lastMinute: last,
    };
  }
}

type ExtremeQueue = { rows: SimRow[]; head: number };

function pushExtreme(queue: ExtremeQueue, row: SimRow, isPassed: (earlier: SimRow) => boolean): void {
  while (queue.rows.length > queue.head && isPassed(queue.rows[queue.rows.length - 1] as SimRow)) queue.rows.pop();
  queue.rows.push(row);
}

function dropExtremes(queue: ExtremeQueue, start: number): void {
  while (queue.head < queue.rows.length && (queue.rows[queue.head] as SimRow).openTime < start) queue.head++;
  if (queue.head > DAY_MINUTES) {
    queue.rows = queue.rows.slice(queue.head);
    queue.head = 0;
  }
}
