/**
 * Statistics of closed positions in the words of the status (hotcoin.md 4.10): positions and not legs, net of commissions.
 */
import type { WirePnlSummary } from '../../../api/contract.ts';
import { type Decimal, toDecimalText } from '../../../core/decimal.ts';
import type { PnlSummary } from '../../../portfolio/index.ts';

const MINUTE_MS = 60_000;

/** The block; money is text. */
export function toPnlBlock(summary: PnlSummary): WirePnlSummary {
  const { totalTrades, wins, losses, winRate, averagePnl, averageHoldingMs, best, worst, profitFactor } = summary;
  return {
    total_trades: totalTrades,
    wins,
    losses,
    win_rate: winRate,
    total_pnl: toDecimalText(summary.totalPnl),
    avg_pnl: textOf(averagePnl),
    avg_holding_min: averageHoldingMs === null ? null : averageHoldingMs / MINUTE_MS,
    best_trade: textOf(best),
    worst_trade: textOf(worst),
    profit_factor: profitFactor ?? (wins > 0 ? 'inf' : null),
    max_drawdown: toDecimalText(summary.maxDrawdown),
  };
}

function textOf(value: Decimal | null): string | null {
  return value === null ? null : toDecimalText(value);
}
