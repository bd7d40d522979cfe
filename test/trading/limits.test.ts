/**
 * What ends entries and what never ends exits (hotcoin.md 10.1): the layers of risk over the simulated exchange with
 * real sockets and real files, on paper.
 */
import { describe, expect, it } from 'vitest';
import { toFloat } from '../../src/core/decimal.ts';
import { epochMs } from '../../src/core/time.ts';
import type { OperatorCommand } from '../../src/decisions/index.ts';
import type { DecisionRecord } from '../../src/model/decision.ts';
import { viewPortfolio } from '../../src/portfolio/index.ts';
import { burstsMarket, move } from '../fixtures/burst-market.ts';
import { bought, coin, legs, MINUTE_MS, positionOf, positionsOf, trackRuns } from '../fixtures/trading-checks.ts';
import type { TradingRun } from '../fixtures/trading-run.ts';

const start = trackRuns();

function entries(run: TradingRun, outcome: DecisionRecord['outcome']): readonly DecisionRecord[] {
  return run
    .told('decision')
    .flatMap(({ record }) => (record.kind === 'entry' && record.outcome === outcome ? [record] : []));
}

/** One coin may have half of the capital, and only the layer in question stops anything. */
const WIDE = {
  max_single_position_pct: 0.5,
  max_sector_exposure_pct: 1,
  max_total_exposure_pct: 1,
  single_coin_max_loss_pct: 1,
  risk_per_trade_pct: 0.6,
};

describe('limits', () => {
  it('scenario 16: ten BUY signals at once with room for four make four orders within every limit', async () => {
    const names = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF', 'GGG', 'HHH', 'III', 'JJJ'];
    const coins = names.map((name) => ({ symbol: `${name}USDT`, minute: 15 }));
    const settings = {
      trading: { max_signal_candidates: 10, max_signal_workers: 10 },
      execution: { max_concurrent_positions: 4 },
    };
    const run = await start({ scenario: burstsMarket(coins), settings });
    // A pause holds entries until all ten are wanted, so that the first round after it decides them together.
    const tell = (command: OperatorCommand): Promise<void> =>
      run.service.engine.submit({ kind: 'operatorCommanded', receivedTime: run.now(), command });
    await tell({ kind: 'pauseEntries', reason: 'until all are wanted' });
    await run.pass(17 * MINUTE_MS);
    expect(entries(run, 'approved')).toEqual([]);
    await tell({ kind: 'resumeEntries' });
    await run.pass(2 * MINUTE_MS);
    const approved = entries(run, 'approved');
    expect(approved).toHaveLength(4);
    expect(new Set(approved.map(({ time }) => time)).size).toBe(1);
    const round = run.told('signals').find(({ time }) => time === approved[0]?.time);
    expect(round?.signals.filter(({ action }) => action === 'BUY')).toHaveLength(10);
    const orders = run.told('order').filter(({ order }) => order.purpose === 'open' && order.state === 'filled');
    expect(new Set(orders.map(({ order }) => order.clientOrderId)).size).toBe(4);
    const cost = positionsOf(run).map(
      ({ entryPrice, quantityInitial }) => toFloat(entryPrice) * toFloat(quantityInitial),
    );
    expect(cost).toHaveLength(4);
    expect(Math.max(...cost)).toBeLessThanOrEqual(100);
    expect(cost.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(400);
  });

  it('scenario 11: a day loss of 5 % stops entries, exits go on, and 00:00 UTC opens entries again', async () => {
    const coins = [
      { symbol: 'HOTUSDT', minute: 15 },
      { symbol: 'WARMUSDT', minute: 15 },
      { symbol: 'MILDUSDT', minute: 20 },
      { symbol: 'LATEUSDT', minute: 26 },
    ];
    const midnight = epochMs(Date.UTC(2026, 5, 16));
    const run = await start({
      scenario: burstsMarket(coins, move('19m', 'price: -16%, for: 10s')),
      startTime: epochMs(midnight - 25 * MINUTE_MS),
      settings: {
        trading: { sl_min_pct: 0.13, sl_max_pct: 0.14, default_sl_pct: -0.14, black_swan: [], max_hold_minutes: 7 },
        execution: { ...WIDE, max_concurrent_positions: 2 },
      },
    });
    await run.pass(24 * MINUTE_MS + 55_000);
    expect(legs(run)).toEqual(['stop', 'time']);
    const refused = entries(run, 'refused').filter(({ instrumentId }) => instrumentId === coin('MILD'));
    expect(new Set(refused.map(({ gate }) => gate))).toContain('L4 day loss');
    expect(refused.at(-1)?.gate).toBe('L4 day loss');
    expect(positionsOf(run)).toEqual([]);
    await run.passUntil(() => positionsOf(run).length > 0, { limitMs: 5 * MINUTE_MS, what: 'a day later it buys' });
    expect(entries(run, 'approved').at(-1)?.time).toBeGreaterThanOrEqual(midnight);
    expect(run.told('risk')).toEqual([]);
  });

  it('scenario 10: equity 15 % below its highest closes all, refuses entries for 24 hours, over a restart too, and resumes once', async () => {
    // The next coin falls on for a day and bursts three minutes before the halt is over.
    const moves = [...move('19m', 'price: -20%, for: 60s'), ...move('1m', 'price: -2%, for: 1454m', 'WARMUSDT')];
    const coins = [
      { symbol: 'HOTUSDT', minute: 15 },
      { symbol: 'WARMUSDT', minute: 24 * 60 + 16 },
    ];
    const settings = {
      trading: { default_sl_pct: -0.5, sl_min_pct: 0.49, sl_max_pct: 0.5, black_swan: [] },
      execution: {
        ...WIDE,
        max_single_position_pct: 1,
        max_concurrent_positions: 1,
        daily_max_loss_pct: 1,
        l5_resume: 'auto',
      },
    };
    const run = await start({ scenario: burstsMarket(coins, moves), settings });
    const started = run.now();
    await bought(run);
    await run.passUntil(() => run.trading.decisions.halt !== null, { limitMs: 6 * MINUTE_MS, what: 'a halt begins' });
    await run.pass(2_000);
    expect(legs(run)).toEqual(['drawdown']);
    expect(positionsOf(run)).toEqual([]);
    const halt = run.trading.decisions.halt;
    expect((halt?.until ?? 0) - (halt?.since ?? 0)).toBe(24 * 60 * MINUTE_MS);

    // Nobody is there for most of the day; the halt is waited out all the same.
    await run.end();
    await run.clock.advance(started + 24 * 60 * MINUTE_MS - run.now());
    await run.begin();
    expect(run.trading.decisions.halt).toMatchObject({ since: halt?.since, until: halt?.until });
    await run.passUntil(() => positionOf(run, coin('WARM')) !== null, { limitMs: 30 * MINUTE_MS, what: 'it resumes' });
    const refused = entries(run, 'refused').filter(({ instrumentId }) => instrumentId === coin('WARM'));
    expect(refused.filter(({ time }) => time < (halt?.until ?? 0)).length).toBeGreaterThan(5);
    expect(entries(run, 'approved').at(-1)?.time).toBeGreaterThanOrEqual(halt?.until ?? Number.POSITIVE_INFINITY);
    await run.pass(MINUTE_MS);
    expect(run.told('risk').map(({ layer }) => layer)).toEqual(['L5']);
    expect(run.trading.decisions.halt).toBeNull();
    const { peak, initialCapital } = viewPortfolio(run.trading.portfolio);
    expect(peak < initialCapital).toBe(true);
  });
});
