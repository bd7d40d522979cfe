/**
 * A minute under a script, column by column. In: the minute as it would be, the factors of its prices and what becomes
 * of its volume. Out: a minute that is as consistent as the one it was made from: prices on the grid, the quote amount
 * between volume at the low and volume at the high, at least one step a trade.
 */
import { type Decimal, multiply, truncateToStep, ZERO } from '../../../core/decimal.ts';
import { fromUnits, highest, lowest, quoteUnitOf, type SimGrid, shareOf, toUnits } from '../sim-grid.ts';
import type { SimRow } from '../sim-market.ts';
import type { MinuteFactors } from './price-course.ts';

/** What a script makes of a minute. */
export type RowEdit = {
  readonly factors: MinuteFactors;
  readonly volumeRatio: number;
  readonly buyersRatio: number | null;
  readonly trades: number;
  readonly firstTradeId: number;
};

/** Ratios are taken to nine places; a whole one is exact. */
const RATIO_UNIT = 1_000_000_000;

/** The minute under the script. */
export function editRow(row: SimRow, grid: SimGrid, edit: RowEdit): SimRow {
  const { factors, trades, firstTradeId } = edit;
  const open = scalePrice(row.open, factors.open, grid);
  const close = scalePrice(row.close, factors.close, grid);
  // Every corner has a factor of its own: on a coarse grid the ends of a minute can come to lie beyond its extremes.
  const high = highest(scalePrice(row.high, factors.high, grid), highest(open, close));
  const low = lowest(scalePrice(row.low, factors.low, grid), lowest(open, close));
  const prices = { open, high, low, close };
  const ids = { trades, firstTradeId, lastTradeId: firstTradeId + trades - 1 };
  return { openTime: row.openTime, ...prices, ...amountsOf(row, { ...edit, grid, ...prices }), ...ids };
}

/** A minute without trades at `price`. */
export function flatRow(openTime: SimRow['openTime'], price: Decimal): SimRow {
  const prices = { open: price, high: price, low: price, close: price };
  const none = { volume: ZERO, quoteVolume: ZERO, takerBaseVolume: ZERO, takerQuoteVolume: ZERO };
  return { openTime, ...prices, ...none, trades: 0, firstTradeId: -1, lastTradeId: -1 };
}

/** A price at the scripted level, at least one tick. */
export function scalePrice(price: Decimal, factor: number, { priceTick }: SimGrid): Decimal {
  if (factor === 1) return price;
  return fromUnits(Math.max(1, Math.round(toUnits(price, priceTick) * factor)), priceTick);
}

/** `value` times `ratio`, truncated. */
function scale(value: Decimal, ratio: number): Decimal {
  return ((value * BigInt(Math.round(ratio * RATIO_UNIT))) / BigInt(RATIO_UNIT)) as Decimal;
}

type Amounts = Pick<SimRow, 'volume' | 'quoteVolume' | 'takerBaseVolume' | 'takerQuoteVolume'>;

function amountsOf(
  row: SimRow,
  edit: RowEdit & Pick<SimRow, 'high' | 'low' | 'open'> & { readonly grid: SimGrid },
): Amounts {
  const { grid, factors, volumeRatio, buyersRatio, trades } = edit;
  const step = grid.quantityStep;
  const volume = highest(truncateToStep(scale(row.volume, volumeRatio), step), fromUnits(trades, step));
  // Where nothing would have been traded there is no mean price either.
  const mean = Math.sqrt(factors.open * factors.close) * volumeRatio;
  const wanted = row.volume === 0n ? multiply(edit.open, volume) : scale(row.quoteVolume, mean);
  const quoteUnit = quoteUnitOf(grid);
  const floor = multiply(edit.low, volume);
  const quoteVolume = lowest(multiply(edit.high, volume), highest(floor, truncateToStep(wanted, quoteUnit)));
  const bought =
    buyersRatio === null
      ? shareOfBuyers(row, volume, quoteVolume)
      : {
          base: scale(volume, buyersRatio),
          quote: scale(quoteVolume, buyersRatio),
        };
  const takerBaseVolume = truncateToStep(bought.base, step);
  return { volume, quoteVolume, takerBaseVolume, takerQuoteVolume: truncateToStep(bought.quote, quoteUnit) };
}

/** What buyers took, in the proportion of the minute as it would be; half where nothing was traded. */
function shareOfBuyers(row: SimRow, volume: Decimal, quoteVolume: Decimal): { base: Decimal; quote: Decimal } {
  if (row.volume === 0n) return { base: shareOf(volume, 1, 2), quote: shareOf(quoteVolume, 1, 2) };
  return {
    base: ((row.takerBaseVolume * volume) / row.volume) as Decimal,
    quote: ((row.takerQuoteVolume * quoteVolume) / row.quoteVolume) as Decimal,
  };
}
