import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { foldTrading } from '../../engine/trading/fold-trading.ts';
import { encode } from '../../journal/index.ts';
import { appliesOf, mergeHot } from './hot-settings.ts';
import { resolveHotCoinConfig } from './hotcoin-config.ts';
import { HOTCOIN_GROUPS, type HotCoinConfig } from './hotcoin-schema.ts';
import { toTradingSettings } from './trading-settings.ts';

/** A value other than the default for each setting that a stage is set by. */
const OTHER: Readonly<Record<string, unknown>> = {
  'discovery.anomaly_mode': 'either',
  'discovery.stablecoins': ['XYZ'],
  'discovery.blacklist': ['XYZ'],
  'discovery.w_announcement': 0.1,
  'discovery.w_social': 0.25,
  'trading.profile': 'parity',
  'trading.universe': 'market',
  'trading.entry_confirm_tf': '5m',
  'trading.take_profit_tiers': [[0.2, 0.5]],
  'trading.break_even_after_first_tier': true,
  'trading.black_swan': [['5m', -0.3]],
  'execution.l5_resume': 'auto',
  'execution.entry_order': 'market',
  'execution.protection': 'oco',
  'execution.sectors': { XYZ: 'meme' },
};

/** What these say is read where they act: adapters, stores and the start, not the stages. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'discovery.heat_history_retention_days',
  'discovery.square_poll_sec',
  'execution.enable_order_execution',
  'execution.use_paper_trading',
  'execution.paper_slippage_bps',
  'execution.on_shutdown',
  'ml.shadow',
]);

function settingsOf(saved: unknown): string {
  const resolved = resolveHotCoinConfig(saved, {});
  if (!resolved.ok) throw new Error(resolved.error.message);
  return encode({ ...toTradingSettings(resolved.value, 'simulated'), configHash: '' });
}

function defaults(): HotCoinConfig {
  return configOf({});
}

const NAMES = HOTCOIN_GROUPS.flatMap((group) => Object.keys(defaults()[group]).map((key) => `${group}.${key}`));

describe('every setting', () => {
  it.each(NAMES.filter((name) => !ELSEWHERE.has(name)))('%s changes what a stage does', (name) => {
    expect(settingsOf(changeOf(name))).not.toBe(settingsOf({}));
  });
});

/** A saved configuration with another value of one setting. */
function changeOf(name: string): Readonly<Record<string, unknown>> {
  const [group = '', key = ''] = name.split('.');
  const before = (defaults() as unknown as Record<string, Record<string, unknown>>)[group]?.[key];
  const value = OTHER[name] ?? (typeof before === 'number' ? nextTo(name, before) : before);
  const weights = name.startsWith('discovery.w_') ? balanced(key, value as number) : { [key]: value };
  return { [group]: weights };
}

function configOf(saved: unknown): HotCoinConfig {
  const resolved = resolveHotCoinConfig(saved, {});
  if (!resolved.ok) throw new Error(resolved.error.message);
  return resolved.value.config;
}

function stateUnder(saved: unknown, key: 'tradingOpened' | 'settingsChanged'): string {
  const settings = (value: unknown) => {
    const resolved = resolveHotCoinConfig(value, {});
    if (!resolved.ok) throw new Error(resolved.error.message);
    return { ...toTradingSettings(resolved.value, 'simulated'), configHash: '' };
  };
  const receivedTime = epochMs(1_780_000_000_000);
  const opened = foldTrading(null, { kind: 'tradingOpened', receivedTime, settings: settings({}) });
  const { state } = foldTrading(opened.state, { kind: key, receivedTime, settings: settings(saved) });
  return encode(state);
}

describe('a setting changed under way', () => {
  it.each(NAMES.filter((name) => !ELSEWHERE.has(name)))('%s acts at once, or not at all before a restart', (name) => {
    const saved = changeOf(name);
    const isChanged = stateUnder(saved, 'settingsChanged') !== stateUnder({}, 'settingsChanged');
    if (appliesOf(name) === 'now') expect(isChanged).toBe(true);
    const [before, wanted] = [configOf({}), configOf(saved)];
    const merged = JSON.stringify(mergeHot(before, wanted));
    expect(merged).toBe(JSON.stringify(appliesOf(name) === 'now' ? wanted : before));
  });

  it('never reaches money, signals or the way orders are made, whatever the input says', () => {
    const plain = stateUnder({}, 'settingsChanged');
    const reaches = ['trading.profile', 'execution.protection', 'execution.dust_usd'].filter(
      (name) => stateUnder(changeOf(name), 'settingsChanged') !== plain,
    );
    expect(reaches).toEqual([]);
    const settings = (trading: 'observe' | 'real', saved: unknown = {}) => {
      const resolved = resolveHotCoinConfig(saved, {});
      if (!resolved.ok) throw new Error(resolved.error.message);
      return toTradingSettings(resolved.value, trading);
    };
    const receivedTime = epochMs(1_780_000_000_000);
    const { state } = foldTrading(null, { kind: 'tradingOpened', receivedTime, settings: settings('observe') });
    const other = settings('real', { execution: { initial_capital: 5_000 } });
    const changed = foldTrading(state, { kind: 'settingsChanged', receivedTime, settings: other });
    expect(changed.state?.settings.orders).toBe('recorded');
    expect(changed.state?.settings.initialCapital === state?.settings.initialCapital).toBe(true);
  });
});

/** Another number within the limits. */
function nextTo(name: string, value: number): number {
  if (name === 'trading.sl_max_pct') return 0.06;
  if (name === 'trading.sl_min_pct') return 0.02;
  if (Number.isInteger(value) && value >= 1) return value + 1;
  return value / 2;
}

/** The six weights add up to one: what one gains another loses. */
function balanced(key: string, value: number): Readonly<Record<string, number>> {
  const all = defaults().discovery as unknown as Record<string, number>;
  const other = key === 'w_momentum' ? 'w_liquidity' : 'w_momentum';
  return { [key]: value, [other]: (all[other] ?? 0) + (all[key] ?? 0) - value };
}
