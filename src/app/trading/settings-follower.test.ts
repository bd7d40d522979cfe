import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../adapters/clock/manual-clock.ts';
import { createMemorySettingStore } from '../../adapters/memory/memory-setting-store.ts';
import { epochMs } from '../../core/time.ts';
import type { TradingSettings } from '../../engine/index.ts';
import { HotCoinConfigEditor } from '../hotcoin/config-editor.ts';
import { toMoney } from '../hotcoin/stage-settings.ts';
import { SettingsFollower } from './settings-follower.ts';

let clock: ManualClock;

afterEach(() => clock.close());

async function open() {
  clock = createManualClock(epochMs(1_780_000_000_000));
  const store = createMemorySettingStore();
  const editor = new HotCoinConfigEditor({ store, environment: { HOTCOIN_EXECUTE: '1' }, clock });
  const started = await editor.resolve();
  if (!started.ok) throw new Error(started.error.message);
  const applied: TradingSettings[] = [];
  const warnings: string[] = [];
  const follower = new SettingsFollower({
    started: started.value,
    trading: 'simulated',
    resolve: () => editor.resolve(),
    apply: async (settings) => {
      applied.push(settings);
    },
    onApplied: () => {},
    clock,
    onWarning: (reason) => warnings.push(reason),
  });
  const stop = new AbortController();
  const following = follower.run(stop.signal);
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await follower.look();
  };
  const end = (): Promise<void> => {
    stop.abort();
    return following;
  };
  return { store, editor, follower, applied, warnings, pass, end, started: started.value };
}

describe('saved settings and running trading', () => {
  it('meet within two seconds: what is safe acts, once', async () => {
    const { editor, follower, applied, pass, end, started } = await open();
    await pass(10_000);
    expect(applied).toEqual([]);
    await editor.save({ execution: { max_concurrent_positions: 2 }, discovery: { blacklist: ['luna'] } });
    await pass(2_000);
    await pass(10_000);
    expect(applied).toHaveLength(1);
    expect(applied[0]?.decisions.sizing.positionsMax).toBe(2);
    expect(applied[0]?.discovery.filter.blacklist).toEqual(['LUNA']);
    expect(follower.inForce().hash).toBe(applied[0]?.configHash);
    expect(follower.inForce().hash).not.toBe(started.hash);
    expect(follower.waiting()).toEqual([]);
    await end();
  });

  it('never switch paper to money, capital or signals: those wait for a restart, beside what acts at once', async () => {
    const { editor, follower, applied, pass, end, started } = await open();
    await editor.save({
      execution: { use_paper_trading: false, initial_capital: 5_000, max_concurrent_positions: 2 },
      trading: { profile: 'parity' },
    });
    await pass(2_000);
    expect(applied).toHaveLength(1);
    expect(applied[0]?.orders).toBe('made');
    expect(applied[0]?.initialCapital).toBe(toMoney(started.config.execution.initial_capital));
    expect(applied[0]?.signals.profile.name).toBe('seed');
    expect(follower.inForce().config.execution).toMatchObject({ use_paper_trading: true, max_concurrent_positions: 2 });
    expect(follower.waiting()).toEqual(['trading.profile', 'execution.use_paper_trading', 'execution.initial_capital']);
    await end();
  });

  it('part when what is saved is invalid or can not be read: one warning, and nothing changes', async () => {
    const { editor, store, applied, warnings, pass, end } = await open();
    const broken = { execution: { use_paper_trading: 'maybe', max_concurrent_positions: 2 } };
    await store.save({ namespace: 'hotcoin', values: broken, time: clock.now() });
    await pass(2_000);
    await pass(20_000);
    expect(applied).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/^config_invalid.*use_paper_trading.*stay$/)]);
    await editor.save({ execution: { use_paper_trading: null } });
    await pass(2_000);
    expect(applied).toHaveLength(1);
    await store.close();
    await pass(2_000);
    expect(warnings[1]).toMatch(/^store_unavailable/);
    await end();
    await clock.advance(60_000);
    expect(warnings).toHaveLength(2);
  });
});
