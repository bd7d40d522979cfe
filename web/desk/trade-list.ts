/**
 * The trades that a page knows, as a fold: the newest as the socket tells them, and pages of older ones that were asked
 * for. The socket holds the newest only, so what it has told is kept here.
 */
import type { DeskTrade, TradesAnswer } from '../../src/api/contract.ts';
import type { Refused } from './refused.ts';

/** Trades kept in the page. Policy beyond it: the oldest are let go first, and can be asked for again. */
export const TRADES_MAX = 2_000;
/** As many as a page of them has. */
export const TRADES_PAGE = 100;

/** What a page knows. */
export type TradeList = {
  /** Newest first. */
  readonly trades: readonly DeskTrade[];
  /** What older ones come before; `null` where there are none, `undefined` while nobody has asked. */
  readonly next: string | null | undefined;
  readonly refused: Refused | null;
};

/** What becomes known. */
export type TradeNews =
  | { readonly kind: 'told'; readonly newest: readonly DeskTrade[] }
  | { readonly kind: 'read'; readonly page: TradesAnswer }
  | { readonly kind: 'refused'; readonly refused: Refused };

/** Nothing. */
export const NO_TRADES_KNOWN: TradeList = { trades: [], next: undefined, refused: null };

/** Names a trade. */
export function keyOf({ position_id, leg }: DeskTrade): string {
  return `${position_id}/${leg}`;
}

/** The list after news. */
export function foldTrades(list: TradeList, news: TradeNews): TradeList {
  if (news.kind === 'refused') return { ...list, refused: news.refused };
  if (news.kind === 'told') return afterTold(list, news.newest);
  const { trades, next_before: next } = news.page;
  return bounded({ trades: merged(list.trades, trades), next, refused: null });
}

/** Where none of what is told is known, trades between may have been missed: what is older is asked for anew. */
function afterTold(list: TradeList, newest: readonly DeskTrade[]): TradeList {
  const known = new Set(list.trades.map(keyOf));
  if (newest.every((trade) => known.has(keyOf(trade)))) return list;
  const isTorn = known.size > 0 && newest.length >= TRADES_PAGE && !newest.some((trade) => known.has(keyOf(trade)));
  if (isTorn) return { trades: merged([], newest), next: undefined, refused: null };
  return bounded({ ...list, trades: merged(list.trades, newest) });
}

function merged(known: readonly DeskTrade[], told: readonly DeskTrade[]): readonly DeskTrade[] {
  const byKey = new Map([...known, ...told].map((trade) => [keyOf(trade), trade]));
  return [...byKey.values()].sort((a, b) => b.exit_time - a.exit_time);
}

function bounded(list: TradeList): TradeList {
  if (list.trades.length <= TRADES_MAX) return list;
  return { ...list, trades: list.trades.slice(0, TRADES_MAX), next: undefined };
}

/** Whether there may be older ones: the server said so, or nobody asked yet and the newest fill a page. */
export function mayHaveOlder({ trades, next }: TradeList): boolean {
  return next === undefined ? trades.length >= TRADES_PAGE : next !== null;
}

/** Where the next page begins. */
export function nextPlace({ trades, next }: TradeList): string | null {
  const last = trades.at(-1);
  if (next !== undefined || last === undefined) return next ?? null;
  return `${last.exit_time}@${last.client_order_id}`;
}
