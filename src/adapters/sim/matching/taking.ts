/**
 * An order that takes: it meets the market's levels and other accounts' resting orders, best price first; at one
 * price what stood there before any of ours comes first. In: an order that works. Out: fills, and whether something
 * is left.
 */
import { add, type Decimal, divide, lesser, multiply, subtract, truncateToStep, ZERO } from '../../../core/decimal.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { EngineState } from './engine-state.ts';
import { execute } from './executing.ts';
import { type DepthLevel, drain, levelsAgainst, reaches } from './market-depth.ts';
import { finish } from './settlement.ts';
import { isMarketType, leftOf, type SimOrder, type SimSide } from './sim-order.ts';
import { opposite, queueOf, type SymbolBook } from './symbol-book.ts';

/** Something that can be taken from. */
type Offer =
  | { readonly kind: 'level'; readonly level: DepthLevel; readonly price: Decimal; readonly quantity: Decimal }
  | { readonly kind: 'order'; readonly maker: SimOrder; readonly price: Decimal; readonly quantity: Decimal };

/** The price up to which the order takes; `null` for any. */
function limitOf(order: SimOrder): Decimal | null {
  return isMarketType(order.draft.type) ? null : order.draft.price;
}

/** The order that takes, and when. */
export type Taking = { readonly order: SimOrder; readonly time: EpochMs };

/**
 * Takes what the order may: `done` when it has all or nothing more is offered, `prevented` when it met an order of its
 * own account and has to end.
 */
export function take(state: EngineState, book: SymbolBook, { order, time }: Taking): 'done' | 'prevented' {
  for (;;) {
    const offer = bestOffer(state, book, order);
    if (offer === null) return 'done';
    if (isOwn(order, offer)) {
      if (preventSelfTrade(state, book, { order, maker: offer.maker, time }) === 'prevented') return 'prevented';
      continue;
    }
    const wanted = wantedOf(order, offer, book);
    if (wanted <= 0n) return 'done';
    const isWhole = wanted <= offer.quantity;
    trade(state, book, { order, time, offer, quantity: isWhole ? wanted : offer.quantity, isWhole });
    if (isWhole) return 'done';
  }
}

function isOwn(order: SimOrder, offer: Offer): offer is Offer & { readonly kind: 'order' } {
  const isSame = offer.kind === 'order' && offer.maker.draft.account === order.draft.account;
  return isSame && order.draft.selfTrade !== 'NONE';
}

type Trade = Taking & { readonly offer: Offer; readonly quantity: Decimal; readonly isWhole: boolean };

function trade(state: EngineState, book: SymbolBook, { order, time, offer, quantity, isWhole }: Trade): void {
  const execution = { price: offer.price, quantity, tradeId: state.next.trade++, time } as const;
  const taken = { ...execution, role: 'taker', isWhole } as const;
  if (offer.kind === 'level') {
    drain(offer.level.pool, quantity);
    execute(state, book, { order, execution: { ...taken, against: 'outside' } });
    return;
  }
  const { maker } = offer;
  const made = { ...execution, role: 'maker', isWhole: quantity === leftOf(maker), against: 'account' } as const;
  execute(state, book, { order: maker, execution: made });
  execute(state, book, { order, execution: { ...taken, against: 'account' } });
}

/** How much the order would take at the offer's price: what is left of it, or what its quote amount still buys. */
function wantedOf(order: SimOrder, offer: Offer, book: SymbolBook): Decimal {
  const { quoteQuantity } = order.draft;
  if (quoteQuantity === null) return leftOf(order);
  const affordable = divide(subtract(quoteQuantity, order.executedQuote), offer.price);
  return book.rules.lot.step > 0n ? truncateToStep(affordable, book.rules.lot.step) : affordable;
}

function bestOffer(state: EngineState, book: SymbolBook, order: SimOrder): Offer | null {
  if (order.draft.quoteQuantity === null && leftOf(order) === 0n) return null;
  const limit = limitOf(order);
  const { side } = order.draft;
  const level = levelsAgainst(book.depth, side).find((one) => one.pool.left > 0n) ?? null;
  const maker = state.options.meeting === 'accounts' ? queueOf(book, opposite(side)).best() : null;
  const isLevelFirst = level !== null && (maker === null || reaches(side, level.touch, maker.draft.price));
  if (isLevelFirst) {
    if (!reaches(side, level.touch, limit)) return null;
    const price = limit !== null && !reaches(side, level.price, limit) ? limit : level.price;
    return { kind: 'level', level, price, quantity: level.pool.left };
  }
  const price = maker?.draft.price ?? null;
  if (maker === null || price === null || !reaches(side, price, limit)) return null;
  return { kind: 'order', maker, price, quantity: leftOf(maker) };
}

type Meeting = Taking & { readonly maker: SimOrder };

function preventSelfTrade(state: EngineState, book: SymbolBook, met: Meeting): 'goOn' | 'prevented' {
  const { order, maker, time } = met;
  const mode = order.draft.selfTrade;
  if (mode !== 'EXPIRE_TAKER') {
    queueOf(book, maker.draft.side).remove(maker);
    finish(state, maker, { status: 'EXPIRED_IN_MATCH', execution: 'TRADE_PREVENTION', time });
  }
  return mode === 'EXPIRE_MAKER' ? 'goOn' : 'prevented';
}

/** What stands to be taken by an order: quantity and cost, at most `quantity` base units and `quote` units. */
export function surveyOffers(state: EngineState, book: SymbolBook, order: SimOrder): Survey {
  const limit = limitOf(order);
  const { side } = order.draft;
  let found: Survey = { quantity: ZERO, cost: ZERO };
  for (const offer of offersAgainst(state, book, side)) {
    const isEnough = order.draft.quoteQuantity === null && found.quantity === order.draft.quantity;
    if (isEnough || !reaches(side, offer.touch, limit)) break;
    const price = limit !== null && !reaches(side, offer.price, limit) ? limit : offer.price;
    const missing = missingOf(order, found, price);
    const part = lesser(missing, offer.left);
    found = { quantity: add(found.quantity, part), cost: add(found.cost, multiply(price, part)) };
  }
  return found;
}

/** Base units and what they cost. */
export type Survey = { readonly quantity: Decimal; readonly cost: Decimal };

function missingOf(order: SimOrder, found: Survey, price: Decimal): Decimal {
  const { quoteQuantity, quantity } = order.draft;
  if (quoteQuantity !== null) return divide(subtract(quoteQuantity, found.cost), price);
  return subtract(quantity ?? ZERO, found.quantity);
}

type Standing = { readonly touch: Decimal; readonly price: Decimal; readonly left: Decimal };

function offersAgainst(state: EngineState, book: SymbolBook, side: SimSide): readonly Standing[] {
  const offers: Standing[] = levelsAgainst(book.depth, side).map(({ touch, price, pool }) => {
    return { touch, price, left: pool.left };
  });
  if (state.options.meeting === 'market') return offers;
  for (const maker of queueOf(book, opposite(side)).inPriority()) {
    const price = maker.draft.price ?? ZERO;
    offers.push({ touch: price, price, left: leftOf(maker) });
  }
  const direction = side === 'BUY' ? 1 : -1;
  return offers.sort((a, b) => direction * (a.touch < b.touch ? -1 : a.touch > b.touch ? 1 : 0));
}
