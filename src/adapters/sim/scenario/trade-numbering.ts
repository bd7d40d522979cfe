/**
 * Trade ids where a script changes how often an instrument trades. In: stretches in which counts may differ, and what
 * they become. Out: by how much the ids of a minute are shifted, so that ids stay gapless across every stretch.
 */
import { type EpochMs, epochMs } from '../../../core/time.ts';
import { SIM_MINUTE_MS } from '../sim-interval.ts';
import type { SimPeriod, SimRow } from '../sim-market.ts';
import type { PlainMinutes } from './price-course.ts';

/** Counts of a stretch: how many trades more there were before each of its minutes, and in all of it. */
type Counted = { readonly before: Float64Array; readonly total: number };

/** Numbers the trades of one instrument. */
export class TradeNumbering {
  readonly #stretches: readonly SimPeriod[];
  readonly #plain: PlainMinutes;
  readonly #tradesOf: (row: SimRow) => number;
  /** Counts by the stretch's start; one a stretch, made when first needed. */
  readonly #counted = new Map<EpochMs, Counted>();

  /** `tradesOf` says how many trades a minute gets; it must not depend on anything else. */
  constructor(options: {
    readonly stretches: readonly SimPeriod[];
    readonly plain: PlainMinutes;
    readonly tradesOf: (row: SimRow) => number;
  }) {
    this.#stretches = mergePeriods(options.stretches.map(toWholeMinutes));
    this.#plain = options.plain;
    this.#tradesOf = options.tradesOf;
  }

  /** How many trades more than without the script there were before the minute that opens at `time`. */
  shiftAt(time: EpochMs): number {
    let shift = 0;
    for (const stretch of this.#stretches) {
      if (stretch.from >= time) break;
      const counted = this.#count(stretch);
      const minute = (time - stretch.from) / SIM_MINUTE_MS;
      shift += time >= stretch.to ? counted.total : (counted.before[minute] ?? 0);
    }
    return shift;
  }

  #count(stretch: SimPeriod): Counted {
    const known = this.#counted.get(stretch.from);
    if (known !== undefined) return known;
    const more = new Float64Array((stretch.to - stretch.from) / SIM_MINUTE_MS);
    for (const row of this.#plain(stretch)) {
      more[(row.openTime - stretch.from) / SIM_MINUTE_MS] = this.#tradesOf(row) - row.trades;
    }
    let total = 0;
    const before = more.map((count) => {
      total += count;
      return total - count;
    });
    const counted = { before, total };
    this.#counted.set(stretch.from, counted);
    return counted;
  }
}

function toWholeMinutes({ from, to }: SimPeriod): SimPeriod {
  const end = Math.max(to, from + 1);
  return {
    from: epochMs(from - (from % SIM_MINUTE_MS)),
    to: epochMs(Math.ceil(end / SIM_MINUTE_MS) * SIM_MINUTE_MS),
  };
}

function mergePeriods(periods: readonly SimPeriod[]): readonly SimPeriod[] {
  const merged: SimPeriod[] = [];
  for (const period of [...periods].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last === undefined || period.from > last.to) merged.push(period);
    else merged[merged.length - 1] = { from: last.from, to: epochMs(Math.max(last.to, period.to)) };
  }
  return merged;
}
