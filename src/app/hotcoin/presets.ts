/**
 * The staged roll-out: how much money, how many coins and how hot they must be while trust in a system grows. A preset
 * goes over what is saved and under the environment.
 */
import type { HotCoinConfig } from './hotcoin-schema.ts';

/** Names of presets, the most careful first. */
export const PRESET_NAMES = ['stage-1', 'stage-2', 'stage-3'] as const;

/** One of them. */
export type PresetName = (typeof PRESET_NAMES)[number];

/** A preset: settings by group. */
export type Preset = {
  readonly trading: Partial<HotCoinConfig['trading']>;
  readonly execution: Partial<HotCoinConfig['execution']>;
};

/**
 * The presets. Of 100 USDT the usual tenth would be below the smallest entry, so a position may take a fifth there, and a
 * stop may cost a hundredth: 1 USDT.
 */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  'stage-1': {
    trading: { min_entry_heat: 70 },
    execution: {
      initial_capital: 100,
      max_concurrent_positions: 2,
      max_single_position_pct: 0.2,
      risk_per_trade_pct: 0.01,
    },
  },
  'stage-2': {
    trading: { min_entry_heat: 50 },
    execution: { initial_capital: 300, max_concurrent_positions: 3 },
  },
  'stage-3': { trading: {}, execution: { initial_capital: 500, max_concurrent_positions: 5 } },
};
