/**
 * What every view of the desk is made from: the stages of one trading engine as they stand, and the time.
 */
import { assert } from '../../core/assert.ts';
import type { EpochMs } from '../../core/time.ts';
import type { EngineState } from '../../engine/index.ts';
import { type ExecutionView, readExecution } from '../../execution/index.ts';
import type { PortfolioView } from '../../model/position.ts';
import { viewPortfolio } from '../../portfolio/index.ts';
import type { TradingService } from '../trading/trading-service.ts';

/** The stages. */
export type TradingStages = NonNullable<EngineState['trading']>;

/** The stages with the views that most of the desk wants. */
export type TradingNow = {
  readonly now: EpochMs;
  readonly stages: TradingStages;
  readonly portfolio: PortfolioView;
  readonly execution: ExecutionView;
};

/** Trading at `now`; throws where it is not open yet. */
export function readTrading({ engine }: Pick<TradingService, 'engine'>, now: EpochMs): TradingNow {
  const { trading } = engine.state();
  assert(trading !== null, 'trading is not open yet');
  return {
    now,
    stages: trading,
    portfolio: viewPortfolio(trading.portfolio),
    execution: readExecution(trading.execution, now),
  };
}
