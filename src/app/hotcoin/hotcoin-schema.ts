/**
 * HotCoinConfig: every setting of the hot-coin system with its default (the seed's), its limits and its meaning, in one
 * schema that loading, saving and the documentation share. Names and units are the contract's (hotcoin.md, section 1):
 * `_sec` seconds, `_minutes` minutes, `_pct` and shares fractions (0.05 is 5 %), money USDT.
 */
import { z } from 'zod';

const fraction = (min: number, max: number) => z.number().min(min).max(max);
const share = () => z.number().gt(0).max(1);
const seconds = () => z.number().min(0).max(31_536_000);
const someSeconds = () => z.number().gt(0).max(31_536_000);
const count = (min: number, max: number) => z.number().int().min(min).max(max);
const name = () => z.string().trim().min(1).max(40).toUpperCase();

/** Where candidates come from and when they leave. */
export const discoverySchema = z
  .strictObject({
    anomaly_mode: z.enum(['both', 'either']).default('both').describe('whether volume and price must burst together'),
    volume_surge_ratio: z.number().gt(0).max(1_000).default(5).describe('volume of a minute over its baseline'),
    price_surge_5m_pct: fraction(0, 1).default(0.03).describe('least gain in five minutes'),
    min_quote_volume_24h: z.number().min(0).default(500_000).describe('least quote volume of 24 hours'),
    max_price_change_24h: fraction(0, 5).default(0.3).describe('who rose more in 24 hours is not chased'),
    anomaly_cooldown_sec: seconds().default(600).describe('least time between two alerts of one coin'),
    ticker_stale_ttl_sec: someSeconds().default(600).describe('a coin without any update for longer is forgotten'),
    pool_max_size: count(1, 200).default(20).describe('candidates at most'),
    pool_enter_score: fraction(0, 100).default(40).describe('heat from which a candidate counts'),
    pool_exit_score: fraction(0, 100).default(20).describe('heat below which it is on its way out'),
    pool_exit_hold_sec: seconds().default(600).describe('how long heat stays low before a candidate leaves'),
    pool_cooling_sec: seconds().default(1_800).describe('how long a coin stays out after a stop'),
    listing_poll_sec: someSeconds().default(300).describe('how often the list of instruments is read'),
    announcement_poll_sec: someSeconds().default(60).describe('how often announcements are read'),
    listing_backoff_base_sec: someSeconds().default(60).describe('first pause after a refusal of either'),
    listing_backoff_max_sec: someSeconds().default(480).describe('longest pause after refusals'),
    square_poll_sec: someSeconds().default(300).describe('how often Binance Square is read'),
    social_ttl_sec: someSeconds().default(3_600).describe('how long a mention counts'),
    heat_history_interval_sec: someSeconds().default(60).describe('least time between two kept heats of a coin'),
    heat_history_retention_days: count(1, 3_650).default(30).describe('how long kept heats stay'),
    w_announcement: fraction(0, 1).default(0.2).describe('weight of listings in heat'),
    w_social: fraction(0, 1).default(0.15).describe('weight of mentions in heat'),
    w_sentiment: fraction(0, 1).default(0.1).describe('weight of sentiment in heat'),
    w_momentum: fraction(0, 1).default(0.25).describe('weight of momentum in heat'),
    w_liquidity: fraction(0, 1).default(0.2).describe('weight of liquidity in heat'),
    w_risk_penalty: fraction(0, 1).default(0.1).describe('weight of the deduction for risk'),
    stablecoins: z
      .array(name())
      .max(500)
      .default([])
      .describe('base assets that never count, beside the built-in ones'),
    blacklist: z.array(name()).max(1_000).default([]).describe('base assets or pairs that are never taken'),
  })
  .refine((value) => value.pool_enter_score >= value.pool_exit_score, {
    path: ['pool_enter_score'],
    message: 'must not be below pool_exit_score',
  })
  .refine((value) => value.listing_backoff_base_sec <= value.listing_backoff_max_sec, {
    path: ['listing_backoff_base_sec'],
    message: 'must not be above listing_backoff_max_sec',
  })
  .refine((value) => Math.abs(weightsOf(value) - 1) < 1e-9, {
    path: ['w_announcement'],
    message: 'the six weights must add up to 1',
  });

type Weights = Record<
  'w_announcement' | 'w_social' | 'w_sentiment' | 'w_momentum' | 'w_liquidity' | 'w_risk_penalty',
  number
>;

function weightsOf(value: Weights): number {
  const { w_announcement: a, w_social: b, w_sentiment: c, w_momentum: d, w_liquidity: e, w_risk_penalty: f } = value;
  return a + b + c + d + e + f;
}

const tier = z.tuple([z.number().gt(0).max(100), share()]);

/** When to enter and leave. */
export const tradingSchema = z
  .strictObject({
    profile: z.enum(['seed', 'parity']).default('seed').describe('parameters of the signals (hotwick profiles)'),
    universe: z
      .enum(['pool', 'market'])
      .default('pool')
      .describe(
        'whether only candidates are scored, or, between rounds, every pair too, whose candles are then followed',
      ),
    signal_loop_sec: someSeconds().default(10).describe('pause between two rounds'),
    max_signal_workers: count(1, 64).default(5).describe('signals under way at the same time'),
    max_signal_candidates: count(1, 100).default(8).describe('how many of the hottest are judged'),
    signal_timeout_sec: someSeconds().default(60).describe('longest time for one signal; then it is HOLD'),
    min_consensus_strength: fraction(0, 100).default(20).describe('least strength of a signal to enter at'),
    min_entry_heat: fraction(0, 100).default(30).describe('least heat to enter at'),
    entry_confirm_tf: z
      .enum(['1m', '5m', '15m', '1h'])
      .default('15m')
      .describe('timeframe that confirms the direction'),
    default_sl_pct: z.number().min(-0.9).lt(0).default(-0.05).describe('stop where there is no average true range'),
    atr_sl_mult: z.number().gt(0).max(20).default(1.5).describe('stop in average true ranges'),
    sl_min_pct: share().default(0.03).describe('nearest distance of the stop'),
    sl_max_pct: share().default(0.05).describe('farthest distance of the stop'),
    take_profit_tiers: z
      .array(tier)
      .min(1)
      .max(10)
      .default([
        [0.05, 0.3],
        [0.1, 0.3],
      ])
      .refine((tiers) => tiers.every(([gain], index) => index === 0 || gain > (tiers[index - 1]?.[0] ?? 0)), {
        message: 'gains must ascend',
      })
      .refine((tiers) => tiers.reduce((sum, [, ratio]) => sum + ratio, 0) <= 1 + 1e-9, {
        message: 'ratios must not add up to more than 1',
      })
      .describe('pairs of gain and share of the initial quantity that is sold there'),
    trailing_stop_pct: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.03)
      .describe('give-back from the highest gain after the last tier'),
    break_even_after_first_tier: z.boolean().default(false).describe('whether the stop then moves to the entry price'),
    max_hold_minutes: z.number().gt(0).max(525_600).default(240).describe('longest time a position is held'),
    black_swan: z
      .array(z.tuple([z.enum(['5m', '15m']), z.number().gt(-1).lt(0)]))
      .max(4)
      .default([
        ['15m', -0.2],
        ['5m', -0.1],
      ])
      .describe('falls within a window that end a position at once'),
  })
  .refine((value) => value.sl_min_pct <= value.sl_max_pct, {
    path: ['sl_min_pct'],
    message: 'must not be above sl_max_pct',
  });

/** Whether and how orders are made, and how much may be lost. */
export const executionSchema = z.strictObject({
  enable_order_execution: z.boolean().default(false).describe('master switch: without it signals are only recorded'),
  use_paper_trading: z.boolean().default(true).describe('trade on paper'),
  initial_capital: z
    .number()
    .gt(0)
    .max(1e12)
    .default(1_000)
    .describe('capital that every limit is a share of; what a start finds changed counts as paid in or out'),
  max_concurrent_positions: count(1, 100).default(5).describe('positions at most'),
  max_single_position_pct: share().default(0.1).describe('share of the capital in one coin at most'),
  max_total_exposure_pct: share().default(0.4).describe('share of the capital in all coins at most'),
  max_sector_exposure_pct: share().default(0.2).describe('L3: share of the capital in one sector at most'),
  daily_max_loss_pct: share().default(0.05).describe('L4: loss since 00:00 UTC that ends entries for the day'),
  total_drawdown_halt_pct: share().default(0.15).describe('L5: fall from the highest equity that closes all'),
  single_coin_max_loss_pct: share().default(0.05).describe('L2: loss of one coin, of the capital, that closes it'),
  cooling_after_halt_sec: seconds().default(86_400).describe('least length of a halt'),
  l5_resume: z.enum(['ack', 'auto']).default('ack').describe('whether a halt waits for an acknowledgement as well'),
  risk_per_trade_pct: share().default(0.005).describe('share of the equity that one stop may cost'),
  min_alloc_usdt: z.number().gt(0).max(1e9).default(12).describe('smallest entry'),
  entry_order: z
    .enum(['limit_ioc', 'limit', 'market'])
    .default('limit_ioc')
    .describe(
      'how entries buy: at once within the slippage or not at all, as a limit order that may rest, at the market',
    ),
  order_timeout_sec: someSeconds().default(3).describe('an entry of the kind limit is cancelled when it rests longer'),
  dedup_window_sec: seconds().default(60).describe('a second entry of a coin within this is a duplicate'),
  exchange_info_refresh_sec: someSeconds().default(3_600).describe('how often the rules of trading are read'),
  exchange_info_retry_sec: someSeconds().default(300).describe('pause after reading them failed'),
  taker_fee_rate: fraction(0, 0.1).default(0.001).describe('commission on paper, and of break-even'),
  paper_slippage_bps: fraction(0, 1_000).default(5).describe('how much worse paper is filled than the price'),
  max_slippage_pct: share().default(0.01).describe('most an entry may pay above the price it was decided at'),
  max_spread_pct: share().default(0.005).describe('widest spread to enter at'),
  min_depth_multiple: z
    .number()
    .min(0)
    .max(1_000)
    .default(20)
    .describe('buyers within 1 %, as a multiple of the order'),
  dust_usd: z.number().min(0).max(1_000).default(1).describe('a rest worth less is not kept'),
  protection: z.enum(['stop', 'oco']).default('stop').describe('what rests on the exchange for each position'),
  on_shutdown: z.enum(['keep', 'close']).default('keep').describe('what becomes of positions at a stop'),
  sectors: z
    .record(z.string().min(1).max(40), z.string().min(1).max(40))
    .refine((sectors) => Object.keys(sectors).length <= 1_000, { message: 'must not name more than 1000 coins' })
    .default({})
    .describe('sector by base asset, over the built-in ones'),
});

/** What learns from the market and is never acted on. */
export const mlSchema = z.strictObject({
  shadow: z
    .enum(['on', 'off'])
    .default('on')
    .describe('whether a trained model judges candidates beside trading, written down and never acted on'),
});

/** Everything, in the shape that is saved. */
export const hotCoinSchema = z.strictObject({
  discovery: discoverySchema.prefault({}),
  trading: tradingSchema.prefault({}),
  execution: executionSchema.prefault({}),
  ml: mlSchema.prefault({}),
});

/** The settings in force. */
export type HotCoinConfig = z.infer<typeof hotCoinSchema>;

/** The groups. */
export const HOTCOIN_GROUPS = ['discovery', 'trading', 'execution', 'ml'] as const;

/** One of them. */
export type HotCoinGroup = (typeof HOTCOIN_GROUPS)[number];
