/**
 * What every report of a virtual run says: results net of every commission, trades one by one, what blocked entries,
 * and how the run was measured. Money that was booked is exact text; figures are numbers. `measured` alone depends on
 * the machine: everything else is the same for the same inputs.
 */
import { type Decimal, toDecimalText, toFloat, ZERO } from '../../core/decimal.ts';
import { type EpochMs, toIsoText } from '../../core/time.ts';
import { viewPortfolio } from '../../portfolio/index.ts';
import { deriveTradeFigures, type TradeFigures, warnAboutTrades } from '../../reports/performance.ts';
import type { ResolvedConfig } from '../hotcoin/hotcoin-config.ts';
import type { Refusals, ReportedTrade } from './run-tally.ts';
import type { VirtualRun } from './virtual-run.ts';

const DAY_MS = 86_400_000;

/** Results of a run. */
export type ReportedResults = {
  readonly capital: string;
  /** Cash, and positions at their newest prices. */
  readonly equity: string;
  /** What the equity gained, net, in quote units and as a share of the capital. */
  readonly net: string;
  readonly net_pct: number;
  /** Commissions in quote units; those taken in coins at the price they were taken at. */
  readonly fees: string;
  readonly volume: string;
  readonly figures: TradeFigures;
  readonly max_drawdown: {
    readonly amount: number;
    readonly pct: number;
    readonly peak_time: string | null;
    readonly low_time: string | null;
  };
  readonly open_positions: number;
  readonly warnings: readonly string[];
};

/** The ledger at the end, exact. */
export type ReportedLedger = {
  readonly cash: string;
  readonly positions: readonly { readonly instrument: string; readonly quantity: string; readonly value: string }[];
  readonly dust: Readonly<Record<string, string>>;
  readonly fees_by_asset: Readonly<Record<string, string>>;
  readonly quote_in: string;
  readonly quote_out: string;
  readonly fills: number;
};

/** What depends on the machine. */
export type ReportedMeasures = {
  readonly elapsed_seconds: number;
  readonly market_seconds_per_second: number;
  readonly loop_lag_ms: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly memory: readonly { readonly time: string; readonly heap_mib: number; readonly rss_mib: number }[];
};

/** The parts that simulated runs and backtests share. */
export type RunReport = {
  readonly version: string;
  readonly seed: number;
  readonly from: string;
  readonly to: string;
  readonly settings_hash: string;
  readonly costs: { readonly taker_fee_rate: number; readonly slippage_bps: number };
  readonly inputs: number;
  readonly state_hash: string;
  readonly decisions_hash: string;
  readonly results: ReportedResults;
  readonly ledger: ReportedLedger;
  readonly trades: readonly ReportedTrade[];
  readonly equity: readonly { readonly time: string; readonly equity: number }[];
  /** What was told, by kind. */
  readonly events: Readonly<Record<string, number>>;
  /** Entries that were refused, by rule. */
  readonly refusals: Refusals;
  readonly notices: readonly string[];
  readonly measured: ReportedMeasures;
};

/** What the report is of. */
export type Reported = {
  readonly run: VirtualRun;
  readonly resolved: ResolvedConfig;
  readonly version: string;
  readonly seed: number;
  readonly from: EpochMs;
  readonly to: EpochMs;
};

/** The shared parts of a report. */
export function toRunReport({ run, resolved, version, seed, from, to }: Reported): RunReport {
  const { execution } = resolved.config;
  return {
    version,
    seed,
    from: toIsoText(from),
    to: toIsoText(to),
    settings_hash: resolved.hash,
    costs: { taker_fee_rate: execution.taker_fee_rate, slippage_bps: execution.paper_slippage_bps },
    inputs: run.inputs,
    state_hash: run.stateHash,
    decisions_hash: run.tally.decisionsHash(),
    results: toResults(run, { seed, days: (to - from) / DAY_MS }),
    ledger: toLedger(run),
    trades: run.tally.trades,
    equity: run.tally.equity,
    events: run.tally.counts,
    refusals: run.tally.refusals(),
    notices: run.warnings,
    measured: toMeasures(run, to - from),
  };
}

function portfolioOf({ state }: VirtualRun): ReturnType<typeof viewPortfolio> | null {
  return state.trading === null ? null : viewPortfolio(state.trading.portfolio);
}

function toResults(run: VirtualRun, of: { readonly seed: number; readonly days: number }): ReportedResults {
  const portfolio = portfolioOf(run);
  const capital = portfolio?.initialCapital ?? ZERO;
  const equity = portfolio?.equity ?? ZERO;
  const net = (equity - capital) as Decimal;
  const figures = deriveTradeFigures(run.tally.results, of.seed);
  const { amount, ratio, peakTime, lowTime } = run.tally.drawdown;
  const { quoteIn, quoteOut, feesInQuote } = run.auditor.wallet.totals();
  return {
    capital: toDecimalText(capital),
    equity: toDecimalText(equity),
    net: toDecimalText(net),
    net_pct: capital === 0n ? 0 : (100 * toFloat(net)) / toFloat(capital),
    fees: toDecimalText(feesInQuote),
    volume: toDecimalText((quoteIn + quoteOut) as Decimal),
    figures,
    max_drawdown: {
      amount,
      pct: 100 * ratio,
      peak_time: peakTime === null ? null : toIsoText(peakTime),
      low_time: lowTime === null ? null : toIsoText(lowTime),
    },
    open_positions: portfolio?.positions.length ?? 0,
    warnings: warnAboutTrades(figures, of.days),
  };
}

function toLedger(run: VirtualRun): ReportedLedger {
  const portfolio = portfolioOf(run);
  const { fees, fills, quoteIn, quoteOut } = run.auditor.wallet.totals();
  const texts = (amounts: Readonly<Record<string, Decimal>>): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(amounts).map(([key, amount]) => [key, toDecimalText(amount)]));
  return {
    cash: toDecimalText(portfolio?.cash ?? ZERO),
    positions: (portfolio?.positions ?? []).map(({ instrumentId, quantity, value }) => ({
      instrument: instrumentId,
      quantity: toDecimalText(quantity),
      value: toDecimalText(value),
    })),
    dust: texts(run.state.trading?.portfolio.dust ?? {}),
    fees_by_asset: texts(fees),
    quote_in: toDecimalText(quoteIn),
    quote_out: toDecimalText(quoteOut),
    fills,
  };
}

function toMeasures({ elapsedMs, lag, memory }: VirtualRun, lengthMs: number): ReportedMeasures {
  return {
    elapsed_seconds: Math.round(elapsedMs / 100) / 10,
    market_seconds_per_second: Math.round(lengthMs / Math.max(1, elapsedMs)),
    loop_lag_ms: lag,
    memory: memory.map(({ time, heapMiB, rssMiB }) => ({ time: toIsoText(time), heap_mib: heapMiB, rss_mib: rssMiB })),
  };
}
