/**
 * All minutes of one generated instrument on one UTC day. In: the coin, its path and the day. Out: 1440 minutes as
 * compact integer columns (ticks, steps). The day opens at its path's price, closes at the next day's, and its trade
 * ids continue those of the day before, so days can be made in any order and still join without a seam.
 */
import { assert } from '../../core/assert.ts';
import { createRng, type Rng } from '../../core/rng.ts';
import { epochMs } from '../../core/time.ts';
import type { GeneratedDayPlan, GeneratedPath } from './generated-path.ts';
import type { GeneratedSymbol } from './generated-symbols.ts';
import { fromUnits, quoteUnitOf } from './sim-grid.ts';
import { SIM_MINUTE_MS } from './sim-interval.ts';
import type { SimInstrument, SimRow } from './sim-market.ts';

/** Minutes of a day. */
export const DAY_MINUTES = 1_440;
/** Milliseconds of a day. */
export const SIM_DAY_MS = DAY_MINUTES * SIM_MINUTE_MS;

/** What a day is made from. */
export type GeneratedDayInput = {
  readonly symbol: GeneratedSymbol;
  readonly instrument: SimInstrument;
  readonly path: GeneratedPath;
  readonly seed: number;
  /** Days since the epoch. */
  readonly day: number;
};

/** Columns of a day, {@link COLUMNS} numbers per minute; a minute before the listing has close 0. */
export type GeneratedDay = { readonly day: number; readonly values: Float64Array };

const COLUMNS = 9;
const [OPEN, HIGH, LOW, CLOSE, VOLUME, QUOTE, TRADES, TAKER, TRADE_ID] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
/** Volume in steps times price in ticks stays below 2^53 with room for a doubled price. */
const PRODUCT_MAX = 2 ** 52;
/** Day number of 2017-07-14, the exchange's first; trade ids count from there. */
const FIRST_DAY = 17_361;

type Course = {
  readonly prices: Float64Array;
  readonly tradable: Uint8Array;
  readonly weights: Float64Array;
  readonly listedMinute: number;
};

/** The minutes of one day; stops when a day has no tradable minute at all. */
export function buildGeneratedDay(input: GeneratedDayInput): GeneratedDay {
  const plan = input.path.plan(input.day);
  const rng = createRng(input.seed, `${input.symbol.base}/${input.symbol.quote}:${input.day}:prices`);
  const listedMinute = (input.instrument.listedTime - input.day * SIM_DAY_MS) / SIM_MINUTE_MS;
  const tradable = markTradable(input, listedMinute);
  const prices = drawPrices({ input, plan, tradable }, rng);
  const weights = drawWeights({ input, plan, tradable });
  const values = new Float64Array(DAY_MINUTES * COLUMNS);
  fillMinutes(values, input, { prices, tradable, weights, listedMinute });
  return { day: input.day, values };
}

function markTradable(input: GeneratedDayInput, listedMinute: number): Uint8Array {
  const tradable = new Uint8Array(DAY_MINUTES).fill(1);
  tradable.fill(0, 0, Math.min(DAY_MINUTES, Math.max(0, listedMinute)));
  for (const halt of input.symbol.halts ?? []) {
    const from = Math.max(0, Math.floor((halt.from - input.day * SIM_DAY_MS) / SIM_MINUTE_MS));
    const to = Math.min(DAY_MINUTES, Math.ceil((halt.to - input.day * SIM_DAY_MS) / SIM_MINUTE_MS));
    if (from < to) tradable.fill(0, from, to);
  }
  return tradable;
}

type Draw = {
  readonly input: GeneratedDayInput;
  readonly plan: GeneratedDayPlan;
  readonly tradable: Uint8Array;
};

/** Price at the end of every minute: a random walk with the day's moves, bent so that it ends at the next day's open. */
function drawPrices(draw: Draw, rng: Rng): Float64Array {
  const { plan, input } = draw;
  const sigma = input.symbol.dailyVolatility / Math.sqrt(DAY_MINUTES);
  const open = input.path.openPrice(input.day);
  const logs = new Float64Array(DAY_MINUTES);
  let log = 0;
  for (let minute = 0; minute < DAY_MINUTES; minute++) {
    const noise = rng.normal() * sigma * (isQuiet(plan, minute) ? 0.35 : 1);
    log += noise + moveReturn(plan, minute);
    logs[minute] = log;
  }
  const missing = Math.log(input.path.openPrice(input.day + 1) / open) - log;
  return logs.map((value, minute) => open * Math.exp(value + (missing * (minute + 1)) / DAY_MINUTES));
}

function isQuiet(plan: GeneratedDayPlan, minute: number): boolean {
  return minute >= plan.quietFrom && minute < plan.quietTo;
}

function moveReturn(plan: GeneratedDayPlan, minute: number): number {
  let sum = 0;
  for (const move of plan.moves) {
    const age = minute - move.startMinute;
    if (age >= 0 && age < move.riseMinutes) sum += move.rise / move.riseMinutes;
    else if (age >= 0 && age < move.riseMinutes + move.fadeMinutes) sum += move.fade / move.fadeMinutes;
  }
  return sum;
}

/** How busy a minute is in a move: 12 times while it rises, falling back to normal while it fades. */
function moveActivity(plan: GeneratedDayPlan, minute: number): number {
  let factor = 1;
  for (const move of plan.moves) {
    const age = minute - move.startMinute;
    if (age < 0 || age >= move.riseMinutes + move.fadeMinutes) continue;
    const left = age < move.riseMinutes ? 1 : 1 - (age - move.riseMinutes) / move.fadeMinutes;
    factor += 11 * left;
  }
  return factor;
}

/** Relative numbers of trades, different on each market of the coin. */
function drawWeights(draw: Draw): Float64Array {
  const rng = createRng(draw.input.seed, `${draw.input.instrument.instrumentId}:${draw.input.day}:weights`);
  return Float64Array.from({ length: DAY_MINUTES }, (_, minute) => {
    const hourly = 1 + 0.4 * Math.sin((2 * Math.PI * (minute - 480)) / DAY_MINUTES);
    const noise = Math.exp(0.7 * rng.normal());
    const quiet = isQuiet(draw.plan, minute) ? 0.25 : 1;
    return draw.tradable[minute] === 1 ? hourly * noise * quiet * moveActivity(draw.plan, minute) : 0;
  });
}

/** Trades from the exchange's first day to the start of `day`: a mean rate plus a slack below one day's worth. */
function tradesBefore(input: GeneratedDayInput, day: number): number {
  const slack = createRng(input.seed, `${input.instrument.instrumentId}:${day}:slack`).next();
  return (day - FIRST_DAY) * input.symbol.tradesPerDay + Math.floor(slack * 0.5 * input.symbol.tradesPerDay);
}

function fillMinutes(values: Float64Array, input: GeneratedDayInput, course: Course): void {
  const rng = createRng(input.seed, `${input.instrument.instrumentId}:${input.day}:minutes`);
  const lastTradable = course.tradable.lastIndexOf(1);
  assert(lastTradable >= 0, `${input.instrument.instrumentId} can not trade on day ${input.day}`);
  const firstId = tradesBefore(input, input.day);
  const total = tradesBefore(input, input.day + 1) - firstId;
  const whole = course.weights.reduce((sum, weight) => sum + weight, 0);
  let weight = 0;
  let done = 0;
  let close = toTicks(input.path.openPrice(input.day), input.symbol);
  for (let minute = Math.max(0, course.listedMinute); minute < DAY_MINUTES; minute++) {
    weight += course.weights[minute] as number;
    // The last tradable minute always trades, at the price the next day opens with.
    const target = minute >= lastTradable ? total : Math.floor((weight / whole) * (total - 1));
    const price = minute === lastTradable ? input.path.openPrice(input.day + 1) : (course.prices[minute] as number);
    const row = { at: minute * COLUMNS, trades: target - done, previous: close, tradeId: firstId + done };
    close = writeMinute(values, { ...row, price, symbol: input.symbol }, rng);
    done = target;
  }
}

type MinuteDraft = {
  readonly at: number;
  readonly trades: number;
  /** Previous close in ticks. */
  readonly previous: number;
  readonly tradeId: number;
  /** Price in quote units at the minute's end. */
  readonly price: number;
  readonly symbol: GeneratedSymbol;
};

/** Writes one minute and answers its close in ticks. */
function writeMinute(values: Float64Array, draft: MinuteDraft, rng: Rng): number {
  const { at, trades, previous, symbol } = draft;
  if (trades === 0) {
    values.fill(previous, at + OPEN, at + CLOSE + 1);
    return previous;
  }
  const close = toTicks(draft.price, symbol);
  const open = trades === 1 ? close : previous;
  const spread = (draft.price * symbol.dailyVolatility * 0.5 * 10 ** symbol.priceDecimals) / Math.sqrt(DAY_MINUTES);
  const above = Math.round(Math.abs(rng.normal()) * spread);
  const below = Math.round(Math.abs(rng.normal()) * spread);
  // Two trades are open and close; only further ones can reach beyond them, on one side and then on both.
  const high = Math.max(open, close) + (trades > 2 ? above : 0);
  const low = Math.max(1, Math.min(open, close) - (trades > 3 ? below : 0));
  const mean = trades === 1 ? close : (open + high + low + close) / 4;
  const volume = drawVolume(draft, mean, rng);
  const lean = 0.5 + 0.25 * Math.sign(close - open) * rng.next() + 0.15 * (rng.next() - 0.5);
  const taker = trades === 1 ? volume * Math.round(rng.next()) : Math.round(volume * lean);
  const columns = [open, high, low, close, volume, Math.round(mean * volume), trades, taker, draft.tradeId];
  values.set(columns, at);
  return close;
}

/** Base volume in steps: at least one step a trade, more per trade in a fast minute. */
function drawVolume(draft: MinuteDraft, meanTicks: number, rng: Rng): number {
  const { symbol, trades } = draft;
  const perTrade = (symbol.tradeNotional / draft.price) * 10 ** symbol.quantityDecimals;
  const speed = Math.abs(draft.price * 10 ** symbol.priceDecimals - draft.previous) / Math.max(1, meanTicks);
  const pace = 1 + Math.min(4, (speed / symbol.dailyVolatility) * 10);
  const steps = Math.max(trades, Math.round(trades * perTrade * pace * Math.exp(0.5 * rng.normal())));
  return Math.min(steps, Math.floor(PRODUCT_MAX / Math.max(1, meanTicks)));
}

function toTicks(price: number, symbol: GeneratedSymbol): number {
  return Math.max(1, Math.round(price * 10 ** symbol.priceDecimals));
}

/** Minute `minute` of the day as a published row, or `null` before the listing. */
export function readGeneratedMinute(day: GeneratedDay, minute: number, instrument: SimInstrument): SimRow | null {
  const at = minute * COLUMNS;
  const column = (index: number): number => day.values[at + index] as number;
  if (column(CLOSE) === 0) return null;
  const { priceTick, quantityStep } = instrument;
  const trades = column(TRADES);
  // Quote amounts are whole multiples of one tick times one step.
  const quoteUnit = quoteUnitOf(instrument);
  const takerQuote = trades === 0 ? 0 : Math.round((column(QUOTE) / column(VOLUME)) * column(TAKER));
  return {
    openTime: epochMs(day.day * SIM_DAY_MS + minute * SIM_MINUTE_MS),
    open: fromUnits(column(OPEN), priceTick),
    high: fromUnits(column(HIGH), priceTick),
    low: fromUnits(column(LOW), priceTick),
    close: fromUnits(column(CLOSE), priceTick),
    volume: fromUnits(column(VOLUME), quantityStep),
    quoteVolume: fromUnits(column(QUOTE), quoteUnit),
    trades,
    takerBaseVolume: fromUnits(column(TAKER), quantityStep),
    takerQuoteVolume: fromUnits(Math.min(takerQuote, column(QUOTE)), quoteUnit),
    firstTradeId: trades === 0 ? -1 : column(TRADE_ID),
    lastTradeId: trades === 0 ? -1 : column(TRADE_ID) + trades - 1,
  };
}
