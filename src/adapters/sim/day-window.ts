/**
 * The rolling 24 hours of one instrument, as mini tickers and 24hr statistics show them. In: the view and the time. Out:
 * open, high, low, volumes and trade ids of the last 1440 minutes including the running one. Each minute enters and
 * leaves once, so an update costs O(1) on average; the window holds at most 1440 rows.
 */

import { add, type Decimal, subtract, ZERO } from '../../core/decimal.ts';
import { type EpochMs, epochMs } from '../../core/time.ts';
import { highest, lowest } from './sim-grid.ts';
import { bucketOpenOf, SIM_MINUTE_MS } from './sim-interval.ts';
import type { SimInstrument, SimRow } from './sim-market.ts';
import type { SimView } from './sim-view.ts';

/** The last 24 hours of an instrument; `openTime` is that of the first minute in the window. */
export type DayStatistics = SimRow & { readonly previousClose: Decimal; readonly lastMinute: SimRow };

const DAY_MINUTES = 1_440;
const DAY_MS = DAY_MINUTES * SIM_MINUTE_MS;

/** A sliding window over published minutes; its times must not go backwards. */
export class DayWindow {
  readonly #view: SimView;
  readonly #instrument: SimInstrument;
  #rows: SimRow[] = [];
  #head = 0;
  /** Rows whose high (low) is not reached by any later row, so the first of them is the window's extreme. */
  readonly #highs: ExtremeQueue = { rows: [], head: 0 };
  readonly #lows: ExtremeQueue = { rows: [], head: 0 };
  /** Open time of the next minute to take in. */
  #next = 0;
  #volume: Decimal = ZERO;
  #quoteVolume: Decimal = ZERO;
  #trades = 0;

  constructor(view: SimView, instrument: SimInstrument) {
    this.#view = view;
    this.#instrument = instrument;
  }

  /** Statistics at `now`, or `null` while there is nothing in the window. */
  at(now: EpochMs): DayStatistics | null {
    const running = bucketOpenOf('1m', now);
    const start = Math.max(this.#instrument.historyFrom, running - DAY_MS + SIM_MINUTE_MS);
    this.#dropBefore(start);
    const from = epochMs(Math.max(start, this.#next));
    if (from < running) {
      for (const row of this.#view.market.minutes(this.#instrument.instrumentId, { from, to: running }))
        this.#take(row);
    }
    this.#next = Math.max(this.#next, running);
    return this.#summarize(this.#view.forming(this.#instrument, now));
  }

  #dropBefore(start: number): void {
    for (let row = this.#rows[this.#head]; row !== undefined && row.openTime < start; row = this.#rows[this.#head]) {
      this.#volume = subtract(this.#volume, row.volume);
      this.#quoteVolume = subtract(this.#quoteVolume, row.quoteVolume);
      this.#trades -= row.trades;
      this.#head++;
    }
    if (this.#head > DAY_MINUTES) {
      this.#rows = this.#rows.slice(this.#head);
      this.#head = 0;
    }
    dropExtremes(this.#highs, start);
    dropExtremes(this.#lows, start);
  }

  #take(row: SimRow): void {
    this.#rows.push(row);
    this.#volume = add(this.#volume, row.volume);
    this.#quoteVolume = add(this.#quoteVolume, row.quoteVolume);
    this.#trades += row.trades;
    // A minute without trades only repeats an older price; it makes no high and no low.
    if (row.trades === 0) return;
    pushExtreme(this.#highs, row, (earlier) => earlier.high <= row.high);
    pushExtreme(this.#lows, row, (earlier) => earlier.low >= row.low);
  }

  #summarize(forming: SimRow | null): DayStatistics | null {
    const first = this.#rows[this.#head] ?? forming;
    const last = forming ?? this.#rows[this.#rows.length - 1];
    if (first === null || last === undefined || first === undefined) return null;
    const high = this.#highs.rows[this.#highs.head]?.high ?? last.high;
    const low = this.#lows.rows[this.#lows.head]?.low ?? last.low;
    const lastTradeId = forming?.lastTradeId ?? this.#lastTradeId();
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
      takerBaseVolume: ZERO,
      takerQuoteVolume: ZERO,
      firstTradeId: trades === 0 ? -1 : lastTradeId - trades + 1,
      lastTradeId: trades === 0 ? -1 : lastTradeId,
      previousClose: first.open,
      lastMinute: last,
    };
  }

  #lastTradeId(): number {
    for (let i = this.#rows.length - 1; i >= this.#head; i--) {
      const id = (this.#rows[i] as SimRow).lastTradeId;
      if (id >= 0) return id;
    }
    return -1;
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
