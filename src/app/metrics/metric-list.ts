/**
 * Every figure of a trading process, as data: its name, what it means, its labels, and how it is read from the facts of
 * one scrape. The registry, the page of the documentation and the check of the dashboard are made from it. Units stand
 * last in a name: money is in quote units (`_usdt`), shares are fractions (`_ratio`). What is not known has no sample.
 */
import { type Decimal, divide, subtract, toFloat } from '../../core/decimal.ts';
import { areEntriesOpen } from '../../decisions/index.ts';
import { exposureOf } from '../../decisions/portfolio-risk.ts';
import { listCandidates } from '../../discovery/index.ts';
import { viewRisk } from '../desk/risk-view.ts';
import type { TradingNow } from '../desk/trading-now.ts';
import { symbolOf } from '../trading/exports/trade-line.ts';
import type { Metric, Sample } from './metric.ts';
import type { MetricFacts } from './metric-facts.ts';
import { ML_METRICS } from './ml-metrics.ts';
import type { CountedKind } from './trading-counts.ts';

/** Durations that are measured as they happen. */
export type DurationMetric = { readonly name: string; readonly meaning: string; readonly bounds: readonly number[] };

const STATES = ['unknown', 'tradeable', 'degraded', 'blocked'] as const;

/** Seconds: a step takes microseconds, a commit that waits for the disk milliseconds. */
const STEP_BOUNDS = [0.00001, 0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1];
const COMMIT_BOUNDS = [0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];

/** The durations. */
export const DURATIONS = {
  step: { name: 'engine_step_seconds', meaning: 'time one input took in the step', bounds: STEP_BOUNDS },
  commit: {
    name: 'engine_commit_seconds',
    meaning: 'time a burst that saves something took to be durable in journal and stores',
    bounds: COMMIT_BOUNDS,
  },
} as const satisfies Readonly<Record<string, DurationMetric>>;

type Read<T> = (value: T, facts: MetricFacts) => number | null;

function gauge(name: string, meaning: string, read: Read<MetricFacts>): Metric {
  return { name, kind: 'gauge', meaning, labels: [], read: (facts) => samplesOf(read(facts, facts)) };
}

function counter(name: string, meaning: string, read: Read<MetricFacts>): Metric {
  return { ...gauge(name, meaning, read), kind: 'counter' };
}

/** A figure that is there only while trading is. */
function trading(name: string, meaning: string, read: (now: TradingNow) => number | null): Metric {
  return gauge(name, meaning, (facts) => (facts.trading === null ? null : read(facts.trading)));
}

/** One sample for each of several things of trading. */
function each(
  name: string,
  { meaning, labels }: Pick<Metric, 'meaning' | 'labels'>,
  read: (now: TradingNow) => readonly Sample[],
): Metric {
  const all = (facts: MetricFacts): readonly Sample[] => (facts.trading === null ? [] : read(facts.trading));
  return { name, kind: 'gauge', meaning, labels, read: all };
}

/** A count of what was told, with the labels that its words stand for. */
function counted(name: string, kind: CountedKind, { meaning, labels }: Pick<Metric, 'meaning' | 'labels'>): Metric {
  const read = ({ counts }: MetricFacts): readonly Sample[] => {
    if (labels.length === 0) return [{ value: counts[kind].get('') ?? 0 }];
    return [...counts[kind]].map(([words, value]) => {
      const parts = words.split('|');
      return { value, labels: Object.fromEntries(labels.map((label, index) => [label, parts[index] ?? ''])) };
    });
  };
  return { name, kind: 'counter', meaning, labels, read };
}

function samplesOf(value: number | null): readonly Sample[] {
  return value === null ? [] : [{ value }];
}

function tally(words: readonly string[], label: string): readonly Sample[] {
  return [...Map.groupBy(words, (word) => word)].map(([word, all]) => ({
    value: all.length,
    labels: { [label]: word },
  }));
}

const PROCESS: readonly Metric[] = [
  {
    name: 'build_info',
    kind: 'gauge',
    meaning: 'always 1; what runs, and whether it observes, trades on paper or with money (`live`)',
    labels: ['version', 'mode'],
    read: ({ version, mode }) => [{ value: 1, labels: { version, mode } }],
  },
  gauge('uptime_seconds', 'since the start of the process', ({ process }) => process.uptimeSeconds),
  gauge('resident_memory_bytes', 'memory of the process', ({ process }) => process.residentBytes),
  gauge('heap_used_bytes', 'memory of the JavaScript heap in use', ({ process }) => process.heapBytes),
  counter('cpu_seconds_total', 'processor time of the process', ({ process }) => process.cpuSeconds),
  gauge(
    'event_loop_lag_p99_seconds',
    'how late the event loop was, the 99th percentile since the scrape before',
    ({ process }) => process.loopLagP99Seconds,
  ),
  gauge('storage_failing', '1 while the files that other programs read can not be written', ({ storage }) =>
    Number(storage === 'failing'),
  ),
];

const ENGINE: readonly Metric[] = [
  gauge('engine_running', '1 while an engine runs in this process', ({ engine }) => Number(engine !== null)),
  counter('engine_inputs_total', 'inputs that went through the step', ({ engine }) => engine?.sequence ?? null),
  gauge('engine_mailbox_depth', 'inputs that wait', ({ engine }) => engine?.depth ?? null),
  counter(
    'engine_mailbox_coalesced_total',
    'inputs that a newer one replaced',
    ({ engine }) => engine?.coalesced ?? null,
  ),
  counter('engine_mailbox_blocked_total', 'inputs that had to wait for room', ({ engine }) => engine?.blocked ?? null),
  each('trading_state', { meaning: '1 for the state that trading is in', labels: ['state'] }, ({ stages }) =>
    STATES.map((state) => ({ value: Number(stages.decisions.health.state === state), labels: { state } })),
  ),
  trading('entries_open', '1 while entries are allowed; exits always are', ({ stages }) =>
    Number(areEntriesOpen(stages.decisions)),
  ),
  trading('halted', '1 while the fall from the highest equity (L5) halts entries', ({ stages }) =>
    Number(stages.decisions.halt !== null),
  ),
  trading('emergency', '1 while an emergency latches entries off', ({ stages }) =>
    Number(stages.decisions.emergency !== null),
  ),
  trading('entries_paused', '1 while an operator paused entries', ({ stages }) =>
    Number(stages.decisions.pause !== null),
  ),
  trading('ticker_age_seconds', 'age of the newest frame of the whole market', ({ stages, now }) => {
    const { frameTime } = stages.discovery.stream;
    return frameTime === null ? null : (now - frameTime) / 1_000;
  }),
  gauge('ticker_streams_live', 'connections that bring tickers', ({ tickers }) => tickers?.live ?? null),
];

const MONEY: readonly Metric[] = [
  trading('equity_usdt', 'cash and positions at their newest prices', ({ portfolio }) => toFloat(portfolio.equity)),
  trading('cash_usdt', 'money that is not in positions', ({ portfolio }) => toFloat(portfolio.cash)),
  trading('initial_capital_usdt', 'capital that was paid in', ({ portfolio }) => toFloat(portfolio.initialCapital)),
  trading('peak_equity_usdt', 'the highest equity, unrealised gains included', ({ portfolio }) =>
    toFloat(portfolio.peak),
  ),
  trading('day_pnl_usdt', 'equity less that of 00:00 UTC', ({ portfolio }) =>
    toFloat(subtract(portfolio.equity, portfolio.dayStartEquity)),
  ),
  trading('day_realized_pnl_usdt', 'net results of sales since 00:00 UTC', ({ portfolio }) =>
    toFloat(portfolio.dayRealized),
  ),
  trading('drawdown_ratio', 'fall from the highest equity, as a share of it', ({ portfolio: { peak, equity } }) =>
    peak > 0n ? Math.max(0, toFloat(divide(subtract(peak, equity) as Decimal, peak))) : 0,
  ),
  trading('exposure_usdt', 'positions and entries under way, at their newest prices', ({ portfolio, stages }) =>
    toFloat(exposureOf({ portfolio, reservations: Object.values(stages.decisions.reservations) })),
  ),
  each(
    'risk_used_ratio',
    { meaning: 'how much of its limit a layer of risk (L1 to L5) uses; it acts at 1', labels: ['layer'] },
    (now) => viewRisk(now).layers.map(({ layer, used }) => ({ value: used, labels: { layer } })),
  ),
];

const POSITIONS: readonly Metric[] = [
  trading('positions', 'open positions', ({ portfolio }) => portfolio.positions.length),
  each('position_value_usdt', { meaning: 'value of an open position', labels: ['symbol'] }, ({ portfolio }) =>
    portfolio.positions.map(({ instrumentId, value }) => ofSymbol(instrumentId, toFloat(value))),
  ),
  each(
    'position_unrealized_pnl_usdt',
    { meaning: 'unrealised result of an open position', labels: ['symbol'] },
    ({ portfolio }) =>
      portfolio.positions.map(({ instrumentId, unrealized }) => ofSymbol(instrumentId, toFloat(unrealized))),
  ),
  each(
    'position_naked_seconds',
    { meaning: 'time that an open position has been without a stop on the exchange so far', labels: ['symbol'] },
    ({ execution }) =>
      execution.positions
        .filter(({ held }) => held > 0n)
        .map(({ instrumentId, nakedMs }) => ofSymbol(instrumentId, nakedMs / 1_000)),
  ),
  trading(
    'positions_unprotected',
    'positions of which no stop is known to rest on the exchange',
    ({ execution }) =>
      execution.positions.filter(({ held, protection }) => held > 0n && protection.protection !== 'resting').length,
  ),
];

const ORDERS: readonly Metric[] = [
  each('orders_open', { meaning: 'orders that have not ended', labels: ['state'] }, ({ execution }) =>
    tally(
      execution.positions.flatMap(({ orders }) => orders.map(({ state }) => state)),
      'state',
    ),
  ),
  counted('orders_total', 'orders', {
    meaning: 'orders that ended since the start, by how',
    labels: ['side', 'purpose', 'outcome'],
  }),
  counted('order_refusals_total', 'orderRefusals', {
    meaning: 'orders that were not sent or that the exchange refused, by code (docs/errors.md)',
    labels: ['code'],
  }),
  counted('entries_approved_total', 'entriesApproved', { meaning: 'entries that every rule let pass', labels: [] }),
  counted('entries_refused_total', 'entriesRefused', {
    meaning: 'entries that a rule refused, told when a refusal begins',
    labels: ['rule'],
  }),
  counted('legs_total', 'legs', { meaning: 'sales, by the reason of the exit', labels: ['reason'] }),
  counted('mismatches_total', 'mismatches', {
    meaning: 'differences between our records and the exchange that were found and dealt with',
    labels: ['kind'],
  }),
  counted('risk_events_total', 'risks', { meaning: 'times a layer of risk acted', labels: ['layer'] }),
  trading(
    'order_errors_5m',
    'orders that failed in the last five minutes',
    ({ execution }) => execution.metrics.orderErrors5m,
  ),
  trading(
    'order_attempts_5m',
    'orders tried in the last five minutes',
    ({ execution }) => execution.metrics.orderAttempts5m,
  ),
  budget(
    'request_weight_used_1m',
    "weight spent of the exchange's limit in this minute",
    (each) => each.used_weight_1m,
  ),
  budget('request_weight_limit_1m', 'weight that may be spent in a minute', (each) => each.limit_1m),
  budget('requests_paused', '1 while the exchange has told us to wait (429 or 418)', (each) =>
    Number(each.paused_until_ms !== null),
  ),
];

const MARKET: readonly Metric[] = [
  each('candidates', { meaning: 'coins in the pool', labels: ['tier', 'status'] }, ({ stages }) => {
    const all = listCandidates(stages.discovery.pool);
    return [...Map.groupBy(all, ({ tier, status }) => `${tier}|${status}`).values()].flatMap((group) =>
      group.slice(0, 1).map(({ tier, status }) => ({ value: group.length, labels: { tier, status } })),
    );
  }),
  trading('candidate_heat_max', 'heat of the hottest coin of the pool, 0 to 100', ({ stages }) =>
    listCandidates(stages.discovery.pool).reduce<number | null>((most, { heat }) => Math.max(most ?? heat, heat), null),
  ),
  counted('anomalies_total', 'anomalies', { meaning: 'bursts found in the whole market', labels: [] }),
  counted('signals_total', 'signals', { meaning: 'opinions on candidates, by what they advise', labels: ['action'] }),
];

const NOTICES: readonly Metric[] = [
  notice('notices_total', 'notices handed to a channel', (each) => each.told),
  notice('notices_failed_total', 'notices that a channel did not take', (each) => each.failed),
];

/** Every figure, in the order of the page. */
export const METRICS: readonly Metric[] = [
  ...PROCESS,
  ...ENGINE,
  ...MONEY,
  ...POSITIONS,
  ...ORDERS,
  ...MARKET,
  ...NOTICES,
  ...ML_METRICS,
];

function ofSymbol(instrumentId: TradingNow['portfolio']['positions'][number]['instrumentId'], value: number): Sample {
  return { value, labels: { symbol: symbolOf(instrumentId) } };
}

function budget(name: string, meaning: string, read: (of: MetricFacts['budgets'][number]) => number | null): Metric {
  const all = ({ budgets }: MetricFacts): readonly Sample[] =>
    budgets.flatMap((each) => samplesOf(read(each)).map(({ value }) => ({ value, labels: { scope: each.scope } })));
  return { name, kind: 'gauge', meaning, labels: ['scope'], read: all };
}

function notice(name: string, meaning: string, read: (of: MetricFacts['notices'][number]) => number): Metric {
  const all = ({ notices }: MetricFacts): readonly Sample[] =>
    notices.map((each) => ({ value: read(each), labels: { channel: each.channel } }));
  return { name, kind: 'counter', meaning, labels: ['channel'], read: all };
}
