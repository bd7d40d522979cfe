/**
 * What the figures of trading are read from, put together once for each scrape: the engine's own state through the views
 * that the desk shows, and counts of what it told. It costs what is held and nothing for each tick.
 */
import type { MlAnswer, RequestBudget } from '../../api/contract.ts';
import { readTrading, type TradingNow } from '../desk/trading-now.ts';
import type { NoticeCount } from '../notices/notice-service.ts';
import type { TradingService } from '../trading/trading-service.ts';
import type { TradingCounts } from './trading-counts.ts';

/** Figures of the process itself. */
export type ProcessFacts = {
  readonly uptimeSeconds: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly cpuSeconds: number;
  /** Since the scrape before. */
  readonly loopLagP99Seconds: number;
};

/** Everything that a figure may be read from; `trading` and `engine` are `null` while no engine runs. */
export type MetricFacts = {
  readonly version: string;
  readonly mode: string;
  readonly process: ProcessFacts;
  readonly engine: ReturnType<TradingService['engine']['stats']> | null;
  readonly trading: TradingNow | null;
  readonly tickers: ReturnType<TradingService['watch']['status']>['tickers'] | null;
  readonly budgets: readonly RequestBudget[];
  readonly counts: TradingCounts;
  readonly notices: readonly NoticeCount[];
  readonly storage: 'working' | 'failing';
  readonly ml: MlAnswer;
};

/** What an engine says at `now`; before trading is open it says what it can. */
export function readEngine(
  service: TradingService | null,
  now: TradingNow['now'],
): Pick<MetricFacts, 'engine' | 'trading' | 'tickers' | 'budgets'> {
  if (service === null) return { engine: null, trading: null, tickers: null, budgets: [] };
  return {
    engine: service.engine.stats(),
    trading: service.engine.state().trading === null ? null : readTrading(service, now),
    tickers: service.watch.status().tickers,
    budgets: service.readBudgets(),
  };
}
