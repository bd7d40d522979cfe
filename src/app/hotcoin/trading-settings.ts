/**
 * What the engine's trading stages are set by, from the settings people write.
 */

import { assert } from '../../core/assert.ts';
import type { TradingSettings } from '../../engine/index.ts';
import { timeframe } from '../../model/timeframe.ts';
import { DEFAULT_DISPATCH, findSignalProfile } from '../../signals/index.ts';
import type { ResolvedConfig } from './hotcoin-config.ts';
import { toDecisionConfig, toDiscoveryConfig, toExecutionConfig, toMoney } from './stage-settings.ts';
import type { Trading } from './trading-consent.ts';

const SECOND_MS = 1_000;

/** The settings; `trading` says whether approved intents become orders. */
export function toTradingSettings({ config, hash }: ResolvedConfig, trading: Trading): TradingSettings {
  const { trading: rules, execution } = config;
  const profile = findSignalProfile(rules.profile);
  assert(profile !== null, `there is no signal profile ${rules.profile}`);
  return {
    discovery: toDiscoveryConfig(config),
    decisions: toDecisionConfig(config),
    execution: toExecutionConfig(config),
    signals: {
      ...DEFAULT_DISPATCH,
      profile,
      universe: rules.universe,
      workersMax: rules.max_signal_workers,
      deadlineMs: rules.signal_timeout_sec * SECOND_MS,
      confirmTimeframe: timeframe(rules.entry_confirm_tf),
    },
    initialCapital: toMoney(execution.initial_capital),
    cycleMs: rules.signal_loop_sec * SECOND_MS,
    candidatesMax: rules.max_signal_candidates,
    orders: trading === 'observe' ? 'recorded' : 'made',
    configHash: hash,
  };
}
