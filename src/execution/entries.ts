/**
 * Entries: an approved intent to open becomes one order or one refusal. The checks and the reservation of instrument and
 * money are one step of the fold, so of a hundred intents for one instrument one gets through.
 */
import type { Decimal } from '../core/decimal.ts';
import { failure } from '../model/failure.ts';
import type { OpenIntent } from '../model/intent.ts';
import type { Money } from '../model/money.ts';
import type { OrderTerms } from '../model/order.ts';
import type { TradingRules } from '../model/trading-rules.ts';
import { createDesk, type Desk } from './desk.ts';
import { isFresh, rulesOf } from './exchange-info-cache.ts';
import { deskOf, type ExecutionState, listDesks, notify, reservedQuote, type Turn } from './execution-state.ts';
import { countOpen, countsOfEntry } from './order-counts.ts';
import { sendOrder } from './order-executor.ts';
import { checkCounts, precheck } from './prechecks.ts';
import { above, quantityFor, quantizeAmount, quantizePrice, quantizeQuantity } from './quantize.ts';
import { failPrecheck, isFraction, isPrice, type RefusalCode, refuseIntent } from './refusals.ts';

type Refusal = { readonly code: RefusalCode; readonly reason: string };

/** Opens a position, or tells why not; answers the desk of the new position. */
export function openPosition(turn: Turn, intent: OpenIntent): Desk | null {
  const { state, now } = turn;
  dropOldEntries(state, now);
  const refusal = findRefusal(turn, intent);
  if (refusal !== null) {
    refuseIntent(turn, intent, refusal);
    if (refusal.code === 'PRICE_INVALID') warnOfPrice(turn, intent);
    return null;
  }
  const rules = rulesOf(state.rules, intent.instrumentId) as TradingRules;
  const terms = entryTerms(intent, rules, state.config.entryOrder);
  const code =
    precheck(terms, { rules, estimate: intent.referencePrice }) ??
    checkCounts(rules, countOpen(state, intent.instrumentId, null), countsOfEntry(state.config, rules)) ??
    checkFunds(state, intent, rules);
  if (code !== null) {
    failPrecheck(turn, intent, code);
    return null;
  }
  const { positionId, instrumentId, intentId, traceId, stopDistance } = intent;
  const desk = createDesk({ positionId, instrumentId, baseAsset: rules.baseAsset, traceId, stopDistance });
  desk.lastPrice = intent.referencePrice;
  state.desks[positionId] = desk;
  state.entries[instrumentId] = { intentId, time: now };
  sendOrder(turn, desk, { purpose: 'open', reason: 'entry', intentId, traceId, terms, replaces: null });
  return desk;
}

/** Bounds what is remembered: only entries inside the window matter. */
function dropOldEntries(state: ExecutionState, now: number): void {
  for (const [name, { time }] of Object.entries(state.entries)) {
    if (now - time >= state.config.dedupeMs) delete state.entries[name];
  }
}

function findRefusal({ state, now }: Turn, intent: OpenIntent): Refusal | null {
  const { instrumentId, positionId, referencePrice } = intent;
  const isHeld = listDesks(state).some((desk) => desk.instrumentId === instrumentId);
  if (isHeld || deskOf(state, positionId) !== null || Object.hasOwn(state.entries, instrumentId)) {
    return { code: 'DEDUP_REJECTED', reason: 'an entry of this instrument was made just now, or it is held' };
  }
  const closed = whyClosed(state);
  if (closed !== null) return { code: 'ENTRIES_CLOSED', reason: closed };
  if (!isFresh(state.rules, state.config.rules, now)) {
    return { code: 'RULES_STALE', reason: "the venue's trading rules are unknown or too old" };
  }
  if (rulesOf(state.rules, instrumentId) === null) {
    return { code: 'RULES_UNKNOWN', reason: 'the venue names no trading rules for the instrument' };
  }
  if (!isFraction(intent.maxSlippage) || !isFraction(intent.stopDistance)) {
    return { code: 'INTENT_INVALID', reason: 'slippage and distance of the stop are fractions below 1' };
  }
  return isPrice(referencePrice) ? null : { code: 'PRICE_INVALID', reason: 'there is no price to buy by' };
}

/** Why no entry is admitted, whatever it is; `null` when entries are open. */
export function whyClosed(state: ExecutionState): string | null {
  if (state.reconciling.phase !== 'settled') return 'own records and the venue are being compared';
  if (state.connection === 'down') return 'the venue does not report';
  const doubted = Object.values(state.orders).find((order) => order.state === 'unknown');
  return doubted === undefined ? null : `the outcome of ${doubted.clientOrderId} is unknown`;
}

function warnOfPrice(turn: Turn, { instrumentId }: OpenIntent): void {
  notify(turn, 'warn', failure('entry_price_invalid', { instrumentId }));
}

/** A limit at the most it may cost, or the amount at the market where the instrument takes that. */
function entryTerms(intent: OpenIntent, rules: TradingRules, style: 'limitIoc' | 'limit' | 'market'): OrderTerms {
  if (style === 'market' && rules.isMarketByQuote) {
    return { type: 'marketByQuote', side: 'buy', quoteAmount: quantizeAmount(intent.quoteAmount, rules) };
  }
  const price = quantizePrice(above(intent.referencePrice, intent.maxSlippage), rules);
  const quantity = price > 0n ? quantizeQuantity(quantityFor(intent.quoteAmount, price), rules, 'lot') : ZERO_QUANTITY;
  return { type: 'limit', side: 'buy', quantity, price, timeInForce: style === 'limit' ? 'GTC' : 'IOC' };
}

const ZERO_QUANTITY = 0n as Extract<OrderTerms, { type: 'limit' }>['quantity'];

/** Free quote money, where it is known, must cover the entry beside those under way. */
function checkFunds(
  state: ExecutionState,
  { quoteAmount }: OpenIntent,
  { quoteAsset }: TradingRules,
): 'BUY_INSUFFICIENT_BALANCE' | null {
  if (state.wallet === null) return null;
  const owned: Decimal = state.wallet[quoteAsset] ?? (0n as Decimal);
  const free = (owned - reservedQuote(state, quoteAsset)) as Money;
  return quoteAmount > free ? 'BUY_INSUFFICIENT_BALANCE' : null;
}
