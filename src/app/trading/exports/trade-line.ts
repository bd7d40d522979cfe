/**
 * A closed leg as a line of `hotcoin_trades_YYYYMMDD.jsonl` (hotcoin.md 4.10): the seed's fields first, then what makes
 * a line answerable. Money and shares are rounded here and nowhere else.
 */
import { type Decimal, toDecimalText, toFloat } from '../../../core/decimal.ts';
import { toIsoText } from '../../../core/time.ts';
import type { TradeLeg } from '../../../model/position.ts';

/** What a leg does not know of itself; `null` is what is not known. */
export type TradeContext = {
  readonly mode: 'paper' | 'live';
  readonly configHash: string;
  /** Price that the exit was decided at. */
  readonly decidedPrice: Decimal | null;
  readonly stopDistance: number | null;
  readonly strength: number | null;
  readonly heat: number | null;
};

/** Name of the file that a leg belongs to: by the UTC day of its exit. */
export function tradeFileOf({ exitTime }: TradeLeg): string {
  return `hotcoin_trades_${toIsoText(exitTime).slice(0, 10).replaceAll('-', '')}.jsonl`;
}

/** The line. */
export function toTradeLine(leg: TradeLeg, context: TradeContext): string {
  const { decidedPrice } = context;
  const [entry, exit] = [toFloat(leg.entryPrice), toFloat(leg.exitPrice)];
  const slippage = decidedPrice === null || decidedPrice <= 0n ? null : 1 - exit / toFloat(decidedPrice);
  return JSON.stringify({
    symbol: symbolOf(leg.instrumentId),
    side: 'BUY',
    entry_price: entry,
    exit_price: exit,
    qty: Number(toDecimalText(leg.quantity)),
    pnl: rounded(toFloat(leg.pnl)),
    pnl_pct: entry === 0 ? 0 : rounded(exit / entry - 1),
    holding_sec: Math.trunc((leg.exitTime - leg.entryTime) / 1000),
    reason: leg.reason,
    entry_time: leg.entryTime / 1000,
    exit_time: leg.exitTime / 1000,
    position_id: leg.positionId,
    leg: leg.leg,
    fee_entry: rounded(toFloat(leg.feeEntry)),
    fee_exit: rounded(toFloat(leg.feeExit)),
    pnl_net: rounded(toFloat(leg.pnlNet)),
    slippage_bps: slippage === null ? null : rounded(slippage * 10_000),
    trace_id: leg.traceId,
    client_order_id: leg.clientOrderId,
    sl_pct: context.stopDistance === null ? null : rounded(-context.stopDistance),
    mode: context.mode,
    config_hash: context.configHash,
    strength: context.strength,
    heat: context.heat,
  });
}

/** The venue's name of a pair. */
export function symbolOf(instrumentId: string): string {
  return (instrumentId.split(':')[2] ?? instrumentId).replace('/', '');
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
