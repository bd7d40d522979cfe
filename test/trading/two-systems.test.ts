/**
 * Whatever trades belongs to whoever started it: nothing is kept where a second system in the same process would find it.
 */
import { expect, it } from 'vitest';
import { MINUTE_MS, SECOND_MS, trackRuns } from '../fixtures/trading-checks.ts';

const start = trackRuns();

it('B-8: two systems in one process do not touch each other, neither by command nor by ending', async () => {
  const scenario = 'name: quiet\nabout: nothing\ncast: 3\n';
  const one = await start({ scenario });
  const other = await start({ scenario, settings: { execution: { initial_capital: 500 } } });
  await one.pass(30 * SECOND_MS);
  await other.pass(30 * SECOND_MS);
  const command = { kind: 'emergencyClose', requestId: 'r1', reason: 'of one alone' } as const;
  await one.service.engine.submit({ kind: 'operatorCommanded', receivedTime: one.now(), command });
  expect(one.trading.decisions.emergency).not.toBeNull();
  expect(other.trading.decisions.emergency).toBeNull();
  expect(other.trading.settings.initialCapital).not.toBe(one.trading.settings.initialCapital);
  await one.end();
  const { cycle } = other.trading;
  await other.pass(MINUTE_MS);
  expect(other.trading.cycle).toBeGreaterThan(cycle);
  expect(other.warnings).toEqual([]);
});
