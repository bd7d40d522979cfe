/**
 * Settings that are saved while trading runs, over the simulated exchange: what is safe acts on the next thing that is
 * judged, what is not waits, and a replay of the run has them at the same place.
 */
import { expect, it } from 'vitest';
import { createMemorySettingStore } from '../../src/adapters/memory/memory-setting-store.ts';
import { HotCoinConfigEditor } from '../../src/app/hotcoin/config-editor.ts';
import { SettingsFollower } from '../../src/app/trading/settings-follower.ts';
import { burstsMarket } from '../fixtures/burst-market.ts';
import { bought, coin, MINUTE_MS, positionsOf, SECOND_MS, trackRuns } from '../fixtures/trading-checks.ts';

const start = trackRuns();

it('a blacklist saved while a position is held keeps the next coin out; money and paper wait for the next start', async () => {
  const coins = [
    { symbol: 'HOTUSDT', minute: 15 },
    { symbol: 'WARMUSDT', minute: 20 },
  ];
  const run = await start({ scenario: burstsMarket(coins) });
  const environment = { HOTCOIN_EXECUTE: '1' };
  const editor = new HotCoinConfigEditor({ store: createMemorySettingStore(), environment, clock: run.clock });
  const started = await editor.resolve();
  if (!started.ok) throw new Error(started.error.message);
  const follower = new SettingsFollower({
    started: started.value,
    trading: 'simulated',
    resolve: () => editor.resolve(),
    apply: (settings) => run.service.engine.submit({ kind: 'settingsChanged', receivedTime: run.now(), settings }),
    onApplied: () => {},
    clock: run.clock,
    onWarning: (reason) => run.warnings.push(reason),
  });
  const stop = new AbortController();
  const following = follower.run(stop.signal);
  await bought(run);
  const held = positionsOf(run)[0];
  const change = { discovery: { blacklist: ['WARMUSDT'] }, execution: { use_paper_trading: false } };
  expect(await editor.save(change)).toMatchObject({ ok: true, value: { applies: 'restart' } });
  await run.pass(3 * SECOND_MS);
  expect(run.trading.settings.discovery.filter.blacklist).toEqual(['WARMUSDT']);
  expect(run.trading.settings.configHash).toBe(follower.inForce().hash);
  expect(run.trading.settings.orders).toBe('made');
  expect(follower.waiting()).toEqual(['execution.use_paper_trading']);
  expect(positionsOf(run)[0], 'what is held stays what it is').toMatchObject({ positionId: held?.positionId });
  await run.pass(10 * MINUTE_MS);
  const bursts = run.told('anomaly').map(({ anomaly }) => anomaly.instrumentId);
  expect(bursts).toContain(coin('HOT'));
  expect(bursts).not.toContain(coin('WARM'));
  expect(positionsOf(run).map(({ instrumentId }) => instrumentId)).toEqual([coin('HOT')]);
  expect(run.warnings).toEqual([]);
  stop.abort();
  await following;
});
