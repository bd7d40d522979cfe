/**
 * The history of equity beside whole trading runs: real sockets, real files, a market that bursts and falls. It says what the
 * figures of the desk say, is there after a kill, and that it fails changes nothing.
 */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type DeskStatus, deskHealth, deskStatus, equityAnswer, riskAnswer } from '../../src/api/contract.ts';
import { createDeskClient } from '../../src/client/index.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import { TradingRun } from '../fixtures/trading-run.ts';
import type { TradingRunOptions } from '../fixtures/trading-run-options.ts';

const MINUTE_MS = 60_000;
const MARKET = burstMarket([
  ...move('17m', 'price: +8%, volume: 6x, buyers: 60%, for: 5m'),
  ...move('23m', 'price: -12%, volume: 9x, buyers: 20%, for: 20s'),
]);

async function begin(options: Partial<TradingRunOptions> = {}): Promise<TradingRun> {
  const run = await TradingRun.start({ scenario: MARKET, desk: 'served', ...options });
  onTestFinished(() => run.close());
  return run;
}

async function ask(run: TradingRun, path: string): Promise<unknown> {
  return (await fetch(`${run.deskUrl}${path}`)).json();
}

const history = async (run: TradingRun, query = '') =>
  equityAnswer.parse(await ask(run, `/hotcoin/api/equity${query}`));
const status = async (run: TradingRun): Promise<DeskStatus> => deskStatus.parse(await ask(run, '/hotcoin/api/status'));

describe('the history of equity of a trading run', () => {
  it('has every minute, and says what the figures of the desk say', async () => {
    const run = await begin();
    const seen: number[] = [];
    for (let second = 0; second < 26 * 60; second++) {
      await run.pass(1_000);
      seen.push(Number(riskAnswer.parse(run.desk.ports().runner()?.views.risk()).equity));
    }
    const { bars, change, high, low, max_drawdown, since, mode } = await history(run);
    const { equity, day_pnl, cash } = await status(run);
    expect([mode, since, bars.length]).toEqual(['paper', bars[0]?.time, 27]);
    expect(bars.map(({ time }) => time - (bars[0]?.time ?? 0))).toEqual(bars.map((_, at) => at * 60));
    expect([bars.at(-1)?.close, bars.at(-1)?.cash, change?.amount]).toEqual([equity, cash, day_pnl]);
    // It bought, gained and sold: a curve that never moved would prove nothing.
    expect(Math.max(...seen) - Math.min(...seen)).toBeGreaterThan(1);
    expect(Math.abs(Number(high) - Math.max(...seen))).toBeLessThan(0.5);
    expect(Math.abs(Number(low) - Math.min(...seen))).toBeLessThan(0.5);
    expect(max_drawdown).toBeGreaterThan(0);
    expect(run.told('leg').length).toBeGreaterThan(0);
  });

  it('takes what is asked for as near as it can be, and the typed client asks the same', async () => {
    const run = await begin();
    await run.pass(3 * MINUTE_MS);
    for (const [query, hours] of [
      ['?hours=0', 1],
      ['?hours=1e9&points=-4', 24],
      ['?hours=99999999', 87_600],
      ['?hours=many&points=x', 24],
    ] as const) {
      expect((await history(run, query)).hours, query).toBe(hours);
    }
    const client = createDeskClient({ url: run.deskUrl });
    expect(await client.equity({ hours: 5 })).toEqual(await history(run, '?hours=5'));
  });

  it('goes on after an orderly end and after a kill, with nothing where nothing ran', async () => {
    const run = await begin();
    await run.pass(5 * MINUTE_MS + 20_000);
    const first = await history(run);
    await run.end();
    await run.clock.advance(4 * MINUTE_MS);
    await run.begin();
    await run.pass(2 * MINUTE_MS);
    const second = await history(run);
    expect(second.since).toBe(first.since);
    expect(second.bars.slice(0, 5)).toEqual(first.bars.slice(0, 5));
    const minutes = second.bars.map(({ time }) => (time - (first.since ?? 0)) / 60);
    expect(minutes).toEqual([0, 1, 2, 3, 4, 5, 9, 10, 11]);
    await run.crash();
    await run.begin();
    await run.pass(1_000);
    const third = await history(run);
    expect(third.bars.slice(0, -1)).toEqual(second.bars.slice(0, -1));
    expect(third.bars.at(-1)?.close).toBe((await status(run)).equity);
  });

  it('that can not be stored is told in status and health and catches up; trading goes on', async () => {
    const run = await begin();
    await run.pass(2 * MINUTE_MS);
    const other = new Database(join(run.dataDir, 'equity.db'));
    other.exec("CREATE TRIGGER refuse BEFORE INSERT ON equity BEGIN SELECT RAISE(ABORT, 'no space left'); END");
    await run.passUntil(() => run.trading.portfolio.cash < run.trading.portfolio.initialCapital, {
      limitMs: 20 * MINUTE_MS,
      what: 'a coin is bought',
    });
    const { tasks, can_open_new_positions } = await status(run);
    expect(can_open_new_positions).toBe(true);
    const failing = { name: 'history of equity', critical: false, state: 'failed', restarts: 0 };
    expect(tasks).toContainEqual({ ...failing, last_error: expect.stringContaining('no space left') });
    expect(deskHealth.parse(await ask(run, '/hotcoin/health')).failing).toEqual(['history of equity']);
    expect(await history(run)).toMatchObject({ storing: 'failing' });
    const before = (await history(run)).bars.length;
    other.exec('DROP TRIGGER refuse');
    await run.pass(2 * MINUTE_MS);
    expect(await history(run)).toMatchObject({ storing: 'storing', last_error: null });
    expect((await history(run)).bars.length).toBe(before + 2);
    other.close();
  });

  it('that can not be read is 500 with the reason, and 503 without an engine', async () => {
    const run = await begin();
    await run.pass(2 * MINUTE_MS);
    const other = new Database(join(run.dataDir, 'equity.db'));
    other.exec("UPDATE equity SET close = 'much'");
    other.close();
    const broken = await fetch(`${run.deskUrl}/hotcoin/api/equity`);
    expect([broken.status, await broken.json()]).toEqual([500, expect.objectContaining({ error: 'store_corrupt' })]);
    await run.desk.detach();
    expect((await fetch(`${run.deskUrl}/hotcoin/api/equity`)).status).toBe(503);
  });
});
