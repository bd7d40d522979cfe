/**
 * Trades with what they were decided by: begun with an approved entry, told of each sale, complete with each closed leg.
 */
import { toDecimalText } from '../core/decimal.ts';
import type { LedgerClosed, LedgerLeg, LedgerRow, TradeContext } from '../model/ledger.ts';
import type { ClosedPosition, TradeLeg } from '../model/position.ts';
import { type LedgerTurn, type OpenTrade, TRADES_MAX } from './ledger-state.ts';

/** A sale of a position: how much of it, and at what price it was decided. */
export type SaleScope = 'whole' | 'part';

/** Remembers what a position's entry was decided by. */
export function beginTrade({ state }: LedgerTurn, row: LedgerRow): void {
  if (row.positionId === null) return;
  const { heat, strength, price } = row.newest;
  const { stopDistance } = row.facts;
  const { configHash } = row;
  const decided = { configHash, entryDecidedPrice: price, stopDistance, strength, heat };
  state.trades[row.positionId] = { ...decided, ...groundsOf(row), exits: {} };
  const ids = Object.keys(state.trades);
  for (const id of ids.slice(0, Math.max(0, ids.length - TRADES_MAX))) delete state.trades[id];
}

function groundsOf({ intentId, facts }: LedgerRow): Pick<OpenTrade, 'intentId' | 'confidence'> {
  return { intentId, confidence: facts.signal?.confidence ?? null };
}

/** Forgets a position that was never opened. */
export function dropTrade({ state }: LedgerTurn, positionId: string): void {
  delete state.trades[positionId];
}

/** Remembers a sale. */
export function noteSale(turn: LedgerTurn, row: LedgerRow, scope: SaleScope): void {
  const trade = tradeOf(turn, row.positionId);
  if (trade !== null && row.intentId !== null) trade.exits[row.intentId] = { price: row.newest.price, scope };
}

function tradeOf({ state }: LedgerTurn, positionId: string | null): OpenTrade | null {
  if (positionId === null || !Object.hasOwn(state.trades, positionId)) return null;
  return state.trades[positionId] ?? null;
}

/** What an order was decided by: the price, and of an entry the signal; `null` is what is not known. */
export type OrderGround = {
  readonly price: string | null;
  readonly strength: number | null;
  readonly confidence: number | null;
};

/** The ground of an entry or a sale of a position. */
export function groundOf(
  { trades }: LedgerTurn['state'],
  { positionId, intentId }: { readonly positionId: string; readonly intentId: string },
): OrderGround {
  const trade = Object.hasOwn(trades, positionId) ? trades[positionId] : undefined;
  const sale = trade?.exits[intentId];
  if (sale !== undefined) return { price: sale.price, strength: null, confidence: null };
  if (trade === undefined || trade.intentId !== intentId) return { price: null, strength: null, confidence: null };
  return { price: trade.entryDecidedPrice, strength: trade.strength, confidence: trade.confidence };
}

/** A leg that closed; `stopPrice` is that of the resting stop which sold it, `null` for an order of an intent. */
export type ClosedLeg = {
  readonly leg: TradeLeg;
  readonly intentId: string | null;
  readonly stopPrice: string | null;
  readonly configHash: string;
};

/** Keeps a leg, and answers what it was decided by. */
export function keepLeg(turn: LedgerTurn, { leg, intentId, stopPrice, configHash }: ClosedLeg): TradeContext {
  const trade = tradeOf(turn, leg.positionId);
  const sale = intentId === null ? undefined : trade?.exits[intentId];
  const context: TradeContext = {
    configHash: trade?.configHash ?? configHash,
    entryDecidedPrice: trade?.entryDecidedPrice ?? null,
    exitDecidedPrice: stopPrice ?? sale?.price ?? null,
    stopDistance: trade?.stopDistance ?? null,
    strength: trade?.strength ?? null,
    heat: trade?.heat ?? null,
  };
  turn.trades.push({ kind: 'leg', ...legTexts(leg), ...context });
  return context;
}

function legTexts(leg: TradeLeg): Omit<LedgerLeg, 'kind' | keyof TradeContext> {
  return {
    ...leg,
    entryPrice: toDecimalText(leg.entryPrice),
    exitPrice: toDecimalText(leg.exitPrice),
    quantity: toDecimalText(leg.quantity),
    pnl: toDecimalText(leg.pnl),
    feeEntry: toDecimalText(leg.feeEntry),
    feeExit: toDecimalText(leg.feeExit),
    pnlNet: toDecimalText(leg.pnlNet),
  };
}

/** Keeps the end of a position. */
export function endTrade(turn: LedgerTurn, closed: ClosedPosition): void {
  const record: LedgerClosed = {
    kind: 'closed',
    ...closed,
    entryPrice: toDecimalText(closed.entryPrice),
    quantity: toDecimalText(closed.quantity),
    pnlNet: toDecimalText(closed.pnlNet),
    dust: toDecimalText(closed.dust),
  };
  turn.trades.push(record);
  dropTrade(turn, closed.positionId);
}
