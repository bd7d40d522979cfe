/**
 * Frames of trades and books as the exchange spells them, and the streams that carry them. In: moments and books. Out:
 * text.
 */
import { type Decimal, divide, truncateToStep, ZERO } from '../../../core/decimal.ts';
import type { EpochMs } from '../../../core/time.ts';
import { fromUnits } from '../sim-grid.ts';
import type { SimInstrument } from '../sim-market.ts';
import type { MarketMoment } from './market-moments.ts';
import { places8 } from './order-json.ts';
import { toLevelTexts, type VisibleBook, type VisibleLevel } from './visible-book.ts';

/** A stream of trades or of a book. */
export type BookStreamRequest =
  | { readonly kind: 'trade' | 'aggTrade' | 'bookTicker'; readonly symbol: string }
  | { readonly kind: 'depth'; readonly symbol: string; readonly paceMs: number }
  | { readonly kind: 'partialDepth'; readonly symbol: string; readonly paceMs: number; readonly levels: number };

/** The request that `topic` of `symbol` spells, or `null`. */
export function parseBookTopic(symbol: string, topic: string): BookStreamRequest | null {
  if (topic === 'trade' || topic === 'aggTrade' || topic === 'bookTicker') return { kind: topic, symbol };
  const match = /^depth(5|10|20)?(?:@(100|1000)ms)?$/.exec(topic);
  if (match === null) return null;
  const paceMs = match[2] === '100' ? 100 : 1_000;
  if (match[1] === undefined) return { kind: 'depth', symbol, paceMs };
  return { kind: 'partialDepth', symbol, paceMs, levels: Number(match[1]) };
}

/** Frames of a moment: one for all its trades together, or one for each trade that has a quantity of its own. */
export function tradeFrames(
  kind: 'trade' | 'aggTrade',
  instrument: SimInstrument,
  moment: MarketMoment,
): readonly string[] {
  if (kind === 'aggTrade') return [aggTradeFrame(instrument, moment)];
  const { firstTradeId, lastTradeId, quantity, price, time, taker } = moment;
  const step = instrument.quantityStep;
  const steps = Number(quantity / step);
  const count = Math.max(1, Math.min(lastTradeId - firstTradeId + 1, steps));
  const part = truncateToStep(divide(quantity, fromUnits(count, (10n ** 18n) as Decimal)), step);
  return Array.from({ length: count }, (_, index) => {
    const isLast = index === count - 1;
    const own = isLast ? ((quantity - part * BigInt(count - 1)) as Decimal) : part;
    return JSON.stringify({
      e: 'trade',
      E: time,
      s: instrument.symbol,
      t: lastTradeId - (count - 1 - index),
      p: places8(price),
      q: places8(own),
      T: time,
      m: taker === 'SELL',
      M: true,
    });
  });
}

function aggTradeFrame(instrument: SimInstrument, moment: MarketMoment): string {
  const { firstTradeId, lastTradeId, quantity, price, time, taker } = moment;
  return JSON.stringify({
    e: 'aggTrade',
    E: time,
    s: instrument.symbol,
    a: lastTradeId,
    p: places8(price),
    q: places8(quantity),
    f: firstTradeId,
    l: lastTradeId,
    T: time,
    m: taker === 'SELL',
    M: true,
  });
}

/** Best prices, and the same without the number of the update, to tell whether they changed. */
export function bookTickerFrame(
  instrument: SimInstrument,
  { bids, asks }: VisibleBook,
  updateId: number,
): { readonly text: string; readonly prices: string } {
  const [bid, ask] = [bids[0], asks[0]];
  const best = {
    s: instrument.symbol,
    b: places8(bid?.price ?? null),
    B: places8(bid?.quantity ?? null),
    a: places8(ask?.price ?? null),
    A: places8(ask?.quantity ?? null),
  };
  return { text: JSON.stringify({ u: updateId, ...best }), prices: JSON.stringify(best) };
}

/** A picture of the best levels. */
export function partialDepth(book: VisibleBook, lastUpdateId: number, levels: number): string {
  const bids = toLevelTexts(book.bids.slice(0, levels));
  const asks = toLevelTexts(book.asks.slice(0, levels));
  return JSON.stringify({ lastUpdateId, bids, asks });
}

/** What changed between two books; a quantity of zero takes a level away. */
export function depthDifference(change: {
  readonly instrument: SimInstrument;
  readonly before: VisibleBook;
  readonly after: VisibleBook;
  readonly firstId: number;
  readonly lastId: number;
  readonly time: EpochMs;
}): string {
  const { instrument, before, after, firstId, lastId, time } = change;
  return JSON.stringify({
    e: 'depthUpdate',
    E: time,
    s: instrument.symbol,
    U: firstId,
    u: lastId,
    b: toLevelTexts(differenceOf(before.bids, after.bids)),
    a: toLevelTexts(differenceOf(before.asks, after.asks)),
  });
}

function differenceOf(before: readonly VisibleLevel[], after: readonly VisibleLevel[]): readonly VisibleLevel[] {
  const now = new Map(after.map((level) => [level.price, level.quantity]));
  const then = new Map(before.map((level) => [level.price, level.quantity]));
  const gone = before.filter((level) => !now.has(level.price)).map(({ price }) => ({ price, quantity: ZERO }));
  return [...after.filter((level) => then.get(level.price) !== level.quantity), ...gone];
}
