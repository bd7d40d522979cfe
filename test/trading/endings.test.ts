/**
 * How trading ends, over the simulated exchange: what becomes of positions is what the setting says, in bounded time; and
 * a broken round says what it was about.
 */
import { expect, it } from 'vitest';
import { windDown } from '../../src/app/trading/wind-down.ts';
import { areEntriesOpen } from '../../src/decisions/index.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import {
  bought,
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
import type { TradingRun } from '../fixtures/trading-run.ts';

const start = trackRuns();
const scenario = burstMarket(move('17m', 'price: +1%, for: 10m'));

async function windDownRun(run: TradingRun, positions: 'keep' | 'close', seconds = 12): Promise<readonly string[]> {
  const warnings: string[] = [];
  const { service, clock } = run;
  const over = windDown({ service, clock, positions, limitMs: 8_000, onWarning: (reason) => warnings.push(reason) });
  await run.pass(seconds * SECOND_MS);
  await over;
  return warnings;
}

it('on_shutdown: keep leaves the position with its stop, close sells it in bounded time and the next run trades again; R5-7: a round that breaks says what it was about', async () => {
  const run = await start({ scenario, venue: 'exchange' });
  const begun = { usdt: await owned(run, 'USDT') };
  await bought(run);
  const held = positionOf(run, HOT);
  expect(await windDownRun(run, 'keep', 2)).toEqual([]);
  expect(legs(run)).toEqual([]);
  expect(run.trading.decisions.health).toMatchObject({ state: 'stopped', reasons: ['shutdown'] });
  await run.end();
  await run.begin();
  await run.pass(20 * SECOND_MS);
  expect(positionOf(run, HOT)).toMatchObject({ positionId: held?.positionId, quantity: held?.quantity });
  expect(run.told('protection').at(-1)?.protection).toBe('resting');

  run.exchange.orderFault({ kind: 'halt', symbol: 'HOTUSDT' });
  expect(await windDownRun(run, 'close')).toEqual([
    '1 position(s) were not sold within 8 s and are left to their resting stops',
  ]);
  expect(positionsOf(run)).toHaveLength(1);
  run.exchange.orderFault({ kind: 'halt', symbol: 'HOTUSDT', mode: 'off' });
  expect(await windDownRun(run, 'close')).toEqual([]);
  expect(legs(run)).toEqual(['shutdown']);
  expect(positionsOf(run)).toEqual([]);
  expect(areEntriesOpen(run.trading.decisions)).toBe(false);
  await expectSettled(run, begun);

  await run.end();
  await run.begin();
  // The refused sales count as errors for five minutes; nothing else of the end is left.
  const isOpen = (): boolean => areEntriesOpen(run.trading.decisions);
  await run.passUntil(isOpen, { limitMs: 8 * MINUTE_MS, what: 'entries are open again' });

  const poison = { kind: 'operatorCommanded', receivedTime: run.now(), command: { kind: 'nonsense' } } as never;
  await expect(run.service.engine.submit(poison)).rejects.toThrow();
  const told = run.warnings.find((line) => line.startsWith('fatal'));
  expect(told).toMatch(/^fatal trading_round_failed: .*round \d+ with [1-9]\d* candidate.* and 0 position.*nonsense/);
});
