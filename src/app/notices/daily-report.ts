/**
 * The report of a day that is over, told shortly after 00:00 UTC from the portfolio as it stood: what was won or lost, what
 * is held.
 */
import { toDecimalText, toFloat } from '../../core/decimal.ts';
import { type EpochMs, epochMs, toIsoText } from '../../core/time.ts';
import { type PortfolioState, summarizePnlSince, viewPortfolio } from '../../portfolio/index.ts';
import type { Notice } from '../../ports/notifier.ts';
import type { NoticeLanguage } from './notice-words.ts';
import { signed, writeNotice } from './trading-notices.ts';

/** What a report is made of. */
export type DailySource = {
  readonly portfolio: PortfolioState;
  readonly language: NoticeLanguage;
};

const DAY_MS = 86_400_000;

/** The report of the day before `now`. */
export function writeDailyReport({ portfolio, language }: DailySource, now: EpochMs): Notice {
  const dayStart = epochMs(Math.floor(now / DAY_MS) * DAY_MS - DAY_MS);
  const { totalPnl, totalTrades, wins } = summarizePnlSince(portfolio.pnl, dayStart);
  const { equity, peak } = viewPortfolio(portfolio);
  const drawdown = peak > 0n ? (toFloat(peak) - toFloat(equity)) / toFloat(peak) : 0;
  const facts = {
    day: toIsoText(dayStart).slice(0, 10),
    net: signed(totalPnl),
    equity: toDecimalText(equity).replace(/(\.\d{2})\d+$/, '$1'),
    drawdown: `${(100 * drawdown).toFixed(2)} %`,
    trades: String(totalTrades),
    wins: String(wins),
    open: listHeld(portfolio),
  };
  return writeNotice({ level: totalPnl < 0n ? 'warn' : 'info', kind: 'daily', facts, time: now, language });
}

/** Coins that are held, by name; `-` for none. */
export function listHeld(portfolio: PortfolioState): string {
  const { positions } = viewPortfolio(portfolio);
  const names = positions.map(({ instrumentId }) => instrumentId.split(':')[2] ?? instrumentId);
  return names.length === 0 ? '-' : names.join(', ');
}
