/**
 * A position as sentences: why it was bought, why that much, each sale with its reason and its cost, and how it ended.
 */
import type { WhyTradeAnswer } from '../../api/contract.ts';
import { momentOf, type WhyPhrases } from './why-phrases.ts';

type Answer = Omit<WhyTradeAnswer, 'words'>;

/** The sentences about a position, in the order things happened. */
export function tradeWords(answer: Answer, phrases: WhyPhrases): string[] {
  const { entry, exits, legs, orders, symbol } = answer;
  return [
    ...(entry === null ? [phrases.adopted(symbol)] : entry.words),
    ...entryFills(orders, phrases),
    ...exits.flatMap(({ words }) => words),
    ...legs.map((leg) => legSentence(leg, phrases)),
    endSentence(answer, phrases),
  ];
}

function endSentence({ closed, orders }: Answer, phrases: WhyPhrases): string {
  if (closed === null) return isOpen(orders) ? phrases.stillHeld : phrases.notHeld;
  const { exit_time, legs, reason, pnl_net, dust } = closed;
  return phrases.over({
    ...{ legs, reason },
    when: momentOf(exit_time),
    net: signed(pnl_net),
    dust: dust === '0' ? null : dust,
  });
}

function isOpen(orders: Answer['orders']): boolean {
  return orders.some(({ purpose, mean_price }) => purpose === 'open' && mean_price !== null);
}

function entryFills(orders: Answer['orders'], phrases: WhyPhrases): string[] {
  return orders
    .filter(({ purpose }) => purpose === 'open')
    .map(({ client_order_id: id, state, filled_quantity, mean_price, error }) => {
      const bought = mean_price === null ? null : ([filled_quantity, cut(mean_price)] as const);
      return phrases.order({ id, bought, state, error });
    });
}

function legSentence(leg: Answer['legs'][number], phrases: WhyPhrases): string {
  const { exit_decided_price: decided } = leg;
  return phrases.leg({
    leg: leg.leg,
    reason: leg.reason,
    when: momentOf(leg.exit_time),
    quantity: leg.quantity,
    exitPrice: cut(leg.exit_price),
    decided: decided === null ? null : cut(decided),
    entryPrice: cut(leg.entry_price),
    net: signed(leg.pnl_net),
    fees: [cut(leg.fee_entry), cut(leg.fee_exit)],
  });
}

/** Averages have digits that nobody reads. */
function cut(text: string): string {
  return text.replace(/(\.\d{8})\d+$/, '$1');
}

function signed(text: string): string {
  return text.startsWith('-') ? cut(text) : `+${cut(text)}`;
}
