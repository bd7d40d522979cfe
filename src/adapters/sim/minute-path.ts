/**
 * Unfolds one published minute into the forming updates that lead to it. In: the finished minute and a seed. Out: the
 * forming minute at any time inside. It starts at the open, visits high and low in a seeded order, only ever grows in
 * volume and trades, and ends exactly in the published columns.
 */
import { truncateToStep } from '../../core/decimal.ts';
import { createRng, type Rng } from '../../core/rng.ts';
import type { EpochMs } from '../../core/time.ts';
import { fromUnits, quoteUnitOf, type SimGrid, shareOf, toUnits } from './sim-grid.ts';
import type { SimRow } from './sim-market.ts';

/** Moments of a minute at which trades happen; columns run over the moments, prices in ticks. */
export type MinutePath = {
  readonly row: SimRow;
  readonly grid: SimGrid;
  readonly offsetsMs: readonly number[];
  readonly prices: readonly number[];
  readonly highs: readonly number[];
  readonly lows: readonly number[];
  /** Millionths of the minute's volume done so far. */
  readonly shares: readonly number[];
  readonly trades: readonly number[];
};

/** Bound of the moments of one minute: two per second keep even a 250 ms stream lively. */
const MOMENTS_MAX = 120;
const SHARE_WHOLE = 1_000_000;
/** The last trade falls before this offset, so that the minute's end never races with it. */
const LAST_OFFSET_MS = 59_900;

/** The path of `row`; `stream` names the instrument, so that different instruments move differently. */
export function unfoldMinute(
  row: SimRow,
  grid: SimGrid,
  random: { readonly seed: number; readonly stream: string },
): MinutePath {
  const rng = createRng(random.seed, `${random.stream}:${row.openTime}:path`);
  if (row.trades === 0) {
    return { row, grid, offsetsMs: [], prices: [], highs: [], lows: [], shares: [], trades: [] };
  }
  const corners = pickCorners(row, grid, rng);
  const steps = Math.max(1, toUnits(row.volume, grid.quantityStep));
  const count = Math.max(corners.length, Math.min(row.trades, MOMENTS_MAX, steps));
  const prices = drawPrices({ corners, count, low: Math.min(...corners), high: Math.max(...corners) }, rng);
  const shares = drawShares(count, rng);
  return {
    row,
    grid,
    offsetsMs: prices.map((_, i) => Math.floor(((i + rng.next()) / count) * LAST_OFFSET_MS)),
    prices,
    highs: runningExtreme(prices, Math.max),
    lows: runningExtreme(prices, Math.min),
    shares,
    trades: shares.map((share, i) => countTrades({ total: row.trades, share, index: i, count })),
  };
}

/** The prices, in ticks, that the minute must visit, in the order it visits them. */
function pickCorners(row: SimRow, grid: SimGrid, rng: Rng): readonly number[] {
  const [open, high, low, close] = [row.open, row.high, row.low, row.close].map((price) =>
    toUnits(price, grid.priceTick),
  ) as [number, number, number, number];
  const extremes: number[] = [];
  if (high > Math.max(open, close)) extremes.push(high);
  if (low < Math.min(open, close)) extremes.push(low);
  if (rng.next() < 0.5) extremes.reverse();
  const last = extremes[extremes.length - 1] ?? open;
  return close !== last || row.trades > 1 ? [open, ...extremes, close] : [open, ...extremes];
}

type Walk = {
  readonly corners: readonly number[];
  readonly count: number;
  readonly low: number;
  readonly high: number;
};

/** `count` prices from corner to corner with some noise, never outside the minute's range. */
function drawPrices(walk: Walk, rng: Rng): number[] {
  const { corners, count } = walk;
  const places = placeCorners(corners.length, count, rng);
  const prices = new Array<number>(count);
  const noise = (walk.high - walk.low) * 0.3;
  prices[0] = corners[0] as number;
  for (let corner = 1; corner < corners.length; corner++) {
    const start = places[corner - 1] as number;
    const end = places[corner] as number;
    const from = corners[corner - 1] as number;
    const to = corners[corner] as number;
    for (let i = start + 1; i < end; i++) {
      const straight = from + ((to - from) * (i - start)) / (end - start);
      const price = Math.round(straight + (rng.next() - 0.5) * noise);
      prices[i] = Math.min(walk.high, Math.max(walk.low, price));
    }
    prices[end] = to;
  }
  return prices;
}

/** Ascending distinct places of the corners among `count` moments: the first is 0, the last is the end. */
function placeCorners(corners: number, count: number, rng: Rng): readonly number[] {
  const places = [0];
  for (let corner = 1; corner < corners - 1; corner++) {
    const earliest = (places[corner - 1] as number) + 1;
    const latest = count - (corners - corner);
    places.push(earliest + rng.integer(latest - earliest + 1));
  }
  if (corners > 1) places.push(count - 1);
  return places;
}

/** Ascending millionths that end in the whole. */
function drawShares(count: number, rng: Rng): number[] {
  const weights = Array.from({ length: count }, () => 0.2 + rng.next());
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let done = 0;
  return weights.map((weight, i) => {
    done += weight;
    return i === count - 1 ? SHARE_WHOLE : Math.floor((done / total) * SHARE_WHOLE);
  });
}

/** Trades done at a moment: at least one per moment so far, leaving one for each moment to come. */
function countTrades(at: {
  readonly total: number;
  readonly share: number;
  readonly index: number;
  readonly count: number;
}): number {
  if (at.index === at.count - 1) return at.total;
  const most = Math.max(1, at.total - (at.count - 1 - at.index));
  return Math.min(most, Math.max(Math.min(at.index + 1, most), Math.floor((at.total * at.share) / SHARE_WHOLE)));
}

function runningExtreme(values: readonly number[], pick: (a: number, b: number) => number): number[] {
  let extreme = values[0] ?? 0;
  return values.map((value) => (extreme = pick(extreme, value)));
}

/** The forming minute at `time`, or `null` while nothing was traded in it yet. */
export function formingAt(path: MinutePath, time: EpochMs): SimRow | null {
  const index = findMoment(path.offsetsMs, time - path.row.openTime);
  if (index < 0) return null;
  if (index === path.offsetsMs.length - 1) return path.row;
  const { row, grid } = path;
  const share = path.shares[index] as number;
  const done = truncateToStep(shareOf(row.volume, share, SHARE_WHOLE), grid.quantityStep);
  const volume = done > 0n || row.volume === 0n ? done : grid.quantityStep;
  const trades = path.trades[index] as number;
  return {
    openTime: row.openTime,
    open: row.open,
    high: fromUnits(path.highs[index] as number, grid.priceTick),
    low: fromUnits(path.lows[index] as number, grid.priceTick),
    close: fromUnits(path.prices[index] as number, grid.priceTick),
    volume,
    quoteVolume: truncateToStep(shareOf(row.quoteVolume, share, SHARE_WHOLE), quoteUnitOf(grid)),
    trades,
    takerBaseVolume: truncateToStep(shareOf(row.takerBaseVolume, share, SHARE_WHOLE), grid.quantityStep),
    takerQuoteVolume: truncateToStep(shareOf(row.takerQuoteVolume, share, SHARE_WHOLE), quoteUnitOf(grid)),
    firstTradeId: row.firstTradeId,
    lastTradeId: row.firstTradeId + trades - 1,
  };
}

/** Index of the last offset that is not after `offset`, -1 when there is none. */
function findMoment(offsets: readonly number[], offset: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((offsets[middle] as number) <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
