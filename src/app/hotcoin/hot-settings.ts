/**
 * Which settings act at once on running trading, and which wait for a restart. Only what changes how the next thing is
 * judged is safe to change under way; where money is, how much of it there is and what signals are made of is not, and
 * nothing ever turns paper into money while a process runs.
 */
import { HOTCOIN_GROUPS, type HotCoinConfig, type HotCoinGroup, hotCoinSchema } from './hotcoin-schema.ts';

/** When a saved setting acts. */
export type Applies = 'now' | 'restart';

const AT_ONCE: Readonly<Record<HotCoinGroup, readonly string[]>> = {
  discovery: [
    ...['anomaly_mode', 'volume_surge_ratio', 'price_surge_5m_pct', 'min_quote_volume_24h', 'max_price_change_24h'],
    ...['anomaly_cooldown_sec', 'pool_max_size', 'pool_enter_score', 'pool_exit_score', 'pool_exit_hold_sec'],
    ...['pool_cooling_sec', 'stablecoins', 'blacklist'],
    ...['w_announcement', 'w_social', 'w_sentiment', 'w_momentum', 'w_liquidity', 'w_risk_penalty'],
  ],
  trading: [
    ...['signal_loop_sec', 'max_signal_candidates', 'min_consensus_strength', 'min_entry_heat', 'default_sl_pct'],
    ...['atr_sl_mult', 'sl_min_pct', 'sl_max_pct', 'trailing_stop_pct', 'max_hold_minutes', 'black_swan'],
  ],
  execution: [
    ...['max_concurrent_positions', 'max_single_position_pct', 'max_total_exposure_pct', 'max_sector_exposure_pct'],
    ...['daily_max_loss_pct', 'total_drawdown_halt_pct', 'single_coin_max_loss_pct', 'cooling_after_halt_sec'],
    ...['risk_per_trade_pct', 'min_alloc_usdt', 'max_slippage_pct', 'max_spread_pct', 'min_depth_multiple', 'sectors'],
  ],
  ml: ['shadow'],
};

/** When a setting of the name `group.key` acts; what nobody named waits for a restart. */
export function appliesOf(name: string): Applies {
  const [group = '', key = ''] = name.split('.');
  return Object.entries(AT_ONCE).some(([owner, keys]) => owner === group && keys.includes(key)) ? 'now' : 'restart';
}

/** `running` with everything of `wanted` that acts at once; both must be valid, and so is what comes out. */
export function mergeHot(running: HotCoinConfig, wanted: HotCoinConfig): HotCoinConfig {
  const groups = HOTCOIN_GROUPS.map((group) => {
    const hot = Object.entries(wanted[group]).filter(([key]) => AT_ONCE[group].includes(key));
    return [group, { ...running[group], ...Object.fromEntries(hot) }] as const;
  });
  return hotCoinSchema.parse(Object.fromEntries(groups));
}
