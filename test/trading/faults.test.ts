/**
 * What must become of positions when the exchange's answers do not come, come late, or say no (hotcoin.md 10.1), over
 * the simulated exchange with real sockets and real files.
 */
import { describe, expect, it } from 'vitest';
import { emergencyAnswer } from '../../src/api/contract.ts';
import { doubtsOf, isAllSold, parseEmergencyStatus } from '../../src/app/cli/emergency-status.ts';
import { burstMarket, burstsMarket, move } from '../fixtures/burst-market.ts';
import {
  bought,
  coin,
  expectSettled,
  HOT,
  legs,
  MINUTE_MS,
  owned,
  positionOf,
  positionsOf,
  SECOND_MS,
  trackRuns,
} from '../fixtures/trading-checks.ts';

const start = trackRuns();

describe('orders at the exchange', () => {
  it('scenario 6: a lost answer, a 5xx and a -1007 end in exactly one position each', async () => {
    const coins = [
      { symbol: 'HOTUSDT', minute: 15 },
      { symbol: 'WARMUSDT', minute: 17 },
      { symbol: 'MILDUSDT', minute: 19 },
    ];
    const run = await start({ scenario: burstsMarket(coins), venue: 'exchange' });
    const begun = { usdt: await owned(run, 'USDT'), assets: ['HOT', 'WARM', 'MILD'] };
    const answers = ['dropResponse', 500, 'timeout'] as const;
    for (const [index, answer] of answers.entries()) {
      const symbol = coins[index]?.symbol ?? '';
      run.exchange.orderFault({ kind: 'request', answer, path: '/order', method: 'POST', symbol, count: 1 });
    }
    // Nor does the stream of the account tell what became of the orders.
    run.exchange.orderFault({ kind: 'frame', fault: 'skip', stream: 'userData', count: 1_000, symbol: 'HOTUSDT' });
    await run.pass(22 * MINUTE_MS);
    const entries = run.told('order').filter(({ order }) => order.purpose === 'open');
    const filled = entries.filter(({ order }) => order.state === 'filled').map(({ order }) => order.instrumentId);
    expect(filled).toEqual([coin('HOT'), coin('WARM'), coin('MILD')]);
    const doubted = entries.filter(({ order }) => order.state === 'unknown').map(({ order }) => order.instrumentId);
    expect(doubted).toEqual([coin('HOT'), coin('WARM')]);
    expect(positionsOf(run)).toHaveLength(3);
    await expectSettled(run, begun);
  });

  it('bug: an emergency while a buy is not answered does not say that everything is sold, and sells what it bought', async () => {
    const run = await start({ scenario: burstMarket([]), venue: 'exchange', desk: 'served' });
    const begun = { usdt: await owned(run, 'USDT'), assets: ['HOT'] };
    const lost = { kind: 'request', path: '/order', symbol: 'HOTUSDT' } as const;
    run.exchange.orderFault({ ...lost, answer: 'dropResponse', method: 'POST', count: 1 });
    run.exchange.orderFault({ ...lost, answer: 500, method: 'GET', count: 1_000 });
    run.exchange.orderFault({ kind: 'frame', fault: 'skip', stream: 'userData', count: 1_000, symbol: 'HOTUSDT' });
    const isInDoubt = (): boolean => run.told('order').some(({ order }) => order.state === 'unknown');
    await run.passUntil(isInDoubt, { limitMs: 25 * MINUTE_MS, what: 'a buy is in doubt' });
    expect(positionsOf(run)).toHaveLength(0);
    const status = async () => parseEmergencyStatus(await (await fetch(`${run.deskUrl}/hotcoin/api/status`)).text());
    const inDoubt = await status();
    expect(inDoubt.engine_state_reasons, 'no round has seen the doubt yet').toEqual([]);
    expect(doubtsOf(inDoubt)).toBe('1 order(s) that nobody answered, 1 buy(s) under way');
    const body = JSON.stringify({ confirm: 'yes', request_id: 'request-2' });
    const close = async () =>
      emergencyAnswer.parse(
        await (await fetch(`${run.deskUrl}/hotcoin/api/emergency_close`, { method: 'POST', body })).json(),
      );
    const asked = close();
    await run.passUntil(() => run.trading.decisions.emergency !== null, { limitMs: MINUTE_MS, what: 'it arrives' });
    const told = await asked;
    expect([told.ok, told.details.map(({ symbol, status }) => [symbol, status])]).toEqual([
      false,
      [['HOTUSDT', 'unknown']],
    ]);
    run.exchange.orderFault({ kind: 'clear' });
    await run.passUntil(() => legs(run).length === 1, { limitMs: 5 * MINUTE_MS, what: 'what it bought is sold' });
    expect(await close()).toMatchObject({ ok: true, closed: 1, failed: 0 });
    expect(isAllSold(await status())).toBe(true);
    await expectSettled(run, begun);
  });

  it('scenario 14: an emergency close that one coin refuses says so, stays latched, and sells it when it can', async () => {
    const coins = [
      { symbol: 'HOTUSDT', minute: 15 },
      { symbol: 'WARMUSDT', minute: 15 },
    ];
    const run = await start({ scenario: burstsMarket(coins), venue: 'exchange', desk: 'served' });
    const begun = { usdt: await owned(run, 'USDT'), assets: ['HOT', 'WARM'] };
    await bought(run, coin('HOT'));
    await bought(run, coin('WARM'));
    run.exchange.orderFault({ kind: 'halt', symbol: 'WARMUSDT' });
    const body = JSON.stringify({ confirm: 'yes', request_id: 'request-1', reason: 'an operator asked' });
    const asked = fetch(`${run.deskUrl}/hotcoin/api/emergency_close`, { method: 'POST', body });
    const isLatched = (): boolean => run.trading.decisions.emergency !== null;
    await run.passUntil(isLatched, { limitMs: 30 * SECOND_MS, what: 'the request arrives' });
    await run.pass(10 * SECOND_MS);
    expect(positionsOf(run).map(({ instrumentId }) => instrumentId)).toEqual([coin('WARM')]);
    expect(legs(run)).toEqual(['emergency']);
    const refused = run.told('order').filter(({ order }) => order.purpose === 'exit' && order.state === 'rejected');
    expect(refused.length).toBeGreaterThan(1);
    expect(refused.every(({ order }) => order.failure?.code === 'instrument_not_trading')).toBe(true);
    expect(run.trading.decisions.emergency).toMatchObject({ requestId: 'request-1' });
    // The web hears after a few seconds what is true then, not what was asked for.
    const told = emergencyAnswer.parse(await (await asked).json());
    expect(told).toMatchObject({ ok: false, closed: 1, failed: 1 });
    expect(told.details.map(({ symbol, status }) => [symbol, status])).toEqual(
      expect.arrayContaining([
        ['HOTUSDT', 'closed'],
        ['WARMUSDT', 'failed'],
      ]),
    );
    run.exchange.orderFault({ kind: 'halt', symbol: 'WARMUSDT', mode: 'off' });
    await run.pass(10 * SECOND_MS);
    expect(positionsOf(run)).toEqual([]);
    expect(legs(run)).toEqual(['emergency', 'emergency']);
    await run.pass(2 * MINUTE_MS);
    expect(run.trading.decisions.emergency).not.toBeNull();
    expect(run.trading.decisions.health).toMatchObject({ state: 'blocked' });
    await expectSettled(run, begun);
  });
});

describe('orders on paper', () => {
  it('scenario 7: a sell that is filled in part leaves a rest that is managed until it is sold', async () => {
    // A busy quarter of an hour of yesterday leaves the rolling day after the entry: with it goes what can be sold at once.
    const scenario = burstMarket([
      '  - at: -1424m',
      '    move: { symbols: HOTUSDT, volume: 50x, for: 10m }',
      '  - at: -1414m',
      '    move: { symbols: HOTUSDT, volume: 0.02x, for: 1350m }',
      ...move('30m', 'price: -9%, for: 10s'),
    ]);
    const execution = { initial_capital: 1_000_000, min_depth_multiple: 0, risk_per_trade_pct: 0.05 };
    const run = await start({ scenario, settings: { execution } });
    const begun = { usdt: await owned(run, 'USDT') };
    await bought(run);
    await run.passUntil(() => legs(run).length > 0, { limitMs: 20 * MINUTE_MS, what: 'a part is sold' });
    const sold = run.told('leg').reduce((sum, { leg }) => sum + leg.quantity, 0n);
    const rest = positionOf(run, HOT);
    expect(sold > 0n && (rest?.quantity ?? 0n) > 0n).toBe(true);
    expect((rest?.quantity ?? 0n) + sold).toBe(rest?.quantityInitial);
    await run.passUntil(() => positionsOf(run).length === 0, { limitMs: MINUTE_MS, what: 'the rest is sold' });
    const [closed, ...more] = run.told('positionClosed');
    expect(more).toEqual([]);
    expect(closed?.closed).toMatchObject({ legs: legs(run).length, lastReason: 'stop' });
    expect(legs(run).length).toBeGreaterThan(1);
    await expectSettled(run, begun);
  });
});
