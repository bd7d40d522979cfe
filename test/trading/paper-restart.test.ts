/**
 * Paper survives its process: wallet, position and stop are there again, because the ledger is what they come from.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { toDecimalText, type ZERO } from '../../src/core/decimal.ts';
import type { EpochMs } from '../../src/core/time.ts';
import { readExecution } from '../../src/execution/index.ts';
import { summarizePnl, summarizePnlSince, viewPortfolio } from '../../src/portfolio/index.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import { TradingRun } from '../fixtures/trading-run.ts';

type PnlState = TradingRun['trading']['portfolio']['pnl'];

function readLedger(run: TradingRun): ReturnType<TradingRun['service']['decisions']['readPage']> {
  const ever = { from: 0 as EpochMs, to: Number.MAX_SAFE_INTEGER as EpochMs };
  return run.service.decisions.readPage({ ...ever, after: 0, limit: 1_000 });
}

/** Trades say what they were decided by in the process before, and statistics are there again after a kill. */
async function expectStatisticsAgain(run: TradingRun): Promise<void> {
  const pnl = (): PnlState => run.trading.portfolio.pnl;
  const before = summarizePnl(pnl());
  const day = (): EpochMs => viewPortfolio(run.trading.portfolio).dayStart;
  expect(before).toMatchObject({ totalTrades: 1, losses: 1 });
  await run.pass(10_000);
  const ledger = await readLedger(run);
  const read = (name: string): unknown => JSON.parse(readFileSync(join(run.dataDir, name), 'utf8'));
  await vi.waitFor(() => read('hotcoin_trades_20260615.jsonl'), { timeout: 10_000 });
  await run.crash();
  await run.begin();
  await run.pass(10_000);
  expect(summarizePnl(pnl())).toEqual(before);
  expect(summarizePnlSince(pnl(), day())).toEqual(before);
  const again = await readLedger(run);
  expect(
    again.map(({ row }) => row.number),
    'the ledger goes on without a hole',
  ).toEqual(again.map((_, at) => at + 1));
  expect(again.length).toBeGreaterThanOrEqual(ledger.length);
  expect(again.slice(0, -1).filter(({ row }) => row.kind === 'exit')).toEqual(
    ledger.filter(({ row }) => row.kind === 'exit'),
  );
  await vi.waitFor(
    () => expect(read('hotcoin_runtime_status.json')).toMatchObject({ pnl_today: { total_trades: 1, losses: 1 } }),
    { timeout: 10_000 },
  );
  const [opened] = run.told('decision').filter(({ record }) => record.outcome === 'approved');
  const { strength = null, heat = null } = opened?.record ?? {};
  expect(read('hotcoin_trades_20260615.jsonl')).toMatchObject({ strength, heat, sl_pct: expect.any(Number) });
  expect(strength).toBeGreaterThan(0);
}

it('a position on paper is managed on after a restart: the wallet is what the ledger says, and a stop rests again; trades and statistics know what was before', async () => {
  const scenario = burstMarket(move('22m', 'price: -9%, volume: 5x, for: 1m'));
  const run = await TradingRun.start({ scenario, exports: 'written' });
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
    await expectStatisticsAgain(run);
  } finally {
    await run.close();
  }
});
