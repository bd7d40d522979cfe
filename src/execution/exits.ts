/**
 * Exits: an approved intent to sell waits for nothing but the venue's word about orders of the same position, and then
 * becomes one sale at the market that takes the resting stop's place in one request.
 */
import { lesser } from '../core/decimal.ts';
import type { OrderRecord } from '../model/execution.ts';
import type { ExitIntent } from '../model/intent.ts';
import type { Price, Quantity } from '../model/money.ts';
import type { OrderTerms } from '../model/order.ts';
import type { TradingRules } from '../model/trading-rules.ts';
import { type Desk, sellableOf } from './desk.ts';
import { deskOf, type Turn } from './execution-state.ts';
import { sendOrder } from './order-executor.ts';
import { isSellable, type PrecheckCode, precheck } from './prechecks.ts';
import { notionalOf, quantityMax, quantizeQuantity } from './quantize.ts';
import { failPrecheck, isPrice, refuseIntent } from './refusals.ts';

/** Exits of one position that wait at most. Policy beyond it: an emergency takes the last one's place, others are refused. */
const EXITS_WAITING_MAX = 16;
/** Exits done that are remembered of one position. Policy beyond it: the oldest are forgotten. */
const EXIT_KEYS_MAX = 256;

/** Takes an exit in: the same one twice is one, and none is held back by time. Answers the desk that has work. */
export function admitExit(turn: Turn, intent: ExitIntent): Desk | null {
  const desk = deskOf(turn.state, intent.positionId);
  if (desk === null || desk.instrumentId !== intent.instrumentId) {
    refuseIntent(turn, intent, { code: 'POSITION_UNKNOWN', reason: 'the position is not open' });
    return null;
  }
  const key = Object.hasOwn(desk.exitKeys, intent.intentId) ? desk.exitKeys[intent.intentId] : undefined;
  if (key !== undefined) {
    refuseRepeated(turn, intent, key);
    return null;
  }
  if (isPrice(intent.referencePrice)) desk.lastPrice = intent.referencePrice;
  if (desk.exits.length >= EXITS_WAITING_MAX && !makeRoom(turn, desk, intent)) return null;
  rememberKey(desk, intent.intentId);
  const firstNormal = desk.exits.findIndex((waiting) => waiting.urgency === 'normal');
  const isAhead = intent.urgency === 'emergency' && firstNormal >= 0;
  desk.exits.splice(isAhead ? firstNormal : desk.exits.length, 0, intent);
  return desk;
}

/** An exit that is under way goes on and will be told of; one that was done is not done again. */
function refuseRepeated(turn: Turn, intent: ExitIntent, key: 'open' | 'done'): void {
  const reason = key === 'done' ? 'this exit was done' : 'this exit is under way';
  refuseIntent(turn, intent, { code: 'DEDUP_REJECTED', reason });
}

function makeRoom(turn: Turn, desk: Desk, intent: ExitIntent): boolean {
  const last = desk.exits.at(-1);
  const isUrgent = intent.urgency === 'emergency' && last?.urgency === 'normal';
  const refused = isUrgent && last !== undefined ? last : intent;
  refuseIntent(turn, refused, { code: 'EXITS_FULL', reason: `${EXITS_WAITING_MAX} exits of the position wait` });
  if (refused === intent) return false;
  desk.exits.pop();
  delete desk.exitKeys[refused.intentId];
  return true;
}

function rememberKey(desk: Desk, intentId: string): void {
  desk.exitKeys[intentId] = 'open';
  const ids = Object.keys(desk.exitKeys);
  const oldest = ids.find((id) => desk.exitKeys[id] === 'done');
  if (ids.length > EXIT_KEYS_MAX && oldest !== undefined) delete desk.exitKeys[oldest];
}

/**
 * Sells for the first exit that waits. Where that is one of reason `dust` for everything and nothing can be sold, the
 * rest is given up. `stop` is the resting order the sale takes the place of.
 */
export function sellNext(
  turn: Turn,
  desk: Desk,
  { rules, stop }: { rules: TradingRules; stop: OrderRecord | null },
): void {
  const intent = desk.exits.shift();
  if (intent === undefined) return;
  const estimate = isPrice(intent.referencePrice) ? intent.referencePrice : desk.lastPrice;
  const planned = planSale(desk, intent, { rules, estimate, dustValue: turn.state.config.dustValue });
  if (typeof planned === 'string') {
    delete desk.exitKeys[intent.intentId];
    failPrecheck(turn, intent, planned);
    desk.isGivenUp ||= intent.reason === 'dust' && intent.quantity === 'all';
    return;
  }
  const { intentId, reason, traceId } = intent;
  const replaces = stop === null ? null : stop.clientOrderId;
  sendOrder(turn, desk, { purpose: 'exit', reason, intentId, traceId, terms: planned, replaces });
}

type SaleContext = { readonly rules: TradingRules; readonly estimate: Price | null; readonly dustValue: bigint };

/** The terms of a sale, or the code of what forbids it. A rest that could not be sold later is sold along. */
function planSale(desk: Desk, intent: ExitIntent, context: SaleContext): OrderTerms | PrecheckCode {
  const { rules, estimate } = context;
  const all = quantizeQuantity(sellableOf(desk), rules, 'market');
  const asked = intent.quantity === 'all' ? all : quantizeQuantity(lesser(intent.quantity, all), rules, 'market');
  const rest = (all - asked) as Quantity;
  const isRestKept = asked <= 0n || rest === 0n || isWorthKeeping(rest, context);
  const wanted = isRestKept ? asked : all;
  const most = quantityMax(rules, 'market');
  const quantity = most > 0n ? quantizeQuantity(lesser(wanted, most), rules, 'market') : wanted;
  const terms = { type: 'market', side: 'sell', quantity } as const;
  return precheck(terms, { rules, estimate }) ?? terms;
}

/** Whether a rest can be sold at the price at hand and is worth more than dust. */
export function isWorthKeeping(rest: Quantity, { rules, estimate, dustValue }: SaleContext): boolean {
  if (!isSellable(rest, { rules, estimate })) return false;
  return estimate === null || notionalOf(rest, estimate) >= dustValue;
}
