/**
 * An hour of prices of every watched instrument, one each ten seconds: enough for changes over 1, 5, 15 and 60
 * minutes. One block of numbers for all of them, mutating inside the stage. A silent instrument keeps its price; over
 * a gap of the whole stream nothing is carried, because what is silent afterwards may have moved meanwhile.
 */
import { enlarged } from './volume-rings.ts';

/** Spacing of kept prices. A reference price is therefore up to this much younger than asked for. */
export const PRICE_STEP_MS = 10_000;
/** An hour, the running step, and one to spare. */
const PRICES_KEPT = 3_600_000 / PRICE_STEP_MS + 2;

/** Rings by slot; plain data. `newest` is each slot's newest step, counted from the epoch. */
export type PriceRings = { prices: Float64Array; newest: Float64Array; last: Float64Array };

/** Rings without a slot. */
export function createPriceRings(): PriceRings {
  return { prices: new Float64Array(0), newest: new Float64Array(0), last: new Float64Array(0) };
}

/** Makes room for `slots` instruments; what is there stays. */
export function growPrices(rings: PriceRings, slots: number): void {
  rings.prices = enlarged(rings.prices, slots * PRICES_KEPT);
  rings.newest = enlarged(rings.newest, slots);
  rings.last = enlarged(rings.last, slots);
}

/** Forgets everything of a slot. */
export function clearPrices(rings: PriceRings, slot: number): void {
  rings.prices.fill(Number.NaN, slot * PRICES_KEPT, (slot + 1) * PRICES_KEPT);
  rings.newest[slot] = Number.NaN;
  rings.last[slot] = Number.NaN;
}

/** The step that contains `time`. */
export function priceStep(time: number): number {
  return Math.floor(time / PRICE_STEP_MS);
}

/** Notes a price above 0 at `step`; `gapStep` is the step in which the stream's newest gap ended, -1 without one. */
export function recordPrice(
  rings: PriceRings,
  slot: number,
  { step, gapStep, price }: { readonly step: number; readonly gapStep: number; readonly price: number },
): void {
  const newest = rings.newest[slot] as number;
  const base = slot * PRICES_KEPT;
  if (step > newest) {
    // Every step is passed once, so filling costs one write per ten seconds however seldom prices come.
    const carried = gapStep > newest ? Number.NaN : (rings.last[slot] as number);
    for (let at = Math.max(newest + 1, step - PRICES_KEPT + 1); at < step; at++) {
      rings.prices[base + (at % PRICES_KEPT)] = carried;
    }
  }
  // A clock that was set back does not undo what is known.
  const place = newest > step ? newest : step;
  rings.prices[base + (place % PRICES_KEPT)] = price;
  rings.newest[slot] = place;
  rings.last[slot] = price;
}

/**
 * Gain since `backMs` before `now` as a fraction; NaN where the price of then or of now is not known, because the
 * instrument or the stream was not there.
 */
export function priceChange(
  rings: PriceRings,
  slot: number,
  { now, backMs, gapStep }: { readonly now: number; readonly backMs: number; readonly gapStep: number },
): number {
  const newest = rings.newest[slot] as number;
  const last = rings.last[slot] as number;
  if (gapStep > newest) return Number.NaN;
  const step = priceStep(now - backMs);
  if (step >= newest) return Number.isNaN(last) ? Number.NaN : 0;
  if (step <= newest - PRICES_KEPT) return Number.NaN;
  const then = rings.prices[slot * PRICES_KEPT + (step % PRICES_KEPT)] as number;
  return then > 0 ? (last - then) / then : Number.NaN;
}
