/**
 * The stop that rests on the venue for a position, slightly below the software's own, and the time without one. In
 * comes a desk, out go the order that protects what can be sold, what is told of it, and alarms when there is none for
 * too long.
 */
import { lesser } from '../core/decimal.ts';
import { addMs } from '../core/time.ts';
import type { OrderRecord, ProtectionStatus } from '../model/execution.ts';
import { failure } from '../model/failure.ts';
import type { Price } from '../model/money.ts';
import type { OrderTerms } from '../model/order.ts';
import type { TradingRules } from '../model/trading-rules.ts';
import { type Desk, entryPriceOf, nakedMsOf, sellableOf } from './desk.ts';
import type { ProtectionConfig } from './execution-config.ts';
import { notify, putDesk, startTimer, type Turn } from './execution-state.ts';
import { countOpen } from './order-counts.ts';
import { sendOrder } from './order-executor.ts';
import { isResting } from './order-life.ts';
import { checkCounts, countsOf, precheck } from './prechecks.ts';
import { above, below, quantityMin, quantizePrice, quantizeQuantity } from './quantize.ts';

/** Timer of a desk without a stop. */
export const NAKED_TIMER = 'execution:naked:';
const ALARMS_DOUBLED_MAX = 8;

type StopTerms = Extract<OrderTerms, { type: 'stop' | 'oco' }>;

/** Sets the software stop where an entry has been filled and nobody moved it yet. */
export function beginStop(turn: Turn, desk: Desk): void {
  const entryPrice = entryPriceOf(desk);
  if (entryPrice === null || desk.softwareStop !== null) return;
  desk.softwareStop = below(entryPrice, desk.stopDistance);
  putDesk(turn, desk);
}

/** Places the stop, or moves the resting one where price or quantity are no longer what they should be. */
export function placeStop(
  turn: Turn,
  desk: Desk,
  { rules, stop }: { rules: TradingRules; stop: OrderRecord | null },
): void {
  if (stop?.state === 'partiallyFilled') return;
  if (desk.lowered !== null && turn.now >= desk.lowered.until) desk.lowered = null;
  const wanted = planStop(desk, rules, turn.state.config.protection);
  if (wanted === null || precheck(wanted, { rules, estimate: desk.lastPrice }) !== null) {
    tellUnprotectable(turn, desk, wanted === null ? TAKES_NO_STOP : DOES_NOT_FIT);
    return;
  }
  if (stop !== null && isSame(stop.terms, wanted)) return;
  const replaces = stop === null ? null : stop.clientOrderId;
  if (checkCounts(rules, countOpen(turn.state, desk.instrumentId, replaces), countsOf(wanted)) !== null) {
    tellUnprotectable(turn, desk, 'the account has as many open orders of the instrument as the venue allows');
    return;
  }
  const { traceId, positionId } = desk;
  sendOrder(turn, desk, {
    ...{ purpose: 'protection', reason: 'protection', intentId: `protect:${positionId}`, traceId },
    ...{ terms: wanted, replaces },
  });
}

/** The stop that fits what can be sold; `null` where the instrument takes none. */
function planStop(desk: Desk, rules: TradingRules, config: ProtectionConfig): StopTerms | null {
  const { softwareStop } = desk;
  if (softwareStop === null) return null;
  const quantity = quantizeQuantity(sellableOf(desk), rules, 'lot');
  const rested = quantizePrice(below(softwareStop, config.gap), rules);
  const stopPrice = desk.lowered === null ? rested : lesser(rested, desk.lowered.stopPrice);
  const limitPrice = stopLimit(stopPrice, rules, config.limitGap);
  if (stopPrice <= 0n || limitPrice === 'none') return null;
  const takePrice = takeProfit(desk, rules, config);
  const stop = { side: 'sell', quantity, stopPrice, limitPrice } as const;
  return takePrice === null ? { type: 'stop', ...stop } : { type: 'oco', ...stop, takePrice };
}

/** A stop at the market is surer to sell; where there is only one with a limit, the limit is far below. */
function stopLimit(stopPrice: Price, rules: TradingRules, limitGap: number): Price | null | 'none' {
  if (rules.orderTypes.includes('stop')) return null;
  return rules.orderTypes.includes('stopLimit') ? quantizePrice(below(stopPrice, limitGap), rules) : 'none';
}

function takeProfit(desk: Desk, rules: TradingRules, config: ProtectionConfig): Price | null {
  const entryPrice = entryPriceOf(desk);
  const isWanted = config.order === 'oco' && rules.orderTypes.includes('oco');
  if (!isWanted || entryPrice === null) return null;
  const takePrice = quantizePrice(above(entryPrice, config.takeAbove), rules);
  const isAboveMarket = desk.lastPrice === null || takePrice > desk.lastPrice;
  return isAboveMarket ? takePrice : null;
}

function isSame(terms: OrderTerms | null, wanted: StopTerms): boolean {
  if (terms?.type !== wanted.type) return false;
  const isSameStop = terms.quantity === wanted.quantity && terms.stopPrice === wanted.stopPrice;
  const take = terms.type === 'oco' ? terms.takePrice : null;
  return (
    isSameStop && terms.limitPrice === wanted.limitPrice && take === (wanted.type === 'oco' ? wanted.takePrice : null)
  );
}

const TAKES_NO_STOP = 'the instrument takes no stop order';
const DOES_NOT_FIT = 'it is too small or its stop price is out of range';

function tellUnprotectable(turn: Turn, desk: Desk, reason: string): void {
  if (desk.isUnprotectableTold || desk.softwareStop === null) return;
  desk.isUnprotectableTold = true;
  const { positionId, instrumentId } = desk;
  notify(turn, 'warn', failure('position_unprotectable', { positionId, instrumentId, reason }));
}

/** Measures the time without a stop and tells when the protection changed. `orders` are the live ones of the desk. */
export function watchProtection(
  turn: Turn,
  desk: Desk,
  { rules, orders }: { rules: TradingRules | null; orders: readonly OrderRecord[] },
): void {
  const stops = orders.filter((order) => order.purpose === 'protection');
  const resting = stops.find((order) => isResting(order) && order.clientOrderId !== desk.cancelId) ?? null;
  const isExposed = quantizedHeld(desk, rules) && desk.boughtQuantity > 0n;
  measureNaked(turn, desk, resting === null && isExposed ? 'naked' : 'covered');
  const doubted: ProtectionStatus = stops.length > 0 ? 'unknown' : 'none';
  const stopPrice = resting === null ? null : stopPriceOf(resting);
  tellProtection(turn, desk, { protection: resting === null ? doubted : 'resting', stopPrice });
}

function stopPriceOf({ terms }: OrderRecord): Price | null {
  return terms?.type === 'stop' || terms?.type === 'oco' ? terms.stopPrice : null;
}

/** Whether the desk holds at least what the smallest order sells. */
function quantizedHeld(desk: Desk, rules: TradingRules | null): boolean {
  const sellable = sellableOf(desk);
  if (rules === null) return sellable > 0n;
  const quantity = quantizeQuantity(sellable, rules, 'lot');
  return quantity > 0n && quantity >= quantityMin(rules, 'lot');
}

function measureNaked(turn: Turn, desk: Desk, now: 'naked' | 'covered'): void {
  if (now === 'naked' && desk.nakedSince === null) {
    desk.nakedSince = turn.now;
    desk.nakedAlarms = 0;
    startTimer(turn, `${NAKED_TIMER}${desk.positionId}`, addMs(turn.now, turn.state.config.protection.nakedMaxMs));
  }
  if (now === 'covered' && desk.nakedSince !== null) {
    desk.nakedMs = nakedMsOf(desk, turn.now);
    desk.nakedSince = null;
    putDesk(turn, desk);
  }
}

function tellProtection(turn: Turn, desk: Desk, next: Desk['told']): void {
  if (desk.told.protection === next.protection && desk.told.stopPrice === next.stopPrice) return;
  desk.told = next;
  const { positionId } = desk;
  turn.facts.push({
    kind: 'protectionChanged',
    positionId,
    ...next,
    nakedMs: nakedMsOf(desk, turn.now),
    time: turn.now,
  });
}

/** A position has been without a stop for its longest time once more: tells people, less often each time. */
export function alarmNaked(turn: Turn, desk: Desk): void {
  if (desk.nakedSince === null) return;
  const { nakedMaxMs } = turn.state.config.protection;
  const { positionId, instrumentId } = desk;
  const seconds = Math.round((turn.now - desk.nakedSince) / 1000);
  notify(turn, 'error', failure('position_naked', { positionId, instrumentId, seconds }));
  desk.nakedAlarms++;
  const wait = nakedMaxMs * 2 ** Math.min(desk.nakedAlarms, ALARMS_DOUBLED_MAX);
  startTimer(turn, `${NAKED_TIMER}${positionId}`, addMs(turn.now, wait));
}
