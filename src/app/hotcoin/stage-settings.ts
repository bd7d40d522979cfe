/**
 * From the settings people write to what each stage of the engine is set by: units change here and nowhere else.
 */
import { decimal, decimalFromFloat } from '../../core/decimal.ts';
import { DEFAULT_DECISION_CONFIG, type DecisionConfig } from '../../decisions/index.ts';
import { DEFAULT_DISCOVERY_CONFIG, type DiscoveryConfig } from '../../discovery/index.ts';
import { DEFAULT_EXECUTION_CONFIG, type ExecutionConfig } from '../../execution/index.ts';
import type { Money } from '../../model/money.ts';
import type { HotCoinConfig } from './hotcoin-schema.ts';
import { SECTORS } from './sectors.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** Quote money of a setting. */
export function toMoney(value: number): Money {
  return (decimalFromFloat(value) ?? decimal('0')) as Money;
}

/** Settings of discovery. */
export function toDiscoveryConfig({ discovery, execution }: HotCoinConfig): DiscoveryConfig {
  const base = DEFAULT_DISCOVERY_CONFIG;
  return {
    ticker: { ...base.ticker, staleMs: discovery.ticker_stale_ttl_sec * SECOND_MS },
    anomaly: {
      mode: discovery.anomaly_mode,
      volumeRatioMin: discovery.volume_surge_ratio,
      change5mMin: discovery.price_surge_5m_pct,
      quoteVolume24hMin: discovery.min_quote_volume_24h,
      change24hMax: discovery.max_price_change_24h,
      cooldownMs: discovery.anomaly_cooldown_sec * SECOND_MS,
    },
    pool: {
      ...base.pool,
      activeMax: discovery.pool_max_size,
      enterHeat: discovery.pool_enter_score,
      exitHeat: discovery.pool_exit_score,
      exitHoldMs: discovery.pool_exit_hold_sec * SECOND_MS,
      coolingMs: discovery.pool_cooling_sec * SECOND_MS,
      heatHistoryMs: discovery.heat_history_interval_sec * SECOND_MS,
    },
    weights: {
      announcement: discovery.w_announcement,
      social: discovery.w_social,
      sentiment: discovery.w_sentiment,
      momentum: discovery.w_momentum,
      liquidity: discovery.w_liquidity,
      riskPenalty: discovery.w_risk_penalty,
    },
    filter: {
      ...base.filter,
      stableAssets: [...base.filter.stableAssets, ...discovery.stablecoins],
      blacklist: discovery.blacklist,
      quoteVolume24hMin: discovery.min_quote_volume_24h,
      change24hMax: discovery.max_price_change_24h,
      spreadMax: execution.max_spread_pct,
      depthMultiple: execution.min_depth_multiple,
      orderQuote: execution.initial_capital * execution.max_single_position_pct,
    },
    listing: {
      ...base.listing,
      announcementPollMs: discovery.announcement_poll_sec * SECOND_MS,
      instrumentPollMs: discovery.listing_poll_sec * SECOND_MS,
      backoffMinMs: discovery.listing_backoff_base_sec * SECOND_MS,
      backoffMaxMs: discovery.listing_backoff_max_sec * SECOND_MS,
    },
    social: { ...base.social, mentionMs: discovery.social_ttl_sec * SECOND_MS },
  };
}

/** Settings of decisions. */
export function toDecisionConfig({ trading, execution }: HotCoinConfig): DecisionConfig {
  const base = DEFAULT_DECISION_CONFIG;
  return {
    rules: {
      ...base.rules,
      strengthMin: trading.min_consensus_strength,
      heatMin: trading.min_entry_heat,
      stopDistance: -trading.default_sl_pct,
      atrMultiple: trading.atr_sl_mult,
      stopDistanceMin: trading.sl_min_pct,
      stopDistanceMax: trading.sl_max_pct,
      tiers: trading.take_profit_tiers.map(([gain, part]) => ({ gain, share: part })),
      trailingDistance: trading.trailing_stop_pct,
      breakEven: trading.break_even_after_first_tier ? 'afterFirstTier' : 'never',
      holdMaxMs: trading.max_hold_minutes * MINUTE_MS,
      suddenFalls: trading.black_swan.map(([window, change]) => ({ window, change })),
      spreadMax: execution.max_spread_pct,
      depthMultiple: execution.min_depth_multiple,
      slippageMax: execution.max_slippage_pct,
      takerFee: execution.taker_fee_rate,
    },
    sizing: {
      ...base.sizing,
      positionsMax: execution.max_concurrent_positions,
      singleShareMax: execution.max_single_position_pct,
      totalShareMax: execution.max_total_exposure_pct,
      amountMin: toMoney(execution.min_alloc_usdt),
      riskShare: execution.risk_per_trade_pct,
    },
    risk: {
      coinLossMax: execution.single_coin_max_loss_pct,
      sectorShareMax: execution.max_sector_exposure_pct,
      dayLossMax: execution.daily_max_loss_pct,
      drawdownMax: execution.total_drawdown_halt_pct,
      haltMs: execution.cooling_after_halt_sec * SECOND_MS,
      resume: execution.l5_resume === 'auto' ? 'automatic' : 'acknowledged',
    },
    health: base.health,
    sectors: { ...SECTORS, ...execution.sectors },
  };
}

const ENTRY_ORDERS = { limit_ioc: 'limitIoc', limit: 'limit', market: 'market' } as const;

/** Settings of execution. */
export function toExecutionConfig({ execution }: HotCoinConfig): ExecutionConfig {
  const base = DEFAULT_EXECUTION_CONFIG;
  return {
    ...base,
    rules: {
      ...base.rules,
      refreshMs: execution.exchange_info_refresh_sec * SECOND_MS,
      retryMs: execution.exchange_info_retry_sec * SECOND_MS,
    },
    protection: { ...base.protection, order: execution.protection },
    entryOrder: ENTRY_ORDERS[execution.entry_order],
    dedupeMs: execution.dedup_window_sec * SECOND_MS,
    orderTimeoutMs: execution.order_timeout_sec * SECOND_MS,
    dustValue: toMoney(execution.dust_usd),
  };
}
