/**
 * By how much a script changes the prices of one instrument. In: its moves and its market as it would be. Out: the
 * factor of a price at a time, from nothing but both: moves multiply, and what a move did stays.
 */
import { type Decimal, toFloat } from '../../../core/decimal.ts';
import { type EpochMs, epochMs } from '../../../core/time.ts';
import { SIM_MINUTE_MS } from '../sim-interval.ts';
import type { SimPeriod, SimRow } from '../sim-market.ts';
import type { MarketMove } from './market-script.ts';

/** Minutes of the instrument as they would be without a script. */
export type PlainMinutes = (period: SimPeriod) => readonly SimRow[];

/** The factors of one minute by place in it; `1` everywhere where nothing was scripted. */
export type MinuteFactors = {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
};

/** How far back a price is looked for where the minutes before a move were not published. */
const LOOK_BACK_MS = 24 * 60 * SIM_MINUTE_MS;

/** The course of one instrument; `moves` are its own. */
export class PriceCourse {
  readonly #moves: readonly MarketMove[];
  /** Those of volatility. */
  readonly #wild: readonly MarketMove[];
  readonly #plain: PlainMinutes;
  /** Prices where moves of volatility begin and end; one entry a time of a move, so bounded by the script. */
  readonly #anchors = new Map<EpochMs, number | null>();

  constructor(moves: readonly MarketMove[], plain: PlainMinutes) {
    this.#moves = moves.filter((move) => move.priceRatio !== 1 || move.volatilityRatio !== 1);
    this.#wild = moves.filter((move) => move.volatilityRatio !== 1);
    this.#plain = plain;
  }

  /** Whether a scripted price changes within the minute that opens at `time`. */
  isMoving(time: EpochMs): boolean {
    return this.#moves.some(
      ({ from, to, priceRatio }) =>
        priceRatio !== 1 && time >= from - (from % SIM_MINUTE_MS) && time < Math.max(to, from + 1),
    );
  }

  /** The factors of a minute as it would be. */
  factorsOf(row: SimRow): MinuteFactors {
    if (this.#moves.every((move) => row.openTime + SIM_MINUTE_MS <= move.from)) return UNCHANGED;
    const start = this.#driftAt(row.openTime, 'from');
    const end = this.#driftAt(row.openTime + SIM_MINUTE_MS, 'until');
    const stretched = (price: Decimal): number => this.#stretch(price, row.openTime);
    return {
      open: start * stretched(row.open),
      high: Math.max(start, end) * stretched(row.high),
      low: Math.min(start, end) * stretched(row.low),
      close: end * stretched(row.close),
    };
  }

  /** What moves of price have done by `time`; a gap at that very time counts `from` it on. */
  #driftAt(time: number, side: 'from' | 'until'): number {
    let factor = 1;
    for (const { from, to, priceRatio } of this.#moves) {
      if (time > to || (time === to && (to > from || side === 'from'))) factor *= priceRatio;
      else if (time > from) factor *= priceRatio ** ((time - from) / (to - from));
    }
    return factor;
  }

  /** What moves of volatility make of a price that stands within the minute. */
  #stretch(price: Decimal, minute: EpochMs): number {
    let factor = 1;
    for (const { from, to, volatilityRatio } of this.#wild) {
      if (minute < from) continue;
      const start = this.#anchor(from);
      const end = minute < to ? toFloat(price) : this.#anchor(to);
      if (start !== null && end !== null) factor *= (end / start) ** (volatilityRatio - 1);
    }
    return factor;
  }

  /** The last price before `time`, or the first after it, as it would be. */
  #anchor(time: EpochMs): number | null {
    const known = this.#anchors.get(time);
    if (known !== undefined) return known;
    const before = this.#plain({ from: epochMs(Math.max(0, time - LOOK_BACK_MS)), to: time }).at(-1)?.close;
    const after = this.#plain({ from: time, to: epochMs(time + SIM_MINUTE_MS) })[0]?.open;
    const price = before ?? after;
    const anchor = price === undefined ? null : toFloat(price);
    this.#anchors.set(time, anchor);
    return anchor;
  }
}

const UNCHANGED: MinuteFactors = { open: 1, high: 1, low: 1, close: 1 };
