/**
 * A position as sentences: why it was bought, why that much, each sale with its reason and its cost, and how it ended.
 */
import type { WhyTradeAnswer } from '../../api/contract.ts';
import { momentOf } from './why-words.ts';

/** The sentences about a position, in the order things happened. */
export function tradeWords(answer: Omit<WhyTradeAnswer, 'words'>): string[] {
  const { entry, exits, legs, orders, closed, symbol } = answer;
  const opened =
    entry === null ? [`Nothing is kept of why ${symbol} was bought: it was adopted, or too long ago.`] : entry.words;
  return [
    ...opened,
    ...entryFills(orders),
    ...exits.flatMap(({ words }) => words),
    ...legs.map(legSentence),
    closed === null
      ? isOpen(answer)
        ? 'It is still held.'
        : 'It is not held: nothing was bought, or its end is not kept any more.'
      : `Over at ${momentOf(closed.exit_time)} after ${closed.legs} sale(s), the last by ${closed.reason}: net ${signed(closed.pnl_net)}${closed.dust === '0' ? '' : `, ${closed.dust} left as dust`}.`,
  ];
}

function isOpen({ orders }: Omit<WhyTradeAnswer, 'words'>): boolean {
  return orders.some(({ purpose, mean_price }) => purpose === 'open' && mean_price !== null);
}

function entryFills(orders: WhyTradeAnswer['orders']): string[] {
  return orders
    .filter(({ purpose }) => purpose === 'open')
    .map(({ client_order_id, state, filled_quantity, mean_price, error }) => {
      const filled = mean_price === null ? 'bought nothing' : `bought ${filled_quantity} at ${cut(mean_price)}`;
      return `Order ${client_order_id} ${filled} (${state}${error === null ? '' : `, ${error}`}).`;
    });
}

function legSentence(leg: WhyTradeAnswer['legs'][number]): string {
  const { exit_decided_price: decided } = leg;
  const decidedText = decided === null ? '' : `, decided at ${cut(decided)}`;
  const fees = `commissions ${cut(leg.fee_entry)} and ${cut(leg.fee_exit)}`;
  return `Sale ${leg.leg} (${leg.reason}) at ${momentOf(leg.exit_time)}: ${leg.quantity} at ${cut(leg.exit_price)}${decidedText}, bought at ${cut(leg.entry_price)}; net ${signed(leg.pnl_net)} after ${fees}.`;
}

/** Averages have digits that nobody reads. */
function cut(text: string): string {
  return text.replace(/(\.\d{8})\d+$/, '$1');
}

function signed(text: string): string {
  return text.startsWith('-') ? cut(text) : `+${cut(text)}`;
}
