/**
 * Paper survives its process: wallet, position and stop are there again, because the ledger is what they come from.
 */
import { expect, it } from 'vitest';
import { toDecimalText, type ZERO } from '../../src/core/decimal.ts';
import { readExecution } from '../../src/execution/index.ts';
import { viewPortfolio } from '../../src/portfolio/index.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import { TradingRun } from '../fixtures/trading-run.ts';

it('a position on paper is managed on after a restart: the wallet is what the ledger says, and a stop rests again', async () => {
  const run = await TradingRun.start({ scenario: burstMarket(move('22m', 'price: -9%, volume: 5x, for: 1m')) });
  try {
    const positions = (): ReturnType<typeof viewPortfolio>['positions'] =>
      viewPortfolio(run.trading.portfolio).positions;
    await run.passUntil(() => positions().length === 1, { limitMs: 20 * 60_000, what: 'the coin is bought' });
    const held = positions()[0]?.quantity ?? 0n;
    await run.end();
    await run.begin();
    await run.pass(60_000);
    expect(positions().map(({ quantity }) => quantity)).toEqual([held]);
    const balances = await run.service.account.fetchBalances();
    const coin = balances.ok ? balances.value.find(({ asset }) => asset === 'HOT') : undefined;
    expect(toDecimalText(((coin?.free ?? 0n) + (coin?.locked ?? 0n)) as typeof ZERO)).toBe(
      toDecimalText(held as typeof ZERO),
    );
    const [desk] = readExecution(run.trading.execution, run.now()).positions;
    expect(desk?.protection).toMatchObject({ protection: 'resting' });
    await run.passUntil(() => positions().length === 0, { limitMs: 10 * 60_000, what: 'the fall is stopped' });
    expect(run.told('leg').map(({ leg }) => leg.reason)).toEqual(['stop']);
    expect(run.trading.reconciliation).toBe('clean');
  } finally {
    await run.close();
  }
});
