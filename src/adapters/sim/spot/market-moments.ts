/**
 * The public trades inside a minute. In: the minute's path. Out: its moments in order, each with price, quantity and
 * the trade ids it stands for; together they make exactly the published minute, so trades, klines and fills agree.
 */
import { type Decimal, subtract, toFloat, truncateToStep } from '../../../core/decimal.ts';
import { createRng } from '../../../core/rng.ts';
import { addMs, type EpochMs } from '../../../core/time.ts';
import type { SimSide } from '../matching/sim-order.ts';
import { type MinutePath, unfoldMinute } from '../minute-path.ts';
import { fromUnits, shareOf } from '../sim-grid.ts';
import type { SimInstrument, SimRow } from '../sim-market.ts';

/** One moment at which something was traded. */
export type MarketMoment = {
  readonly time: EpochMs;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly taker: SimSide;
  readonly firstTradeId: number;
  readonly lastTradeId: number;
};

const SHARE_WHOLE = 1_000_000;

/** The moments of `row`, in order of time; none when nothing was traded. */
export function momentsOf(row: SimRow, instrument: SimInstrument, seed: number): readonly MarketMoment[] {
  const path = unfoldMinute(row, instrument, { seed, stream: instrument.instrumentId });
  const rng = createRng(seed, `${instrument.instrumentId}:${row.openTime}:sides`);
  const buyers = row.volume === 0n ? 0.5 : toFloat(row.takerBaseVolume) / toFloat(row.volume);
  const moments: MarketMoment[] = [];
  let volume = 0n as Decimal;
  let trades = 0;
  for (const [index, offset] of path.offsetsMs.entries()) {
    const done = volumeAt(path, index);
    const count = path.trades[index] as number;
    moments.push({
      time: addMs(row.openTime, offset),
      price: fromUnits(path.prices[index] as number, instrument.priceTick),
      quantity: subtract(done, volume),
      taker: rng.next() < buyers ? 'BUY' : 'SELL',
      firstTradeId: row.firstTradeId + Math.min(trades, count - 1),
      lastTradeId: row.firstTradeId + count - 1,
    });
    volume = done;
    trades = count;
  }
  return moments;
}

/** Volume done up to a moment, as forming candles show it: at least one step from the first trade on. */
function volumeAt({ row, grid, shares, offsetsMs }: MinutePath, index: number): Decimal {
  if (index === offsetsMs.length - 1) return row.volume;
  const done = truncateToStep(shareOf(row.volume, shares[index] as number, SHARE_WHOLE), grid.quantityStep);
  return done > 0n ? done : grid.quantityStep;
}
