/**
 * No setting is dead: each changes what is decided, found or done, shown by playing the same script with another value.
 */
import { describe, expect, it } from 'vitest';
import { resolveHotCoinConfig } from '../../src/app/hotcoin/hotcoin-config.ts';
import type { HotCoinConfig } from '../../src/app/hotcoin/hotcoin-schema.ts';
import { toExecutionConfig } from '../../src/app/hotcoin/stage-settings.ts';
import { toTradingSettings } from '../../src/app/hotcoin/trading-settings.ts';
import { err, ok } from '../../src/core/result.ts';
import { addMs, type EpochMs } from '../../src/core/time.ts';
import { foldTrading } from '../../src/engine/trading/fold-trading.ts';
import type { TradingEffect } from '../../src/engine/trading/trading-events.ts';
import { askSignals } from '../../src/engine/trading/trading-signals.ts';
import type { TradingState } from '../../src/engine/trading/trading-state.ts';
import { createTradingTurn } from '../../src/engine/trading/trading-turn.ts';
import {
  createExecution,
  DEFAULT_EXECUTION_CONFIG,
  type ExecutionConfig,
  foldExecution,
} from '../../src/execution/index.ts';
import type { ExecutionInput } from '../../src/model/execution.ts';
import { failure } from '../../src/model/failure.ts';
import { knownCandidate } from '../fixtures/candidates.ts';
import { probeDecisions } from '../fixtures/decision-probe.ts';
import { probeDiscovery } from '../fixtures/discovery-probe.ts';
import { candlesOf, NOW } from '../fixtures/dispatch-desk.ts';
import { ExecutionWorld, quantity, rulesFor, START } from '../fixtures/execution-world.ts';

type Saved = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function configOf(...layers: readonly Saved[]): HotCoinConfig {
  const groups = ['discovery', 'trading', 'execution'].map((group) => {
    return [group, Object.assign({}, ...layers.map((layer) => layer[group] ?? {}))] as const;
  });
  const resolved = resolveHotCoinConfig(Object.fromEntries(groups), {});
  if (!resolved.ok) throw new Error(resolved.error.message);
  return resolved.value.config;
}

/** Settings under which one coin may have half of the capital, so that only the layers of loss are in the way. */
const WIDE: Saved = {
  execution: {
    max_single_position_pct: 0.5,
    max_sector_exposure_pct: 1,
    max_total_exposure_pct: 1,
    risk_per_trade_pct: 0.6,
  },
};

/** Settings under which every coin of the script finds room. */
const ROOMY: Saved = {
  execution: { max_concurrent_positions: 30, max_sector_exposure_pct: 1, max_total_exposure_pct: 1 },
};

/** Another value of each setting of decisions, and under which other settings it shows. */
const DECISIONS: Readonly<Record<string, readonly [value: unknown, under?: Saved]>> = {
  'trading.min_consensus_strength': [40],
  'trading.min_entry_heat': [50],
  'trading.default_sl_pct': [-0.04],
  'trading.atr_sl_mult': [2],
  'trading.sl_min_pct': [0.02],
  'trading.sl_max_pct': [0.035],
  'trading.take_profit_tiers': [[[0.05, 0.5]]],
  'trading.trailing_stop_pct': [0.06],
  'trading.break_even_after_first_tier': [true],
  'trading.max_hold_minutes': [120],
  'trading.black_swan': [[['15m', -0.1]], ROOMY],
  'execution.initial_capital': [500],
  'execution.max_concurrent_positions': [3],
  'execution.max_single_position_pct': [0.05],
  'execution.max_total_exposure_pct': [0.2],
  'execution.max_sector_exposure_pct': [0.05],
  'execution.daily_max_loss_pct': [0.5, { execution: { ...WIDE['execution'], max_concurrent_positions: 30 } }],
  'execution.total_drawdown_halt_pct': [0.9, WIDE],
  'execution.single_coin_max_loss_pct': [0.9, { execution: { ...ROOMY['execution'], single_coin_max_loss_pct: 0.02 } }],
  'execution.cooling_after_halt_sec': [3_600, { execution: { ...WIDE['execution'], l5_resume: 'auto' } }],
  'execution.l5_resume': ['auto', WIDE],
  'execution.risk_per_trade_pct': [0.002],
  'execution.min_alloc_usdt': [80],
  'execution.taker_fee_rate': [0.01, { trading: { break_even_after_first_tier: true } }],
  'execution.max_slippage_pct': [0.02],
  'execution.max_spread_pct': [0.003],
  'execution.min_depth_multiple': [40, ROOMY],
  'execution.sectors': [{ UP: 'x', BACK: 'x', SINK: 'x', TIGHT: 'x', QUIET: 'x', MID: 'x' }],
};

/** How an exchange that takes part of an order, refuses its rules or asks for a stop is met. */
const EXECUTION: Readonly<Record<string, readonly [value: unknown, under: Saved, play: Play]>> = {
  'execution.entry_order': ['limit', {}, playPartialEntry],
  'execution.order_timeout_sec': [10, { execution: { entry_order: 'limit' } }, playPartialEntry],
  'execution.dedup_window_sec': [20, {}, playSecondEntry],
  'execution.dust_usd': [20, {}, playRest],
  'execution.protection': ['oco', {}, playSecondEntry],
  'execution.exchange_info_refresh_sec': [600, {}, playRules],
  'execution.exchange_info_retry_sec': [30, {}, playRules],
};

type Play = (config: Partial<ExecutionConfig>) => Promise<string>;

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each));

async function playPartialEntry(config: Partial<ExecutionConfig>): Promise<string> {
  const world = await ExecutionWorld.opened({ config });
  world.move('AAA', '100', '4');
  world.enter('AAA');
  await world.settle();
  await world.advance(5_000);
  return textOf([world.facts, world.view().positions]);
}

async function playSecondEntry(config: Partial<ExecutionConfig>): Promise<string> {
  const world = await ExecutionWorld.opened({ config });
  const positionId = world.enter('AAA');
  await world.settle();
  world.leave(positionId);
  await world.settle();
  await world.advance(30_000);
  world.enter('AAA');
  await world.settle();
  return textOf(world.facts);
}

async function playRest(config: Partial<ExecutionConfig>): Promise<string> {
  const world = await ExecutionWorld.opened({ config });
  const positionId = world.enter('AAA');
  await world.settle();
  world.leave(positionId, { quantity: quantity('9.8') });
  await world.settle();
  return textOf(world.facts);
}

/** When the rules of trading are asked for, with every second answer a failure. */
async function playRules(config: Partial<ExecutionConfig>): Promise<string> {
  const state = createExecution({ ...DEFAULT_EXECUTION_CONFIG, ...config });
  const asked: number[] = [];
  let due: EpochMs = START;
  const fold = (input: ExecutionInput): void => {
    for (const effect of foldExecution(state, input).effects) {
      if (effect.kind === 'fetchTradingRules') asked.push(input.receivedTime - START);
      if (effect.kind === 'startTimer' && effect.timerId === 'execution:rules') due = effect.at;
    }
  };
  fold({ kind: 'executionOpened', receivedTime: START, orders: [], protections: [] });
  for (let round = 0; round < 6; round++) {
    const answer =
      round % 2 === 0 ? ok([rulesFor('AAA')]) : err(failure('venue_unreachable', { url: 'x', reason: 'y' }));
    fold({ kind: 'tradingRulesFetched', receivedTime: due, answer });
    fold({ kind: 'timerFired', receivedTime: due, timerId: 'execution:rules' });
  }
  return textOf(asked);
}

describe('orders change with', () => {
  it.each(Object.entries(EXECUTION))('%s', async (name, [value, under, play]) => {
    const [group = '', key = ''] = name.split('.');
    const before = await play(toExecutionConfig(configOf(under)));
    const after = await play(toExecutionConfig(configOf(under, { [group]: { [key]: value } })));
    expect(after === before, `${name} is dead`).toBe(false);
  });
});

/** What trading asks for in its first rounds. */
const ROUNDS: Readonly<Record<string, unknown>> = {
  'trading.signal_loop_sec': 20,
  'trading.max_signal_workers': 2,
  'trading.signal_timeout_sec': 20,
  'trading.max_signal_candidates': 1,
  'trading.profile': 'parity',
  'trading.entry_confirm_tf': '1h',
};

/** A moment at which the candles of the fixture say BUY. */
const BUYING = addMs(NOW, -96 * 600_000);

/** Effects of opening trading, of its first round, of asking for signals, and of what is decided by them. */
function playRounds(config: HotCoinConfig): string {
  const resolved = resolveHotCoinConfig(config, {});
  if (!resolved.ok) throw new Error(resolved.error.message);
  const settings = toTradingSettings(resolved.value, 'simulated');
  const opened = foldTrading(null, { kind: 'tradingOpened', receivedTime: BUYING, settings });
  const state = opened.state as NonNullable<typeof opened.state>;
  const candidates = ['A', 'B', 'C'].map((base) => knownCandidate(base, { coolingUntil: null }));
  foldTrading(state, { kind: 'candidatesRestored', receivedTime: BUYING, candidates });
  const cycle = foldTrading(state, {
    kind: 'timerFired',
    receivedTime: addMs(BUYING, 10_000),
    timerId: 'trading:cycle',
  });
  const turn = createTradingTurn(state, addMs(BUYING, 11_000));
  askSignals(turn, { candidates, traceId: 't' });
  const told = [opened.effects, cycle.effects, turn.effects, answerHistory(state, turn.effects)];
  return textOf(told);
}

/** Lets every history that is asked for arrive; what is told of the signals and the decisions that follow. */
function answerHistory(state: TradingState, asked: readonly TradingEffect[]): readonly TradingEffect[] {
  const told: TradingEffect[] = [];
  const open = [...asked];
  for (let effect = open.shift(); effect !== undefined; effect = open.shift()) {
    if (effect.kind === 'tellTrading') told.push(effect);
    if (effect.kind !== 'fetchSignalHistory') continue;
    const { requestId, seriesId, from, to } = effect;
    const candles = candlesOf(seriesId, from, to);
    open.push(
      ...foldTrading(state, { kind: 'signalHistoryFetched', receivedTime: BUYING, requestId, candles }).effects,
    );
  }
  return told;
}

describe('rounds change with', () => {
  it.each(Object.entries(ROUNDS))('%s', (name, value) => {
    const [group = '', key = ''] = name.split('.');
    expect(playRounds(configOf({ [group]: { [key]: value } })) === playRounds(configOf()), `${name} is dead`).toBe(
      false,
    );
  });
});

/** Another value of each setting of discovery; what one weight gains another loses. */
const DISCOVERY: Readonly<Record<string, readonly [value: unknown, under?: Saved]>> = {
  'discovery.anomaly_mode': ['either'],
  'discovery.volume_surge_ratio': [8],
  'discovery.price_surge_5m_pct': [0.06],
  'discovery.min_quote_volume_24h': [200_000],
  'discovery.max_price_change_24h': [0.5],
  'discovery.anomaly_cooldown_sec': [120],
  'discovery.ticker_stale_ttl_sec': [120],
  'discovery.pool_max_size': [2],
  'discovery.pool_enter_score': [60],
  'discovery.pool_exit_score': [39],
  'discovery.pool_exit_hold_sec': [60],
  'discovery.pool_cooling_sec': [120],
  'discovery.listing_poll_sec': [60],
  'discovery.announcement_poll_sec': [20],
  'discovery.listing_backoff_base_sec': [100],
  'discovery.listing_backoff_max_sec': [100],
  'discovery.social_ttl_sec': [300],
  'discovery.heat_history_interval_sec': [20],
  'discovery.w_announcement': [0.1, { discovery: { w_momentum: 0.35 } }],
  'discovery.w_social': [0.05, { discovery: { w_momentum: 0.35 } }],
  'discovery.w_sentiment': [0, { discovery: { w_momentum: 0.35 } }],
  'discovery.w_momentum': [0.15, { discovery: { w_liquidity: 0.3 } }],
  'discovery.w_liquidity': [0.1, { discovery: { w_momentum: 0.35 } }],
  'discovery.w_risk_penalty': [0, { discovery: { w_momentum: 0.35 } }],
  'discovery.stablecoins': [['PLAIN']],
  'discovery.blacklist': [['PLAINUSDT']],
};

describe('discovery changes with', () => {
  const plain = probeDiscovery(configOf());

  it.each(Object.entries(DISCOVERY))('%s', (name, [value, rest = {}]) => {
    const [group = '', key = ''] = name.split('.');
    const changed = configOf(rest, { [group]: { [key]: value } });
    expect(probeDiscovery(changed) === plain, `${name} is dead`).toBe(false);
  });
});

describe('decisions change with', () => {
  it.each(Object.entries(DECISIONS))('%s', (name, [value, under = {}]) => {
    const [group = '', key = ''] = name.split('.');
    const before = probeDecisions(configOf(under));
    expect(probeDecisions(configOf(under, { [group]: { [key]: value } })) === before, `${name} is dead`).toBe(false);
  });
});
