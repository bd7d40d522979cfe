/**
 * What each hot-coin setting means, in Chinese; the English sentence stands in the schema. A setting without a sentence
 * here, or a sentence without a setting, does not compile.
 */
import type { HotCoinConfig } from './hotcoin-schema.ts';

type Meanings = {
  readonly [Group in keyof HotCoinConfig]: { readonly [Key in keyof HotCoinConfig[Group]]: string };
};

const MEANINGS: Meanings = {
  discovery: {
    anomaly_mode: '成交量与价格是否必须同时异动（both 同时，either 任一）',
    volume_surge_ratio: '一分钟成交量相对基线的倍数',
    price_surge_5m_pct: '五分钟最低涨幅',
    min_quote_volume_24h: '24 小时最低成交额（USDT）',
    max_price_change_24h: '24 小时涨幅超过此值的币不追',
    anomaly_cooldown_sec: '同一币两次告警的最短间隔',
    ticker_stale_ttl_sec: '超过此时间没有更新的币不再保留',
    pool_max_size: '候选币数量上限',
    pool_enter_score: '热度达到此值才算有效候选',
    pool_exit_score: '热度低于此值即准备出池',
    pool_exit_hold_sec: '热度持续偏低多久后出池',
    pool_cooling_sec: '止损后多久不再入池',
    listing_poll_sec: '读取交易对列表的间隔',
    announcement_poll_sec: '读取公告的间隔',
    listing_backoff_base_sec: '被拒后首次等待时间',
    listing_backoff_max_sec: '连续被拒时的最长等待时间',
    square_poll_sec: '读取币安广场的间隔',
    social_ttl_sec: '一次提及的有效时间',
    heat_history_interval_sec: '同一币保存热度的最短间隔',
    heat_history_retention_days: '热度历史保留天数',
    w_announcement: '热度中上新公告的权重',
    w_social: '热度中社交提及的权重',
    w_sentiment: '热度中情绪的权重',
    w_momentum: '热度中动量的权重',
    w_liquidity: '热度中流动性的权重',
    w_risk_penalty: '风险扣分的权重',
    stablecoins: '除内置名单外，永不计入的基础资产',
    blacklist: '永不交易的基础资产或交易对',
  },
  trading: {
    profile: '信号参数组（见 hotwick profiles）',
    universe: '只给候选币评分（pool），还是在轮次之间也给全市场评分并跟踪其 K 线（market）',
    signal_loop_sec: '两轮之间的停顿',
    max_signal_workers: '同时计算的信号数',
    max_signal_candidates: '每轮评判最热的多少个币',
    signal_timeout_sec: '单个信号的最长时间，超过即 HOLD',
    min_consensus_strength: '开仓所需的最低信号强度',
    min_entry_heat: '开仓所需的最低热度',
    entry_confirm_tf: '确认方向的周期',
    default_sl_pct: '没有平均真实波幅时的止损幅度',
    atr_sl_mult: '止损为平均真实波幅的多少倍',
    sl_min_pct: '止损的最近距离',
    sl_max_pct: '止损的最远距离',
    take_profit_tiers: '止盈档：涨幅与届时卖出的初始数量比例',
    trailing_stop_pct: '最后一档止盈后，自最高涨幅回吐多少即卖出',
    break_even_after_first_tier: '首档止盈后是否把止损移到开仓价',
    max_hold_minutes: '最长持仓时间',
    black_swan: '在窗口内下跌超过此值立即平仓',
  },
  execution: {
    enable_order_execution: '总开关：关闭时只记录信号',
    use_paper_trading: '模拟交易',
    initial_capital: '本金，各项上限均为其比例；启动时发现有变动，差额记为转入或转出',
    max_concurrent_positions: '同时持仓数上限',
    max_single_position_pct: '单币占本金的上限',
    max_total_exposure_pct: '全部持仓占本金的上限',
    max_sector_exposure_pct: 'L3：单一板块占本金的上限',
    daily_max_loss_pct: 'L4：自 UTC 00:00 起亏损达到此值，当日不再开仓',
    total_drawdown_halt_pct: 'L5：自最高权益回撤达到此值，全部平仓并停机',
    single_coin_max_loss_pct: 'L2：单币亏损占本金达到此值即平仓',
    cooling_after_halt_sec: '停机的最短时间',
    l5_resume: '停机后是否还需人工确认（ack 需要，auto 不需要）',
    risk_per_trade_pct: '一次止损最多损失权益的多少',
    min_alloc_usdt: '最小开仓金额',
    entry_order: '开仓方式：在滑点内立即成交否则取消、可挂单的限价单、市价单',
    order_timeout_sec: '限价开仓单挂单超过此时间即撤销',
    dedup_window_sec: '同一币在此时间内再次开仓视为重复',
    exchange_info_refresh_sec: '读取交易规则的间隔',
    exchange_info_retry_sec: '读取交易规则失败后的等待时间',
    taker_fee_rate: '模拟交易与保本价所用的手续费率',
    paper_slippage_bps: '模拟成交比价格差多少（基点）',
    max_slippage_pct: '开仓最多可高于决策价多少',
    max_spread_pct: '开仓允许的最大价差',
    min_depth_multiple: '1 % 以内的买盘须为订单的多少倍',
    dust_usd: '剩余价值低于此值不再保留',
    protection: '每个仓位在交易所挂什么保护单',
    on_shutdown: '停止程序时如何处理持仓（keep 保留，close 平仓）',
    sectors: '各基础资产的板块，优先于内置名单',
  },
  ml: {
    shadow: '已训练的模型是否在交易之外评判候选币（on 是，off 否）：只记录，从不据此交易',
  },
};

/** The sentence of a setting by its name `group.key`; empty where there is no such setting. */
export function meaningInChinese(name: string): string {
  const [group = '', key = ''] = name.split('.');
  const meanings: Readonly<Record<string, Readonly<Record<string, string>>>> = MEANINGS;
  return meanings[group]?.[key] ?? '';
}
