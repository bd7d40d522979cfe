/**
 * Balances against holdings: the last phase of a comparison with the venue. In come the account's balances, out go what
 * each position can not sell because the account lacks it, and that records and venue agree.
 */
import { addMs } from '../core/time.ts';
import type { Balance } from '../model/balance.ts';
import { failure } from '../model/failure.ts';
import {
  deskOf,
  type ExecutionState,
  listDesks,
  notify,
  startTimer,
  type Turn,
  tellMismatch,
} from './execution-state.ts';
import { hasEnded, isInDoubt } from './order-life.ts';
import { findShortages, spreadShortage } from './reconciliation.ts';
import { createReconciling } from './reconciling.ts';

/** Timer of a question of the reconciliation that is to be asked again. */
export const RECONCILE_TIMER = 'execution:reconcile';
/** A balance that is too low is read again after this before it is believed. */
const WEIGH_AGAIN_MS = 2_000;
/** Balances that were read while something moved say nothing: they are read again after this, when nothing is on its way. */
export const WEIGH_SOON_MS = 250;

/** The last phase: what the fills say we hold must be there. */
export function weigh(turn: Turn, balances: readonly Balance[]): void {
  const { state, now } = turn;
  const { reconciling } = state;
  const desks = listDesks(state);
  const shortages = findShortages(desks, { balances, locked: lockedByUs(state, balances) });
  const hasMoved = reconciling.fillCount !== state.fillCount || mayMislead(state, shortages);
  if (hasMoved || (shortages.length > 0 && !reconciling.isShortSeen)) {
    reconciling.isShortSeen = !hasMoved;
    reconciling.balances = null;
    startTimer(turn, RECONCILE_TIMER, addMs(now, hasMoved ? WEIGH_SOON_MS : WEIGH_AGAIN_MS));
    return;
  }
  spreadShortage(desks, shortages);
  for (const shortage of shortages) {
    tellMismatch(turn, shortage);
    notify(turn, 'error', failure('balance_short', { asset: shortage.asset }));
  }
  turn.facts.push({ kind: 'reconciled', mismatches: reconciling.mismatches, time: now });
  state.reconciling = { ...createReconciling(), phase: 'settled', fillCount: state.fillCount, settledTime: now };
}

/**
 * Whether orders on their way make the balances worthless. A sale that is carried out unheard leaves too little, never too
 * much: where nothing is missing it proves nothing against what we hold, so a stop being placed holds nothing up. A purchase
 * could hide what is missing.
 */
function mayMislead({ orders }: ExecutionState, shortages: readonly unknown[]): boolean {
  const isShort = shortages.length > 0;
  return Object.values(orders).some((order) => isInDoubt(order) && (isShort || order.side === 'buy'));
}

/**
 * What our own open sales lock, by asset: it can be sold once they are cancelled. An adopted sale, whose terms nobody
 * knows, may lock everything: coins taken for missing would be let go with their stop.
 */
function lockedByUs(state: ExecutionState, balances: readonly Balance[]): ReadonlyMap<string, bigint> {
  const locked = new Map<string, bigint>();
  for (const order of Object.values(state.orders)) {
    const { terms, side, filledQuantity } = order;
    if (side === 'buy' || hasEnded(order) || terms?.type === 'marketByQuote') continue;
    const asset = deskOf(state, order.positionId)?.baseAsset ?? '';
    const all = (balances.find((balance) => balance.asset === asset)?.locked ?? 0n) as bigint;
    const own = terms === null ? all : terms.quantity - filledQuantity;
    locked.set(asset, (locked.get(asset) ?? 0n) + own);
  }
  return locked;
}
