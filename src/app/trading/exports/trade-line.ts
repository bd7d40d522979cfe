/**
 * A closed leg as a line of `hotcoin_trades_YYYYMMDD.jsonl` (hotcoin.md 4.10): the seed's fields first, then what makes
 * a line answerable. Money and shares are rounded here and nowhere else.
 */
import type { DeskTrade } from '../../../api/contract.ts';
import { toDecimalText, toFloat } from '../../../core/decimal.ts';
import { toIsoText } from '../../../core/time.ts';
import type { TradeContext } from '../../../model/ledger.ts';
import type { TradeLeg } from '../../../model/position.ts';

/** Name of the file that a leg belongs to: by the UTC day of its exit. */
export function tradeFileOf({ exitTime }: Pick<TradeLeg, 'exitTime'>): string {
  return `hotcoin_trades_${toIsoText(exitTime).slice(0, 10).replaceAll('-', '')}.jsonl`;
}

/** What the line of a leg says, with what it was decided by; slippage is what was lost against the decided price. */
export function toTrade(leg: TradeLeg, context: TradeContext & { readonly mode: 'paper' | 'live' }): DeskTrade {
  const [entry, exit] = [toFloat(leg.entryPrice), toFloat(leg.exitPrice)];
  return {
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
    slippage_bps: slippageOf(context.exitDecidedPrice, (decided) => 1 - exit / decided),
    slippage_entry_bps: slippageOf(context.entryDecidedPrice, (decided) => entry / decided - 1),
    trace_id: leg.traceId,
    client_order_id: leg.clientOrderId,
    sl_pct: context.stopDistance === null ? null : rounded(-context.stopDistance),
    mode: context.mode,
    config_hash: context.configHash,
    strength: context.strength,
    heat: context.heat,
  };
}

/** In bps, positive where it cost; `null` where no price was decided at. */
function slippageOf(decidedPrice: string | null, lostShare: (decided: number) => number): number | null {
  const decided = Number(decidedPrice ?? 0);
  return decided > 0 ? rounded(lostShare(decided) * 10_000) : null;
}

/** The venue's name of a pair. */
export function symbolOf(instrumentId: string): string {
  return (instrumentId.split(':')[2] ?? instrumentId).replace('/', '');
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
