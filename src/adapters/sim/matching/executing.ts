/**
 * One execution and what follows from it: the other leg of a pair ends before it, a filled order leaves the book, and
 * a list that goes on is remembered for when the running call is over.
 */
import type { EngineState } from './engine-state.ts';
import { endSiblings } from './order-lists.ts';
import { type Execution, settle } from './settlement.ts';
import type { SimOrder } from './sim-order.ts';
import { queueOf, type SymbolBook } from './symbol-book.ts';

/** Which order is executed, and how. */
export type Executed = { readonly order: SimOrder; readonly execution: Execution };

/** Executes a part of an order. */
export function execute(state: EngineState, book: SymbolBook, { order, execution }: Executed): void {
  endSiblings(state, book, { order, time: execution.time });
  settle(state, order, execution);
  if (order.status !== 'FILLED') return;
  if (order.workingTime !== null && order.draft.price !== null) queueOf(book, order.draft.side).remove(order);
  if (order.listId >= 0) state.unfinishedLists.add(order.listId);
}
