/**
 * What trading on paper costs, from the settings people write: the same for paper, simulated runs and backtests.
 */
import type { MatcherCosts } from '../../adapters/sim/matcher-pricing.ts';
import type { HotCoinConfig } from '../hotcoin/hotcoin-schema.ts';

/** Commission and slippage; everything that trades at a price can be had. */
export function paperCosts({ execution }: HotCoinConfig): MatcherCosts {
  const feeBps = execution.taker_fee_rate * 10_000;
  return {
    makerFeeBps: feeBps,
    takerFeeBps: feeBps,
    slippageBps: execution.paper_slippage_bps,
    volumeShareBps: 10_000,
  };
}
