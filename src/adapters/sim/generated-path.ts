/**
 * The course of a generated coin over days. In: a seed, a coin and a UTC day number. Out: the day's plan (moves,
 * quiet phase) and the price at which the day opens. Each answer depends on nothing but these, so any day can be
 * asked first; the price reverts slowly to the coin's long-run level because old returns fade.
 */
import { createRng } from '../../core/rng.ts';
import type { GeneratedSymbol } from './generated-symbols.ts';

/** A pump or dump: minutes of the day and log returns. */
export type GeneratedMove = {
  readonly startMinute: number;
  readonly riseMinutes: number;
  readonly fadeMinutes: number;
  /** Log return of the rise (a fall when negative). */
  readonly rise: number;
  /** Log return given back afterwards, opposite in sign. */
  readonly fade: number;
};

/** What happens on one day. */
export type GeneratedDayPlan = {
  readonly drift: number;
  readonly moves: readonly GeneratedMove[];
  /** Minutes of the quiet phase, [`quietFrom`, `quietTo`). */
  readonly quietFrom: number;
  readonly quietTo: number;
};

/** The days of one coin. */
export type GeneratedPath = {
  readonly plan: (day: number) => GeneratedDayPlan;
  /** Opening price of the day in quote units. */
  readonly openPrice: (day: number) => number;
};

/** Share of a return that is still in the price a day later. */
const MEMORY_RATIO = 0.92;
/** Returns older than this have faded to 3 % (0.92^42) and are left out. */
const MEMORY_DAYS = 42;
/** Bound of remembered day plans; when full they are all forgotten, as each can be made again. */
const PLANS_MAX = 4_000;

/** The path of `symbol` under `seed`; equal arguments give equal answers in any order of asking. */
export function createGeneratedPath(symbol: GeneratedSymbol, seed: number): GeneratedPath {
  const plans = new Map<number, GeneratedDayPlan>();
  const plan = (day: number): GeneratedDayPlan => {
    const known = plans.get(day);
    if (known !== undefined) return known;
    if (plans.size >= PLANS_MAX) plans.clear();
    const made = planDay(symbol, { seed, day });
    plans.set(day, made);
    return made;
  };
  const openPrice = (day: number): number => {
    let log = 0;
    for (let age = MEMORY_DAYS; age >= 1; age--) log = log * MEMORY_RATIO + plan(day - age).drift;
    return symbol.price * Math.exp(log);
  };
  return { plan, openPrice };
}

function planDay(symbol: GeneratedSymbol, at: { readonly seed: number; readonly day: number }): GeneratedDayPlan {
  const rng = createRng(at.seed, `${symbol.base}/${symbol.quote}:${at.day}:plan`);
  const base = rng.normal() * symbol.dailyVolatility;
  const quietFrom = rng.integer(1_100);
  const quietTo = quietFrom + 60 + rng.integer(280);
  const moves: GeneratedMove[] = [];
  for (const direction of [1, -1]) {
    const happens = rng.next() < symbol.eventChance;
    const rise = direction * (0.08 + 0.35 * rng.next());
    const move: GeneratedMove = {
      startMinute: 30 + rng.integer(1_000),
      riseMinutes: 3 + rng.integer(15),
      fadeMinutes: 40 + rng.integer(200),
      rise,
      fade: -rise * (0.3 + 0.5 * rng.next()),
    };
    if (happens) moves.push(move);
  }
  const kept = moves.reduce((sum, move) => sum + move.rise + move.fade, 0);
  return { drift: base + kept, moves, quietFrom, quietTo };
}
