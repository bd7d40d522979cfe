import { describe, expect, it } from 'vitest';
import { resolveHotCoinConfig } from './hotcoin-config.ts';
import { PRESET_NAMES, type PresetName } from './presets.ts';

function resolved(preset: PresetName, saved: unknown = {}, environment: Record<string, string> = {}) {
  const answer = resolveHotCoinConfig(saved, environment, preset);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

describe('the staged roll-out', () => {
  it.each([
    ['stage-1', 100, 2, 70],
    ['stage-2', 300, 3, 50],
    ['stage-3', 500, 5, 30],
  ] as const)('%s is %d USDT in %d positions from a heat of %d', (name, capital, positions, heat) => {
    const { config, provenance } = resolved(name);
    expect(config.execution).toMatchObject({ initial_capital: capital, max_concurrent_positions: positions });
    expect(config.trading.min_entry_heat).toBe(heat);
    expect(config.execution).toMatchObject({ enable_order_execution: false, use_paper_trading: true });
    expect(provenance['execution.initial_capital']).toBe('preset');
    expect(provenance['execution.dust_usd']).toBe('default');
  });

  it.each(PRESET_NAMES)('%s leaves room for an entry: the least is below what each of its limits allows', (name) => {
    const { execution, trading } = resolved(name).config;
    const share = (execution.initial_capital * execution.max_total_exposure_pct) / execution.max_concurrent_positions;
    const stopCost = (execution.initial_capital * execution.risk_per_trade_pct) / trading.sl_max_pct;
    const single = execution.initial_capital * execution.max_single_position_pct;
    expect(Math.min(share, stopCost, single)).toBeGreaterThan(execution.min_alloc_usdt);
  });

  it('goes over what is saved, and the environment over it', () => {
    const saved = { execution: { initial_capital: 9_999, dust_usd: 2 } };
    expect(resolved('stage-1', saved).config.execution).toMatchObject({ initial_capital: 100, dust_usd: 2 });
    const { config, provenance } = resolved('stage-1', saved, { HOTCOIN_CAPITAL: '50' });
    expect(config.execution.initial_capital).toBe(50);
    expect(provenance['execution.initial_capital']).toBe('environment');
  });
});
