/**
 * The blocks of `hotcoin_runtime_status.json` (hotcoin.md 5.4), each collected by itself: one that fails is missing and
 * named in `block_errors`, and the others are there (R9-3). Times are Unix seconds, money is text.
 */
import type { DeskStatus } from '../../../api/contract.ts';
import { divide, subtract, toDecimalText, toFloat } from '../../../core/decimal.ts';
import type { EpochMs } from '../../../core/time.ts';
import { areEntriesOpen } from '../../../decisions/index.ts';
import { listCandidates, listRecentPosts } from '../../../discovery/index.ts';
import type { EngineState, TradingEvent } from '../../../engine/index.ts';
import { readExecution } from '../../../execution/index.ts';
import { toReason } from '../../../model/failure.ts';
import { summarizePnl, summarizePnlSince, viewPortfolio } from '../../../portfolio/index.ts';
import type { MarketWatchStatus } from '../../../ports/market-watch.ts';
import type { SocialStatus } from '../../../ports/social-source.ts';
import type { HotCoinConfig } from '../../hotcoin/hotcoin-schema.ts';
import type { TaskStatus } from '../supervisor.ts';
import { stateOf } from './event-bodies.ts';
import { toMetrics, toPrechecks } from './execution-words.ts';
import { toPnlBlock } from './pnl-block.ts';
import { toMonitorBlocks, toPostBlock } from './social-blocks.ts';
import { symbolOf } from './trade-line.ts';

/** What the status is made of. */
export type StatusSource = {
  readonly now: EpochMs;
  readonly mode: 'observe' | 'paper' | 'live';
  readonly configHash: string;
  /** The settings in force; `null` before they are known. */
  readonly config: HotCoinConfig | null;
  readonly runId: string;
  readonly version: string;
  readonly eventLogFile: string;
  readonly state: () => NonNullable<EngineState['trading']>;
  readonly watch: () => MarketWatchStatus;
  /** What runs beside the engine. */
  readonly tasks: () => readonly TaskStatus[];
  readonly socials: () => readonly SocialStatus[];
  /** Since 00:00 UTC, as far as this process saw them. */
  readonly anomaliesToday: number;
  /** Newest last. */
  readonly anomalies: readonly Extract<TradingEvent, { readonly kind: 'anomaly' }>[];
  readonly signals: readonly StatusSignal[];
};

/** A signal as it was told. */
type StatusSignal = Extract<TradingEvent, { readonly kind: 'signals' }>['signals'][number];

type Block = (source: StatusSource) => Partial<DeskStatus>;

const SHOWN_MAX = 20;
const POSTS_MAX = 50;
/** Anomalies of this long count as present. */
const ANOMALY_WINDOW_MS = 15 * 60_000;
/** A signal that is older says nothing of the present: its coin is not judged any more. */
const SIGNAL_WINDOW_MS = 5 * 60_000;

const BLOCKS: Readonly<Record<string, Block>> = {
  social: ({ state, socials }) => {
    const { mentions } = state().discovery;
    const monitors = toMonitorBlocks(socials(), listRecentPosts(mentions, Number.POSITIVE_INFINITY));
    return { monitors, hot_posts: listRecentPosts(mentions, POSTS_MAX).map(toPostBlock) };
  },
  engine: ({ state }) => {
    const { decisions } = state();
    const { engine_state, state_recovery_pending } = stateOf(decisions.health);
    return {
      engine_state: engine_state as DeskStatus['engine_state'],
      engine_state_reasons: [...decisions.health.reasons],
      state_recovery_pending,
      can_open_new_positions: areEntriesOpen(decisions),
      risk_halted: decisions.halt !== null,
      emergency: decisions.emergency?.reason ?? null,
      pause: decisions.pause,
    };
  },
  freshness: ({ watch, state, now }) => {
    const { tickers } = watch();
    const { frameTime } = state().discovery.stream;
    const isConnected = tickers.live > 0;
    const freshness = {
      ws_connected: isConnected,
      latest_ticker_age_sec: frameTime === null ? null : (now - frameTime) / 1000,
      priced_symbols: Object.keys(state().portfolio.marks).length,
    };
    return { freshness, ws_connected: isConnected };
  },
  execution: ({ state, now }) => {
    const { metrics, prechecks, positions } = readExecution(state().execution, now);
    const live = positions.flatMap(({ orders }) => orders);
    return {
      orders_in_doubt: live.filter((order) => order.state === 'unknown').length,
      buys_under_way: live.filter(({ side }) => side === 'buy').length,
      execution_metrics: toMetrics(metrics),
      precheck_stats: toPrechecks(prechecks),
    };
  },
  tasks: ({ tasks }) => ({
    tasks: tasks().map(({ name, importance, state, restarts, lastError }) => ({
      name,
      critical: importance === 'critical',
      state,
      restarts,
      last_error: lastError,
    })),
  }),
  pool: ({ state }) => {
    const candidates = listCandidates(state().discovery.pool).toSorted((a, b) => b.heat - a.heat);
    return { pool_size: candidates.length, candidates: candidates.slice(0, SHOWN_MAX).map(candidateBlock) };
  },
  anomalies: ({ anomalies, anomaliesToday, now }) => ({
    anomaly_count: anomalies.filter(({ time }) => now - time <= ANOMALY_WINDOW_MS).length,
    anomalies_today: anomaliesToday,
    recent_anomalies: anomalies.slice(-SHOWN_MAX).map(({ anomaly, time }) => ({
      symbol: symbolOf(anomaly.instrumentId),
      volume_surge_ratio: anomaly.volumeRatio,
      price_change_5m: anomaly.change5m,
      computed_at: time / 1000,
    })),
  }),
  signals: ({ signals, now }) => ({
    active_signals: countActive(signals, now),
    recent_signals: signals.slice(-SHOWN_MAX).map(({ instrumentId, computedAt, ...signal }) => ({
      symbol: symbolOf(instrumentId),
      action: signal.action,
      strength: signal.strength,
      confidence: signal.confidence,
      reason: signal.reason,
      computed_at: computedAt / 1000,
    })),
  }),
  money: ({ state }) => {
    const { portfolio } = state();
    const { equity, cash, peak, positions, dayStart, dayStartEquity } = viewPortfolio(portfolio);
    const dayPnl = subtract(equity, dayStartEquity);
    return {
      positions: positions.length,
      equity: toDecimalText(equity),
      cash: toDecimalText(cash),
      peak_equity: toDecimalText(peak),
      day_pnl: toDecimalText(dayPnl),
      day_pnl_pct: dayStartEquity > 0n ? toFloat(divide(dayPnl, dayStartEquity)) : 0,
      pnl_summary: toPnlBlock(summarizePnl(portfolio.pnl)),
      // Of the day that is known to the portfolio, so it is there again with it after a restart.
      pnl_today: toPnlBlock(summarizePnlSince(portfolio.pnl, dayStart)),
    };
  },
};

/** The status of a running system; what could not be collected is missing, `null` by its block's name. */
export function collectStatus(source: StatusSource): Partial<DeskStatus> {
  const block_errors: Record<string, string> = {};
  const blocks = Object.entries(BLOCKS).map(([name, collect]) => {
    try {
      return collect(source);
    } catch (error) {
      // The other blocks are worth having without this one.
      block_errors[name] = toReason(error);
      return { [name]: null };
    }
  });
  const { now, mode, configHash, config, runId, version, eventLogFile } = source;
  return {
    running: true,
    ts: now / 1000,
    mode,
    paper: mode !== 'live',
    execution_enabled: mode !== 'observe',
    config_hash: configHash,
    config,
    run_id: runId,
    version,
    event_log_file: eventLogFile,
    ...Object.assign({}, ...blocks),
    block_errors,
  };
}

/** The status that stays behind, with how the monitors stood at the end. */
export function stoppedStatus(now: EpochMs, socials: readonly SocialStatus[]): Readonly<Record<string, unknown>> {
  const monitors = Object.entries(toMonitorBlocks(socials, [])).map(([name, block]) => {
    return [name, { ...block, running: false, next_poll_ts: null }] as const;
  });
  return {
    running: false,
    ts: now / 1000,
    engine_state: 'stopped',
    can_open_new_positions: false,
    message: 'trading was stopped; positions are left to their resting stops',
    monitors: Object.fromEntries(monitors),
  };
}

/** Coins whose newest signal, if it is of the present, says BUY or SELL; each coin counts once. */
export function countActive(signals: readonly StatusSignal[], now: EpochMs): number {
  const newest = new Map(signals.map((signal) => [signal.instrumentId, signal]));
  return [...newest.values()].filter(
    ({ action, computedAt }) => action !== 'HOLD' && now - computedAt <= SIGNAL_WINDOW_MS,
  ).length;
}

function candidateBlock({
  instrumentId,
  heat,
  source,
  status,
  market,
  components,
  listing,
}: ReturnType<typeof listCandidates>[number]) {
  return {
    symbol: symbolOf(instrumentId),
    heat_score: heat,
    source,
    status,
    price_change_5m: market.change5m,
    price_change_24h: market.change24h,
    quote_volume_24h: market.quoteVolume24h,
    volume_surge_ratio: market.volumeRatio,
    score_announcement: components.announcement,
    score_social: components.social,
    score_sentiment: components.sentiment,
    score_momentum: components.momentum,
    score_liquidity: components.liquidity,
    score_risk_penalty: components.riskPenalty,
    has_listing_signal: listing !== null,
  };
}
