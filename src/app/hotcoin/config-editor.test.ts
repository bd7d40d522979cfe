import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../../adapters/clock/manual-clock.ts';
import { createMemorySettingStore } from '../../adapters/memory/memory-setting-store.ts';
import type { Result } from '../../core/result.ts';
import { epochMs } from '../../core/time.ts';
import type { Failure } from '../../model/failure.ts';
import type { SettingStore } from '../../ports/setting-store.ts';
import { HotCoinConfigEditor, listConfigEntries } from './config-editor.ts';

const clock = createManualClock(epochMs(1_780_000_000_000));

afterEach(() => clock.close());

function open(environment: Readonly<Record<string, string>> = {}, store: SettingStore = createMemorySettingStore()) {
  return { store, editor: new HotCoinConfigEditor({ store, environment, clock }) };
}

function value<T>(answer: Result<T, Failure>): T {
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

const problem = (answer: Result<unknown, Failure>): string =>
  answer.ok ? 'accepted' : `${answer.error.code} ${answer.error.message}`;

describe('settings that are saved', () => {
  it('are in force over the defaults and under the environment, and say where they come from', async () => {
    const { editor } = open({ HOTCOIN_CAPITAL: '250' });
    const change = { execution: { initial_capital: 500, max_concurrent_positions: 3 } };
    const saved = value(await editor.save(change));
    expect(saved.differences).toEqual([
      { name: 'execution.initial_capital', from: 1_000, to: 500, applies: 'overridden' },
      { name: 'execution.max_concurrent_positions', from: 5, to: 3, applies: 'now' },
    ]);
    const entries = listConfigEntries(value(await editor.resolve()));
    const shown = (name: string) => entries.find((entry) => entry.name === name);
    expect(shown('execution.initial_capital')).toMatchObject({ value: 250, initial: 1_000, source: 'environment' });
    expect(shown('execution.max_concurrent_positions')).toMatchObject({ value: 3, initial: 5, source: 'saved' });
    expect(shown('execution.dust_usd')).toMatchObject({ value: 1, source: 'default', applies: 'restart' });
  });

  it('keep what a change does not name, go back to the default with null, and lie there by group', async () => {
    const { editor, store } = open();
    await editor.save({ trading: { max_hold_minutes: 60 }, discovery: { blacklist: [' luna '] } });
    value(await editor.save({ trading: { max_hold_minutes: null, min_entry_heat: 50 } }));
    const { config } = value(await editor.resolve());
    expect(config.trading).toMatchObject({ max_hold_minutes: 240, min_entry_heat: 50 });
    expect(config.discovery.blacklist).toEqual(['LUNA']);
    expect(await store.load('hotcoin')).toMatchObject({
      discovery: { value: { blacklist: [' luna '] } },
      trading: { value: { min_entry_heat: 50 }, updatedTime: clock.now() },
    });
  });

  it('under a preset are kept, and told to be overridden by it', async () => {
    const store = createMemorySettingStore();
    const editor = new HotCoinConfigEditor({ store, environment: {}, clock, preset: 'stage-1' });
    const saved = value(await editor.save({ execution: { max_concurrent_positions: 4, dust_usd: 2 } }));
    expect(saved.differences).toMatchObject([
      { applies: 'overridden' },
      { name: 'execution.dust_usd', applies: 'restart' },
    ]);
    const { config, provenance } = value(await editor.resolve());
    expect(config.execution).toMatchObject({ max_concurrent_positions: 2, dust_usd: 2 });
    expect(provenance['execution.max_concurrent_positions']).toBe('preset');
  });

  it('say whether a change acts at once or with the next start', async () => {
    const { editor } = open();
    const applies = async (change: unknown) => value(await editor.preview(change)).applies;
    expect(await applies({})).toBe('nothing');
    expect(await applies({ execution: { max_concurrent_positions: 5 } })).toBe('nothing');
    expect(await applies({ execution: { max_concurrent_positions: 4 } })).toBe('now');
    expect(await applies({ execution: { max_concurrent_positions: 4, use_paper_trading: false } })).toBe('restart');
    expect(value(await editor.resolve()).config.execution.max_concurrent_positions, 'a preview saves nothing').toBe(5);
  });

  it.each([
    ['no object', 'everything', 'not an object'],
    ['a list', [], 'not an object'],
    ['a group that is none', { execution: 5 }, 'execution is not an object'],
    ['an unknown name', { trading: { stop_los: -0.05 } }, 'stop_los'],
    ['an unknown group', { risk: {} }, 'risk'],
    ['a word for a switch', { execution: { use_paper_trading: 'Y' } }, 'use_paper_trading'],
    ['a number for a switch', { execution: { enable_order_execution: 1 } }, 'enable_order_execution'],
    ['a text for a number', { execution: { initial_capital: '500' } }, 'initial_capital'],
    ['a capital of 0', { execution: { initial_capital: 0 } }, 'initial_capital'],
    ['a nearest stop beyond the farthest', { trading: { sl_min_pct: 0.06 } }, 'sl_max_pct'],
    ['a first pause above the longest', { discovery: { listing_backoff_base_sec: 500 } }, 'listing_backoff_max_sec'],
  ])('are refused as a whole for %s, and nothing is saved', async (_, change, part) => {
    const { editor, store } = open();
    const mixed =
      typeof change === 'object' && !Array.isArray(change) ? { discovery: { blacklist: ['X'] }, ...change } : change;
    const answer = await editor.save(mixed);
    expect(problem(answer)).toContain('config_invalid');
    expect(problem(answer)).toContain(part);
    expect(await store.load('hotcoin')).toEqual({});
  });

  it('are checked without the environment too, which could hide a mistake until it is gone', async () => {
    const { editor } = open({ HOTCOIN_CAPITAL: '250' });
    expect(problem(await editor.save({ execution: { initial_capital: -1 } }))).toContain('initial_capital');
  });

  it('bug: of one group from several editors in the same moment are all kept', async () => {
    const store = createMemorySettingStore();
    const editors = Array.from({ length: 5 }, () => open({}, store).editor);
    const changes = [
      { min_entry_heat: 50 },
      { max_hold_minutes: 60 },
      { min_consensus_strength: 30 },
      { min_entry_heat: 51 },
      { max_hold_minutes: 61 },
    ];
    const saves = editors.map((editor, at) => editor.save({ trading: changes[at] }));
    for (const saved of await Promise.all(saves)) value(saved);
    const { config } = value(await open({}, store).editor.resolve());
    expect([50, 51]).toContain(config.trading.min_entry_heat);
    expect([60, 61]).toContain(config.trading.max_hold_minutes);
    expect(config.trading.min_consensus_strength).toBe(30);
  });

  it('are given up, and nothing is saved, where somebody else saves without end', async () => {
    const store = createMemorySettingStore();
    let count = 0;
    const busy: SettingStore = {
      ...store,
      save: async (change) => {
        await store.save({
          namespace: 'hotcoin',
          values: { trading: { max_hold_minutes: 60 + count++ } },
          time: clock.now(),
        });
        return store.save(change);
      },
    };
    expect(problem(await open({}, busy).editor.save({ trading: { min_entry_heat: 50 } }))).toContain('keep changing');
    expect(value(await open({}, store).editor.resolve()).config.trading.min_entry_heat).not.toBe(50);
  });

  it('that somebody broke by hand refuse a start as a whole, and can be mended by a save', async () => {
    const { editor, store } = open();
    const broken = { execution: { use_paper_trading: 'maybe' } };
    await store.save({ namespace: 'hotcoin', values: broken, time: clock.now() });
    expect(problem(await editor.resolve()), 'scenario 15').toContain('use_paper_trading');
    expect(problem(await editor.save({ trading: { min_entry_heat: 50 } })), 'still broken').toContain(
      'use_paper_trading',
    );
    value(await editor.save({ execution: { use_paper_trading: null } }));
    expect(value(await editor.resolve()).config.execution.use_paper_trading).toBe(true);
  });

  it('follow each other when they come at once: none is lost', async () => {
    const { editor } = open();
    await Promise.all([
      editor.save({ trading: { min_entry_heat: 50 } }),
      editor.save({ trading: { max_hold_minutes: 60 } }),
      editor.save({ trading: { min_consensus_strength: 30 } }),
    ]);
    const { config } = value(await editor.resolve());
    expect(config.trading).toMatchObject({ min_entry_heat: 50, max_hold_minutes: 60, min_consensus_strength: 30 });
  });

  it('are a failure, never a throw, when the store can not be used', async () => {
    const { editor, store } = open();
    await store.close();
    expect(problem(await editor.resolve())).toContain('store_unavailable');
    expect(problem(await editor.save({}))).toContain('store_unavailable');
  });
});
