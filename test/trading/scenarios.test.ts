/**
 * What must happen from a market's move to the ledger (hotcoin.md 10.1), over the simulated exchange with real sockets
 * and real files. Each test reads like its sentence there.
 */
import { describe, expect, it } from 'vitest';
import { encode } from '../../src/journal/index.ts';
import { viewPortfolio } from '../../src/portfolio/index.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import {
  bought,
  exits,
  expectSettled,
  HOT,
  legs,
  MINUTE_MS,
  owned,
  positionsOf,
  trackRuns,
} from '../fixtures/trading-checks.ts';

const start = trackRuns();

describe.each(['paper', 'exchange'] as const)('orders on %s', (venue) => {
  it('scenario 2: a clean burst is bought once, sold at two tiers and trailed, and ledger and wallet agree', async () => {
    const scenario = burstMarket([
      ...move('17m', 'price: +15%, volume: 6x, buyers: 60%, for: 16m'),
      ...move('33m', 'price: -8%, volume: 5x, buyers: 30%, for: 5m'),
    ]);
    const run = await start({ scenario, venue });
    const begun = { usdt: await owned(run, 'USDT') };
    await run.passUntil(() => legs(run).length === 3, { limitMs: 45 * MINUTE_MS, what: 'everything is sold' });
    const burst = run.told('anomaly').find(({ anomaly }) => anomaly.instrumentId === HOT);
    expect(burst?.anomaly.volumeRatio).toBeGreaterThan(5);
    const chosen = run.told('candidatesChosen').flatMap((told) => told.chosen);
    const hot = chosen.filter(({ instrumentId }) => instrumentId === HOT);
    expect(hot.length).toBeGreaterThan(0);
    expect(Math.min(...hot.map(({ heat }) => heat))).toBeGreaterThanOrEqual(40);
    const filled = run.told('order').filter(({ order }) => order.purpose === 'open' && order.state === 'filled');
    expect(new Set(filled.map(({ order }) => order.clientOrderId)).size, 'it is bought once').toBe(1);
    expect(exits(run)).toEqual(['takeProfit', 'takeProfit', 'trailing']);
    expect(legs(run)).toEqual(['takeProfit', 'takeProfit', 'trailing']);
    const [closed, ...more] = run.told('positionClosed');
    expect(more).toEqual([]);
    expect(closed?.closed.legs).toBe(3);
    expect((closed?.closed.pnlNet ?? 0n) > 0n).toBe(true);
    await expectSettled(run, begun);
    expect(run.warnings).toEqual([]);
  });

  it('scenario 3: a first tier and then a fall within the minute is stopped at once', async () => {
    const scenario = burstMarket([
      ...move('22m', 'price: +6%'),
      ...move('1350s', 'price: -12%, volume: 9x, buyers: 20%, for: 20s'),
    ]);
    const run = await start({ scenario, venue });
    const begun = { usdt: await owned(run, 'USDT') };
    await run.passUntil(() => legs(run).length === 1, { limitMs: 25 * MINUTE_MS, what: 'the first tier is sold' });
    expect(positionsOf(run)).toHaveLength(1);
    await run.passUntil(() => positionsOf(run).length === 0, { limitMs: 2 * MINUTE_MS, what: 'the stop sells' });
    expect(legs(run)).toEqual(['takeProfit', 'stop']);
    const [tier = 0, stop = 0] = run.told('leg').map(({ leg }) => leg.exitTime);
    expect(stop - tier, 'nothing of the first sale is in the way of the second').toBeLessThan(MINUTE_MS);
    await expectSettled(run, begun);
  });
});

describe('orders on paper', () => {
  it('scenario 1: an hour of a quiet market makes no anomaly and no order, and memory stays flat', async () => {
    const run = await start({ scenario: 'name: quiet\nabout: nothing\ncast: 3\n' });
    await run.pass(30 * MINUTE_MS);
    const remembered = encode(run.trading).length;
    await run.pass(30 * MINUTE_MS);
    expect(encode(run.trading).length / remembered, 'it remembers no more after an hour').toBeLessThan(1.02);
    expect(run.told('anomaly')).toEqual([]);
    expect(run.told('order')).toEqual([]);
    expect(run.trading.decisions.health.state).toBe('tradeable');
  });

  it('scenario 4: a gap of 12 % sells both tiers in one order', async () => {
    const run = await start({ scenario: burstMarket(move('22m', 'price: +12%')) });
    await bought(run);
    const quantity = viewPortfolio(run.trading.portfolio).positions[0]?.quantityInitial ?? 0n;
    await run.passUntil(() => legs(run).length > 0, { limitMs: 10 * MINUTE_MS, what: 'the gap is sold into' });
    const [leg] = run.told('leg');
    const share = Number(leg?.leg.quantity ?? 0n) / Number(quantity);
    expect(exits(run)).toEqual(['takeProfit']);
    expect(share).toBeGreaterThan(0.59);
    expect(share).toBeLessThan(0.61);
  });

  it('a coin of any liquidity whose burst is over leaves the pool for the rules, and what is held of it is sold for heat decay', async () => {
    const run = await start({ scenario: burstMarket([]) });
    await bought(run);
    await run.passUntil(() => legs(run).length > 0, { limitMs: 20 * MINUTE_MS, what: 'the burst is over' });
    expect(exits(run)).toEqual(['heatDecay']);
    await run.pass(30_000);
    const kept = run.trading.discovery.pool.candidates[HOT];
    expect(kept === undefined || kept.status === 'cooling').toBe(true);
    expect(run.warnings).toEqual([]);
  });

  it('scenario 5: a fall of 22 % in 15 minutes ends the position at once, and the coin cools for half an hour', async () => {
    const settings = {
      trading: { default_sl_pct: -0.5, sl_min_pct: 0.49, sl_max_pct: 0.5, black_swan: [['15m', -0.2]] },
      execution: { risk_per_trade_pct: 0.1 },
    };
    const scenario = burstMarket([
      ...move('18m', 'price: -23%, volume: 9x, buyers: 20%, for: 14m'),
      ...move('37m', 'price: +4%, volume: 12x, buyers: 70%, for: 2m'),
    ]);
    const run = await start({ scenario, settings });
    await bought(run);
    await run.passUntil(() => legs(run).length > 0, { limitMs: 16 * MINUTE_MS, what: 'the fall is sold' });
    expect(legs(run)).toEqual(['blackSwan']);
    await run.pass(30_000);
    expect(run.trading.discovery.pool.candidates[HOT]).toMatchObject({ status: 'cooling' });
    // It bursts again while it cools.
    await run.pass(10 * MINUTE_MS);
    expect(run.trading.discovery.pool.candidates[HOT]).toMatchObject({ status: 'cooling' });
    expect(
      run.told('decision').filter(({ record }) => record.kind === 'entry' && record.outcome === 'approved'),
    ).toHaveLength(1);
  });
});
