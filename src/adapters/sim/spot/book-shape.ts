/**
 * A synthetic order book around a price, as deep as the market is busy. In: the price, which side took last, how much
 * trades in a minute, and a seeded generator. Out: both sides, best first. Quiet markets get a wide spread and thin
 * levels, so that size costs there what it costs in life: slippage grows with the order's share of the volume.
 */
import { type Decimal, toFloat } from '../../../core/decimal.ts';
import type { Rng } from '../../../core/rng.ts';
import type { DepthLevel, MarketDepth } from '../matching/market-depth.ts';
import type { SimSide } from '../matching/sim-order.ts';
import { fromUnits, type SimGrid, toUnits } from '../sim-grid.ts';

/** What a book is shaped by. */
export type BookShape = {
  readonly grid: SimGrid;
  /** Last traded price. */
  readonly price: Decimal;
  /** Which side took last: a buyer took at the best ask, a seller at the best bid. */
  readonly taker: SimSide;
  /** Mean base volume of a minute. */
  readonly minuteVolume: Decimal;
};

/** Levels a side. */
export const BOOK_LEVELS = 40;
/** A level holds about a twelfth of a minute's volume, and never less than this in quote units. */
const LEVEL_SHARE = 0.08;
const LEVEL_NOTIONAL_MIN = 60;
/** Spread of a market where nothing trades, in basis points; 5 million a minute narrow it to about 0.14. */
const SPREAD_BPS_MAX = 60;

/** The spread in basis points where `minuteNotional` quote units trade in a minute. */
export function spreadBpsOf(minuteNotional: number): number {
  return SPREAD_BPS_MAX / (1 + minuteNotional / 200) ** 0.6;
}

/** A book; the same shape and generator state give the same book. */
export function shapeBook(shape: BookShape, rng: Rng): MarketDepth {
  const { grid, taker } = shape;
  const ticks = toUnits(shape.price, grid.priceTick);
  const price = toFloat(shape.price);
  const minuteNotional = toFloat(shape.minuteVolume) * price;
  const spread = Math.max(1, Math.round((ticks * spreadBpsOf(minuteNotional)) / 10_000));
  const unit = (LEVEL_SHARE * minuteNotional + LEVEL_NOTIONAL_MIN) / price / toFloat(grid.quantityStep);
  const bestAsk = taker === 'BUY' ? ticks : ticks + spread;
  const bestBid = taker === 'BUY' ? ticks - spread : ticks;
  const ladder = { grid, unit, gap: spread / 2 };
  return {
    bids: shapeSide({ ...ladder, best: bestBid, direction: -1 }, rng),
    asks: shapeSide({ ...ladder, best: bestAsk, direction: 1 }, rng),
  };
}

type Ladder = {
  readonly grid: SimGrid;
  /** Best price in ticks. */
  readonly best: number;
  readonly direction: 1 | -1;
  /** Mean quantity of the best level, in steps. */
  readonly unit: number;
  /** Mean distance of the first levels, in ticks. */
  readonly gap: number;
};

function shapeSide(ladder: Ladder, rng: Rng): readonly DepthLevel[] {
  const levels: DepthLevel[] = [];
  let ticks = ladder.best;
  for (let level = 0; level < BOOK_LEVELS && ticks > 0; level++) {
    const steps = Math.max(1, Math.round(ladder.unit * Math.exp(0.6 * rng.normal()) * (1 + level / 6)));
    const price = fromUnits(ticks, ladder.grid.priceTick);
    levels.push({ price, touch: price, pool: { left: fromUnits(steps, ladder.grid.quantityStep) } });
    ticks += ladder.direction * Math.max(1, Math.round(ladder.gap * (0.5 + rng.next()) * (1 + level / 8)));
  }
  return levels;
}
